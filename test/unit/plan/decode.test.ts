import { expect, test } from 'vitest';
import { checkPlan, decodePlan } from '../../../plan/decode.js';
import { encodePlan } from '../../../plan/encode.js';
import { planFingerprint, sha256Hex } from '../../../plan/fingerprint.js';
import { overloadOf } from '../../../plan/functions/resolve.js';
import type { Plan } from '../../../plan/plan.js';
import { expressionPlan, samplePlan } from './sample-plan.js';

function labels(text: string): readonly string[] {
  const decoded = decodePlan(text);
  return decoded.ok ? [] : decoded.diagnostics.map((item) => `${item.code} ${item.label}`);
}

/** The sample plan with a piece of its text replaced, which must be there. */
function damaged(from: string, to: string): string {
  const text = encodePlan(samplePlan());
  expect(text).toContain(from);
  return text.replace(from, to);
}

test.each([
  ['quickstart', samplePlan()],
  ['every expression', expressionPlan()],
])('%s: encode, decode, encode', (_, plan) => {
  const text = encodePlan(plan);
  const decoded = decodePlan(text, { functions: overloadOf });
  expect(decoded).toEqual({ ok: true, plan });
  expect(checkPlan(plan)).toEqual([]);
  expect(text.endsWith('}\n')).toBe(true);
});

test('references stay references, sizes and durations keep their unit', () => {
  const text = encodePlan(samplePlan());
  for (const part of [
    '{ "env": "FLIGHTS", "default": "queries/data/flights.jsonl" }',
    '{ "secret": "DATABASE" }',
    '"delay_us": "1h"',
    '"checkpoint_us": "1s"',
    '"batch_bytes_max": "65536"',
    '"max_file_size": "64MB"',
    '{ "name": "id", "type": "BIGINT", "nullable": false }',
  ]) {
    expect(text).toContain(part);
  }
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
});

test.each([
  ['', 'ESQL5001'],
  ['{', 'ESQL5001'],
  ['[]', 'ESQL5001'],
  ['null', 'ESQL5001'],
  ['{"format":"other"}', 'ESQL5001'],
  ['{"format":"esql-plan"}', 'ESQL5002'],
  ['{"format":"esql-plan","version":2}', 'ESQL5002'],
  ['{"format":"esql-plan","version":0}', 'ESQL5002'],
  ['{"format":"esql-plan","version":-1e9}', 'ESQL5002'],
  ['{"format":"esql-plan","version":0.5}', 'ESQL5002'],
  ['{"format":"esql-plan","version":"1"}', 'ESQL5002'],
  [' '.repeat(16_777_217), 'ESQL5005'],
])('refuses %.40s', (text, code) => {
  const decoded = decodePlan(text, { place: 'x.plan.json' });
  expect(decoded.ok ? [] : decoded.diagnostics.map((item) => [item.code, item.place])).toEqual([[code, 'x.plan.json']]);
});

test.each([
  [
    '"delay_us": "1h"',
    '"delay_us": "3600s"',
    'operators[1].delay_us: expected a duration such as "30s", found "3600s"',
  ],
  ['"delay_us": "1h"', '"delay_us": 3600', 'operators[1].delay_us: expected a duration such as "30s", found 3600'],
  ['"column": 1', '"column": "1"', 'operators[1].column: expected a whole number from 0 to 1001, found "1"'],
  ['"v": 1', '"v": 2', 'operators[0].v: expected 1, found 2'],
  ['"op": "source"', '"op": "join"', 'operators[0].op: expected one of source, filter'],
  ['"wal": "auto"', '"wal": "auto", "x": 1', 'operators[0].x: expected only the members op, v, id'],
  ['"wal": "auto"', '"wal": "auto", "__proto__": {}', 'operators[0].__proto__: expected only the members'],
  ['"wal": "auto",', '', 'operators[0].wal: expected "auto" or "full" or "offsets", found nothing'],
  ['"type": "BIGINT"', '"type": "bigint"', 'field.type: expected a type such as "BIGINT"'],
  [
    '"follow": false',
    '"follow": 5',
    'operators[0].options.follow: expected a string, true, false or a reference, found 5',
  ],
  ['"follow": false', '"__proto__": false', 'operators[0].options.__proto__: expected the name of an option'],
  ['{ "secret": "DATABASE" }', '{ "secret": "DATABASE", "value": "x" }', 'options.path.value: expected only'],
  [
    '"batch_bytes_max": "65536"',
    '"batch_bytes_max": "9223372036854775808"',
    'settings.batch_bytes_max: expected digits',
  ],
])('a wrong member: %s → %s', (from, to, message) => {
  expect(labels(damaged(from, to)).join('\n')).toContain(`ESQL5003 `);
  expect(labels(damaged(from, to)).join('\n')).toContain(message);
});

test('deep, wide and hostile texts are refused, not run into', () => {
  const deep = (levels: number): string =>
    `${'{"kind":"not","operand":'.repeat(levels)}0${',"type":"BOOLEAN","nullable":false}'.repeat(levels)}`;
  const predicate = /"predicate": \{[\s\S]*?\n {6}\},/u;
  const plan = encodePlan(samplePlan());
  expect(plan).toMatch(predicate);
  expect(labels(plan.replace(predicate, `"predicate": ${deep(50_000)},`)).join()).toContain('1100 levels');
  expect(
    labels(`{"format":"esql-plan","version":1,"operators":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
  ).not.toEqual([]);
  const many = `[${'{},'.repeat(4_096)}{}]`;
  expect(labels(`{"format":"esql-plan","version":1,"operators":${many}}`).join()).toContain('a list of 4097');
  expect(labels(`{"format":"esql-plan","version":1,"operators":[${'{},'.repeat(4_000)}{}]}`).length).toBe(50);
});

test('an expression as deep as the limit goes round', () => {
  const plan = expressionPlan();
  const [first] = plan.operators.flatMap((operator) =>
    operator.op === 'project' ? operator.expressions.slice(0, 1) : [],
  );
  let expression = first!;
  for (let level = 1; level < 1_100; level += 1) {
    expression = {
      kind: 'arithmetic',
      operator: 'add',
      left: expression,
      right: first!,
      type: first!.type,
      nullable: false,
    };
  }
  expect(checkPlan(expressionPlan([expression])).map((item) => item.label)).toEqual([]);
  const deeper = { ...expression, left: expression, kind: 'arithmetic', operator: 'add', right: first! } as const;
  expect(
    checkPlan(expressionPlan([deeper]))
      .map((item) => item.label)
      .join(),
  ).toContain('1100 levels');
});

test('the fingerprint is that of the plan, not of its query text or compiler', () => {
  const plan = samplePlan();
  const same: Plan = { ...plan, compiler: '9.9.9', query: { name: 'other.esql', sha256: '' } };
  expect(planFingerprint(same)).toBe(planFingerprint(plan));
  const other: Plan = { ...plan, settings: { ...plan.settings, batch_us: 5n } };
  expect(planFingerprint(other)).not.toBe(planFingerprint(plan));
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('a plan of sound parts that do not fit each other is ESQL5004', () => {
  const plan = samplePlan();
  const sink = plan.operators.find((operator) => operator.op === 'sink')!;
  const twice: Plan = { ...plan, operators: [...plan.operators, sink] };
  expect(labels(encodePlan(twice)).map((label) => label.slice(0, 8))).toContain('ESQL5004');
});
