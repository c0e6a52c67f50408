/** Codecs of operators: one per kind. What all operators share stands first, and the output's shape last. */
import { planLimits } from '../limits.js';
import type {
  AggregateCall,
  InputReference,
  LookupKey,
  Operator,
  OperatorKind,
  OperatorOf,
  OutputShape,
  SourceColumn,
  StateBound,
} from '../plan.js';
import {
  boolean,
  integer,
  list,
  nullable,
  object,
  oneOf,
  text,
  union,
  type Codec,
  type MemberCodecs,
} from './codec.js';
import { expression } from './expressions.js';
import {
  columnIndex,
  duration_us,
  field,
  formatSpec,
  name,
  operatorId,
  optionValues,
  schema,
  windowSpec,
} from './values.js';

const inputReference: Codec<InputReference> = object<InputReference>({
  from: operatorId,
  output: oneOf('rows', 'errors'),
});

const names = list(name, 0, planLimits.columns);

const outputShape: Codec<OutputShape> = object<OutputShape>({
  changelog: oneOf('append', 'changes'),
  key: nullable(names),
  event_time: names,
  schema,
});

/** `inputs` and `output` are the same everywhere; the spread puts an operator's own members between them. */
function operator<K extends OperatorKind>(
  op: K,
  inputsMin: number,
  inputsMax: number,
  members: Omit<MemberCodecs<OperatorOf<K>>, 'op' | 'v' | 'id' | 'inputs' | 'output'>,
): Codec<OperatorOf<K>> {
  return object<OperatorOf<K>>({
    op: oneOf(op),
    v: oneOf(1),
    id: operatorId,
    inputs: list(inputReference, inputsMin, inputsMax),
    ...members,
    output: outputShape,
    // TypeScript can't see that the parts of a generic type put together are the whole.
  } as unknown as MemberCodecs<OperatorOf<K>>);
}

const errorPolicy = oneOf('fail', 'skip', 'into');

type SourceColumnOf<F> = Extract<SourceColumn, { from: F }>;
const sourceColumn: Codec<SourceColumn> = union<'from', SourceColumn>('from', {
  record: object<SourceColumnOf<'record'>>({ from: oneOf('record'), name, field }),
  metadata: object<SourceColumnOf<'metadata'>>({ from: oneOf('metadata'), name, field }),
});

const aggregateCall: Codec<AggregateCall> = object<AggregateCall>({
  function: oneOf('count', 'sum', 'avg', 'min', 'max'),
  argument: nullable(columnIndex),
  distinct: boolean,
  filter: nullable(columnIndex),
  field,
});

const lookupKey: Codec<LookupKey> = object<LookupKey>({ stream: expression, table: expression });

const stateBound: Codec<StateBound> = object<StateBound>({
  growth: oneOf('constant', 'windows', 'keys'),
  keeps: text,
  per: text,
  until: text,
});

const members: { readonly [K in OperatorKind]: Codec<OperatorOf<K>> } = {
  source: operator('source', 0, 0, {
    source: name,
    connector: name,
    options: optionValues,
    format: nullable(formatSpec),
    columns: list(sourceColumn, 0, planLimits.columns),
    unused: names,
    on_error: errorPolicy,
    wal: oneOf('auto', 'full', 'offsets'),
  }),
  filter: operator('filter', 1, 1, { predicate: expression, on_error: errorPolicy }),
  project: operator('project', 1, 1, {
    expressions: list(expression, 0, planLimits.columns),
    on_error: errorPolicy,
  }),
  watermark: operator('watermark', 1, 1, {
    source: operatorId,
    column: columnIndex,
    delay_us: duration_us,
    idle_us: duration_us,
    timeout_us: nullable(duration_us),
  }),
  window: operator('window', 1, 1, { column: columnIndex, window: windowSpec }),
  late: operator('late', 1, 1, { column: columnIndex, windows: list(windowSpec, 1, planLimits.inputs) }),
  table: operator('table', 0, 0, {
    table: name,
    connector: name,
    options: optionValues,
    format: nullable(formatSpec),
    columns: list(sourceColumn, 0, planLimits.columns),
    unused: names,
  }),
  lookup: operator('lookup', 2, 2, {
    kind: oneOf('inner', 'left'),
    matches: oneOf('one', 'many'),
    keys: list(lookupKey, 1, planLimits.columns),
    residual: nullable(expression),
    on_error: errorPolicy,
  }),
  aggregate: operator('aggregate', 1, 1, {
    group: list(integer(0, planLimits.columns + 1), 0, planLimits.columns),
    aggregates: list(aggregateCall, 0, planLimits.columns),
    window_start: nullable(columnIndex),
    window_end: nullable(columnIndex),
    pane: nullable(object<NonNullable<OperatorOf<'aggregate'>['pane']>>({ column: columnIndex, window: windowSpec })),
    emit: oneOf('changes', 'final'),
    state: stateBound,
  }),
  union: operator('union', 1, planLimits.inputs, {}),
  sink: operator('sink', 1, 1, {
    sink: name,
    stream: name,
    connector: name,
    options: optionValues,
    format: nullable(formatSpec),
    key: names,
    conflict: oneOf('update', 'ignore'),
  }),
};

export const operatorCodec: Codec<Operator> = union<'op', Operator>('op', members);
