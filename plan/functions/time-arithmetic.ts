/** What the compiler lowers the operators + - * / on dates, times and intervals to; time.ts lists them. */
import { checkTimestamp, timeOf } from '../cast-text.js';
import { divideRounded } from '../decimal.js';
import { US_PER_DAY } from '../literals.js';
import { DATE, INT, INTERVAL_MICROSECOND, TIME, TIMESTAMP, TIMESTAMPTZ, type SqlType } from '../types.js';
import { fail, sameAs, strict } from './declare.js';
import type { CallTypes, FunctionOverload, ScalarFunction } from './function.js';
import { addMonths, checkDays } from './time-parts.js';

function shift(timestamp_us: bigint, interval: bigint, type: SqlType | undefined): bigint {
  if (type?.kind === 'interval' && type.unit === 'month') return addMonths(timestamp_us, interval);
  return checkTimestamp(timestamp_us + interval);
}

function shiftOverloads(sign: bigint): readonly FunctionOverload[] {
  const evaluate = ([x, interval]: readonly [bigint, bigint], types: CallTypes): bigint =>
    shift(x, sign * interval, types.argumentTypes[1]);
  return [
    strict(['timestamp', 'interval'], TIMESTAMP, evaluate),
    strict(['timestamptz', 'interval'], TIMESTAMPTZ, evaluate),
  ];
}

function dateShift(sign: bigint): readonly FunctionOverload[] {
  return [
    strict(['date', 'interval'], TIMESTAMP, ([days, interval], types) =>
      shift(checkTimestamp(BigInt(days) * US_PER_DAY), sign * interval, types.argumentTypes[1]),
    ),
  ];
}

function timeShift(sign: bigint): readonly FunctionOverload[] {
  return [
    strict(['time', 'interval'], TIME, ([time_us, interval], types) => {
      const type = types.argumentTypes[1];
      if (type?.kind === 'interval' && type.unit === 'month') return time_us;
      return timeOf(time_us + sign * interval);
    }),
  ];
}

function checkInterval(value: bigint): bigint {
  return BigInt.asIntN(64, value) === value ? value : fail('overflow', 'the interval is beyond 64 bits');
}

function fromDouble(value: number): bigint {
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) return fail('overflow', 'the interval is beyond 64 bits');
  return BigInt(Math.round(value));
}

const bySum = (sign: bigint): readonly FunctionOverload[] => [
  strict(['interval', { sameAs: 0 }], sameAs(0), ([a, b]) => checkInterval(a + sign * (b as bigint))),
];

interface Operator {
  readonly name: string;
  readonly doc: string;
  readonly sql: string;
  readonly result: string;
  readonly spark: string;
  readonly overloads: readonly FunctionOverload[];
}

const operators: readonly Operator[] = [
  {
    name: 'TIMESTAMP_ADD_INTERVAL',
    doc: 'What `timestamp + interval` means; months end on the last day where the month is shorter.',
    sql: "TIMESTAMP_ADD_INTERVAL(TIMESTAMP '2026-01-31 10:00:00', INTERVAL '1' MONTH)",
    result: "TIMESTAMP '2026-02-28 10:00:00'",
    spark: '($1 + $2)',
    overloads: shiftOverloads(1n),
  },
  {
    name: 'TIMESTAMP_SUBTRACT_INTERVAL',
    doc: 'What `timestamp - interval` means.',
    sql: "TIMESTAMP_SUBTRACT_INTERVAL(TIMESTAMP '2026-01-31 10:00:00', INTERVAL '30' SECOND)",
    result: "TIMESTAMP '2026-01-31 09:59:30'",
    spark: '($1 - $2)',
    overloads: shiftOverloads(-1n),
  },
  {
    name: 'TIMESTAMP_SUBTRACT',
    doc: 'What `timestamp - timestamp` means: the time between, in microseconds.',
    sql: "TIMESTAMP_SUBTRACT(TIMESTAMP '2026-01-31 10:00:30', TIMESTAMP '2026-01-31 10:00:00')",
    result: "INTERVAL '30' SECOND",
    spark: '($1 - $2)',
    overloads: [
      strict(['timestamp', 'timestamp'], INTERVAL_MICROSECOND, ([a, b]) => checkInterval(a - b)),
      strict(['timestamptz', 'timestamptz'], INTERVAL_MICROSECOND, ([a, b]) => checkInterval(a - b)),
    ],
  },
  {
    name: 'DATE_ADD_INTERVAL',
    doc: 'What `date + interval` means: a TIMESTAMP.',
    sql: "DATE_ADD_INTERVAL(DATE '2026-01-31', INTERVAL '1' HOUR)",
    result: "TIMESTAMP '2026-01-31 01:00:00'",
    spark: '(CAST($1 AS TIMESTAMP_NTZ) + $2)',
    overloads: dateShift(1n),
  },
  {
    name: 'DATE_SUBTRACT_INTERVAL',
    doc: 'What `date - interval` means: a TIMESTAMP.',
    sql: "DATE_SUBTRACT_INTERVAL(DATE '2026-01-31', INTERVAL '1' HOUR)",
    result: "TIMESTAMP '2026-01-30 23:00:00'",
    spark: '(CAST($1 AS TIMESTAMP_NTZ) - $2)',
    overloads: dateShift(-1n),
  },
  {
    name: 'DATE_ADD_DAYS',
    doc: 'What `date + number` means: that many days later.',
    sql: "DATE_ADD_DAYS(DATE '2026-01-31', 1)",
    result: "DATE '2026-02-01'",
    spark: 'date_add($1, $2)',
    overloads: [strict(['date', 'bigint'], DATE, ([days, count]) => checkDays(BigInt(days) + count))],
  },
  {
    name: 'DATE_SUBTRACT_DAYS',
    doc: 'What `date - number` means: that many days earlier.',
    sql: "DATE_SUBTRACT_DAYS(DATE '2026-02-01', 1)",
    result: "DATE '2026-01-31'",
    spark: 'date_sub($1, $2)',
    overloads: [strict(['date', 'bigint'], DATE, ([days, count]) => checkDays(BigInt(days) - count))],
  },
  {
    name: 'DATE_SUBTRACT',
    doc: 'What `date - date` means: the days between.',
    sql: "DATE_SUBTRACT(DATE '2026-02-01', DATE '2026-01-31')",
    result: '1',
    spark: 'datediff($1, $2)',
    overloads: [
      strict(['date', 'date'], INT, ([a, b]) => {
        const days = a - b;
        return days === (days | 0) ? days : fail('overflow', 'the days between are beyond INT');
      }),
    ],
  },
  {
    name: 'DATE_ADD_TIME',
    doc: 'What `date + time` means: that time on that day.',
    sql: "DATE_ADD_TIME(DATE '2026-01-31', TIME '10:30:00')",
    result: "TIMESTAMP '2026-01-31 10:30:00'",
    spark: '',
    overloads: [
      strict(['date', 'time'], TIMESTAMP, ([days, time_us]) => checkTimestamp(BigInt(days) * US_PER_DAY + time_us)),
    ],
  },
  {
    name: 'TIME_ADD_INTERVAL',
    doc: 'What `time + interval` means; it goes on at midnight.',
    sql: "TIME_ADD_INTERVAL(TIME '23:30:00', INTERVAL '1' HOUR)",
    result: "TIME '00:30:00'",
    spark: '',
    overloads: timeShift(1n),
  },
  {
    name: 'TIME_SUBTRACT_INTERVAL',
    doc: 'What `time - interval` means; it goes on at midnight.',
    sql: "TIME_SUBTRACT_INTERVAL(TIME '00:30:00', INTERVAL '1' HOUR)",
    result: "TIME '23:30:00'",
    spark: '',
    overloads: timeShift(-1n),
  },
  {
    name: 'TIME_SUBTRACT',
    doc: 'What `time - time` means: the time between.',
    sql: "TIME_SUBTRACT(TIME '10:30:00', TIME '10:00:00')",
    result: "INTERVAL '30' MINUTE",
    spark: '',
    overloads: [strict(['time', 'time'], INTERVAL_MICROSECOND, ([a, b]) => a - b)],
  },
  {
    name: 'INTERVAL_ADD',
    doc: 'What `interval + interval` means, for two of the same unit.',
    sql: "INTERVAL_ADD(INTERVAL '1' MINUTE, INTERVAL '30' SECOND)",
    result: "INTERVAL '90' SECOND",
    spark: '($1 + $2)',
    overloads: bySum(1n),
  },
  {
    name: 'INTERVAL_SUBTRACT',
    doc: 'What `interval - interval` means, for two of the same unit.',
    sql: "INTERVAL_SUBTRACT(INTERVAL '1' MINUTE, INTERVAL '30' SECOND)",
    result: "INTERVAL '30' SECOND",
    spark: '($1 - $2)',
    overloads: bySum(-1n),
  },
  {
    name: 'INTERVAL_NEGATE',
    doc: 'What `- interval` means.',
    sql: "INTERVAL_NEGATE(INTERVAL_NEGATE(INTERVAL '1' MINUTE))",
    result: "INTERVAL '1' MINUTE",
    spark: '(- $1)',
    overloads: [strict(['interval'], sameAs(0), ([a]) => checkInterval(-a))],
  },
  {
    name: 'INTERVAL_MULTIPLY',
    doc: 'What `interval * number` means; fractions are rounded to whole microseconds or months.',
    sql: "INTERVAL_MULTIPLY(INTERVAL '20' SECOND, 3)",
    result: "INTERVAL '1' MINUTE",
    spark: '($1 * $2)',
    overloads: [
      strict(['interval', 'bigint'], sameAs(0), ([a, factor]) => checkInterval(a * factor)),
      strict(['interval', 'double'], sameAs(0), ([a, factor]) => fromDouble(Number(a) * factor)),
    ],
  },
  {
    name: 'INTERVAL_DIVIDE',
    doc: 'What `interval / number` means; fractions are rounded to whole microseconds or months.',
    sql: "INTERVAL_DIVIDE(INTERVAL '1' MINUTE, 3)",
    result: "INTERVAL '20' SECOND",
    spark: '($1 / $2)',
    overloads: [
      strict(['interval', 'bigint'], sameAs(0), ([a, divisor]) =>
        divisor === 0n ? fail('division_by_zero', 'an interval by zero') : checkInterval(divideRounded(a, divisor)),
      ),
      strict(['interval', 'double'], sameAs(0), ([a, divisor]) =>
        divisor === 0 ? fail('division_by_zero', 'an interval by zero') : fromDouble(Number(a) / divisor),
      ),
    ],
  },
];

export const arithmeticFunctions: readonly ScalarFunction[] = operators.map((operator) => ({
  name: operator.name,
  aliases: [],
  category: 'time',
  doc: operator.doc,
  example: { sql: operator.sql, result: operator.result },
  spark: operator.spark === '' ? { unsupported: 'Spark has no type TIME' } : { template: operator.spark },
  overloads: operator.overloads,
}));
