import { expect, test } from 'vitest';
import { comparePlans, takeoverDiagnostic, type Verdict } from '../../../plan/compatible.js';
import { diffToJson, diffToText } from '../../../plan/diff.js';
import type { Operator, Plan } from '../../../plan/plan.js';
import { INT, VARCHAR } from '../../../plan/types.js';
import { aggregate, column, expressionPlan, field, literal, samplePlan, source } from './sample-plan.js';

const plan = samplePlan();

function withOperators(change: (operator: Operator) => Operator | null, extra: readonly Operator[] = []): Plan {
  return { ...plan, operators: [...plan.operators.flatMap((operator) => change(operator) ?? []), ...extra] };
}

const changed = (changedId: string, change: object): Plan =>
  withOperators((operator) => (operator.id === changedId ? { ...operator, ...change } : operator));

/** Verdicts of the operators that are not `same`. */
function verdicts(after: Plan, before: Plan = plan): Record<string, Verdict> {
  const { operators } = comparePlans(before, after);
  return Object.fromEntries(operators.flatMap(({ id, verdict }) => (verdict === 'same' ? [] : [[id, verdict]])));
}

test('a plan is the same as itself, and as one with another compiler and other explanations', () => {
  for (const one of [plan, expressionPlan()]) {
    const comparison = comparePlans(one, one);
    expect(comparison.takeover).toBe('same');
    expect(comparison.operators.every((item) => item.verdict === 'same' && item.reasons.length === 0)).toBe(true);
  }
  const reworded = changed('per_airport/aggregate', { state: { ...aggregate.state, keeps: 'other words' } });
  expect(comparePlans(plan, { ...reworded, compiler: '9', query: { name: 'x', sha256: '' } }).takeover).toBe('same');
});

test.each<[string, Plan, Record<string, Verdict>, string]>([
  [
    'path',
    changed('flights', { options: { path: 'other.jsonl' } }),
    { flights: 'must_replay', 'per_airport/aggregate': 'must_replay' },
    'incompatible',
  ],
  [
    'follow',
    changed('flights', { options: { ...source.options, follow: true } }),
    { flights: 'compatible' },
    'compatible',
  ],
  [
    'connector',
    changed('flights', { connector: 'generate' }),
    { flights: 'incompatible', 'per_airport/aggregate': 'must_replay' },
    'incompatible',
  ],
  [
    'operator kind',
    changed('very_late/filter', { op: 'project', expressions: [] }),
    { 'very_late/filter': 'incompatible' },
    'incompatible',
  ],
  [
    'watermark delay',
    changed('flights/watermark', { delay_us: 1n }),
    { 'flights/watermark': 'compatible' },
    'compatible',
  ],
  [
    'watermark column',
    changed('flights/watermark', { column: 0 }),
    { 'flights/watermark': 'must_replay', 'per_airport/aggregate': 'must_replay' },
    'incompatible',
  ],
  ['late windows', changed('flights/late', { windows: [] }), { 'flights/late': 'compatible' }, 'compatible'],
  [
    'filter before a sink only',
    changed('very_late/filter', { predicate: literal(true, { kind: 'boolean' }) }),
    { 'very_late/filter': 'compatible' },
    'compatible',
  ],
  [
    'group',
    changed('per_airport/aggregate', { group: [4, 5, 2] }),
    { 'per_airport/aggregate': 'must_replay' },
    'incompatible',
  ],
  [
    'aggregate',
    changed('per_airport/aggregate', { aggregates: aggregate.aggregates.slice(1) }),
    { 'per_airport/aggregate': 'must_replay' },
    'incompatible',
  ],
  [
    'window',
    changed('per_airport/aggregate', { pane: { column: 0, window: { size_us: 5n, slide_us: 5n, offset_us: 0n } } }),
    { 'per_airport/aggregate': 'must_replay' },
    'incompatible',
  ],
  [
    'emit',
    changed('per_airport/aggregate', { emit: 'final' }),
    { 'per_airport/aggregate': 'must_replay' },
    'incompatible',
  ],
  [
    'sink table',
    changed('per_airport/airport_days', { options: { path: 'x', table: 'y' } }),
    { 'per_airport/airport_days': 'compatible' },
    'compatible',
  ],
  [
    'sink key',
    changed('per_airport/airport_days', { key: ['origin'] }),
    { 'per_airport/airport_days': 'incompatible' },
    'incompatible',
  ],
  [
    'sink columns',
    changed('per_airport/airport_days', { output: plan.operators[0]!.output }),
    { 'per_airport/airport_days': 'incompatible' },
    'incompatible',
  ],
  [
    'sink format',
    changed('very_late/long_delays', { format: { name: 'json', options: {} } }),
    { 'very_late/long_delays': 'incompatible' },
    'incompatible',
  ],
  ['settings', { ...plan, settings: { ...plan.settings, checkpoint_us: 5n } }, {}, 'compatible'],
  [
    'sink gone',
    withOperators((operator) => (operator.id === 'very_late/long_delays' ? null : operator)),
    { 'very_late/long_delays': 'compatible' },
    'compatible',
  ],
  [
    'aggregate added',
    withOperators((operator) => operator, [{ ...aggregate, id: 'new' }]),
    { new: 'must_replay' },
    'incompatible',
  ],
  [
    'filter added',
    withOperators((operator) => operator, [{ ...plan.operators[6]!, id: 'new' }]),
    { new: 'compatible' },
    'compatible',
  ],
])('%s', (_, after, expected, takeover) => {
  expect(verdicts(after)).toEqual(expected);
  expect(comparePlans(plan, after).takeover).toBe(takeover);
});

test('other rows upstream of an aggregate make its state meaningless', () => {
  const after = changed('per_airport/project', {
    expressions: [
      column(1, field('scheduled', { kind: 'timestamp' })),
      literal('x', VARCHAR),
      column(3, field('delay', INT, true)),
      literal(null, { kind: 'boolean' }),
    ],
  });
  expect(verdicts(after)).toEqual({ 'per_airport/project': 'compatible', 'per_airport/aggregate': 'must_replay' });
  const reasons = comparePlans(plan, after).operators.find((item) => item.op === 'aggregate')?.reasons;
  expect(reasons).toEqual(['its input `per_airport/project` gives other rows']);
});

test('a column that moved is the same column', () => {
  const moved = withOperators((operator) => {
    if (operator.id === 'flights') {
      const [first, ...rest] = plan.operators[0]!.output.schema;
      const schema = [...rest, first!];
      const columns = schema.map((of) => ({ from: 'record' as const, name: of.name, field: of }));
      return { ...operator, columns, output: { ...operator.output, schema } } as Operator;
    }
    // The column that it watches has moved to the front.
    return operator.op === 'watermark' ? { ...operator, column: 0 } : operator;
  });
  expect(verdicts(moved)).toEqual({});
});

test('what can not be read again can not be replayed', () => {
  const socket = (options: object): Plan =>
    withOperators((operator) =>
      operator.id === 'flights'
        ? ({ ...operator, connector: 'socket', options: { host: 'h', port: '1', ...options } } as Operator)
        : operator,
    );
  const after = {
    ...socket({}),
    operators: socket({}).operators.map((operator) =>
      operator.op === 'aggregate' ? { ...operator, group: [4] } : operator,
    ),
  };
  expect(verdicts(after, socket({}))).toEqual({ 'per_airport/aggregate': 'incompatible' });
  expect(verdicts(socket({ host: 'other' }), socket({}))).toEqual({ flights: 'compatible' });
});

test('the diagnostics of a takeover', () => {
  const compatible = comparePlans(plan, changed('flights/watermark', { delay_us: 1n }));
  expect(takeoverDiagnostic(compatible, true, 'ckpt')).toBeUndefined();
  expect(takeoverDiagnostic(compatible, false, 'ckpt')).toMatchObject({
    code: 'ESQL5007',
    place: 'ckpt',
    label: '`flights/watermark` changed in a way that keeps the state',
    facts: ['flights/watermark: compatible: delay: was 1h, is 1us'],
  });
  const refused = comparePlans(plan, changed('per_airport/aggregate', { group: [1] }));
  for (const allow of [true, false]) {
    expect(takeoverDiagnostic(refused, allow, 'ckpt')).toMatchObject({ code: 'ESQL5006' });
  }
  expect(takeoverDiagnostic(comparePlans(plan, plan), false, 'ckpt')).toBeUndefined();
});

test('the text and the JSON of a difference', () => {
  const after = {
    ...changed('per_airport/aggregate', { group: [4, 5, 2] }),
    settings: { ...plan.settings, batch_us: 0n },
  };
  const comparison = comparePlans(plan, after);
  const text = diffToText(comparison);
  expect(text).toMatchInlineSnapshot(`
    "operator                  change   verdict      because
    ------------------------  -------  -----------  ------------------------------------------------------------------------
    flights                            same
    flights/watermark                  same
    flights/late                       same
    per_airport/project                same
    per_airport/aggregate     changed  must replay  group: was window_start TIMESTAMP NOT NULL, window_end TIMESTAMP NOT
                                                    NULL, origin VARCHAR NOT NULL, is window_start TIMESTAMP NOT NULL,
                                                    window_end TIMESTAMP NOT NULL, delay INT
    per_airport/airport_days           same
    very_late/filter                   same
    very_late/long_delays              same

    Setting batch: was 100ms, is 0s.
    The new plan cannot continue from the checkpoint of the old one: it needs a new job.
    "
  `);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  expect(JSON.parse(diffToJson(comparison))).toMatchObject({
    takeover: 'incompatible',
    settings: ['batch: was 100ms, is 0s'],
  });
});
