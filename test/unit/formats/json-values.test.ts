import { describe, expect, test } from 'vitest';
import type { Value } from '../../../plan/values.js';
import { decodeAll, KERNELS } from '../../support/decoding.js';

const DAY = 86_400_000_000n;
const NEW_YEAR_2026 = 20454n * DAY;
const HOUR = 3_600_000_000n;

/** Type, JSON text of the value, and what comes out: a value, or the code of the error. */
type Case = readonly [type: string, json: string, result: Value | { readonly code: string }];
const bad = (code: string): { readonly code: string } => ({ code });

const cases: readonly Case[] = [
  ['BOOLEAN', 'true', true],
  ['BOOLEAN', 'false', false],
  ['BOOLEAN', '1', bad('wrong_type')],
  ['BOOLEAN', '"true"', bad('wrong_type')],
  ['BOOLEAN', 'tru', bad('malformed_record')],
  ['INT', '0', 0],
  ['INT', '-0', 0],
  ['INT', '2147483647', 2147483647],
  ['INT', '-2147483648', -2147483648],
  ['INT', '2147483648', bad('out_of_range')],
  ['INT', '-2147483649', bad('out_of_range')],
  ['INT', '1.0', 1],
  ['INT', '1.5', bad('wrong_type')],
  ['INT', '12e2', 1200],
  ['INT', '"1"', bad('wrong_type')],
  ['INT', '01', bad('malformed_record')],
  ['INT', '-', bad('malformed_record')],
  ['INT', '+1', bad('malformed_record')],
  ['INT', '{}', bad('wrong_type')],
  ['BIGINT', '1', 1n],
  ['BIGINT', '12345678', 12345678n],
  ['BIGINT', '123456789', 123456789n],
  ['BIGINT', '999999999999999', 999999999999999n],
  ['BIGINT', '9007199254740993', 9007199254740993n],
  ['BIGINT', '-123456789012345678', -123456789012345678n],
  ['BIGINT', '1234567890123456789', 1234567890123456789n],
  ['BIGINT', '9223372036854775807', 2n ** 63n - 1n],
  ['BIGINT', '-9223372036854775808', -(2n ** 63n)],
  ['BIGINT', '9223372036854775808', bad('out_of_range')],
  ['BIGINT', '-9223372036854775809', bad('out_of_range')],
  ['BIGINT', '1e400', bad('out_of_range')],
  ['BIGINT', '1e999999999999', bad('out_of_range')],
  ['BIGINT', '"12"', bad('wrong_type')],
  ['DOUBLE', '0', 0],
  ['DOUBLE', '-0', -0],
  ['DOUBLE', '0.1', 0.1],
  ['DOUBLE', '-1.5', -1.5],
  ['DOUBLE', '123456789.123456789', 123456789.123456789],
  ['DOUBLE', '9007199254740993', 9007199254740992],
  ['DOUBLE', '0.000000000000000001', 1e-18],
  ['DOUBLE', '1e-7', 1e-7],
  ['DOUBLE', '1E+308', 1e308],
  ['DOUBLE', '5e-324', 5e-324],
  ['DOUBLE', '1e-999', 0],
  ['DOUBLE', '1e309', bad('out_of_range')],
  ['DOUBLE', '1.', bad('malformed_record')],
  ['DOUBLE', '.5', bad('malformed_record')],
  ['DOUBLE', 'NaN', bad('malformed_record')],
  ['DECIMAL(10,2)', '12.34', 1234n],
  ['DECIMAL(10,2)', '-0.5', -50n],
  ['DECIMAL(10,2)', '7', 700n],
  ['DECIMAL(10,2)', '1.230', 123n],
  ['DECIMAL(10,2)', '1.235', bad('out_of_range')],
  ['DECIMAL(10,2)', '99999999.99', 9999999999n],
  ['DECIMAL(10,2)', '100000000', bad('out_of_range')],
  ['DECIMAL(10,2)', '1.5e3', 150000n],
  ['DECIMAL(10,2)', '0e999999999', 0n],
  ['DECIMAL(10,2)', '1e999999999', bad('out_of_range')],
  ['DECIMAL(10,2)', '"1.5"', bad('wrong_type')],
  ['DECIMAL(18,0)', '999999999999999999', 999999999999999999n],
  ['DECIMAL(18,18)', '0.123456789012345678', 123456789012345678n],
  ['DECIMAL(38,10)', '1.5', 15000000000n],
  ['DECIMAL(38,10)', '-1.5', -15000000000n],
  ['DECIMAL(38,0)', '99999999999999999999999999999999999999', 10n ** 38n - 1n],
  ['DECIMAL(38,0)', '-99999999999999999999999999999999999999', 1n - 10n ** 38n],
  ['DECIMAL(38,0)', '100000000000000000000000000000000000000', bad('out_of_range')],
  ['VARCHAR', '""', ''],
  ['VARCHAR', '"abc"', 'abc'],
  ['VARCHAR', '"exactly sixteen!"', 'exactly sixteen!'],
  ['VARCHAR', '"longer than sixteen bytes and thirty-two, too"', 'longer than sixteen bytes and thirty-two, too'],
  ['VARCHAR', '"grüße 🎈"', 'grüße 🎈'],
  ['VARCHAR', '"a\\"b\\\\c\\/d\\b\\f\\n\\r\\t"', 'a"b\\c/d\b\f\n\r\t'],
  ['VARCHAR', '"\\u0041\\u00e4\\u20ac\\ud83c\\udf88"', 'Aä€🎈'],
  ['VARCHAR', '"\\u0000"', '\0'],
  ['VARCHAR', '"\\ud83c"', bad('invalid_utf8')],
  ['VARCHAR', '"\\udf88\\ud83c"', bad('invalid_utf8')],
  ['VARCHAR', '"\\ud83cx"', bad('invalid_utf8')],
  ['VARCHAR', '"\\x41"', bad('malformed_record')],
  ['VARCHAR', '"\\u00g1"', bad('malformed_record')],
  ['VARCHAR', '"a\tb"', bad('malformed_record')],
  ['VARCHAR', '"open', bad('malformed_record')],
  ['VARCHAR', '1', bad('wrong_type')],
  ['VARCHAR', '["a"]', bad('wrong_type')],
  ['JSON', '"a"', '"a"'],
  ['JSON', '12.50', '12.50'],
  ['JSON', 'true', 'true'],
  ['JSON', '{"x":[1, 2]}', '{"x":[1, 2]}'],
  ['JSON', '"\\u0041"', '"\\u0041"'],
  ['JSON', '1e5', '1e5'],
  ['JSON', '[1,]', bad('malformed_record')],
  ['DATE', '"1970-01-01"', 0],
  ['DATE', '"2026-01-01"', 20454],
  ['DATE', '"2024-02-29"', 19782],
  ['DATE', '"2023-02-29"', bad('wrong_type')],
  ['DATE', '"1900-02-29"', bad('wrong_type')],
  ['DATE', '"0001-01-01"', -719162],
  ['DATE', '"9999-12-31"', 2932896],
  ['DATE', '"0000-01-01"', bad('wrong_type')],
  ['DATE', '"2026-13-01"', bad('wrong_type')],
  ['DATE', '"2026-1-1"', bad('wrong_type')],
  ['DATE', '20454', bad('wrong_type')],
  ['TIME', '"00:00:00"', 0n],
  ['TIME', '"23:59:59.999999"', DAY - 1n],
  ['TIME', '"13:00"', 13n * HOUR],
  ['TIME', '"24:00:00"', bad('wrong_type')],
  ['TIME', '"13:60:00"', bad('wrong_type')],
  ['TIMESTAMP', '"2026-01-01T00:00:00.123Z"', NEW_YEAR_2026 + 123000n],
  ['TIMESTAMP', '"2026-01-01T00:00:00"', NEW_YEAR_2026],
  ['TIMESTAMP', '"2026-01-01 01:00:00.5"', NEW_YEAR_2026 + HOUR + 500000n],
  ['TIMESTAMP', '"2026-01-01"', NEW_YEAR_2026],
  ['TIMESTAMP', '"2026-01-01T00:00"', NEW_YEAR_2026],
  ['TIMESTAMP', '"2026-01-01T00:00:00.123456789Z"', NEW_YEAR_2026 + 123457n],
  ['TIMESTAMP', '"2026-01-01T00:00:00.9999999Z"', NEW_YEAR_2026 + 1000000n],
  ['TIMESTAMP', '"2026-01-01T00:00:00+01:00"', bad('wrong_type')],
  ['TIMESTAMP', '"2026-01-01T00:00:60Z"', bad('wrong_type')],
  ['TIMESTAMP', '"2026-01-01T24:00:00Z"', bad('wrong_type')],
  ['TIMESTAMP', '"2026-01-01X00:00:00Z"', bad('wrong_type')],
  ['TIMESTAMP', '"2026\\u002d01-01T00:00:00Z"', NEW_YEAR_2026],
  ['TIMESTAMP', '"0001-01-01T00:00:00Z"', -719162n * DAY],
  ['TIMESTAMP', '"9999-12-31T23:59:59.999999Z"', 2932897n * DAY - 1n],
  ['TIMESTAMP', '1767225600123', NEW_YEAR_2026 + 123000n],
  ['TIMESTAMP', '-1', -1000n],
  ['TIMESTAMP', '999999999999999', 999999999999999000n],
  ['TIMESTAMP', '9223372036854775807', bad('out_of_range')],
  ['TIMESTAMP', '1.5', bad('wrong_type')],
  ['TIMESTAMP', 'true', bad('wrong_type')],
  ['TIMESTAMPTZ', '"2026-01-01T00:00:00Z"', NEW_YEAR_2026],
  ['TIMESTAMPTZ', '"2026-01-01T02:00:00+02:00"', NEW_YEAR_2026],
  ['TIMESTAMPTZ', '"2025-12-31T18:30:00.25-05:30"', NEW_YEAR_2026 + 250000n],
  ['TIMESTAMPTZ', '"2026-01-01T02:00:00+0200"', NEW_YEAR_2026],
  ['TIMESTAMPTZ', '"2026-01-01T02:00:00+02"', NEW_YEAR_2026],
  ['TIMESTAMPTZ', '"2026-01-01T00:00:00"', NEW_YEAR_2026],
  ['TIMESTAMPTZ', '"2026-01-01T02:00:00+16:00"', bad('wrong_type')],
  ['TIMESTAMPTZ', '"2026-01-01T02:00:00+02:60"', bad('wrong_type')],
  ['INTERVAL', '"PT1H30M"', 5400_000_000n],
  ['INTERVAL', '"-P1DT0.5S"', -DAY - 500000n],
  ['INTERVAL', '"90s"', 90_000_000n],
  ['INTERVAL', '"1 hour 30 minutes"', 5400_000_000n],
  ['INTERVAL', '"-01:30:00.5"', -5400_500_000n],
  ['INTERVAL', '"1 month"', bad('wrong_type')],
  ['INTERVAL', '"P"', bad('wrong_type')],
  ['INTERVAL', '90', bad('wrong_type')],
  ['INTERVAL MONTH', '"P1Y2M"', 14n],
  ['INTERVAL MONTH', '"3 months"', 3n],
  ['INTERVAL MONTH', '"1 day"', bad('wrong_type')],
  ['VARBINARY', '""', new Uint8Array(0)],
  ['VARBINARY', '"AP9/"', Uint8Array.of(0, 255, 127)],
  ['VARBINARY', '"AP8="', Uint8Array.of(0, 255)],
  ['VARBINARY', '"AP8"', Uint8Array.of(0, 255)],
  ['VARBINARY', '"_-8="', Uint8Array.of(255, 239)],
  ['VARBINARY', '"A"', bad('wrong_type')],
  ['VARBINARY', '"AP8=="', bad('wrong_type')],
  ['VARBINARY', '"A*8="', bad('wrong_type')],
];

describe.each(KERNELS)('kernel %s', (kernel) => {
  test.each(cases)('%s from %s', (type, json, expected) => {
    // The first record teaches the order; the case itself then meets the scanner, nullable and not.
    for (const constraint of ['', ' NOT NULL']) {
      const columns = [`before BIGINT`, `x ${type}${constraint}`, 'after VARCHAR'];
      const { rows, bad: refused } = decodeAll(
        columns,
        `{"before":0,"x":null,"after":"z"}\n{"before":1,"x":${json},"after":"z"}\n`,
        kernel,
      );
      const last = refused.at(-1);
      if (typeof expected === 'object' && expected !== null && 'code' in expected) {
        expect(last?.code).toBe(expected.code);
        if (expected.code !== 'malformed_record') expect(last?.message).toMatch(/^column x: expected /u);
      } else {
        expect(rows.at(-1)).toEqual([1n, expected, 'z']);
        if (typeof expected === 'number') expect(Object.is(rows.at(-1)?.[1], expected)).toBe(true);
      }
    }
  });

  test('null and missing members', () => {
    const text = '{"a":1,"b":2}\n{"a":null,"b":2}\n{"b":3}\n{"a":4}\n{"a":5,"b":null}\n{}\n';
    const { rows, bad: refused } = decodeAll(['a BIGINT', 'b BIGINT NOT NULL'], text, kernel);
    expect(rows).toEqual([
      [1n, 2n],
      [null, 2n],
      [null, 3n],
    ]);
    expect(refused.map((each) => each.code)).toEqual(['missing_value', 'missing_value', 'missing_value']);
    expect(refused[0]?.message).toBe('column b: expected a value (NOT NULL), found none');
    expect(refused.map((each) => each.position)).toEqual([39, 47, 64]);
  });

  test('an offset in a TIMESTAMP is refused with the type that takes it', () => {
    const text = '{"a":"2026-01-01T10:00:00+02:00"}\n{"a":"2026-02-30"}\n';
    expect(decodeAll(['a TIMESTAMP'], text, kernel).bad.map(({ message }) => message)).toEqual([
      "column a: expected TIMESTAMP, found '2026-01-01T10:00:00+02:00', whose offset only TIMESTAMPTZ takes",
      "column a: expected TIMESTAMP, found '2026-02-30'",
    ]);
  });

  test('a message shows at most 40 characters of the value', () => {
    const { bad: refused } = decodeAll(['a DATE'], `{"a":"${'x'.repeat(5000)}"}\n`, kernel);
    expect(refused[0]?.message).toBe(`column a: expected DATE, found '${'x'.repeat(39)}…'`);
  });
});
