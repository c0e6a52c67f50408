import { expect, test } from 'vitest';
import { dateFromDays, daysFromDate } from '../../../plan/calendar.js';
import { literalToValue, textToValue, valueToLiteral, valueToText } from '../../../plan/literals.js';
import * as types from '../../../plan/types.js';
import type { Value } from '../../../plan/values.js';

const cases: readonly (readonly [types.SqlType, Exclude<Value, null>, string])[] = [
  [types.INT, -2147483648, '-2147483648'],
  [types.BIGINT, 9223372036854775807n, '9223372036854775807'],
  [types.DOUBLE, 0.1, '0.1'],
  [types.DOUBLE, 1e21, '1e+21'],
  [types.DOUBLE, 5e-324, '5e-324'],
  [types.DOUBLE, -0, '-0'],
  [types.DOUBLE, Number.NaN, 'NaN'],
  [types.DOUBLE, -Infinity, '-Infinity'],
  [types.decimal(12, 2), 105n, '1.05'],
  [types.decimal(12, 2), -5n, '-0.05'],
  [types.decimal(38, 38), 1n, `0.${'0'.repeat(37)}1`],
  [types.decimal(3, 0), 999n, '999'],
  [types.VARCHAR, "it's ✓", "it's ✓"],
  [types.VARBINARY, new Uint8Array([0, 171, 255]), '00abff'],
  [types.DATE, 0, '1970-01-01'],
  [types.DATE, -719162, '0001-01-01'],
  [types.DATE, 2932896, '9999-12-31'],
  [types.DATE, 2932897, '+10000-01-01'],
  [types.DATE, -719529, '-0001-12-31'],
  [types.DATE, 11016, '2000-02-29'],
  [types.TIME, 86_399_999_999n, '23:59:59.999999'],
  [types.TIME, 46_800_000_000n, '13:00:00'],
  [types.TIMESTAMP, -1n, '1969-12-31T23:59:59.999999'],
  [types.TIMESTAMP, 1_500_000n, '1970-01-01T00:00:01.5'],
  [types.TIMESTAMPTZ, 0n, '1970-01-01T00:00:00Z'],
  [types.INTERVAL_MICROSECOND, -30_000_000n, '-30000000'],
  [types.INTERVAL_MONTH, 14n, '14'],
];

test.each(cases)('%j %s is %s', (type, value, text) => {
  expect(valueToText(value, type)).toBe(text);
  expect(textToValue(text, type)).toStrictEqual(value);
});

test.each([
  [types.INT, '2147483648'],
  [types.INT, '01'],
  [types.INT, '+1'],
  [types.INT, '-0'],
  [types.INT, ''],
  [types.BIGINT, '9223372036854775808'],
  [types.DOUBLE, '1.0'],
  [types.DOUBLE, '0x10'],
  [types.DOUBLE, ' 1'],
  [types.decimal(4, 2), '1.5'],
  [types.decimal(4, 2), '100.00'],
  [types.decimal(4, 2), '-0.00'],
  [types.VARCHAR, '\ud800'],
  [types.VARBINARY, 'AB'],
  [types.VARBINARY, 'abc'],
  [types.DATE, '1900-02-29'],
  [types.DATE, '2026-04-31'],
  [types.DATE, '2026-13-01'],
  [types.DATE, '26-01-01'],
  [types.DATE, '-0000-01-01'],
  [types.DATE, '+2026-01-01'],
  [types.TIME, '24:00:00'],
  [types.TIME, '13:00:00.10'],
  [types.TIME, '13:00:00.0000001'],
  [types.TIMESTAMP, '2026-01-01 00:00:00'],
  [types.TIMESTAMP, '2026-01-01T00:00:00Z'],
  [types.TIMESTAMP, '+300000-01-01T00:00:00'],
  [types.TIMESTAMPTZ, '2026-01-01T00:00:00'],
])('%j refuses %j', (type, text) => {
  expect(textToValue(text, type)).toBeUndefined();
});

test('literals keep NULL and BOOLEAN as JSON', () => {
  expect(valueToLiteral(null, types.INT)).toBeNull();
  expect(valueToLiteral(true, types.BOOLEAN)).toBe(true);
  expect(literalToValue(false, types.BOOLEAN)).toBe(false);
  expect(literalToValue('true', types.BOOLEAN)).toBeUndefined();
  expect(literalToValue(true, types.INT)).toBeUndefined();
  expect(literalToValue(null, types.BOOLEAN)).toBeNull();
});

test('a value of another type is a bug', () => {
  expect(() => valueToText('x', types.INT)).toThrow('no value of type int');
});

test('the calendar goes round through four centuries and beyond', () => {
  const first = daysFromDate(1599, 12, 31);
  for (let days = first + 1; days < first + 146_097 * 1.1; days += 97) {
    const { year, month, day } = dateFromDays(days);
    expect(daysFromDate(year, month, day)).toBe(days);
  }
  // JavaScript's own calendar as the reference.
  for (const iso of ['1970-03-01', '2000-02-29', '2100-02-28', '0004-02-29', '9999-12-31']) {
    const [year = 0, month = 0, day = 0] = iso.split('-').map(Number);
    expect(daysFromDate(year, month, day)).toBe(Date.parse(`${iso}T00:00:00Z`) / 86_400_000);
  }
});
