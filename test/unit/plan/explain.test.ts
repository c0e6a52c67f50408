import { expect, test } from 'vitest';
import {
  deriveDelivery,
  isWeaker,
  keyCovers,
  missingFromKey,
  weakestGuarantee,
  weakestStep,
} from '../../../plan/delivery.js';
import { planToDot } from '../../../plan/dot.js';
import { explainDelivery } from '../../../plan/explain-delivery.js';
import { explainState } from '../../../plan/explain-state.js';
import { explainPlan } from '../../../plan/explain.js';
import { expressionToText, nameToText } from '../../../plan/expression-text.js';
import type { Expression } from '../../../plan/expression.js';
import type { Operator, SinkOperator, SourceOperator } from '../../../plan/plan.js';
import { aggregateStateBound } from '../../../plan/state-bounds.js';
import { textTable, wrapText } from '../../../plan/text-layout.js';
import { BIGINT, BOOLEAN, DOUBLE, INTERVAL_MONTH, JSON_TYPE, VARBINARY, VARCHAR } from '../../../plan/types.js';
import {
  aggregate,
  airportSink,
  column,
  everyExpression,
  expressionPlan,
  field,
  literal,
  samplePlan,
} from './sample-plan.js';

function checked(text: string): string {
  expect(text.endsWith('\n')).toBe(true);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  return text;
}

test('EXPLAIN PLAN', () => {
  expect(checked(explainPlan(samplePlan()))).toMatchInlineSnapshot(`
    "stream late_flights: emit changes
      flights/late: late scheduled for tumble 1d
          → id BIGINT NOT NULL, scheduled TIMESTAMP NOT NULL, origin VARCHAR NOT NULL, delay INT, lateness INTERVAL [key
            (id), append, event time scheduled]
        flights/watermark: watermark scheduled - 1h of flights, idle after 30s
            → id BIGINT NOT NULL, scheduled TIMESTAMP NOT NULL, origin VARCHAR NOT NULL, delay INT [key (id), append, event
              time scheduled]
          flights: source file (follow = false, path = env('FLIGHTS', 'queries/data/flights.jsonl')), format json, on error
              into
              → id BIGINT NOT NULL, scheduled TIMESTAMP NOT NULL, origin VARCHAR NOT NULL, delay INT [key (id), append]

    stream per_airport: emit changes, checkpoint 1s
      per_airport/airport_days: sink sqlite (path = secret('DATABASE'), table = 'airport_days'), key (window_start,
          window_end, origin), on conflict update
        per_airport/aggregate: aggregate by (window_start, window_end, origin) COUNT(*) AS flights, MAX(delay) AS
            longest_delay, COUNT(DISTINCT delay) FILTER (WHERE is_delayed) AS delayed, tumble 1d on scheduled, emit changes
            → window_start TIMESTAMP NOT NULL, window_end TIMESTAMP NOT NULL, origin VARCHAR NOT NULL, flights BIGINT NOT
              NULL, longest_delay INT, delayed BIGINT NOT NULL [key (window_start, window_end, origin), changes, event time
              window_end]
          per_airport/project: project scheduled, origin, delay, delay > 15 AS is_delayed, on error into
              → scheduled TIMESTAMP NOT NULL, origin VARCHAR NOT NULL, delay INT, is_delayed BOOLEAN [no key, append, event
                time scheduled]
            flights/watermark: see above

    stream very_late: emit changes, checkpoint 1s
      very_late/long_delays: sink file (max_file_size = 64MB, path = 'quickstart/long_delays'), format csv (delimiter =
          '\\t', header = true), key (id), on conflict update
        very_late/filter: filter delay > 180 AND delay IS NOT NULL, on error into
            → id BIGINT NOT NULL, scheduled TIMESTAMP NOT NULL, origin VARCHAR NOT NULL, delay INT [key (id), append]
          flights: see above
    "
  `);
  expect(checked(explainPlan(expressionPlan()))).toMatchInlineSnapshot(`
    "stream all: emit changes, checkpoint 30s
      all/screen: sink console (format = 'json')
        all/project: project (id + 1) * -2 AS c0, -amount AS c1, id = 1 OR NOT id = 1 AS c2, amount IS NULL AS c3, CASE WHEN
            id = 1 THEN 'it''s one' ELSE NULL END AS c4, COALESCE(amount, 1.5) AS c5, TRY_CAST(amount AS INT) AS c6, id NOT
            IN (1, 2) AS c7, ABS(id) AS c8, NOW() AS c9, UUID() AS c10, TIMESTAMP '2026-01-31 13:00:00.5' AS c11, -30s AS
            c12
            → c0 BIGINT NOT NULL, c1 DOUBLE, c2 BOOLEAN NOT NULL, c3 BOOLEAN NOT NULL, c4 VARCHAR, c5 DOUBLE NOT NULL, c6
              INT, c7 BOOLEAN NOT NULL, c8 BIGINT NOT NULL, c9 TIMESTAMPTZ NOT NULL, c10 VARCHAR NOT NULL, c11 TIMESTAMP NOT
              NULL, c12 INTERVAL NOT NULL [no key, append]
          all/union: union all
              → id BIGINT NOT NULL, amount DOUBLE [no key, append]
            numbers/computed: project id, NULL AS amount
                → id BIGINT NOT NULL, amount DOUBLE [no key, append]
              numbers: source generate (rows = 1000, seed = 7), metadata (id from 'row_number')
                  → id BIGINT NOT NULL [no key, append]
            numbers/computed: see above
    "
  `);
  expect(explainPlan(samplePlan(), 'very_late')).toContain('stream very_late');
  expect(explainPlan(samplePlan(), 'very_late')).not.toContain('stream per_airport');
});

test('EXPLAIN STATE', () => {
  expect(checked(explainState(samplePlan(), 'per_airport'))).toMatchInlineSnapshot(`
    "operator                  keeps                      per                        grows with    until
    ------------------------  -------------------------  -------------------------  ------------  --------------------------
    flights                   the position read up to    partition                  constant      the job is removed
    flights/watermark         the largest event time     partition                  constant      the job is removed
    per_airport/aggregate     3 running results, the     window_start, window_end,  open windows  the watermark reaches
                              different values of each   origin                                   window_end (windows of 1d)
                              DISTINCT argument
    per_airport/airport_days  progress, in the target    sink                       constant      the job is removed
    "
  `);
  expect(explainState(samplePlan(), 'very_late')).not.toContain('aggregate');
  expect(explainState({ ...samplePlan(), operators: [] })).toBe('Nothing is kept.\n');
});

test('EXPLAIN DELIVERY', () => {
  expect(checked(explainDelivery(samplePlan(), 'per_airport'))).toMatchInlineSnapshot(`
    "stream per_airport into per_airport/airport_days: exactly-once
    step                      guarantee     because
    ------------------------  ------------  --------------------------------------------------------------------------------
    flights                   exactly-once  file: any range can be read again
    per_airport/aggregate     exactly-once  state comes from the checkpoint, and batches after it are computed again from
                                            their intents
    per_airport/airport_days  exactly-once  sqlite: rows and progress change in one transaction
    "
  `);
  expect(checked(explainDelivery(expressionPlan()))).toMatchInlineSnapshot(`
    "stream all into all/screen: at-least-once
    step        guarantee      because
    ----------  -------------  ------------------------------------------------------------------------------------------
    numbers     exactly-once   generate: any range can be read again
    all/screen  at-least-once  console: what was printed cannot be taken back: after a crash a batch may be printed again
    Weakest link: all/screen, console: what was printed cannot be taken back: after a crash a batch may be printed again.
    To mend it: a sink that commits rows and progress together, such as sqlite or file.
    "
  `);
  expect(explainDelivery(samplePlan(), 'late_flights')).toContain('there is no sink');
});

test('EXPLAIN DOT', () => {
  expect(planToDot(expressionPlan())).toMatchInlineSnapshot(`
    "digraph plan {
      rankdir = BT;
      node [fontname = "monospace", fontsize = 10];
      "numbers" [shape = cylinder, label = "numbers\\lsource generate (rows = 1000, seed = 7),\\lmetadata (id from 'row_number')\\l"];
      "numbers/computed" [shape = box, label = "numbers/computed\\lproject id, NULL AS amount\\l"];
      "all/union" [shape = box, label = "all/union\\lunion all\\l"];
      "all/project" [shape = box, label = "all/project\\lproject (id + 1) * -2 AS c0, -amount AS c1, id =\\l1 OR NOT id = 1 AS c2, amount IS NULL AS c3,\\lCASE WHEN id = 1 THEN 'it''s one' ELSE NULL END\\lAS c4, COALESCE(amount, 1.5) AS c5,\\lTRY_CAST(amount AS INT) AS c6, id NOT IN (1, 2)\\lAS c7, ABS(id) AS c8, NOW() AS c9, UUID() AS\\lc10, TIMESTAMP '2026-01-31 13:00:00.5' AS c11,\\l-30s AS c12\\l"];
      "all/screen" [shape = folder, label = "all/screen\\lsink console (format = 'json')\\l"];
      "numbers" -> "numbers/computed" [label = "no key, append"];
      "numbers/computed" -> "all/union" [label = "no key, append"];
      "numbers/computed" -> "all/union" [label = "no key, append"];
      "all/union" -> "all/project" [label = "no key, append"];
      "all/project" -> "all/screen" [label = "no key, append"];
    }
    "
  `);
  const [first, ...rest] = samplePlan().operators;
  const hostile = planToDot({ ...samplePlan(), operators: [{ ...first!, id: 'a"\\\n' }, ...rest] });
  expect(hostile).toContain('"a\\"\\\\ " [shape');
});

test('expressions as SQL text', () => {
  expect(everyExpression().map(expressionToText)).toMatchInlineSnapshot(`
    [
      "(id + 1) * -2",
      "-amount",
      "id = 1 OR NOT id = 1",
      "amount IS NULL",
      "CASE WHEN id = 1 THEN 'it''s one' ELSE NULL END",
      "COALESCE(amount, 1.5)",
      "TRY_CAST(amount AS INT)",
      "id NOT IN (1, 2)",
      "ABS(id)",
      "NOW()",
      "UUID()",
      "TIMESTAMP '2026-01-31 13:00:00.5'",
      "-30s",
    ]
  `);
  const one = literal('1', BIGINT);
  const add = (left: Expression, right: Expression): Expression => ({
    kind: 'arithmetic',
    operator: 'add',
    left,
    right,
    type: BIGINT,
    nullable: false,
  });
  const or = (...operands: Expression[]): Expression => ({
    kind: 'logical',
    operator: 'or',
    operands,
    type: BOOLEAN,
    nullable: false,
  });
  const yes = literal(true, BOOLEAN);
  expect(expressionToText(add(add(one, one), add(one, one)))).toBe('1 + 1 + (1 + 1)');
  expect(
    expressionToText({
      kind: 'logical',
      operator: 'and',
      operands: [or(yes, yes), yes],
      type: BOOLEAN,
      nullable: false,
    }),
  ).toBe('(TRUE OR TRUE) AND TRUE');
  expect(expressionToText({ kind: 'negate', operand: literal('-1', BIGINT), type: BIGINT, nullable: false })).toBe(
    '-(-1)',
  );
  expect(expressionToText({ kind: 'not', operand: or(yes, yes), type: BOOLEAN, nullable: false })).toBe(
    'NOT (TRUE OR TRUE)',
  );
  expect(expressionToText(literal("a'b", VARCHAR))).toBe("'a''b'");
  expect(expressionToText(literal('{"T":1}', JSON_TYPE))).toBe(`JSON '{"T":1}'`);
  expect(expressionToText(literal('00ff', VARBINARY))).toBe("X'00ff'");
  expect(expressionToText(literal('NaN', DOUBLE))).toBe("CAST('NaN' AS DOUBLE)");
  expect(expressionToText(literal('5', DOUBLE))).toBe('5e0');
  expect(expressionToText(literal('14', INTERVAL_MONTH))).toBe("INTERVAL '14' MONTH");
  expect(expressionToText(column(0, field('A "b"', BIGINT)))).toBe('"A ""b"""');
  expect(nameToText('window_start')).toBe('window_start');
});

test('delivery: the weakest link decides, and says how to mend it', () => {
  expect(weakestGuarantee([])).toBe('exactly-once');
  expect(weakestGuarantee(['exactly-once', 'at-least-once', 'at-most-once'])).toBe('at-most-once');
  expect(isWeaker('at-least-once', 'exactly-once')).toBe(true);
  expect(isWeaker('at-least-once', 'at-most-once')).toBe(false);
  const derive = (change: Partial<SourceOperator>, sink: Partial<SinkOperator> = {}) => {
    const operators = samplePlan().operators.map((operator): Operator =>
      operator.op === 'source' ? { ...operator, ...change } : operator,
    );
    return deriveDelivery({ ...airportSink, ...sink }, operators);
  };
  expect(derive({}).guarantee).toBe('exactly-once');
  expect(weakestStep(derive({}))).toBeNull();
  const socket = { connector: 'socket', options: { host: 'h', port: '1', ack: true } };
  expect(derive(socket).guarantee).toBe('exactly-once');
  const silent = derive({ ...socket, options: { host: 'h', port: '1' } });
  expect(silent.guarantee).toBe('at-most-once');
  expect(weakestStep(silent)).toMatchObject({
    operator: 'flights',
    mend: expect.stringContaining('ack = true') as string,
  });
  expect(derive({ ...socket, wal: 'offsets' })).toMatchObject({ guarantee: 'at-most-once' });
  expect(derive({}, { connector: 'console', key: [] })).toMatchObject({ guarantee: 'at-least-once' });
  expect(derive({}, { connector: 'blackhole' })).toMatchObject({ guarantee: 'exactly-once' });
  expect(derive({}).steps.map((step) => step.operator)).toEqual([
    'flights',
    'per_airport/aggregate',
    'per_airport/airport_days',
  ]);
});

test('whether a key covers another', () => {
  expect(keyCovers(['a', 'b'], ['a'])).toBe(true);
  expect(keyCovers(['a'], ['a', 'b'])).toBe(false);
  expect(keyCovers(['a'], null)).toBe(false);
  expect(keyCovers([], [])).toBe(true);
  expect(missingFromKey(['a'], ['c', 'a', 'b'])).toEqual(['c', 'b']);
});

test('state bounds', () => {
  const shape = {
    group: aggregate.group,
    aggregates: aggregate.aggregates,
    window_end: aggregate.window_end,
    window: { size_us: 10_000_000n, slide_us: 2_000_000n },
    emit: aggregate.emit,
    input: { changelog: 'append' },
    schema: [
      ...samplePlan().operators[3]!.output.schema,
      field('window_start', { kind: 'timestamp' }),
      field('window_end', { kind: 'timestamp' }),
    ],
    closes: true,
  } as const;
  expect(aggregateStateBound(shape)).toEqual({
    growth: 'windows',
    keeps: '3 running results, the different values of each DISTINCT argument',
    per: 'window_start, window_end, origin',
    until: 'the watermark reaches window_end (windows of 10s every 2s)',
  });
  expect(aggregateStateBound({ ...shape, closes: false })).toMatchObject({
    growth: 'keys',
    until: expect.stringContaining('no watermark') as string,
  });
  expect(aggregateStateBound({ ...shape, group: [], window_end: null })).toMatchObject({
    growth: 'constant',
    per: 'query',
  });
  expect(aggregateStateBound({ ...shape, input: { changelog: 'changes' } }).keeps).toContain(
    'the values of MIN and MAX',
  );
  expect(aggregateStateBound({ ...shape, aggregates: [] }).keeps).toBe('the group and its number of rows');
});

test('layout: long words are cut, wide tables wrap, deep text keeps half a line', () => {
  expect(wrapText('a '.repeat(100), 0, 2).every((line) => line.length <= 120)).toBe(true);
  expect(wrapText('x'.repeat(300), 200, 4)).toEqual([
    `${' '.repeat(60)}${'x'.repeat(60)}`,
    ...[56, 56, 56, 56, 16].map((n) => `${' '.repeat(64)}${'x'.repeat(n)}`),
  ]);
  checked(
    textTable(
      ['a', 'b'],
      [
        ['x'.repeat(200), 'y '.repeat(200)],
        ['', 'z'],
      ],
    ),
  );
  expect(textTable(['a', 'b'], [['1', '2']])).toBe('a  b\n-  -\n1  2\n');
});
