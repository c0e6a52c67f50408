/**
 * Dates, times and intervals from text. ISO 8601 as producers write it:
 *
 * - DATE `2026-01-31`, years 0001 to 9999.
 * - TIME `13:00`, `13:00:00`, `13:00:00.123456`.
 * - TIMESTAMP a date, alone (midnight) or with `T` or a blank and a time; a trailing `Z` is accepted.
 * - TIMESTAMPTZ the same with an offset `Z`, `+02`, `+0200`, `+02:00` (below 16 hours); without one it is UTC.
 * - INTERVAL an ISO 8601 duration (`P1DT2H`, `-PT0.5S`), `[-]HH:MM:SS[.f]`, or numbers with units (`90s`, `1 hour 30
 * minutes`).
 *
 * A seventh and further digits behind the second round to the nearest microsecond, as in PostgreSQL.
 */
import type { IntervalUnit } from '../../plan/types.js';

const DATE = '(\\d{4})-(\\d\\d)-(\\d\\d)';
const TIME = '(\\d\\d):(\\d\\d)(?::(\\d\\d)(?:\\.(\\d{1,18}))?)?';
const DATE_PATTERN = new RegExp(`^${DATE}$`, 'u');
const TIME_PATTERN = new RegExp(`^${TIME}$`, 'u');
const STAMP_PATTERN = new RegExp(`^${DATE}(?:[Tt ]${TIME}([Zz]|[+-]\\d\\d(?::?\\d\\d)?)?)?$`, 'u');
const DAY_US = 86_400_000_000n;

/** Days since 1970-01-01 in the proleptic Gregorian calendar, or undefined. After H. Hinnant's `days_from_civil`. */
function civilDays(yearText: string, monthText: string, dayText: string): number | undefined {
  const year = Number(yearText);
  const month = Number(monthText);
  const day = Number(dayText);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > days) return undefined;
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

function fractionMicroseconds(digits: string): number {
  const padded = digits.padEnd(7, '0');
  return Number(padded.slice(0, 6)) + ((padded[6] ?? '0') >= '5' ? 1 : 0);
}

function clockMicroseconds(hour: string, minute: string, second: string, fraction: string): bigint | undefined {
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
  return BigInt(seconds * 1_000_000 + fractionMicroseconds(fraction));
}

/** Days since 1970-01-01; undefined if the text is no date. */
export function parseDate(text: string): number | undefined {
  const match = DATE_PATTERN.exec(text);
  return match === null ? undefined : civilDays(match[1] ?? '', match[2] ?? '', match[3] ?? '');
}

/** Microseconds since midnight; undefined if the text is no time. */
export function parseTime(text: string): bigint | undefined {
  const match = TIME_PATTERN.exec(text);
  if (match === null) return undefined;
  const time = clockMicroseconds(match[1] ?? '', match[2] ?? '', match[3] ?? '0', match[4] ?? '');
  return time === DAY_US ? undefined : time;
}

/** Microseconds since 1970; undefined if the text is no timestamp. `zoned`: TIMESTAMPTZ, which may have an offset. */
export function parseTimestamp(text: string, zoned: boolean): bigint | undefined {
  const match = STAMP_PATTERN.exec(text);
  if (match === null) return undefined;
  const [, year = '', month = '', day = '', hour = '0', minute = '0', second = '0', fraction = '', zone = ''] = match;
  const days = civilDays(year, month, day);
  const clock = clockMicroseconds(hour, minute, second, fraction);
  if (days === undefined || clock === undefined) return undefined;
  const local = BigInt(days) * DAY_US + clock;
  if (zone === '' || zone === 'Z' || zone === 'z') return local;
  const offsetHours = Number(zone.slice(1, 3));
  const offsetMinutes = zone.length > 3 ? Number(zone.slice(-2)) : 0;
  if (!zoned || offsetHours > 15 || offsetMinutes > 59) return undefined;
  const offset = BigInt(offsetHours * 60 + offsetMinutes) * 60_000_000n;
  return zone.startsWith('+') ? local - offset : local + offset;
}

const MICROSECONDS: Readonly<Record<string, bigint>> = {
  us: 1n,
  microsecond: 1n,
  ms: 1000n,
  millisecond: 1000n,
  s: 1_000_000n,
  second: 1_000_000n,
  m: 60_000_000n,
  minute: 60_000_000n,
  h: 3_600_000_000n,
  hour: 3_600_000_000n,
  d: DAY_US,
  day: DAY_US,
  w: 7n * DAY_US,
  week: 7n * DAY_US,
};
const MONTHS: Readonly<Record<string, bigint>> = { month: 1n, year: 12n };
const ISO_UNITS: Readonly<Record<string, string>> = { Y: 'year', W: 'week', D: 'day', H: 'hour', S: 'second' };
const INT64_LIMIT = 1n << 63n;

/** The interval in its unit; undefined if the text is none, has a fraction of a unit, or doesn't fit in 64 bits. */
export function parseInterval(text: string, unit: IntervalUnit): bigint | undefined {
  const parts = isoParts(text) ?? clockParts(text) ?? unitParts(text);
  if (parts === undefined) return undefined;
  const units = unit === 'month' ? MONTHS : MICROSECONDS;
  let sum = 0n;
  for (const [amount, name] of parts) {
    const factor = Object.hasOwn(units, name) ? units[name] : undefined;
    const value = factor === undefined ? undefined : scaled(amount, factor);
    if (value === undefined) return undefined;
    sum += value;
  }
  return sum >= -INT64_LIMIT && sum < INT64_LIMIT ? sum : undefined;
}

type Part = readonly [amount: string, unit: string];

function isoParts(text: string): readonly Part[] | undefined {
  const match = /^([+-]?)P((?:\d{1,18}[YMWD])*)(?:T((?:\d{1,18}(?:\.\d{1,6})?[HMS])+))?$/u.exec(text);
  if (match === null || (match[2] === '' && match[3] === undefined)) return undefined;
  const sign = match[1] === '-' ? '-' : '';
  const read = (part: string, minutes: string): Part[] =>
    [...part.matchAll(/([\d.]+)([A-Z])/gu)].map(([, amount = '', letter = '']) => [
      sign + amount,
      letter === 'M' ? minutes : (ISO_UNITS[letter] ?? ''),
    ]);
  return [...read(match[2] ?? '', 'month'), ...read(match[3] ?? '', 'minute')];
}

function clockParts(text: string): readonly Part[] | undefined {
  const match = /^([+-]?)(\d{1,9}):([0-5]\d)(?::([0-5]\d(?:\.\d{1,6})?))?$/u.exec(text);
  if (match === null) return undefined;
  const sign = match[1] === '-' ? '-' : '';
  const [, , hours = '', minutes = '', seconds = '0'] = match;
  return [
    [sign + hours, 'hour'],
    [sign + minutes, 'minute'],
    [sign + seconds, 'second'],
  ];
}

function unitParts(text: string): readonly Part[] | undefined {
  if (text.length > 200 || !/^\s*(?:[+-]?\d{1,18}(?:\.\d{1,6})?\s*[a-z]+\s*)+$/iu.test(text)) return undefined;
  return [...text.matchAll(/([+-]?[\d.]+)\s*([a-z]+)/giu)].map(([, amount = '', name = '']) => {
    const lower = name.toLowerCase();
    return [amount, lower.length > 3 && lower.endsWith('s') ? lower.slice(0, -1) : lower];
  });
}

/** `amount × factor`, exactly. */
function scaled(amount: string, factor: bigint): bigint | undefined {
  const [whole = '', fraction = ''] = amount.split('.');
  const power = 10n ** BigInt(fraction.length);
  const product = BigInt((whole + fraction).replace('+', '')) * factor;
  return product % power === 0n ? product / power : undefined;
}
