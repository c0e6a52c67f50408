/** DATEADD, DATEDIFF, DATEPART and their like. */
import { bound, type Bound, converted, EMPTY_ENV } from './bind.js';
import { SqlError } from './errors.js';
import * as sql from './sql-type.js';
import { type SqlType, type SqlValue } from './sql-type.js';
import {
  civilOf,
  DAYS_TO_1900,
  daysOf,
  floorDivide,
  floorRest,
  momentOf,
  TICKS_PER_DAY,
  TICKS_PER_MINUTE,
  TICKS_PER_SECOND,
  ticksOf,
} from './temporal.js';

/** Ticks of the parts that have a fixed length. */
const FIXED: Readonly<Record<string, bigint>> = {
  week: 7n * TICKS_PER_DAY,
  day: TICKS_PER_DAY,
  hour: 60n * TICKS_PER_MINUTE,
  minute: TICKS_PER_MINUTE,
  second: TICKS_PER_SECOND,
  millisecond: 10_000n,
  microsecond: 10n,
  nanosecond: 1n,
};

const SHORT: Readonly<Record<string, string>> = {
  yy: 'year',
  yyyy: 'year',
  qq: 'quarter',
  q: 'quarter',
  mm: 'month',
  m: 'month',
  dd: 'day',
  d: 'day',
  wk: 'week',
  ww: 'week',
  hh: 'hour',
  mi: 'minute',
  n: 'minute',
  ss: 'second',
  s: 'second',
  ms: 'millisecond',
  mcs: 'microsecond',
  ns: 'nanosecond',
  dw: 'weekday',
};

/** Months of the parts that are counted in them. */
const MONTHS: Readonly<Record<string, number>> = { year: 12, quarter: 3, month: 1 };

function partOf(argument: Bound): string {
  const written = argument.evaluate(EMPTY_ENV) as string;
  return SHORT[written] ?? written;
}

/** The function of that name, or null. */
export function dateFunction(name: string, args: readonly Bound[]): Bound | null {
  switch (name) {
    case 'DATEADD':
      return dateAdd(args);
    case 'DATEDIFF':
    case 'DATEDIFF_BIG':
      return dateDifference(args, name === 'DATEDIFF' ? sql.INT : sql.BIGINT);
    case 'DATEPART':
      return datePart(partOf(args[0]!), args[1]!);
    case 'YEAR':
    case 'MONTH':
    case 'DAY':
      return datePart(name.toLowerCase(), args[0]!);
    default:
      return null;
  }
}

const asMoment = (operand: Bound): Bound =>
  sql.isMoment(operand.type) ? operand : converted(operand, sql.datetime2(7));

function dateAdd(args: readonly Bound[]): Bound {
  const part = partOf(args[0]!);
  const count = converted(args[1]!, sql.INT);
  const moment = sql.isMoment(args[2]!.type) ? args[2]! : converted(args[2]!, sql.DATETIME);
  const { type } = moment;
  return bound(type, (env) => {
    const [value, by] = [moment.evaluate(env), count.evaluate(env)];
    if (value === null || by === null) return null;
    const { ticks, offset_minutes } = ticksOf(value, type);
    return momentOf(added(ticks, part, by as bigint), offset_minutes, type);
  });
}

function added(ticks: bigint, part: string, by: bigint): bigint {
  // Nanoseconds are a hundredth of a tick.
  if (part === 'nanosecond') return ticks + by / 100n;
  const fixed = FIXED[part];
  if (fixed !== undefined) return ticks + by * fixed;
  const months = MONTHS[part];
  if (months === undefined) throw unknownPart(part);
  const { year, month, day } = civilOf(floorDivide(ticks, TICKS_PER_DAY));
  const total = year * 12 + month - 1 + Number(by) * months;
  const [newYear, newMonth] = [Math.floor(total / 12), (total % 12) + 1];
  // The 31st of a shorter month is its last day.
  for (let last = day; last > 0; last -= 1) {
    const days = daysOf(newYear, newMonth, last);
    if (days !== null) return days * TICKS_PER_DAY + floorRest(ticks, TICKS_PER_DAY);
  }
  throw new SqlError(517, "Adding a value to a 'datetime2' column caused an overflow.");
}

const unknownPart = (part: string): SqlError => new SqlError(155, `'${part}' is not a recognized datepart option.`, 15);

function dateDifference(args: readonly Bound[], type: SqlType): Bound {
  const part = partOf(args[0]!);
  const [from, to] = [asMoment(args[1]!), asMoment(args[2]!)];
  return bound(type, (env) => {
    const [first, second] = [from.evaluate(env), to.evaluate(env)];
    if (first === null || second === null) return null;
    const value = boundaries(part, utc(second, to.type)) - boundaries(part, utc(first, from.type));
    if (sql.fitsInteger(value, type)) return value;
    throw new SqlError(
      535,
      'The datediff function resulted in an overflow. The number of dateparts separating two date/time instances is too large.',
    );
  });
}

function utc(value: SqlValue, type: SqlType): bigint {
  const { ticks, offset_minutes } = ticksOf(value, type);
  return ticks - BigInt(offset_minutes) * TICKS_PER_MINUTE;
}

/** How many times the part has begun until then. */
function boundaries(part: string, ticks: bigint): bigint {
  if (part === 'nanosecond') return ticks * 100n;
  // Weeks begin on Sundays; 0001-01-01 was a Monday.
  const fixed = FIXED[part];
  if (fixed !== undefined) return floorDivide(ticks + (part === 'week' ? TICKS_PER_DAY : 0n), fixed);
  const months = MONTHS[part];
  if (months === undefined) throw unknownPart(part);
  const { year, month } = civilOf(floorDivide(ticks, TICKS_PER_DAY));
  return BigInt(Math.floor((year * 12 + month - 1) / months));
}

function datePart(part: string, operand: Bound): Bound {
  const moment = asMoment(operand);
  return bound(sql.INT, (env) => {
    const value = moment.evaluate(env);
    return value === null ? null : BigInt(fieldOf(part, ticksOf(value, moment.type).ticks));
  });
}

function fieldOf(part: string, ticks: bigint): number {
  const days = floorDivide(ticks, TICKS_PER_DAY);
  const { year, month, day } = civilOf(days);
  const ofDay = floorRest(ticks, TICKS_PER_DAY);
  const below = Number(ofDay % TICKS_PER_SECOND);
  const fields: Readonly<Record<string, number>> = {
    year,
    quarter: Math.ceil(month / 3),
    month,
    day,
    weekday: Number(floorRest(days - DAYS_TO_1900 + 1n, 7n)) + 1,
    hour: Number(ofDay / (60n * TICKS_PER_MINUTE)),
    minute: Number((ofDay / TICKS_PER_MINUTE) % 60n),
    second: Number((ofDay / TICKS_PER_SECOND) % 60n),
    millisecond: Math.floor(below / 10_000),
    microsecond: Math.floor(below / 10),
    nanosecond: below * 100,
  };
  const field = fields[part];
  if (field === undefined) throw unknownPart(part);
  return field;
}
