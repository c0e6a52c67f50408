/** Properties of plans: what is written reads back, and nothing that stands in a file makes the decoder throw. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateFromDays, daysFromDate } from '../../../plan/calendar.js';
import { canonicalJson, canonicalJsonLine, type Json } from '../../../plan/canonical-json.js';
import { comparePlans } from '../../../plan/compatible.js';
import { checkPlan, decodePlan } from '../../../plan/decode.js';
import { encodePlan } from '../../../plan/encode.js';
import type { Expression } from '../../../plan/expression.js';
import { overloadOf } from '../../../plan/functions/resolve.js';
import { literalToValue, textToValue, valueToLiteral, valueToText } from '../../../plan/literals.js';
import type { Plan } from '../../../plan/plan.js';
import * as types from '../../../plan/types.js';
import { durationFromText, durationToText, sizeFromText, sizeToText } from '../../../plan/units.js';
import type { Value } from '../../../plan/values.js';
import { column, expressionPlan, field, id, samplePlan } from '../../unit/plan/sample-plan.js';

const int64 = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const decimal = fc.tuple(fc.integer({ min: 1, max: 38 }), fc.nat(38)).chain(([precision, scale]) =>
  fc.record({
    type: fc.constant(types.decimal(precision, Math.min(scale, precision))),
    value: fc.bigInt(1n - 10n ** BigInt(precision), 10n ** BigInt(precision) - 1n),
  }),
);
const of = <V extends Value>(type: types.SqlType, value: fc.Arbitrary<V>) =>
  value.map((item) => ({ type, value: item as Exclude<Value, null> }));

/** A type and one of its values. */
const typedValue: fc.Arbitrary<{ readonly type: types.SqlType; readonly value: Exclude<Value, null> }> = fc.oneof(
  of(types.BOOLEAN, fc.boolean()),
  of(types.INT, int32),
  of(types.BIGINT, int64),
  of(types.DOUBLE, fc.double()),
  decimal,
  of(types.VARCHAR, fc.string({ unit: 'binary' })),
  of(types.JSON_TYPE, fc.json()),
  of(types.VARBINARY, fc.uint8Array()),
  of(types.DATE, int32),
  of(types.TIME, fc.bigInt(0n, 86_399_999_999n)),
  of(types.TIMESTAMP, int64),
  of(types.TIMESTAMPTZ, int64),
  of(types.INTERVAL_MICROSECOND, int64),
  of(types.INTERVAL_MONTH, int64),
);

test('values: text and back', () => {
  fc.assert(
    fc.property(typedValue, ({ type, value }) => {
      expect(textToValue(valueToText(value, type), type)).toStrictEqual(value);
      expect(literalToValue(valueToLiteral(value, type), type)).toStrictEqual(value);
    }),
    { numRuns: 1_000 },
  );
});

test('values: there is only one text', () => {
  fc.assert(
    fc.property(typedValue, fc.string(), ({ type, value }, text) => {
      for (const candidate of [text, `0${valueToText(value, type)}`, `${valueToText(value, type)}0`]) {
        const read = textToValue(candidate, type);
        if (read !== undefined) expect(valueToText(read, type)).toBe(candidate);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('dates are what JavaScript says they are', () => {
  fc.assert(
    fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (days) => {
      const { year, month, day } = dateFromDays(days);
      expect(daysFromDate(year, month, day)).toBe(days);
      const reference = new Date(days * 86_400_000);
      expect([year, month, day]).toEqual([
        reference.getUTCFullYear(),
        reference.getUTCMonth() + 1,
        reference.getUTCDate(),
      ]);
    }),
  );
});

test('durations and sizes', () => {
  fc.assert(fc.property(fc.bigInt(0n, 2n ** 63n - 1n), (value) => durationFromText(durationToText(value)) === value));
  fc.assert(fc.property(fc.bigInt(0n, 2n ** 53n - 1n), (value) => sizeFromText(sizeToText(value)) === value));
});

test('canonical JSON does not depend on the order of members', () => {
  const json = fc.jsonValue() as fc.Arbitrary<Json>;
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      expect(canonicalJsonLine(reversed)).toBe(canonicalJsonLine(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(canonicalJsonLine(value)));
    }),
  );
});

/** Well-typed expressions over (id BIGINT NOT NULL, amount DOUBLE). */
const { number, truth } = fc.letrec<{ number: Expression; truth: Expression }>((tie) => ({
  number: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(column(0, id)),
    int64.map((value): Expression => ({ kind: 'literal', value: String(value), type: types.BIGINT, nullable: false })),
    fc
      .tuple(fc.constantFrom('add', 'subtract', 'multiply', 'divide', 'modulo'), tie('number'), tie('number'))
      .map(([operator, left, right]): Expression => ({
        kind: 'arithmetic',
        operator,
        left,
        right,
        type: types.BIGINT,
        nullable: left.nullable || right.nullable,
      })),
    tie('number').map((operand): Expression => ({
      kind: 'negate',
      operand,
      type: types.BIGINT,
      nullable: operand.nullable,
    })),
    fc.tuple(tie('truth'), tie('number'), tie('number')).map(([when, then, otherwise]): Expression => ({
      kind: 'case',
      branches: [{ when, then }],
      otherwise,
      type: types.BIGINT,
      nullable: then.nullable || otherwise.nullable,
    })),
    tie('number').map((argument): Expression => ({
      kind: 'call',
      function: 'ABS',
      arguments: [argument],
      type: types.BIGINT,
      nullable: argument.nullable,
    })),
  ),
  truth: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant<Expression>({
      kind: 'is_null',
      negated: false,
      operand: column(1, field('amount', types.DOUBLE, true)),
      type: types.BOOLEAN,
      nullable: false,
    }),
    fc
      .tuple(fc.constantFrom('eq', 'lt', 'not_distinct'), tie('number'), tie('number'))
      .map(([operator, left, right]): Expression => ({
        kind: 'comparison',
        operator,
        left,
        right,
        type: types.BOOLEAN,
        nullable: operator !== 'not_distinct' && (left.nullable || right.nullable),
      })),
    fc.array(tie('truth'), { minLength: 2, maxLength: 4 }).map((operands): Expression => ({
      kind: 'logical',
      operator: 'and',
      operands,
      type: types.BOOLEAN,
      nullable: operands.some((operand) => operand.nullable),
    })),
  ),
}));

const plan: fc.Arbitrary<Plan> = fc
  .record({
    expressions: fc.array(fc.oneof(number, truth), { minLength: 1, maxLength: 5 }),
    batch_us: fc.bigInt(0n, 2n ** 63n - 1n),
    bytes: fc.bigInt(1n, 2n ** 63n - 1n),
    seed: fc.nat(),
    count: fc.oneof(fc.nat().map(String), fc.constant({ env: 'ROWS', default: '5' }), fc.constant({ secret: 'ROWS' })),
  })
  .map(({ expressions, batch_us, bytes, seed, count }) => {
    const made = expressionPlan(expressions);
    const operators = made.operators.map((operator) =>
      operator.op === 'source' ? { ...operator, options: { rows: count, seed: String(seed) } } : operator,
    );
    const settings = { ...made.settings, batch_us, batch_bytes_max: bytes, state_bytes_max: bytes };
    return { ...made, operators, settings };
  });

test('plans: encode, decode, encode', () => {
  fc.assert(
    fc.property(plan, (made) => {
      const text = encodePlan(made);
      const decoded = decodePlan(text, { functions: overloadOf });
      expect(decoded).toEqual({ ok: true, plan: made });
      if (decoded.ok) expect(encodePlan(decoded.plan)).toBe(text);
      expect(checkPlan(made)).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

test('comparing is reflexive, and sees every change of an expression', () => {
  fc.assert(
    fc.property(plan, plan, (a, b) => {
      expect(comparePlans(a, a).takeover).toBe('same');
      const isSame = comparePlans(a, b).takeover === 'same';
      if (isSame) expect(encodePlan({ ...b, streams: [] })).toBe(encodePlan({ ...a, streams: [] }));
    }),
    { numRuns: 100 },
  );
});

test('a secret is never in a plan: only its name', () => {
  const text = encodePlan(samplePlan());
  expect(text).toContain('"secret": "DATABASE"');
});
