/** Logical plan to plan. */
import type { CreateStream, IntoClause } from '../../grammar/ast.js';
import type { Expression } from '../../plan/expression.js';
import {
  type AggregateOperator,
  type Delivery,
  type InputReference,
  type Operator,
  type Plan,
  type PlanSettings,
  type SinkOperator,
  type SourceColumn,
  type SourceOperator,
  type StreamPlan,
  type WindowSpec,
} from '../../plan/plan.js';
import { PLAN_FORMAT, PLAN_VERSION, type OutputShape } from '../../plan/plan.js';
import { deriveDelivery } from '../../plan/delivery.js';
import { aggregateStateBound } from '../../plan/state-bounds.js';
import type { Schema } from '../../plan/types.js';
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import type { Settings, SinkDeclaration } from '../declare/declarations.js';
import { mapColumns } from '../expressions/map.js';
import {
  aggregateInputSchema,
  inputsOf,
  type AggregateNode,
  type LogicalNode,
  type LogicalPlan,
  type LogicalStream,
} from '../logical/logical.js';
import { matchesOf, propertiesOf } from '../logical/properties.js';
import { scopeStep } from '../scope-name.js';
import { OperatorIds } from './ids.js';
import { lateWindows } from './late-windows.js';
import { shapeOf } from './shape.js';
import { sinkColumns } from './sink-columns.js';

/** One stream's statement with its sinks found. */
export interface StreamOutputs {
  readonly node: CreateStream | null;
  readonly into: readonly {
    readonly clause: IntoClause;
    readonly sink: SinkDeclaration;
    readonly key: readonly string[];
  }[];
}

export interface LoweringInput {
  readonly logical: LogicalPlan;
  readonly outputs: ReadonlyMap<string, StreamOutputs>;
  readonly settings: Settings;
  /** Checkpoint interval of streams that have none of their own, before SET; from the command line. */
  readonly checkpoint_us: bigint | null;
  readonly compiler: string;
  readonly query: Plan['query'];
}

const BATCH_BYTES_DEFAULT = 33_554_432n;
const STATE_BYTES_DEFAULT = 4_294_967_296n;

export function logicalToPlan(input: LoweringInput): Plan {
  return new Lowering(input).run();
}

class Lowering {
  readonly #input: LoweringInput;
  readonly #ids = new OperatorIds();
  readonly #operators: Operator[] = [];
  readonly #lowered = new Map<LogicalNode, InputReference>();
  readonly #windows: ReadonlyMap<LogicalNode, readonly WindowSpec[]>;

  constructor(input: LoweringInput) {
    this.#input = input;
    this.#windows = lateWindows(input.logical);
  }

  run(): Plan {
    const { compiler, query } = this.#input;
    const streams = this.#input.logical.streams.map((stream) => this.#stream(stream));
    return {
      format: PLAN_FORMAT,
      version: PLAN_VERSION,
      compiler,
      query,
      settings: this.#settings(streams),
      operators: this.#operators,
      streams: streams.map((stream) => ({
        ...stream,
        delivery: stream.sinks.map((sink) => this.#delivery(sink)),
      })),
    };
  }

  #settings(streams: readonly StreamPlan[]): PlanSettings {
    const { settings } = this.#input;
    const checkpoints = streams.flatMap((stream) => (stream.sinks.length > 0 ? (stream.checkpoint_us ?? []) : []));
    const batches = [...this.#input.outputs.values()].flatMap(({ node }) => node?.settings?.batch?.microseconds ?? []);
    return {
      checkpoint_us: least(checkpoints) ?? settings.checkpoint_us ?? this.#input.checkpoint_us,
      batch_us: least(batches) ?? settings.batch_us ?? 0n,
      batch_bytes_max: settings.batch_bytes ?? BATCH_BYTES_DEFAULT,
      state_bytes_max: settings.state_bytes ?? STATE_BYTES_DEFAULT,
    };
  }

  #delivery(id: string): Delivery {
    const sink = this.#operators.find((operator) => operator.id === id);
    if (sink?.op !== 'sink') throw new InternalError(`no sink ${id}`);
    return deriveDelivery(sink, this.#operators);
  }

  #stream(stream: LogicalStream): StreamPlan {
    const root = this.#lower(stream.root, stream.name);
    const outputs = this.#input.outputs.get(stream.name);
    const sinks = (outputs?.into ?? []).map((into) => this.#sink(stream, into, root));
    const own = outputs?.node?.settings?.checkpoint?.microseconds ?? null;
    return {
      name: stream.name,
      operator: root.from,
      emit: stream.emit,
      checkpoint_us: own ?? this.#input.settings.checkpoint_us ?? this.#input.checkpoint_us,
      sinks,
      delivery: [],
    };
  }

  #sink(stream: LogicalStream, into: StreamOutputs['into'][number], root: InputReference): string {
    const { sink, clause, key } = into;
    const node = sinkColumns(stream, sink);
    const input = node === stream.root ? root : this.#lower(node, stream.name);
    const output = shapeOf(node);
    const operator: SinkOperator = {
      op: 'sink',
      v: 1,
      id: this.#ids.unique(`${scopeStep(stream.name)}/into/${scopeStep(sink.name)}`),
      inputs: [input],
      sink: sink.name,
      stream: stream.name,
      connector: sink.connector.name,
      options: sink.options,
      format: sink.format,
      key: key.length > 0 || output.changelog === 'append' ? key : ownKey(output),
      conflict: clause.onConflict === 'IGNORE' ? 'ignore' : 'update',
      output,
    };
    this.#operators.push(operator);
    return operator.id;
  }

  /** Inputs first: the list is in topological order. */
  #lower(node: LogicalNode, stream: string): InputReference {
    const known = this.#lowered.get(node);
    if (known !== undefined) return known;
    const inputs = inputsOf(node).map((input) => this.#lower(input, stream));
    const reference = this.#reference(node, inputs, stream);
    this.#lowered.set(node, reference);
    return reference;
  }

  #reference(node: LogicalNode, inputs: readonly InputReference[], stream: string): InputReference {
    const [first] = inputs;
    if (node.op === 'stream' && first !== undefined) return first;
    if (node.op === 'errors' && first !== undefined) return { from: first.from, output: 'errors' };
    const id = this.#ids.idOf(node, scopeStep(stream));
    this.#operators.push(this.#operator(node, id, inputs));
    return { from: id, output: 'rows' };
  }

  #operator(node: LogicalNode, id: string, inputs: readonly InputReference[]): Operator {
    const base = { v: 1, id, inputs, output: shapeOf(node) } as const;
    switch (node.op) {
      case 'scan':
        return { op: 'source', ...base, ...this.#source(node) };
      case 'filter':
        return {
          op: 'filter',
          ...base,
          predicate: withNames(node.predicate, node.input.schema),
          on_error: errorPolicy(node.input),
        };
      case 'project':
        return {
          op: 'project',
          ...base,
          expressions: node.expressions.map((expression) => withNames(expression, node.input.schema)),
          on_error: errorPolicy(node.input),
        };
      case 'watermark': {
        const source = scopeStep(node.source.name);
        const { column, delay_us, idle_us, timeout_us } = node;
        return { op: 'watermark', ...base, source, column, delay_us, idle_us, timeout_us };
      }
      case 'window':
        return { op: 'window', ...base, column: node.column, window: node.window };
      case 'late':
        return { op: 'late', ...base, column: node.column, windows: this.#windows.get(node.input) ?? [] };
      case 'aggregate':
        return { op: 'aggregate', ...base, ...aggregateMembers(node) };
      case 'table': {
        const { name, connector, options, format, columns } = node.declaration;
        const { columns: read } = node;
        return {
          op: 'table',
          ...base,
          ...{
            table: name,
            connector: connector.name,
            options,
            format,
            columns: read,
            unused: unusedOf(columns, read),
          },
        };
      }
      case 'lookup': {
        const [stream, table] = node.inputs;
        return {
          op: 'lookup',
          ...base,
          kind: node.kind,
          matches: matchesOf(node),
          keys: node.keys.map((key) => ({
            stream: withNames(key.stream, stream.schema),
            table: withNames(key.table, table.schema),
          })),
          residual: node.residual === null ? null : withNames(node.residual, node.schema),
          on_error: errorPolicy(stream),
        };
      }
      case 'union':
        return { op: 'union', ...base };
      case 'errors':
      case 'stream':
        throw new InternalError(`${node.op} is no operator`);
    }
  }

  #source(node: Extract<LogicalNode, { op: 'scan' }>): Omit<SourceOperator, 'op' | 'v' | 'id' | 'inputs' | 'output'> {
    const { source } = node;
    return {
      source: source.name,
      connector: source.connector.name,
      options: source.options,
      format: source.format,
      columns: node.columns,
      unused: unusedOf(source.columns, node.columns),
      on_error: source.onError,
      wal: this.#wal(source.name),
    };
  }

  /** The strongest that a stream asks for: what is logged in full serves those too that need less. */
  #wal(source: string): SourceOperator['wal'] {
    const readers = this.#input.logical.streams.filter((stream) => reads(stream.root, source));
    const modes = readers.map(
      (stream) => walOf(this.#input.outputs.get(stream.name)?.node ?? null) ?? this.#input.settings.wal ?? 'auto',
    );
    if (modes.includes('full')) return 'full';
    return modes.length > 0 && modes.every((mode) => mode === 'offsets') ? 'offsets' : 'auto';
  }
}

/** Names of the declared members that are not read. */
function unusedOf(declared: readonly SourceColumn[], read: readonly SourceColumn[]): readonly string[] {
  const names = new Set(read.map((column) => column.field.name));
  return declared.flatMap((column) => (column.from === 'record' && !names.has(column.field.name) ? [column.name] : []));
}

export function walOf(node: CreateStream | null): SourceOperator['wal'] | undefined {
  const mode = node?.settings?.wal?.mode;
  return mode === undefined ? undefined : ({ AUTO: 'auto', FULL: 'full', OFFSETS: 'offsets' } as const)[mode];
}

/** Whether a scan of the source is among what a node needs. */
export function reads(node: LogicalNode, source: string): boolean {
  if (node.op === 'scan') return node.source.name === source;
  return inputsOf(node).some((input) => reads(input, source));
}

function least(values: readonly bigint[]): bigint | undefined {
  return values.reduce<bigint | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined);
}

/** ON ERROR of the source while rows are still its records; later an error has no record to blame. */
function errorPolicy(input: LogicalNode): SourceOperator['on_error'] {
  return propertiesOf(input).records?.policy ?? 'fail';
}

/** Column names are there for the reader of a plan: they follow the input's. */
function withNames(expression: Expression, schema: Schema): Expression {
  return mapColumns(expression, (column) => ({ ...column, name: schema[column.index]?.name ?? column.name }));
}

function aggregateMembers(node: AggregateNode): Omit<AggregateOperator, 'op' | 'v' | 'id' | 'inputs' | 'output'> {
  const { times } = propertiesOf(node);
  const position = (kind: 'window_start' | 'window_end', pair?: string): number | null => {
    const index = node.group.findIndex((_, output) => {
      const role = times[output];
      return role?.kind === kind && role.covered && (pair === undefined || role.pair === pair);
    });
    return node.group[index] ?? null;
  };
  const window_end = position('window_end');
  const endRole = times[node.group.indexOf(window_end ?? -1)];
  const pair = endRole?.kind === 'window_end' ? endRole.pair : undefined;
  const window_start = window_end === null ? null : position('window_start', pair);
  const window = endRole?.kind === 'window_end' ? endRole.window : null;
  const schema = aggregateInputSchema(node);
  const { changelog } = propertiesOf(node.input);
  return {
    group: node.group,
    aggregates: node.aggregates,
    window_start,
    window_end,
    pane: node.pane === null ? null : { column: node.pane.column, window: node.pane.window },
    emit: node.emit,
    state: aggregateStateBound({
      group: node.group,
      aggregates: node.aggregates,
      window_end,
      window,
      emit: node.emit,
      input: { changelog },
      schema,
      closes: window_end !== null,
    }),
  };
}

/**
 * What identifies a row where INTO says no KEY and rows change: the query's key; all columns where there is only one
 * row.
 */
function ownKey({ key, schema }: OutputShape): readonly string[] {
  return key !== null && key.length > 0 ? key : schema.map((field) => field.name);
}
