/**
 * Dates and times, all in UTC.
 *
 * The compiler lowers these operators and special forms to calls:
 *
 * | query                                     | call                                                    |
 * |-------------------------------------------|---------------------------------------------------------|
 * | `EXTRACT(f FROM x)`, `DATEPART(f, x)`     | EXTRACT('f', x)                                         |
 * | `DATEADD(unit, n, x)`, `DATEDIFF(unit, …)`| the unit as a text literal in front                     |
 * | timestamp[tz] + / - interval              | TIMESTAMP_ADD_INTERVAL, TIMESTAMP_SUBTRACT_INTERVAL     |
 * | timestamp[tz] - timestamp[tz]             | TIMESTAMP_SUBTRACT                                      |
 * | date + / - interval                       | DATE_ADD_INTERVAL, DATE_SUBTRACT_INTERVAL (a TIMESTAMP) |
 * | date + / - whole number                   | DATE_ADD_DAYS, DATE_SUBTRACT_DAYS                       |
 * | date - date                               | DATE_SUBTRACT (INT, days)                               |
 * | date + time                               | DATE_ADD_TIME (a TIMESTAMP)                             |
 * | time + / - interval, time - time          | TIME_ADD_INTERVAL, TIME_SUBTRACT_INTERVAL, TIME_SUBTRACT|
 * | interval + / - interval                   | INTERVAL_ADD, INTERVAL_SUBTRACT (of the same unit)      |
 * | - interval                                | INTERVAL_NEGATE                                         |
 * | interval * number, interval / number      | INTERVAL_MULTIPLY, INTERVAL_DIVIDE                      |
 * | `x AT TIME ZONE z`                        | AT_TIME_ZONE(x, z)                                      |
 */
import { daysFromDate, daysInMonth } from '../calendar.js';
import { castValue } from '../casts.js';
import { checkTimestamp, daysOf, readOffset } from '../cast-text.js';
import { US_PER_DAY } from '../literals.js';
import { BIGINT, DATE, TIMESTAMP, TIMESTAMPTZ, VARCHAR, type SqlType } from '../types.js';
import { fail, strict } from './declare.js';
import type { FunctionOverload, ScalarFunction } from './function.js';
import { arithmeticFunctions } from './time-arithmetic.js';
import { DAY_NAMES, formatTime, MONTH_NAMES, parseTime } from './time-format.js';
import {
  addUnits,
  boundariesBetween,
  checkDays,
  dateField,
  intervalField,
  timeField,
  timestampField,
  truncateTimestamp,
  unitsElapsed,
  normaliseUnit,
} from './time-parts.js';

const midnight = (days: number): bigint => checkTimestamp(BigInt(days) * US_PER_DAY);

function intervalUnitOf(type: SqlType | undefined): 'microsecond' | 'month' {
  return type?.kind === 'interval' ? type.unit : 'microsecond';
}

/** YEAR(x) and the like: a field by a function of its own. */
function fieldFunction(name: string, aliases: readonly string[], doc: string, result: string): ScalarFunction {
  const isClock = ['HOUR', 'MINUTE', 'SECOND'].includes(name);
  return {
    name,
    aliases,
    category: 'time',
    doc,
    example: { sql: `${name}(TIMESTAMP '2026-03-31 13:45:10')`, result },
    spark: { template: name === 'WEEK' ? 'weekofyear($1)' : `${name.toLowerCase()}($1)` },
    overloads: [
      ...(isClock
        ? [strict(['time'], BIGINT, ([x]) => timeField(name, x))]
        : [strict(['date'], BIGINT, ([x]) => dateField(name, x))]),
      strict(['timestamp'], BIGINT, ([x]) => timestampField(name, x)),
      strict(['timestamptz'], BIGINT, ([x]) => timestampField(name, x)),
    ],
  };
}

function between(count: (unit: string, from_us: bigint, to_us: bigint) => bigint): readonly FunctionOverload[] {
  return [
    strict(['varchar', 'timestamp', 'timestamp'], BIGINT, ([unit, a, b]) => count(unit, a, b)),
    strict(['varchar', 'timestamptz', 'timestamptz'], BIGINT, ([unit, a, b]) => count(unit, a, b)),
  ];
}

function formatOverloads(dialect: 'postgres' | 'java'): readonly FunctionOverload[] {
  return [
    strict(['timestamp', 'varchar'], VARCHAR, ([x, template]) => formatTime(x, template, dialect)),
    strict(['timestamptz', 'varchar'], VARCHAR, ([x, template]) => formatTime(x, template, dialect)),
    strict(['time', 'varchar'], VARCHAR, ([x, template]) => formatTime(x, template, dialect)),
  ];
}

function readZone(zone: string): bigint | undefined {
  if (/^(?:utc|gmt|etc\/utc|zulu)$/iu.test(zone.trim())) return 0n;
  return readOffset(zone.replace(/^\s*(?:utc|gmt)(?=[+-])/iu, ''));
}

/** Whether AT TIME ZONE takes the text. */
export function isTimeZone(zone: string): boolean {
  return readZone(zone) !== undefined;
}

function zoneOffset(zone: string): bigint {
  const offset_us = readZone(zone);
  if (offset_us !== undefined) return offset_us;
  return fail(
    'invalid_argument',
    `'${zone.slice(0, 40)}' is neither UTC nor a fixed offset such as '+01:00'; zones with names need a zone database`,
  );
}

const DAY_UNITS: ReadonlySet<string> = new Set([
  'day',
  'week',
  'month',
  'quarter',
  'year',
  'decade',
  'century',
  'millennium',
]);

function addToDate(unit: string, count: bigint, days: number): number {
  if (!DAY_UNITS.has(normaliseUnit(unit))) {
    return fail('invalid_argument', `a DATE has no ${unit.slice(0, 40)}: CAST it to TIMESTAMP first`);
  }
  return checkDays(daysOf(addUnits(unit, count, midnight(days))));
}

function makeDate(year: bigint, month: bigint, day: bigint): number {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  if (Math.abs(y) > 300_000 || m < 1 || m > 12 || d < 1 || d > daysInMonth(y, m)) {
    return fail('out_of_range', `there is no day ${String(year)}-${String(month)}-${String(day)}`);
  }
  return daysFromDate(y, m, d);
}

function makeClock(hour: bigint, minute: bigint, second_us: bigint): bigint {
  const inRange = hour >= 0n && hour <= 23n && minute >= 0n && minute <= 59n;
  if (!inRange || second_us < 0n || second_us > 60_000_000n)
    return fail('out_of_range', 'there is no such time of day');
  return (hour * 60n + minute) * 60_000_000n + second_us;
}

function secondsToMicroseconds(seconds: number): bigint {
  if (!Number.isFinite(seconds) || Math.abs(seconds) > 1e13)
    return fail('out_of_range', 'the time is beyond TIMESTAMP');
  return BigInt(Math.round(seconds * 1e6));
}

function nameOfPart(part: string, timestamp_us: bigint): string {
  const unit = normaliseUnit(part);
  if (unit === 'month') return MONTH_NAMES[Number(timestampField('month', timestamp_us)) - 1] ?? '';
  if (unit === 'dow') return DAY_NAMES[Number(timestampField('dow', timestamp_us))] ?? '';
  return String(timestampField(unit, timestamp_us));
}

const readingFunctions: readonly ScalarFunction[] = [
  {
    name: 'EXTRACT',
    aliases: ['DATE_PART', 'DATEPART'],
    category: 'time',
    doc:
      'A field as a whole number: YEAR ISOYEAR QUARTER MONTH WEEK DAY DOW (0 = Sunday) ISODOW DOY HOUR MINUTE SECOND ' +
      'MILLISECOND MICROSECOND (both with the seconds) EPOCH DECADE CENTURY MILLENNIUM.',
    example: { sql: "EXTRACT('hour', TIMESTAMP '2026-03-31 13:45:10')", result: '13' },
    spark: { unsupported: 'Spark gives decimals for SECOND and counts DOW from 1' },
    overloads: [
      strict(['varchar', 'date'], BIGINT, ([unit, x]) => dateField(unit, x)),
      strict(['varchar', 'time'], BIGINT, ([unit, x]) => timeField(unit, x)),
      strict(['varchar', 'timestamp'], BIGINT, ([unit, x]) => timestampField(unit, x)),
      strict(['varchar', 'timestamptz'], BIGINT, ([unit, x]) => timestampField(unit, x)),
      strict(['varchar', 'interval'], BIGINT, ([unit, x], types) =>
        intervalField(unit, x, intervalUnitOf(types.argumentTypes[1])),
      ),
    ],
  },
  fieldFunction('YEAR', [], 'The year.', '2026'),
  fieldFunction('QUARTER', [], 'The quarter, 1 to 4.', '1'),
  fieldFunction('MONTH', [], 'The month, 1 to 12.', '3'),
  fieldFunction('WEEK', ['WEEKOFYEAR'], 'The week of ISO 8601, 1 to 53.', '14'),
  fieldFunction('DAY', ['DAYOFMONTH'], 'The day of the month.', '31'),
  fieldFunction('DOY', ['DAYOFYEAR'], 'The day of the year.', '90'),
  fieldFunction('DOW', [], 'The day of the week, 0 = Sunday.', '2'),
  fieldFunction('HOUR', [], 'The hour, 0 to 23.', '13'),
  fieldFunction('MINUTE', [], 'The minute, 0 to 59.', '45'),
  fieldFunction('SECOND', [], 'The whole second, 0 to 59.', '10'),
  {
    name: 'DATENAME',
    aliases: [],
    category: 'time',
    doc: 'A field as text: the English name for MONTH and WEEKDAY, digits for the others.',
    example: { sql: "DATENAME('month', TIMESTAMP '2026-03-31 13:45:10')", result: "'March'" },
    spark: { unsupported: 'Spark has no such function' },
    overloads: [
      strict(['varchar', 'timestamp'], VARCHAR, ([part, x]) => nameOfPart(part, x)),
      strict(['varchar', 'timestamptz'], VARCHAR, ([part, x]) => nameOfPart(part, x)),
    ],
  },
  {
    name: 'DATE_TRUNC',
    aliases: ['DATETRUNC'],
    category: 'time',
    doc: 'The start of the unit a time lies in, MICROSECOND to MILLENNIUM; weeks start on Monday.',
    example: {
      sql: "DATE_TRUNC('hour', TIMESTAMP '2026-03-31 13:45:10')",
      result: "TIMESTAMP '2026-03-31 13:00:00'",
    },
    spark: { template: 'date_trunc($1, $2)' },
    overloads: [
      strict(['varchar', 'timestamp'], TIMESTAMP, ([unit, x]) => truncateTimestamp(unit, x)),
      strict(['varchar', 'timestamptz'], TIMESTAMPTZ, ([unit, x]) => truncateTimestamp(unit, x)),
    ],
  },
  {
    name: 'DATEDIFF',
    aliases: ['DATE_DIFF'],
    category: 'time',
    doc: 'How many boundaries of a unit lie between two times: from 23:59 to 00:01 is one day. (TIMESTAMPDIFF counts whole units.)',
    example: {
      sql: "DATEDIFF('day', TIMESTAMP '2026-03-31 23:59:00', TIMESTAMP '2026-04-01 00:01:00')",
      result: '1',
    },
    spark: { unsupported: 'Spark’s datediff counts whole units' },
    overloads: between(boundariesBetween),
  },
  {
    name: 'TIMESTAMPDIFF',
    aliases: [],
    category: 'time',
    doc: 'How many whole units have passed between two times: from 23:59 to 00:01 is no day. (DATEDIFF counts boundaries.)',
    example: {
      sql: "TIMESTAMPDIFF('day', TIMESTAMP '2026-03-31 23:59:00', TIMESTAMP '2026-04-01 00:01:00')",
      result: '0',
    },
    spark: { unsupported: 'the unit is a keyword in Spark' },
    overloads: between(unitsElapsed),
  },
  {
    name: 'UNIX_TIMESTAMP',
    aliases: ['TO_UNIX_TIMESTAMP'],
    category: 'time',
    doc: 'Whole seconds since 1970-01-01 00:00:00 UTC.',
    example: { sql: "UNIX_TIMESTAMP(TIMESTAMP '1970-01-02 00:00:00')", result: '86400' },
    spark: { template: 'unix_timestamp($1)' },
    overloads: [
      strict(['timestamp'], BIGINT, ([x]) => timestampField('epoch', x)),
      strict(['timestamptz'], BIGINT, ([x]) => timestampField('epoch', x)),
    ],
  },
  {
    name: 'UNIX_MILLIS',
    aliases: [],
    category: 'time',
    doc: 'Whole milliseconds since 1970-01-01 00:00:00 UTC.',
    example: { sql: "UNIX_MILLIS(TIMESTAMP '1970-01-01 00:00:01.5')", result: '1500' },
    spark: { template: 'unix_millis($1)' },
    overloads: [
      strict(['timestamp'], BIGINT, ([x]) => boundariesBetween('millisecond', 0n, x)),
      strict(['timestamptz'], BIGINT, ([x]) => boundariesBetween('millisecond', 0n, x)),
    ],
  },
];

const makingFunctions: readonly ScalarFunction[] = [
  {
    name: 'DATEADD',
    aliases: ['TIMESTAMPADD'],
    category: 'time',
    doc: 'A number of units later (earlier if negative); a month that is too short gives its last day.',
    example: {
      sql: "DATEADD('month', 1, TIMESTAMP '2026-01-31 10:00:00')",
      result: "TIMESTAMP '2026-02-28 10:00:00'",
    },
    spark: { unsupported: 'the unit is a keyword in Spark' },
    overloads: [
      strict(['varchar', 'bigint', 'date'], DATE, ([unit, count, x]) => addToDate(unit, count, x)),
      strict(['varchar', 'bigint', 'timestamp'], TIMESTAMP, ([unit, count, x]) => addUnits(unit, count, x)),
      strict(['varchar', 'bigint', 'timestamptz'], TIMESTAMPTZ, ([unit, count, x]) => addUnits(unit, count, x)),
    ],
  },
  {
    name: 'TO_CHAR',
    aliases: [],
    category: 'time',
    doc:
      'A time by a template of PostgreSQL: YYYY YY MM Mon Month DD DDD Dy Day D ID HH24 HH12 MI SS MS US AM IYYY IW Q TZ, ' +
      'FM before a part against filling up, "…" for text.',
    example: {
      sql: "TO_CHAR(TIMESTAMP '2026-03-31 13:45:10', 'DD Mon YYYY HH24:MI')",
      result: "'31 Mar 2026 13:45'",
    },
    spark: { unsupported: 'Spark’s templates differ: use DATE_FORMAT' },
    overloads: formatOverloads('postgres'),
  },
  {
    name: 'DATE_FORMAT',
    aliases: [],
    category: 'time',
    doc: "A time by a template of Java, as in Flink and Spark: y M d D E H h m s S a Q; other letters stand in '…'.",
    example: { sql: "DATE_FORMAT(TIMESTAMP '2026-03-31 13:45:10', 'yyyy-MM-dd HH:mm')", result: "'2026-03-31 13:45'" },
    spark: { template: 'date_format($1, $2)' },
    overloads: formatOverloads('java'),
  },
  {
    name: 'TO_TIMESTAMP',
    aliases: [],
    category: 'time',
    doc: 'Text as a TIMESTAMP, as CAST reads it or by a template of TO_CHAR; seconds since 1970 as a TIMESTAMPTZ.',
    example: {
      sql: "TO_TIMESTAMP('31/03/2026 13:45', 'DD/MM/YYYY HH24:MI')",
      result: "TIMESTAMP '2026-03-31 13:45:00'",
    },
    spark: { unsupported: 'Spark’s templates differ' },
    overloads: [
      strict(['varchar'], TIMESTAMP, ([text]) => castValue(text, VARCHAR, TIMESTAMP)),
      strict(['varchar', 'varchar'], TIMESTAMP, ([text, template]) => parseTime(text, template)),
      strict(['bigint'], TIMESTAMPTZ, ([seconds]) => checkTimestamp(seconds * 1_000_000n)),
      strict(['double'], TIMESTAMPTZ, ([seconds]) => checkTimestamp(secondsToMicroseconds(seconds))),
    ],
  },
  {
    name: 'TO_DATE',
    aliases: [],
    category: 'time',
    doc: 'Text as a DATE, as CAST reads it or by a template of TO_CHAR.',
    example: { sql: "TO_DATE('31.03.2026', 'DD.MM.YYYY')", result: "DATE '2026-03-31'" },
    spark: { unsupported: 'Spark’s templates differ' },
    overloads: [
      strict(['varchar'], DATE, ([text]) => castValue(text, VARCHAR, DATE)),
      strict(['varchar', 'varchar'], DATE, ([text, template]) => daysOf(parseTime(text, template))),
    ],
  },
  {
    name: 'FROM_UNIXTIME',
    aliases: [],
    category: 'time',
    doc: 'The time that many seconds after 1970-01-01 00:00:00 UTC.',
    example: { sql: 'FROM_UNIXTIME(86400)', result: "TIMESTAMP '1970-01-02 00:00:00'" },
    spark: { unsupported: 'Spark’s from_unixtime gives text' },
    overloads: [strict(['bigint'], TIMESTAMP, ([seconds]) => checkTimestamp(seconds * 1_000_000n))],
  },
  {
    name: 'FROM_UNIXTIME_MS',
    aliases: [],
    category: 'time',
    doc: 'The time that many milliseconds after 1970-01-01 00:00:00 UTC.',
    example: { sql: 'FROM_UNIXTIME_MS(1500)', result: "TIMESTAMP '1970-01-01 00:00:01.5'" },
    spark: { template: 'CAST(timestamp_millis($1) AS TIMESTAMP_NTZ)' },
    overloads: [strict(['bigint'], TIMESTAMP, ([milliseconds]) => checkTimestamp(milliseconds * 1_000n))],
  },
  {
    name: 'MAKE_DATE',
    aliases: ['DATEFROMPARTS'],
    category: 'time',
    doc: 'The date of a year, month and day.',
    example: { sql: 'MAKE_DATE(2026, 3, 31)', result: "DATE '2026-03-31'" },
    spark: { template: 'make_date($1, $2, $3)' },
    overloads: [strict(['bigint', 'bigint', 'bigint'], DATE, ([year, month, day]) => makeDate(year, month, day))],
  },
  {
    name: 'MAKE_TIMESTAMP',
    aliases: ['DATETIMEFROMPARTS'],
    category: 'time',
    doc: 'The time of year, month, day, hour, minute and second (with fraction); or of seven whole numbers, the last one milliseconds.',
    example: { sql: 'MAKE_TIMESTAMP(2026, 3, 31, 13, 45, 10.5)', result: "TIMESTAMP '2026-03-31 13:45:10.5'" },
    spark: { template: 'make_timestamp($@)' },
    overloads: [
      strict(
        ['bigint', 'bigint', 'bigint', 'bigint', 'bigint', 'double'],
        TIMESTAMP,
        ([year, month, day, hour, minute, second]) =>
          checkTimestamp(midnight(makeDate(year, month, day)) + makeClock(hour, minute, secondsToMicroseconds(second))),
      ),
      strict(
        ['bigint', 'bigint', 'bigint', 'bigint', 'bigint', 'bigint', 'bigint'],
        TIMESTAMP,
        ([year, month, day, hour, minute, second, millisecond]) =>
          checkTimestamp(
            midnight(makeDate(year, month, day)) + makeClock(hour, minute, second * 1_000_000n + millisecond * 1_000n),
          ),
      ),
    ],
  },
  {
    name: 'AT_TIME_ZONE',
    aliases: [],
    category: 'time',
    doc:
      '`x AT TIME ZONE zone`: the clock in that zone for a TIMESTAMPTZ, the moment at which a clock there shows a TIMESTAMP. ' +
      "Zones are UTC and fixed offsets; '+02:00' is east of Greenwich (ISO 8601), also where PostgreSQL reads it the other way round.",
    example: {
      sql: "AT_TIME_ZONE(TIMESTAMPTZ '2026-03-31 12:00:00Z', '+02:00')",
      result: "TIMESTAMP '2026-03-31 14:00:00'",
    },
    spark: { unsupported: 'Spark has from_utc_timestamp and to_utc_timestamp, on another type' },
    overloads: [
      strict(['timestamp', 'varchar'], TIMESTAMPTZ, ([x, zone]) => checkTimestamp(x - zoneOffset(zone))),
      strict(['timestamptz', 'varchar'], TIMESTAMP, ([x, zone]) => checkTimestamp(x + zoneOffset(zone))),
    ],
  },
];

export const timeFunctions: readonly ScalarFunction[] = [
  ...readingFunctions,
  ...makingFunctions,
  ...arithmeticFunctions,
];
