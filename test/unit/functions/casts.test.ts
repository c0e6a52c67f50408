import { describe, expect, it } from 'vitest';
import { castKind, castValue } from '../../../plan/casts.js';
import {
  BIGINT,
  BOOLEAN,
  DATE,
  decimal,
  DOUBLE,
  INT,
  INTERVAL_MICROSECOND,
  INTERVAL_MONTH,
  JSON_TYPE,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  typeFromText,
  typeToText,
  VARBINARY,
  VARCHAR,
  type SqlType,
} from '../../../plan/types.js';
import { RecordError, type Value } from '../../../plan/values.js';

const ALL: readonly SqlType[] = [
  BOOLEAN,
  INT,
  BIGINT,
  decimal(10, 2),
  DOUBLE,
  VARCHAR,
  VARBINARY,
  JSON_TYPE,
  DATE,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  INTERVAL_MICROSECOND,
  INTERVAL_MONTH,
];

describe('casts', () => {
  it('connect these pairs of types', () => {
    const letter = { implicit: 'i', explicit: 'x', never: '.' } as const;
    const table = ALL.map(
      (from) => `${typeToText(from).padEnd(15)} ${ALL.map((to) => letter[castKind(from, to)]).join(' ')}`,
    );
    expect(table.join('\n')).toMatchInlineSnapshot(`
      "BOOLEAN         i x x . . x . . . . . . . .
      INT             x i i x i x . . . . . . . .
      BIGINT          x x i x i x . . . . . . . .
      DECIMAL(10,2)   . x x i i x . . . . . . . .
      DOUBLE          . x x x i x . . . . . . . .
      VARCHAR         x x x x x i x x x x x x x x
      VARBINARY       . . . . . x i . . . . . . .
      JSON            . . . . . x . i . . . . . .
      DATE            . . . . . x . . i . i i . .
      TIME            . . . . . x . . . i . . x .
      TIMESTAMP       . . . . . x . . x x i i . .
      TIMESTAMPTZ     . . . . . x . . x x x i . .
      INTERVAL        . . . . . x . . . x . . i .
      INTERVAL MONTH  . . . . . x . . . . . . . i"
    `);
  });

  const cases: readonly (readonly [Value, string, string, Value])[] = [
    [' 12 ', 'VARCHAR', 'INT', 12],
    ['+12', 'VARCHAR', 'BIGINT', 12n],
    ['1e3', 'VARCHAR', 'DOUBLE', 1000],
    ['-inf', 'VARCHAR', 'DOUBLE', -Infinity],
    ['1.005', 'VARCHAR', 'DECIMAL(5,2)', 101n],
    ['-1.005', 'VARCHAR', 'DECIMAL(5,2)', -101n],
    ['12e-1', 'VARCHAR', 'DECIMAL(5,2)', 120n],
    ['yes', 'VARCHAR', 'BOOLEAN', true],
    ['OFF', 'VARCHAR', 'BOOLEAN', false],
    ['2024-02-29', 'VARCHAR', 'DATE', 19782],
    ['2024-02-29T10:00:00+02:00', 'VARCHAR', 'TIMESTAMP', 1709193600000000n],
    ['2024-02-29 10:00:00.1234567Z', 'VARCHAR', 'TIMESTAMPTZ', 1709200800123457n],
    ['10:30', 'VARCHAR', 'TIME', 37_800_000_000n],
    ['1 day 02:00:00', 'VARCHAR', 'INTERVAL', 93_600_000_000n],
    ['1 year 2 months', 'VARCHAR', 'INTERVAL MONTH', 14n],
    [2.5, 'DOUBLE', 'INT', 2],
    [3.5, 'DOUBLE', 'BIGINT', 4n],
    [250n, 'DECIMAL(5,2)', 'INT', 3],
    [-250n, 'DECIMAL(5,2)', 'BIGINT', -3n],
    [0.1, 'DOUBLE', 'DECIMAL(10,3)', 100n],
    [12345n, 'DECIMAL(5,2)', 'DECIMAL(5,1)', 1235n],
    [19782, 'DATE', 'TIMESTAMP', 1709164800000000n],
    [-1n, 'TIMESTAMP', 'DATE', -1],
    [-1n, 'TIMESTAMP', 'TIME', 86_399_999_999n],
    [true, 'BOOLEAN', 'INT', 1],
    [0n, 'BIGINT', 'BOOLEAN', false],
    [1709200800123457n, 'TIMESTAMP', 'VARCHAR', '2024-02-29 10:00:00.123457'],
    [0n, 'TIMESTAMPTZ', 'VARCHAR', '1970-01-01 00:00:00+00'],
    [93_600_000_000n, 'INTERVAL', 'VARCHAR', '26:00:00'],
    [-14n, 'INTERVAL MONTH', 'VARCHAR', '-1 year -2 mons'],
    [-5n, 'DECIMAL(5,2)', 'VARCHAR', '-0.05'],
    ['é', 'VARCHAR', 'VARBINARY', Uint8Array.of(0xc3, 0xa9)],
    [null, 'VARCHAR', 'INT', null],
  ];

  it.each(cases)('%s: %s → %s', (value, from, to, wanted) => {
    expect(castValue(value, typeFromText(from)!, typeFromText(to)!)).toEqual(wanted);
  });

  const failing: readonly (readonly [Value, string, string, string])[] = [
    ['12x', 'VARCHAR', 'INT', 'cast_failed'],
    ['', 'VARCHAR', 'BIGINT', 'cast_failed'],
    ['2147483648', 'VARCHAR', 'INT', 'out_of_range'],
    ['9223372036854775808', 'VARCHAR', 'BIGINT', 'out_of_range'],
    ['1e400', 'VARCHAR', 'DOUBLE', 'out_of_range'],
    ['1000', 'VARCHAR', 'DECIMAL(5,2)', 'out_of_range'],
    ['1e9999', 'VARCHAR', 'DECIMAL(5,2)', 'out_of_range'],
    ['2023-02-29', 'VARCHAR', 'DATE', 'cast_failed'],
    ['24:00:00', 'VARCHAR', 'TIME', 'cast_failed'],
    ['{"a":}', 'VARCHAR', 'JSON', 'cast_failed'],
    [NaN, 'DOUBLE', 'INT', 'out_of_range'],
    [1e19, 'DOUBLE', 'BIGINT', 'out_of_range'],
    [Infinity, 'DOUBLE', 'DECIMAL(10,2)', 'out_of_range'],
    [2n ** 31n, 'BIGINT', 'INT', 'out_of_range'],
    [2 ** 31 - 1, 'DATE', 'TIMESTAMP', 'out_of_range'],
    [Uint8Array.of(0xff), 'VARBINARY', 'VARCHAR', 'cast_failed'],
  ];

  it.each(failing)('%s: %s → %s fails with %s', (value, from, to, code) => {
    try {
      castValue(value, typeFromText(from)!, typeFromText(to)!);
    } catch (error) {
      expect(error).toBeInstanceOf(RecordError);
      expect((error as RecordError).code).toBe(code);
      return;
    }
    expect.unreachable();
  });
});
