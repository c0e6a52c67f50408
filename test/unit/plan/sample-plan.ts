/** Plans for tests: every kind of operator and of expression, and the shapes of real queries. */
import type { Expression } from '../../../plan/expression.js';
import type {
  AggregateOperator,
  Operator,
  OutputShape,
  Plan,
  SinkOperator,
  SourceOperator,
} from '../../../plan/plan.js';
import { deriveDelivery } from '../../../plan/delivery.js';
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  INT,
  INTERVAL_MICROSECOND,
  TIMESTAMP,
  TIMESTAMPTZ,
  VARCHAR,
  type Field,
  type SqlType,
} from '../../../plan/types.js';

export const field = (name: string, type: SqlType, nullable = false): Field => ({ name, type, nullable });

export const column = (index: number, of: Field): Expression => ({
  kind: 'column',
  index,
  name: of.name,
  type: of.type,
  nullable: of.nullable,
});

export const literal = (value: string | boolean | null, type: SqlType): Expression => ({
  kind: 'literal',
  value,
  type,
  nullable: value === null,
});

export const id = field('id', BIGINT);
export const scheduled = field('scheduled', TIMESTAMP);
export const origin = field('origin', VARCHAR);
export const delay = field('delay', INT, true);
export const flightFields = [id, scheduled, origin, delay] as const;

const DAY_US = 86_400_000_000n;
const ofFlights: OutputShape = { schema: flightFields, key: ['id'], changelog: 'append', event_time: ['scheduled'] };

export const source: SourceOperator = {
  op: 'source',
  v: 1,
  id: 'flights',
  inputs: [],
  source: 'flights',
  connector: 'file',
  options: { follow: false, path: { env: 'FLIGHTS', default: 'queries/data/flights.jsonl' } },
  format: { name: 'json', options: {} },
  columns: flightFields.map((of) => ({ from: 'record', name: of.name, field: of })),
  unused: ['destination', 'distance'],
  on_error: 'into',
  wal: 'auto',
  output: { ...ofFlights, event_time: [] },
};

const watermark: Operator = {
  op: 'watermark',
  v: 1,
  id: 'flights/watermark',
  inputs: [{ from: 'flights', output: 'rows' }],
  source: 'flights',
  column: 1,
  delay_us: 3_600_000_000n,
  idle_us: 30_000_000n,
  timeout_us: null,
  output: ofFlights,
};

const late: Operator = {
  op: 'late',
  v: 1,
  id: 'flights/late',
  inputs: [{ from: 'flights/watermark', output: 'rows' }],
  column: 1,
  windows: [{ size_us: DAY_US, slide_us: DAY_US, offset_us: 0n }],
  output: { ...ofFlights, schema: [...flightFields, field('lateness', INTERVAL_MICROSECOND, true)] },
};

const isDelayed = field('is_delayed', BOOLEAN, true);
const project: Operator = {
  op: 'project',
  v: 1,
  id: 'per_airport/project',
  inputs: [{ from: 'flights/watermark', output: 'rows' }],
  expressions: [
    column(1, scheduled),
    column(2, origin),
    column(3, delay),
    {
      kind: 'comparison',
      operator: 'gt',
      left: column(3, delay),
      right: literal('15', INT),
      type: BOOLEAN,
      nullable: true,
    },
  ],
  on_error: 'into',
  output: {
    schema: [scheduled, origin, delay, isDelayed],
    key: null,
    changelog: 'append',
    event_time: ['scheduled'],
  },
};

const windowStart = field('window_start', TIMESTAMP);
const windowEnd = field('window_end', TIMESTAMP);
const aggregateFields = [
  windowStart,
  windowEnd,
  origin,
  field('flights', BIGINT),
  field('longest_delay', INT, true),
  field('delayed', BIGINT),
];

export const aggregate: AggregateOperator = {
  op: 'aggregate',
  v: 1,
  id: 'per_airport/aggregate',
  inputs: [{ from: 'per_airport/project', output: 'rows' }],
  group: [4, 5, 1],
  aggregates: [
    { function: 'count', argument: null, distinct: false, filter: null, field: field('flights', BIGINT) },
    { function: 'max', argument: 2, distinct: false, filter: null, field: field('longest_delay', INT, true) },
    { function: 'count', argument: 2, distinct: true, filter: 3, field: field('delayed', BIGINT) },
  ],
  window_start: 4,
  window_end: 5,
  pane: { column: 0, window: { size_us: DAY_US, slide_us: DAY_US, offset_us: 0n } },
  emit: 'changes',
  state: {
    growth: 'windows',
    keeps: '3 running results, the different values of each DISTINCT argument',
    per: 'window_start, window_end, origin',
    until: 'the watermark reaches window_end (windows of 1d)',
  },
  output: {
    schema: aggregateFields,
    key: ['window_start', 'window_end', 'origin'],
    changelog: 'changes',
    event_time: ['window_end'],
  },
};

export const airportSink: SinkOperator = {
  op: 'sink',
  v: 1,
  id: 'per_airport/airport_days',
  inputs: [{ from: 'per_airport/aggregate', output: 'rows' }],
  sink: 'airport_days',
  stream: 'per_airport',
  connector: 'sqlite',
  options: { path: { secret: 'DATABASE' }, table: 'airport_days' },
  format: null,
  key: ['window_start', 'window_end', 'origin'],
  conflict: 'update',
  output: aggregate.output,
};

const filter: Operator = {
  op: 'filter',
  v: 1,
  id: 'very_late/filter',
  inputs: [{ from: 'flights', output: 'rows' }],
  predicate: {
    kind: 'logical',
    operator: 'and',
    operands: [
      {
        kind: 'comparison',
        operator: 'gt',
        left: column(3, delay),
        right: literal('180', INT),
        type: BOOLEAN,
        nullable: true,
      },
      { kind: 'is_null', negated: true, operand: column(3, delay), type: BOOLEAN, nullable: false },
    ],
    type: BOOLEAN,
    nullable: true,
  },
  on_error: 'into',
  output: source.output,
};

const lateSink: SinkOperator = {
  op: 'sink',
  v: 1,
  id: 'very_late/long_delays',
  inputs: [{ from: 'very_late/filter', output: 'rows' }],
  sink: 'long_delays',
  stream: 'very_late',
  connector: 'file',
  options: { max_file_size: '64MB', path: 'quickstart/long_delays' },
  format: { name: 'csv', options: { delimiter: '\t', header: true } },
  key: ['id'],
  conflict: 'update',
  output: source.output,
};

/** The quickstart query, with an ON LATE and an ON ERROR stream that nobody writes anywhere. */
export function samplePlan(): Plan {
  const operators: readonly Operator[] = [source, watermark, late, project, aggregate, airportSink, filter, lateSink];
  return {
    format: 'esql-plan',
    version: 1,
    compiler: '0.1.0',
    query: { name: 'quickstart.esql', sha256: 'ab'.repeat(32) },
    settings: {
      checkpoint_us: 1_000_000n,
      batch_us: 100_000n,
      batch_bytes_max: 65_536n,
      state_bytes_max: 1_073_741_824n,
    },
    operators,
    streams: [
      {
        name: 'late_flights',
        operator: 'flights/late',
        emit: { kind: 'changes' },
        checkpoint_us: null,
        sinks: [],
        delivery: [],
      },
      {
        name: 'per_airport',
        operator: 'per_airport/aggregate',
        emit: { kind: 'changes' },
        checkpoint_us: 1_000_000n,
        sinks: ['per_airport/airport_days'],
        delivery: [deriveDelivery(airportSink, operators)],
      },
      {
        name: 'very_late',
        operator: 'very_late/filter',
        emit: { kind: 'changes' },
        checkpoint_us: 1_000_000n,
        sinks: ['very_late/long_delays'],
        delivery: [deriveDelivery(lateSink, operators)],
      },
    ],
  };
}

const amount = field('amount', DOUBLE, true);
const at = field('at', TIMESTAMPTZ);
const generated: OutputShape = { schema: [id, amount], key: null, changelog: 'append', event_time: [] };

/** Every kind of expression in one projection, over a generated source, with a union and the console. */
export function expressionPlan(expressions: readonly Expression[] = everyExpression()): Plan {
  const output: OutputShape = {
    schema: expressions.map((expression, index) => field(`c${String(index)}`, expression.type, expression.nullable)),
    key: null,
    changelog: 'append',
    event_time: [],
  };
  const operators: readonly Operator[] = [
    {
      op: 'source',
      v: 1,
      id: 'numbers',
      inputs: [],
      source: 'numbers',
      connector: 'generate',
      options: { rows: '1000', seed: '7' },
      format: null,
      columns: [{ from: 'metadata', name: 'row_number', field: id }],
      unused: [],
      on_error: 'fail',
      wal: 'auto',
      output: { ...generated, schema: [id] },
    },
    {
      op: 'project',
      v: 1,
      id: 'numbers/computed',
      inputs: [{ from: 'numbers', output: 'rows' }],
      expressions: [column(0, id), literal(null, DOUBLE)],
      on_error: 'fail',
      output: generated,
    },
    {
      op: 'union',
      v: 1,
      id: 'all/union',
      inputs: [
        { from: 'numbers/computed', output: 'rows' },
        { from: 'numbers/computed', output: 'rows' },
      ],
      output: generated,
    },
    {
      op: 'project',
      v: 1,
      id: 'all/project',
      inputs: [{ from: 'all/union', output: 'rows' }],
      expressions,
      on_error: 'fail',
      output,
    },
    {
      op: 'sink',
      v: 1,
      id: 'all/screen',
      inputs: [{ from: 'all/project', output: 'rows' }],
      sink: 'screen',
      stream: 'all',
      connector: 'console',
      options: { format: 'json' },
      format: null,
      key: [],
      conflict: 'update',
      output,
    },
  ];
  const sink = operators.at(-1) as SinkOperator;
  return {
    ...samplePlan(),
    operators,
    streams: [
      {
        name: 'all',
        operator: 'all/project',
        emit: { kind: 'changes' },
        checkpoint_us: 30_000_000n,
        sinks: [sink.id],
        delivery: [deriveDelivery(sink, operators)],
      },
    ],
  };
}

export function everyExpression(): readonly Expression[] {
  const first = column(0, id);
  const second = column(1, amount);
  const one = literal('1', BIGINT);
  const isOne: Expression = {
    kind: 'comparison',
    operator: 'eq',
    left: first,
    right: one,
    type: BOOLEAN,
    nullable: false,
  };
  return [
    {
      kind: 'arithmetic',
      operator: 'multiply',
      left: { kind: 'arithmetic', operator: 'add', left: first, right: one, type: BIGINT, nullable: false },
      right: literal('-2', BIGINT),
      type: BIGINT,
      nullable: false,
    },
    { kind: 'negate', operand: second, type: DOUBLE, nullable: true },
    {
      kind: 'logical',
      operator: 'or',
      operands: [isOne, { kind: 'not', operand: isOne, type: BOOLEAN, nullable: false }],
      type: BOOLEAN,
      nullable: false,
    },
    { kind: 'is_null', negated: false, operand: second, type: BOOLEAN, nullable: false },
    {
      kind: 'case',
      branches: [{ when: isOne, then: literal("it's one", VARCHAR) }],
      otherwise: literal(null, VARCHAR),
      type: VARCHAR,
      nullable: true,
    },
    { kind: 'coalesce', operands: [second, literal('1.5', DOUBLE)], type: DOUBLE, nullable: false },
    { kind: 'cast', mode: 'try', operand: second, type: INT, nullable: true },
    { kind: 'in', negated: true, operand: first, list: [one, literal('2', BIGINT)], type: BOOLEAN, nullable: false },
    { kind: 'call', function: 'ABS', arguments: [first], type: BIGINT, nullable: false },
    { kind: 'batch_value', value: 'now', site: 'all/0', type: at.type, nullable: false },
    { kind: 'batch_value', value: 'uuid', site: 'all/1', type: VARCHAR, nullable: false },
    literal('2026-01-31T13:00:00.5', TIMESTAMP),
    literal('-30000000', INTERVAL_MICROSECOND),
  ];
}
