/** Small plans and their operators by hand: runtime tests don't go through the compiler. */
import type { Expression } from '../../plan/expression.js';
import {
  PLAN_FORMAT,
  PLAN_VERSION,
  type AggregateCall,
  type AggregateOperator,
  type FilterOperator,
  type InputReference,
  type LookupOperator,
  type Operator,
  type OutputShape,
  type Plan,
  type ProjectOperator,
  type SinkOperator,
  type SourceOperator,
  type TableOperator,
  type UnionOperator,
  type WatermarkOperator,
  type WindowOperator,
} from '../../plan/plan.js';
import type { Field, Schema, SqlType } from '../../plan/types.js';

export function field(name: string, type: SqlType, nullable = false): Field {
  return { name, type, nullable };
}

export function shape(schema: Schema, options: Partial<OutputShape> = {}): OutputShape {
  return { schema, key: null, changelog: 'append', event_time: [], ...options };
}

export function rowsOf(from: string): InputReference {
  return { from, output: 'rows' };
}

export function errorsOf(from: string): InputReference {
  return { from, output: 'errors' };
}

export function columnAt(schema: Schema, index: number): Expression {
  const { name, type, nullable } = schema[index]!;
  return { kind: 'column', index, name, type, nullable };
}

export function sourceOperator(id: string, schema: Schema, options: Partial<SourceOperator> = {}): SourceOperator {
  return {
    v: 1,
    op: 'source',
    id,
    inputs: [],
    output: shape(schema),
    source: id,
    connector: 'generate',
    options: {},
    format: null,
    columns: schema.map((column) => ({ from: 'record', name: column.name, field: column })),
    unused: [],
    on_error: 'fail',
    wal: 'auto',
    ...options,
  };
}

export function filterOperator(input: Operator, id: string, predicate: Expression): FilterOperator {
  return { v: 1, op: 'filter', id, inputs: [rowsOf(input.id)], output: input.output, predicate, on_error: 'fail' };
}

export function projectOperator(
  input: Operator,
  id: string,
  names: readonly string[],
  expressions: readonly Expression[],
): ProjectOperator {
  const schema = expressions.map(({ type, nullable }, i) => field(names[i]!, type, nullable));
  return {
    v: 1,
    op: 'project',
    id,
    inputs: [rowsOf(input.id)],
    output: shape(schema, { changelog: input.output.changelog }),
    expressions,
    on_error: 'fail',
  };
}

export function watermarkOperator(
  input: Operator,
  id: string,
  column: number,
  options: Partial<WatermarkOperator> = {},
): WatermarkOperator {
  return {
    v: 1,
    op: 'watermark',
    id,
    inputs: [rowsOf(input.id)],
    output: { ...input.output, event_time: [input.output.schema[column]!.name] },
    source: input.id,
    column,
    delay_us: 0n,
    idle_us: 30_000_000n,
    timeout_us: null,
    ...options,
  };
}

export function windowOperator(
  input: Operator,
  id: string,
  column: number,
  window: WindowOperator['window'],
): WindowOperator {
  const { type } = input.output.schema[column]!;
  const schema = [...input.output.schema, field('window_start', type), field('window_end', type)];
  return {
    v: 1,
    op: 'window',
    id,
    inputs: [rowsOf(input.id)],
    output: { ...input.output, schema, event_time: ['window_start', 'window_end'] },
    column,
    window,
  };
}

export interface AggregateOptions {
  readonly group: readonly number[];
  readonly aggregates: readonly AggregateCall[];
  readonly emit?: 'changes' | 'final';
  readonly window_start?: number | null;
  readonly window_end?: number | null;
  readonly pane?: AggregateOperator['pane'];
}

export function aggregateOperator(
  input: Pick<Operator, 'id' | 'output'>,
  id: string,
  options: AggregateOptions,
): AggregateOperator {
  const { group, aggregates, emit = 'changes', pane = null } = options;
  const time = pane === null ? null : input.output.schema[pane.column]!.type;
  const extended: Schema =
    time === null
      ? input.output.schema
      : [...input.output.schema, field('window_start', time), field('window_end', time)];
  const schema = [...group.map((column) => extended[column]!), ...aggregates.map((call) => call.field)];
  const isAppend = emit === 'final' || (aggregates.length === 0 && input.output.changelog === 'append');
  return {
    v: 1,
    op: 'aggregate',
    id,
    inputs: [rowsOf(input.id)],
    output: shape(schema, { changelog: isAppend ? 'append' : 'changes', key: group.map((c) => extended[c]!.name) }),
    group,
    aggregates,
    window_start: options.window_start ?? null,
    window_end: options.window_end ?? null,
    pane,
    emit,
    state: { growth: 'keys', keeps: 'groups', per: 'key', until: 'for ever' },
  };
}

export function tableOperator(
  id: string,
  schema: Schema,
  key: readonly string[] | null,
  options: Partial<TableOperator> = {},
): TableOperator {
  return {
    v: 1,
    op: 'table',
    id,
    inputs: [],
    output: shape(schema, { key }),
    table: id,
    connector: 'file',
    options: {},
    format: null,
    columns: schema.map((column) => ({ from: 'record', name: column.name, field: column })),
    unused: [],
    ...options,
  };
}

/** Columns of the table get the name of the table in front. */
export function lookupOperator(
  input: Operator,
  table: TableOperator,
  id: string,
  options: Pick<LookupOperator, 'keys' | 'kind' | 'matches'> & Partial<LookupOperator>,
): LookupOperator {
  const beside = table.output.schema.map((column) => ({
    ...column,
    name: `${table.id}_${column.name}`,
    nullable: column.nullable || options.kind === 'left',
  }));
  const schema = [...input.output.schema, ...beside];
  return {
    v: 1,
    op: 'lookup',
    id,
    inputs: [rowsOf(input.id), rowsOf(table.id)],
    output: shape(schema, { changelog: input.output.changelog }),
    residual: null,
    on_error: 'fail',
    ...options,
  };
}

export function unionOperator(inputs: readonly Operator[], id: string): UnionOperator {
  const changes = inputs.some(({ output }) => output.changelog === 'changes');
  return {
    v: 1,
    op: 'union',
    id,
    inputs: inputs.map((input) => rowsOf(input.id)),
    output: { ...inputs[0]!.output, changelog: changes ? 'changes' : 'append' },
  };
}

export function sinkOperator(input: Operator, id: string, options: Partial<SinkOperator> = {}): SinkOperator {
  return {
    v: 1,
    op: 'sink',
    id,
    inputs: [rowsOf(input.id)],
    output: input.output,
    sink: id,
    stream: id,
    connector: 'blackhole',
    options: {},
    format: null,
    key: [],
    conflict: 'update',
    ...options,
  };
}

export function planOf(operators: readonly Operator[], state_bytes_max = 1n << 30n): Plan {
  return {
    format: PLAN_FORMAT,
    version: PLAN_VERSION,
    compiler: '0.0.0',
    query: { name: 'test.esql', sha256: '0'.repeat(64) },
    settings: { checkpoint_us: null, batch_us: 0n, batch_bytes_max: 1n << 20n, state_bytes_max },
    operators,
    streams: [],
  };
}
