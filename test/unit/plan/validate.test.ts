import { expect, test } from 'vitest';
import { overloadOf } from '../../../plan/functions/resolve.js';
import { jsonInOrder } from '../../../plan/canonical-json.js';
import { planCodec } from '../../../plan/codec/plan.js';
import type { Operator, Plan, StreamPlan } from '../../../plan/plan.js';
import { BIGINT, BOOLEAN, DOUBLE, INT, VARCHAR } from '../../../plan/types.js';
import { validatePlan } from '../../../plan/validate/validate.js';
import { column, expressionPlan, field, id, literal, samplePlan } from './sample-plan.js';

function problems(plan: Plan): readonly string[] {
  return validatePlan(plan, overloadOf).map(({ path, problem }) => `${path}: ${problem}`);
}

/** The sample plan with one operator replaced. */
function withOperator(index: number, change: object): Plan {
  const plan = samplePlan();
  const operators = plan.operators.map((operator, i) => (i === index ? { ...operator, ...change } : operator));
  return { ...plan, operators };
}

function withStream(index: number, change: Partial<StreamPlan>): Plan {
  const plan = samplePlan();
  return { ...plan, streams: plan.streams.map((stream, i) => (i === index ? { ...stream, ...change } : stream)) };
}

const [source, watermark, late, project, aggregate, airportSink, filter, fileSink] = samplePlan().operators;
const output = (operator: Operator | undefined, change: object): object => ({
  output: { ...operator!.output, ...change },
});

test('good plans have no problems', () => {
  expect(problems(samplePlan())).toEqual([]);
  expect(problems(expressionPlan())).toEqual([]);
});

test.each<[number, object, string]>([
  [1, { id: 'flights' }, 'operators[1].id: `flights` stands there twice'],
  [1, { id: 'a//b' }, 'operators[1].id: not the form'],
  [
    1,
    { inputs: [{ from: 'flights/late', output: 'rows' }] },
    'operators[1].inputs[0].from: no operator `flights/late` before',
  ],
  [1, { inputs: [{ from: 'flights/watermark', output: 'rows' }] }, 'operators[1].inputs[0].from: no operator'],
  [3, { inputs: [{ from: 'flights/watermark', output: 'errors' }] }, 'operators[3].inputs[0].output: only a source'],
  [
    6,
    { inputs: [{ from: 'per_airport/airport_days', output: 'rows' }] },
    'operators[6].inputs[0].from: `per_airport/airport_days` is a sink',
  ],
  [0, { connector: 'nexmark' }, 'operators[0].connector: this version has no connector `nexmark`'],
  [0, { connector: '__proto__' }, 'operators[0].connector: this version has no connector'],
  [0, { connector: 'sqlite' }, 'operators[0].connector: connector `sqlite` is no source'],
  [0, { options: { follow: false } }, 'operators[0].options: the option `path` is missing'],
  [0, { options: { path: 'x', order: 'size' } }, "operators[0].options.order: expected 'name' or 'modified'"],
  [0, { options: { path: 'x', partition_by: 'a' } }, 'operators[0].options.partition_by: a source has no such option'],
  [
    7,
    { options: { path: 'x', max_file_size: '1024KB' } },
    'operators[7].options.max_file_size: expected the canonical text `1MB`',
  ],
  [0, { format: null }, 'operators[0].format: connector `file` needs a format'],
  [0, { format: { name: 'raw', options: {} } }, 'operators[0].columns: the format raw has one column'],
  [0, { format: { name: 'debezium json', options: {} } }, 'operators[0].output.changelog: expected "changes"'],
  [
    0,
    { format: { name: 'csv', options: { delimiter: ';;' } } },
    'operators[0].format.options.delimiter: expected one ASCII',
  ],
  [
    0,
    { columns: [{ from: 'metadata', name: 'row_number', field: id }] },
    'operators[0].columns[0].name: connector `file` has no such metadata',
  ],
  [0, { columns: [{ from: 'metadata', name: 'path', field: id }] }, 'operators[0].columns[0].field.type: not the type'],
  [0, output(source, { changelog: 'changes' }), 'operators[0].output.changelog: expected "append", found "changes"'],
  [0, output(source, { schema: [id, id] }), 'operators[0].output.schema[1].name: `id` stands there twice'],
  [0, output(source, { key: ['nr'] }), 'operators[0].output.key[0]: no column `nr`'],
  [0, output(source, { event_time: ['id'] }), 'operators[0].output.event_time[0]: `id` is no timestamp'],
  [1, { source: 'other' }, 'operators[1].source: no source `other` before'],
  [1, { column: 0 }, 'operators[1].column: expected a column of type TIMESTAMP'],
  [1, { column: 9 }, 'operators[1].column: no column 9: there are 4 columns'],
  [1, { delay_us: -1n }, 'operators[1].delay_us: expected 0 or more'],
  [1, { timeout_us: 0n }, 'operators[1].timeout_us: expected more than 0'],
  [1, output(watermark, { event_time: [] }), 'operators[1].output.event_time: `scheduled` is missing'],
  [
    2,
    { windows: [{ size_us: 0n, slide_us: 1n, offset_us: 0n }] },
    'operators[2].windows[0].size_us: expected more than 0',
  ],
  [
    2,
    { windows: [{ size_us: 10n, slide_us: 11n, offset_us: 0n }] },
    'operators[2].windows[0].slide_us: larger than the size',
  ],
  [
    2,
    { windows: [{ size_us: 10_001n, slide_us: 1n, offset_us: 0n }] },
    'operators[2].windows[0].slide_us: a row belongs to more than 10000',
  ],
  [2, { inputs: [{ from: 'flights', output: 'rows' }] }, 'operators[2].inputs: no watermark before'],
  [2, output(late, { schema: [] }), 'operators[2].output.schema: expected 5 columns, found 0'],
  [3, { expressions: [] }, 'operators[3].output.schema: expected 0 columns, found 4'],
  [3, output(project, { changelog: 'changes' }), 'operators[3].output.changelog: expected "append"'],
  [4, { group: [4, 5, 9] }, 'operators[4].group[2]: no column 9'],
  [4, { window_end: 1 }, 'operators[4].window_end: expected a group column with a timestamp'],
  [4, { window_end: 0 }, 'operators[4].window_end: column 0 is not in `group`'],
  [4, { window_end: null }, 'operators[4].state.growth: bounded by windows, but no window closes'],
  [4, { window_end: null, emit: 'final' }, 'operators[4].emit: "final" needs a window that closes'],
  [4, { emit: 'final' }, 'operators[4].output.changelog: expected "append", found "changes"'],
  [4, output(aggregate, { changelog: 'append' }), 'operators[4].output.changelog: expected "changes", found "append"'],
  [
    4,
    { pane: { column: 1, window: { size_us: 1n, slide_us: 1n, offset_us: 0n } } },
    'operators[4].pane.column: expected a column of type TIMESTAMP',
  ],
  [5, { key: ['nr'] }, 'operators[5].key[0]: no column `nr`'],
  [5, { key: [] }, 'operators[5].key: the connector needs a key'],
  [5, { conflict: 'ignore' }, 'operators[5].inputs[0]: the sink takes rows that never change'],
  [5, { stream: 'very_late' }, 'streams[1].sinks[0]: the sink belongs to the stream `very_late`'],
  [6, { predicate: column(3, field('delay', INT, true)) }, 'operators[6].predicate.type: expected BOOLEAN'],
  [7, { conflict: 'ignore' }, 'operators[7].conflict: the connector has no "ignore"'],
  [
    7,
    { inputs: [{ from: 'per_airport/aggregate', output: 'rows' }], ...output(airportSink, {}) },
    'the sink takes appended rows only, the input has changes',
  ],
  [7, output(fileSink, { schema: [id] }), 'operators[7].output.schema: expected 4 columns, found 1'],
  [
    6,
    output(filter, { schema: [...filter!.output.schema].reverse() }),
    'operators[6].output.schema[0]: expected id BIGINT NOT NULL',
  ],
])('operator %i, case %#', (index, change, message) => {
  expect(problems(withOperator(index, change)).join('\n')).toContain(message);
});

test.each<[Parameters<typeof withStream>[1], string]>([
  [{ name: 'very_late' }, 'streams[2].name: `very_late` stands there twice'],
  [{ operator: 'nothing' }, 'streams[1].operator: no operator `nothing`'],
  [{ operator: 'per_airport/airport_days' }, 'streams[1].operator: a sink has no rows'],
  [{ sinks: [] }, 'operators[5].stream: no stream lists this sink'],
  [{ sinks: ['flights'] }, 'streams[1].sinks[0]: no sink `flights`'],
  [
    { sinks: ['per_airport/airport_days', 'per_airport/airport_days'] },
    'streams[1].sinks[1]: the sink stands there twice',
  ],
  [{ delivery: [] }, 'streams[1].delivery: nothing is said about the sink'],
  [{ delivery: [{ sink: 'x', guarantee: 'exactly-once', steps: [] }] }, 'streams[1].delivery[0].sink: no sink `x`'],
  [{ checkpoint_us: 0n }, 'streams[1].checkpoint_us: expected more than 0'],
])('stream, case %#', (change, message) => {
  expect(problems(withStream(1, change)).join('\n')).toContain(message);
});

const first = column(0, id);
const amount = column(1, field('amount', DOUBLE, true));
const yes = literal(true, BOOLEAN);

test.each<[Parameters<typeof expressionPlan>[0] extends readonly (infer E)[] | undefined ? E : never, string]>([
  [column(7, id), '.index: no column 7'],
  [{ ...first, type: INT }, '.type: expected BIGINT, found INT'],
  [column(0, field('other', BIGINT)), '.name: column 0 is `id`'],
  [column(1, field('amount', DOUBLE)), '.nullable: is false, but it can be NULL'],
  [literal('01', INT), '.value: no canonical INT'],
  [{ ...literal(null, INT), nullable: false }, '.nullable: is false'],
  [
    { kind: 'arithmetic', operator: 'add', left: first, right: amount, type: BIGINT, nullable: true },
    ': expected two numbers',
  ],
  [
    { kind: 'arithmetic', operator: 'add', left: yes, right: yes, type: BOOLEAN, nullable: true },
    ': expected two numbers',
  ],
  [
    { kind: 'negate', operand: literal('a', VARCHAR), type: VARCHAR, nullable: false },
    ".type: VARCHAR can't be negated",
  ],
  [
    { kind: 'comparison', operator: 'eq', left: first, right: amount, type: BOOLEAN, nullable: true },
    '.right.type: expected BIGINT',
  ],
  [
    { kind: 'comparison', operator: 'eq', left: amount, right: amount, type: BOOLEAN, nullable: false },
    '.nullable: is false',
  ],
  [
    { kind: 'logical', operator: 'and', operands: [yes, first], type: BOOLEAN, nullable: false },
    '.operands[1].type: expected BOOLEAN',
  ],
  [{ kind: 'not', operand: first, type: BOOLEAN, nullable: false }, '.operand.type: expected BOOLEAN'],
  [{ kind: 'is_null', negated: false, operand: first, type: INT, nullable: false }, '.type: expected BOOLEAN'],
  [
    { kind: 'case', branches: [{ when: first, then: first }], otherwise: first, type: BIGINT, nullable: false },
    '.branches[0].when.type: expected BOOLEAN',
  ],
  [
    { kind: 'case', branches: [{ when: yes, then: first }], otherwise: amount, type: BIGINT, nullable: true },
    '.otherwise.type: expected BIGINT',
  ],
  [{ kind: 'coalesce', operands: [amount, amount], type: DOUBLE, nullable: false }, '.nullable: is false'],
  [
    { kind: 'in', negated: false, operand: first, list: [amount], type: BOOLEAN, nullable: true },
    '.list[0].type: expected BIGINT',
  ],
  [
    { kind: 'call', function: 'ABS', arguments: [literal('a', VARCHAR)], type: VARCHAR, nullable: false },
    '.function: there is no ABS(VARCHAR)',
  ],
  [
    { kind: 'call', function: 'ABS', arguments: [first], type: DOUBLE, nullable: false },
    '.type: expected BIGINT, found DOUBLE',
  ],
  [{ kind: 'call', function: 'ABS', arguments: [amount], type: DOUBLE, nullable: false }, '.nullable: is false'],
  [{ kind: 'batch_value', value: 'now', site: 's', type: BIGINT, nullable: false }, '.type: expected TIMESTAMPTZ'],
  [
    {
      kind: 'not',
      operand: { kind: 'not', operand: first, type: BOOLEAN, nullable: false },
      type: BOOLEAN,
      nullable: false,
    },
    'operators[3].expressions[0].operand.operand.type',
  ],
])('expression %#', (expression, message) => {
  const found = problems(expressionPlan([expression]));
  expect(found.join('\n')).toContain(message);
  expect(found.join('\n')).toContain('operators[3].expressions[0]');
});

test('a hostile plan with many operators is checked in reasonable time', () => {
  const [numbers] = expressionPlan().operators;
  const operators: Operator[] = [numbers!];
  for (let index = 1; index < 4_000; index += 1) {
    const inputs = operators.slice(-1_000).map((operator) => ({ from: operator.id, output: 'rows' as const }));
    operators.push({ op: 'union', v: 1, id: `u${String(index)}`, inputs: inputs.slice(0, 3), output: numbers!.output });
  }
  expect(problems({ ...samplePlan(), operators, streams: [] })).toEqual([]);
  // Looks for a watermark through all of them, each once: there are 3^4000 ways up.
  const last = { ...late!, inputs: [{ from: 'u3999', output: 'rows' as const }] };
  expect(problems({ ...samplePlan(), operators: [...operators, last], streams: [] }).join()).toContain(
    'no watermark before',
  );
  expect(jsonInOrder(planCodec.encode({ ...samplePlan(), operators, streams: [] })).length).toBeGreaterThan(100_000);
});
