/**
 * From a plan to the sources, sinks and the pipeline of a run: options resolved, connectors loaded, operators wired.
 */
import { InternalError, invariant } from '../../grammar/diagnostics/internal-error.js';
import { connectors, connectorNamed, type ConnectorNameOf, type OptionsOf } from '../../plan/connectors/index.js';
import { optionTexts, resolveOptions, type OptionOwner } from '../../plan/connectors/options.js';
import { sinkTraits } from '../../plan/connectors/sink-traits.js';
import { takesWholeFiles } from '../../plan/connectors/whole-files.js';
import { formats } from '../../plan/formats/index.js';
import type { FormatSpec, OperatorOf, SinkOperator, SourceOperator } from '../../plan/plan.js';
import type { Sink, Source } from '../connectors/connector.js';
import type { SinkContext, SourceContext } from '../connectors/context.js';
import { createSink, createSource, keepsProgress } from '../connectors/index.js';
import { resolvePath } from '../paths.js';
import type { EncodeFormat } from '../formats/encode.js';
import type { Decoder } from '../formats/format.js';
import { openDecoder } from '../formats/open.js';
import { registeredSchemas } from '../formats/registry/connect.js';
import { compilePredicate, compileProjection } from '../kernels/compile.js';
import { buildPipelineFrom } from '../pipeline/build.js';
import { buildTable } from './build-table.js';
import { resolved, type PartsContext } from './parts-context.js';
import type { JobParts, JobSink, JobSource, JobTable } from './job.js';
import { sourceTime } from './plan-facts.js';

/** Rejects with a diagnostic for options that don't hold any more (a reference without value). */
export async function buildParts(context: PartsContext): Promise<JobParts> {
  const { plan } = context;
  const decoders = new Map<string, Decoder>();
  const sourceOperators = plan.operators.filter((operator) => operator.op === 'source');
  const sinkOperators = plan.operators.filter((operator) => operator.op === 'sink');
  for (const operator of sourceOperators)
    if (operator.format !== null && !takesWholeFiles(operator, 'source'))
      decoders.set(operator.id, await decoderOf(context, operator));
  const excluded = excludedFolders(context, sinkOperators);
  const sources: JobSource[] = [];
  for (const operator of sourceOperators)
    sources.push(await buildSource(context, operator, decoders.get(operator.id) ?? null, excluded));
  const sinks: JobSink[] = [];
  for (const operator of sinkOperators) sinks.push(await buildSink(context, operator));
  const pipeline = buildPipelineFrom(plan, {
    sinks: new Map(sinks.map(({ id, sink }) => [id, sink])),
    kernels: { projection: compileProjection, predicate: compilePredicate },
    decoderFor: (source) => {
      const decoder = decoders.get(source.id);
      invariant(decoder !== undefined, `a decoder of source ${source.id}`);
      return decoder;
    },
  });
  const tables: JobTable[] = [];
  for (const operator of plan.operators) {
    if (operator.op !== 'table') continue;
    const target = pipeline.tables.get(operator.id);
    invariant(target !== undefined, `table ${operator.id} is in the pipeline`);
    tables.push(await buildTable(context, operator, target, excluded));
  }
  return { sources, sinks, tables, pipeline };
}

function decoderOf({ env, workingDirectory, kernel }: PartsContext, operator: SourceOperator): Promise<Decoder> {
  const owner = `FORMAT of source \`${operator.source}\``;
  return openDecoder(operator, { kernel }, { env, workingDirectory, resolved: (found) => resolved(found, owner) });
}

async function buildSource(
  context: PartsContext,
  operator: SourceOperator,
  decoder: Decoder | null,
  excluded: readonly string[],
): Promise<JobSource> {
  const { env, plan, workingDirectory, epoch, storeFolder } = context;
  const name = operator.connector;
  invariant(isSourceName(name), `connector ${name} has a source`);
  const what = `source \`${operator.source}\``;
  const source = await connectSource(name, operator, what, {
    env,
    operator,
    workingDirectory,
    logDirectory: storeFolder === null ? null : `${storeFolder}/wal/${folderName(operator.id)}`,
    epoch,
    framing: decoder?.framing ?? null,
    excluded,
  });
  return {
    id: operator.id,
    source,
    bounded: connectors[name].source.bounded(optionTexts(operator.options)),
    tolerant: operator.on_error !== 'fail',
    time: sourceTime(plan, operator),
  };
}

async function buildSink(context: PartsContext, operator: SinkOperator): Promise<JobSink> {
  const { env, queryId, workingDirectory } = context;
  const name = operator.connector;
  invariant(isSinkName(name), `connector ${name} has a sink`);
  const what = `sink \`${operator.sink}\``;
  const { schema } = operator.output;
  const key = operator.key.map((column) => schema.findIndex((field) => field.name === column));
  invariant(!key.includes(-1), 'key columns of a sink are in its schema');
  const shape = { queryId, sinkId: operator.id, schema, key, conflict: operator.conflict };
  const format = operator.format === null ? null : await encodeFormat(context, operator.format, what);
  const sink = await connectSink(name, operator, what, { env, shape, workingDirectory, format });
  return {
    id: operator.id,
    sink,
    durable: keepsProgress[name] && sinkTraits(connectors[name], operator.options)?.atomic === true,
  };
}

async function connectSource<N extends ConnectorNameOf<'source'>>(
  name: N,
  operator: SourceOperator,
  what: string,
  context: SourceContext,
): Promise<Source> {
  const owner: OptionOwner<(typeof connectors)[N]['options']> = connectors[name];
  const found = await resolveOptions(owner, 'source', operator.options, context.env.references);
  // The descriptor's own types under two names; TypeScript does not see it through the index.
  const options: unknown = resolved(found, what);
  return createSource<N>(name, context, options as OptionsOf<N, 'source'>);
}

async function connectSink<N extends ConnectorNameOf<'sink'>>(
  name: N,
  operator: SinkOperator,
  what: string,
  context: SinkContext,
): Promise<Sink> {
  const owner: OptionOwner<(typeof connectors)[N]['options']> = connectors[name];
  const found = await resolveOptions(owner, 'sink', operator.options, context.env.references);
  // As above.
  const options: unknown = resolved(found, what);
  return createSink<N>(name, context, options as OptionsOf<N, 'sink'>);
}

async function encodeFormat(context: PartsContext, format: FormatSpec, what: string): Promise<EncodeFormat> {
  const { env } = context;
  const owner = `FORMAT of ${what}`;
  switch (format.name) {
    case 'json':
    case 'raw':
      return { name: format.name };
    case 'csv': {
      const options = await resolveOptions(formats.csv, 'sink', format.options, env.references);
      return { name: 'csv', options: resolved(options, owner) };
    }
    case 'parquet': {
      const options = await resolveOptions(formats.parquet, 'sink', format.options, env.references);
      return { name: 'parquet', options: resolved(options, owner) };
    }
    case 'avro': {
      const found = await resolveOptions(formats.avro, 'sink', format.options, env.references);
      const options = resolved(found, owner);
      return { name: 'avro', options, ...(await registeredSchemas(options, context)) };
    }
    case 'protobuf': {
      const found = await resolveOptions(formats.protobuf, 'sink', format.options, env.references);
      const options = resolved(found, owner);
      return { name: 'protobuf', options, ...(await registeredSchemas(options, context)) };
    }
    case 'debezium json':
      throw new InternalError('a format of sources only has no encoder');
  }
}

/** Folders that the job itself writes must not be taken for input. */
function excludedFolders(context: PartsContext, sinks: readonly OperatorOf<'sink'>[]): readonly string[] {
  const { storeFolder, workingDirectory } = context;
  const folders = storeFolder === null ? [] : [storeFolder];
  for (const { connector, options } of sinks) {
    const path = optionTexts(options)['path'];
    if (connector === 'file' && path !== undefined && path !== '') folders.push(resolvePath(workingDirectory, path));
  }
  return folders;
}

/** An operator id as one folder name: bytes other than letters, digits, `_` and `-` as `.` and two hex digits. */
function folderName(id: string): string {
  let name = '';
  for (const byte of new TextEncoder().encode(id)) {
    const character = String.fromCharCode(byte);
    name += /[A-Za-z0-9_-]/u.test(character) ? character : `.${byte.toString(16).padStart(2, '0')}`;
  }
  return name.startsWith('.') ? `_${name}` : name;
}

function isSourceName(name: string): name is ConnectorNameOf<'source'> {
  return (connectorNamed(name)?.source ?? null) !== null;
}

function isSinkName(name: string): name is ConnectorNameOf<'sink'> {
  return (connectorNamed(name)?.sink ?? null) !== null;
}
