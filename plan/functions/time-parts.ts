/** Calendar arithmetic of the time functions: fields, truncation, adding and counting units. All in UTC. */
import { floorDivide } from '../floor-divide.js';
import { dateFromDays, daysFromDate, daysInMonth } from '../calendar.js';
import { checkTimestamp, daysOf, timeOf } from '../cast-text.js';
import { US_PER_DAY } from '../literals.js';
import { fail } from './declare.js';

const SINGULAR: ReadonlyMap<string, string> = new Map([
  ['microseconds', 'microsecond'],
  ['us', 'microsecond'],
  ['milliseconds', 'millisecond'],
  ['ms', 'millisecond'],
  ['seconds', 'second'],
  ['s', 'second'],
  ['minutes', 'minute'],
  ['m', 'minute'],
  ['hours', 'hour'],
  ['h', 'hour'],
  ['days', 'day'],
  ['d', 'day'],
  ['dayofmonth', 'day'],
  ['weeks', 'week'],
  ['months', 'month'],
  ['quarters', 'quarter'],
  ['years', 'year'],
  ['decades', 'decade'],
  ['centuries', 'century'],
  ['millennia', 'millennium'],
  ['dayofweek', 'dow'],
  ['weekday', 'dow'],
  ['dayofyear', 'doy'],
]);

let last = { unit: '', normalised: '' };

/** Small letters, singular, no abbreviation. */
export function normaliseUnit(unit: string): string {
  // A query's unit is nearly always the same for every row.
  if (last.unit === unit) return last.normalised;
  const lower = unit.trim().toLowerCase();
  last = { unit, normalised: SINGULAR.get(lower) ?? lower };
  return last.normalised;
}

/** Day of the week, 0 = Sunday. 1970-01-01 was a Thursday. */
export function dayOfWeek(days: number): number {
  return (((days + 4) % 7) + 7) % 7;
}

export function dayOfYear(days: number): number {
  return days - daysFromDate(dateFromDays(days).year, 1, 1) + 1;
}

/** ISO 8601: weeks start on Monday, week 1 has the year's first Thursday. */
export function isoWeek(days: number): { readonly year: number; readonly week: number } {
  const thursday = days - ((dayOfWeek(days) + 6) % 7) + 3;
  const { year } = dateFromDays(thursday);
  return { year, week: Math.floor((thursday - daysFromDate(year, 1, 1)) / 7) + 1 };
}

/** Year 1 to 100 is century 1; year 0 (1 BC) back to -99 is century -1. */
function periodOf(year: number, length: number): number {
  return year > 0 ? Math.floor((year + length - 1) / length) : -Math.floor((length - year) / length);
}

const DATE_FIELDS: ReadonlyMap<string, (days: number) => number> = new Map<string, (days: number) => number>([
  ['year', (days) => dateFromDays(days).year],
  ['isoyear', (days) => isoWeek(days).year],
  ['quarter', (days) => Math.floor((dateFromDays(days).month - 1) / 3) + 1],
  ['month', (days) => dateFromDays(days).month],
  ['week', (days) => isoWeek(days).week],
  ['day', (days) => dateFromDays(days).day],
  ['dow', dayOfWeek],
  ['isodow', (days) => ((dayOfWeek(days) + 6) % 7) + 1],
  ['doy', dayOfYear],
  ['decade', (days) => Math.floor(dateFromDays(days).year / 10)],
  ['century', (days) => periodOf(dateFromDays(days).year, 100)],
  ['millennium', (days) => periodOf(dateFromDays(days).year, 1000)],
]);

const CLOCK_FIELDS: ReadonlyMap<string, (time_us: bigint) => bigint> = new Map<string, (time_us: bigint) => bigint>([
  ['hour', (time_us) => time_us / 3_600_000_000n],
  ['minute', (time_us) => (time_us / 60_000_000n) % 60n],
  ['second', (time_us) => (time_us / 1_000_000n) % 60n],
  // As in PostgreSQL, these include the seconds.
  ['millisecond', (time_us) => (time_us / 1_000n) % 60_000n],
  ['microsecond', (time_us) => time_us % 60_000_000n],
]);

function unknownField(unit: string, what: string): never {
  return fail('invalid_argument', `'${unit.slice(0, 40)}' is not a field of ${what}`);
}

export function timestampField(unit: string, timestamp_us: bigint): bigint {
  const field = normaliseUnit(unit);
  if (field === 'epoch') return floorDivide(timestamp_us, 1_000_000n);
  const ofDate = DATE_FIELDS.get(field);
  if (ofDate !== undefined) return BigInt(ofDate(daysOf(timestamp_us)));
  const ofClock = CLOCK_FIELDS.get(field);
  return ofClock === undefined ? unknownField(unit, 'a timestamp') : ofClock(timeOf(timestamp_us));
}

export function dateField(unit: string, days: number): bigint {
  const field = normaliseUnit(unit);
  if (field === 'epoch') return BigInt(days) * 86_400n;
  const ofDate = DATE_FIELDS.get(field);
  return ofDate === undefined ? unknownField(unit, 'a date') : BigInt(ofDate(days));
}

export function timeField(unit: string, time_us: bigint): bigint {
  const field = normaliseUnit(unit);
  if (field === 'epoch') return time_us / 1_000_000n;
  const ofClock = CLOCK_FIELDS.get(field);
  return ofClock === undefined ? unknownField(unit, 'a time') : ofClock(time_us);
}

/** Fields of an interval have its sign; months have years, quarters and months. */
export function intervalField(unit: string, value: bigint, intervalUnit: 'microsecond' | 'month'): bigint {
  const field = normaliseUnit(unit);
  if (intervalUnit === 'month') {
    if (field === 'year') return value / 12n;
    if (field === 'month') return value % 12n;
    if (field === 'quarter') return (value % 12n) / 3n + 1n;
    return unknownField(unit, 'an interval of months');
  }
  if (field === 'epoch') return value / 1_000_000n;
  if (field === 'day') return value / US_PER_DAY;
  if (field === 'hour') return (value / 3_600_000_000n) % 24n;
  const ofClock = CLOCK_FIELDS.get(field);
  return ofClock === undefined ? unknownField(unit, 'an interval') : ofClock(value);
}

/** Units of fixed length; weeks start on Monday, which the epoch’s Thursday shifts by three days. */
const FIXED_UNITS_us: ReadonlyMap<string, bigint> = new Map([
  ['microsecond', 1n],
  ['millisecond', 1_000n],
  ['second', 1_000_000n],
  ['minute', 60_000_000n],
  ['hour', 3_600_000_000n],
  ['day', US_PER_DAY],
  ['week', 7n * US_PER_DAY],
]);
const MONDAY_SHIFT_us = 3n * US_PER_DAY;

const MONTH_UNITS: ReadonlyMap<string, number> = new Map([
  ['month', 1],
  ['quarter', 3],
  ['year', 12],
  ['decade', 120],
  ['century', 1_200],
  ['millennium', 12_000],
]);

/** Months since January of year 0. */
function monthNumber(days: number): number {
  const { year, month } = dateFromDays(days);
  return year * 12 + month - 1;
}

function firstOfMonth(months: number): number {
  const year = Math.floor(months / 12);
  return daysFromDate(year, months - year * 12 + 1, 1);
}

function unitNumber(unit: string, timestamp_us: bigint): bigint {
  const fixed_us = FIXED_UNITS_us.get(unit);
  if (fixed_us !== undefined) return floorDivide(timestamp_us + (unit === 'week' ? MONDAY_SHIFT_us : 0n), fixed_us);
  const months = MONTH_UNITS.get(unit);
  if (months === undefined) return unknownField(unit, 'a timestamp');
  // Centuries and millennia begin with a year that ends in 1.
  const shift = months >= 1_200 ? 12 : 0;
  return BigInt(Math.floor((monthNumber(daysOf(timestamp_us)) - shift) / months));
}

export function truncateTimestamp(unitName: string, timestamp_us: bigint): bigint {
  const unit = normaliseUnit(unitName);
  const number = unitNumber(unit, timestamp_us);
  const fixed_us = FIXED_UNITS_us.get(unit);
  if (fixed_us !== undefined) return checkTimestamp(number * fixed_us - (unit === 'week' ? MONDAY_SHIFT_us : 0n));
  const months = MONTH_UNITS.get(unit) ?? 1;
  const days = firstOfMonth(Number(number) * months + (months >= 1_200 ? 12 : 0));
  return checkTimestamp(BigInt(days) * US_PER_DAY);
}

/** The same day of another month, or its last day where that one is shorter. */
export function addMonths(timestamp_us: bigint, months: bigint): bigint {
  if (months > 12_000_000n || months < -12_000_000n) return fail('out_of_range', 'the time is beyond TIMESTAMP');
  const days = daysOf(timestamp_us);
  const total = monthNumber(days) + Number(months);
  const year = Math.floor(total / 12);
  const month = total - year * 12 + 1;
  const day = Math.min(dateFromDays(days).day, daysInMonth(year, month));
  return checkTimestamp(BigInt(daysFromDate(year, month, day)) * US_PER_DAY + timeOf(timestamp_us));
}

export function addUnits(unitName: string, count: bigint, timestamp_us: bigint): bigint {
  const unit = normaliseUnit(unitName);
  const fixed_us = FIXED_UNITS_us.get(unit);
  if (fixed_us !== undefined) return checkTimestamp(timestamp_us + count * fixed_us);
  const months = MONTH_UNITS.get(unit);
  return months === undefined ? unknownField(unitName, 'a timestamp') : addMonths(timestamp_us, count * BigInt(months));
}

/** How many boundaries of the unit lie between: from 23:59 to 00:01 is one day. */
export function boundariesBetween(unitName: string, from_us: bigint, to_us: bigint): bigint {
  const unit = normaliseUnit(unitName);
  return unitNumber(unit, to_us) - unitNumber(unit, from_us);
}

/** How many whole units have passed: from 23:59 to 00:01 is no day. */
export function unitsElapsed(unitName: string, from_us: bigint, to_us: bigint): bigint {
  const unit = normaliseUnit(unitName);
  const fixed_us = FIXED_UNITS_us.get(unit);
  if (fixed_us !== undefined) return (to_us - from_us) / fixed_us;
  const months = MONTH_UNITS.get(unit);
  if (months === undefined) return unknownField(unitName, 'a timestamp');
  let elapsed = BigInt(monthNumber(daysOf(to_us)) - monthNumber(daysOf(from_us)));
  if (elapsed > 0n && addMonths(from_us, elapsed) > to_us) elapsed -= 1n;
  if (elapsed < 0n && addMonths(from_us, elapsed) < to_us) elapsed += 1n;
  return elapsed / BigInt(months);
}

export function checkDays(days: number | bigint): number {
  const number = Number(days);
  return number === (number | 0) ? number : fail('out_of_range', 'the date is beyond DATE');
}
