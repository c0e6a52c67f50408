/** Real folders, decoders and rows for the tests of sources and sinks. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEnv } from '../../cli/host/env.js';
import { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import type { SourceOperator } from '../../plan/plan.js';
import type { Schema } from '../../plan/types.js';
import type { Value } from '../../plan/values.js';
import { BatchBuilder } from '../../runtime/columns/batch-builder.js';
import type { ColumnBatch } from '../../runtime/columns/batch.js';
import { readValue } from '../../runtime/columns/read.js';
import type { SinkCommit, SinkShape, Source, SourceRange } from '../../runtime/connectors/connector.js';
import type { SinkContext, SourceContext } from '../../runtime/connectors/context.js';
import type { Env } from '../../runtime/env.js';
import type { EncodeFormat } from '../../runtime/formats/encode.js';
import { takesWholeFiles } from '../../plan/connectors/whole-files.js';
import { createDecoder } from '../../runtime/formats/decoder.js';
import type { Decoder } from '../../runtime/formats/format.js';
import { column } from './decoding.js';

export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'esql-connectors-'));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

export function sourceOperator(
  columns: readonly string[],
  format: NonNullable<SourceOperator['format']>['name'] | null,
  options: SourceOperator['options'] = {},
): SourceOperator {
  const decoded = columns.map(column);
  return {
    v: 1,
    op: 'source',
    id: 'input',
    inputs: [],
    output: { schema: decoded.map((each) => each.field), key: null, changelog: 'append', event_time: [] },
    source: 'input',
    connector: 'file',
    options: {},
    format: format === null ? null : { name: format, options },
    columns: decoded,
    unused: [],
    on_error: 'skip',
    wal: 'auto',
  };
}

export interface SourceBench {
  readonly context: SourceContext;
  readonly decoder: Decoder | null;
}

export function sourceBench(
  folder: string,
  operator: SourceOperator,
  changes: Partial<SourceContext> = {},
): SourceBench {
  const decoder =
    operator.format === null || takesWholeFiles(operator, 'source')
      ? null
      : createDecoder(operator, { kernel: 'twin' });
  const context: SourceContext = {
    env: createEnv(),
    operator,
    workingDirectory: folder,
    logDirectory: join(folder, 'checkpoint', 'wal', 'input'),
    epoch: 1,
    framing: decoder?.framing ?? null,
    excluded: [join(folder, 'checkpoint')],
    ...changes,
  };
  return { context, decoder };
}

/** Reads ranges through the real decoder: one text per row or bad record, with where it came from. */
export async function readRows(source: Source, bench: SourceBench, ranges: readonly SourceRange[]): Promise<string[]> {
  const rows: string[] = [];
  const { columns } = bench.context.operator;
  const take = (batch: ColumnBatch): void => {
    for (let row = 0; row < batch.rowCount; row++) {
      if (batch.selection?.includes(row) === false) continue;
      const values = columns.map((each, i) => plain(readValue(batch.columns[i]!, row, each.field.type)));
      const origin = batch.origin!;
      const position = origin.positions?.[row] ?? origin.position_base + origin.starts[row]!;
      rows.push(`${JSON.stringify(values)}@${origin.resource}:${position}`);
    }
  };
  const decoder = bench.decoder;
  decoder?.begin();
  await source.read(
    ranges,
    {
      framing: decoder?.framing ?? { lastRecordEnd: (_bytes, start) => start },
      allocate: (bytes) => decoder?.allocate(bytes) ?? new Uint8Array(bytes),
    },
    {
      bytes: (chunk) => {
        decoder?.decode(chunk, {
          rows: take,
          bad: (record) => rows.push(`${record.code}@${record.resource}:${record.position}`),
        });
      },
      rows: take,
      bad: (record) => rows.push(`${record.code}@${record.resource}:${record.position}`),
    },
  );
  return rows;
}

function plain(value: Value): unknown {
  return typeof value === 'bigint'
    ? Number(value)
    : value instanceof Uint8Array
      ? Buffer.from(value).toString('hex')
      : value;
}

export function rowsBatch(
  schema: Schema,
  rows: readonly (readonly Value[])[],
  weights: readonly number[] = [],
): ColumnBatch {
  const builder = new BatchBuilder(schema);
  rows.forEach((row, i) => {
    builder.appendRow(row, weights[i] ?? 1);
  });
  return builder.finish();
}

export function sinkContext(
  folder: string,
  shape: Partial<SinkShape> & Pick<SinkShape, 'schema'>,
  format: EncodeFormat | null = null,
  env: Env = createEnv(),
): SinkContext {
  return {
    env,
    shape: { queryId: 'query', sinkId: 'per_key/out', key: [], conflict: 'update', ...shape },
    workingDirectory: folder,
    format,
  };
}

export function commitOf(batch: number, epoch = 1): SinkCommit {
  return { epoch, batch, intentHash: `hash-${batch}`, intent: `{"batch":${batch}}` };
}

/** The code of the diagnostic that `action` rejects with; `none` if it doesn't reject. */
export async function codeOf(action: () => Promise<unknown>): Promise<string> {
  return (await diagnosticOf(action))?.diagnostic.code ?? 'none';
}

export async function diagnosticOf(action: () => Promise<unknown>): Promise<DiagnosticError | null> {
  try {
    await action();
    return null;
  } catch (error) {
    if (error instanceof DiagnosticError) return error;
    throw error;
  }
}
