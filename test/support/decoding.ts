/** Runs decoders on texts and gives back rows as plain values, for the tests of formats. */
import type { Kernel } from '../../runtime/formats/decoder.js';
import { createDecoder } from '../../runtime/formats/decoder.js';
import type { ColumnBatch } from '../../runtime/columns/batch.js';
import type { Decoder, RawChunk } from '../../runtime/formats/format.js';
import type { FormatSpec, OptionValues, SourceColumn, SourceOperator } from '../../plan/plan.js';
import { typeFromText, type SqlType } from '../../plan/types.js';
import type { Value } from '../../plan/values.js';

export const KERNELS: readonly Kernel[] = ['twin', 'simd', 'exact'];

export interface DecodedBad {
  readonly code: string;
  readonly message: string;
  readonly position: number;
  readonly raw: string;
}

export interface Decoded {
  readonly rows: Value[][];
  readonly bad: DecodedBad[];
  /** Position, record text and ordinal of each row. */
  readonly origins: { readonly position: number; readonly raw: string; readonly ordinal: number }[];
  readonly batches: number[];
  readonly weights: number[];
}

/** `'a BIGINT NOT NULL'`, `'ts TIMESTAMP'`, `'p INT NOT NULL METADATA FROM partition'` as a source column. */
export function column(text: string): SourceColumn {
  const match = /^(\S+) (.+?)( NOT NULL)?(?: METADATA FROM (\w+))?$/u.exec(text);
  const type = typeFromText(match?.[2] ?? '');
  const name = match?.[1];
  if (type === undefined || name === undefined) throw new Error(`no column: ${text}`);
  const field = { name, type, nullable: match?.[3] === undefined };
  const metadata = match?.[4];
  return metadata === undefined ? { from: 'record', name, field } : { from: 'metadata', name: metadata, field };
}

export function source(
  columns: readonly string[],
  format: FormatSpec['name'] = 'json',
  options: OptionValues = {},
  unused: readonly string[] = [],
): Pick<SourceOperator, 'columns' | 'unused' | 'format'> {
  return { columns: columns.map(column), unused, format: { name: format, options } };
}

export function bytesOf(input: string | Uint8Array): Uint8Array {
  return typeof input === 'string' ? new TextEncoder().encode(input) : input;
}

export function decodeAll(
  columns: readonly string[],
  input: string | Uint8Array,
  kernel: Kernel = 'auto',
  format: FormatSpec['name'] = 'json',
  options: OptionValues = {},
): Decoded {
  const spec = source(columns, format, options);
  const decoder = createDecoder(spec, { kernel });
  decoder.begin();
  const types = spec.columns.map((each) => each.field.type);
  const result = emptyDecoded();
  decodeInto(result, decoder, types, bytesOf(input), 0);
  return result;
}

export function emptyDecoded(): Decoded {
  return { rows: [], bad: [], origins: [], batches: [], weights: [] };
}

/** Decodes one chunk whose first byte has position `position`. */
export function decodeInto(
  result: Decoded,
  decoder: Decoder,
  types: readonly SqlType[],
  bytes: Uint8Array,
  position: number,
  chunk: Partial<RawChunk> = {},
): void {
  const whole: RawChunk = {
    heap: bytes,
    start: 0,
    end: bytes.length,
    partition: 0,
    resource: 'test',
    positions: { base: position },
    ...chunk,
  };
  decoder.decode(whole, {
    rows(batch) {
      result.batches.push(batch.rowCount);
      for (let row = 0; row < batch.rowCount; row++) {
        result.rows.push(types.map((type, index) => valueAt(batch, index, row, type)));
        result.weights.push(batch.weights?.[row] ?? 1);
        const { origin } = batch;
        if (origin === null) throw new Error('a decoded row has an origin');
        const start = origin.starts[row] ?? 0;
        result.origins.push({
          position: origin.positions === null ? origin.position_base + start : (origin.positions[row] ?? NaN),
          raw: Buffer.from(origin.heap.subarray(start, start + (origin.lengths[row] ?? 0))).toString('latin1'),
          ordinal: batch.ordinal_base + row,
        });
      }
    },
    bad(record) {
      const raw = Buffer.from(record.raw).toString('latin1');
      result.bad.push({ code: record.code, message: record.message, position: record.position, raw });
    },
  });
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function valueAt(batch: ColumnBatch, index: number, row: number, type: SqlType): Value {
  const column = batch.columns[index];
  if (column === undefined) throw new Error(`no column ${String(index)}`);
  if (column.valid !== null && column.valid[row] === 0) return null;
  switch (column.kind) {
    case 'u8':
      return column.values[row] === 1;
    case 'i32':
    case 'f64':
      return column.values[row] ?? null;
    case 'i64':
      return column.values[row] ?? null;
    case 'i128':
      return ((column.values[2 * row + 1] ?? 0n) << 64n) | BigInt.asUintN(64, column.values[2 * row] ?? 0n);
    case 'bytes': {
      const start = column.starts[row] ?? 0;
      const bytes = column.heap.slice(start, start + (column.lengths[row] ?? 0));
      return type.kind === 'varbinary' ? bytes : utf8.decode(bytes);
    }
  }
}
