/** From a table of the plan to its reader, with the options resolved. */
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import { canonicalJsonLine } from '../../plan/canonical-json.js';
import { operatorCodec } from '../../plan/codec/operators.js';
import { connectorNamed, connectors, type ConnectorNameOf, type OptionsOf } from '../../plan/connectors/index.js';
import { resolveOptions, type OptionOwner } from '../../plan/connectors/options.js';
import { sha256Hex } from '../../plan/fingerprint.js';
import { needsFiles } from '../../plan/formats/index.js';
import type { TableOperator } from '../../plan/plan.js';
import type { TableReader } from '../connectors/connector.js';
import type { TableContext } from '../connectors/context.js';
import { createTable } from '../connectors/index.js';
import { withRetries, type RetryPolicy } from '../connectors/retry.js';
import { createDecoder } from '../formats/decoder.js';
import type { PipelineTable } from '../pipeline/pipeline.js';
import { loadTable } from '../tables/load.js';
import type { JobTable } from './job.js';
import { resolved, type PartsContext } from './parts-context.js';

/** A first load waits for a service that is coming up; there is nothing to go on with meanwhile. */
const FIRST_LOAD: RetryPolicy = { first_ms: 250, longest_ms: 5000, total_ms: 60_000 };

export async function buildTable(
  context: PartsContext,
  operator: TableOperator,
  target: PipelineTable,
  excluded: readonly string[],
): Promise<JobTable> {
  const { env, workingDirectory, kernel, signal, isPassing } = context;
  const name = operator.connector;
  invariant(isTableName(name), `connector ${name} has tables`);
  const { format } = operator;
  const decoder = format === null || needsFiles(format.name) ? null : createDecoder(operator, { kernel });
  const { reader, refresh_us } = await connect(name, operator, { env, operator, workingDirectory, decoder, excluded });
  const load = (bytes_max: number): ReturnType<JobTable['load']> => loadTable(operator, reader, bytes_max);
  return {
    id: operator.id,
    table: operator.table,
    definition: definitionOf(operator),
    schema: operator.output.schema,
    refresh_us,
    load: (bytes_max, patient) =>
      patient ? withRetries(env, FIRST_LOAD, isPassing, signal, () => load(bytes_max)) : load(bytes_max),
    target,
    close: () => reader.close(),
  };
}

async function connect<N extends ConnectorNameOf<'table'>>(
  name: N,
  operator: TableOperator,
  context: TableContext,
): Promise<{ readonly reader: TableReader; readonly refresh_us: bigint | null }> {
  const owner: OptionOwner<(typeof connectors)[N]['options']> = connectors[name];
  const found = await resolveOptions(owner, 'table', operator.options, context.env.references);
  // The descriptor's own types under two names; TypeScript does not see it through the index.
  const options: unknown = resolved(found, `table \`${operator.table}\``);
  const { refresh } = options as { readonly refresh: bigint | null };
  return { reader: await createTable(name, context, options as OptionsOf<N, 'table'>), refresh_us: refresh };
}

/** Everything that says which rows there are; how often they are read again does not. */
function definitionOf(operator: TableOperator): string {
  const options = Object.fromEntries(Object.entries(operator.options).filter(([name]) => name !== 'refresh'));
  return sha256Hex(canonicalJsonLine(operatorCodec.encode({ ...operator, options })));
}

function isTableName(name: string): name is ConnectorNameOf<'table'> {
  return connectorNamed(name)?.table !== undefined;
}
