/**
 * Text to values for CAST: blanks around are ignored, spellings are PostgreSQL's where they are not ambiguous. What
 * does not read is undefined; what is out of range throws `out_of_range`.
 */
import { daysFromDate, daysInMonth } from './calendar.js';
import { divideRounded, powerOfTen } from './decimal.js';
import { US_PER_DAY } from './literals.js';
import { RecordError } from './values.js';

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 't', 'yes', 'y', 'on', '1'].map((text) => [text, true] as const),
  ...['false', 'f', 'no', 'n', 'off', '0'].map((text) => [text, false] as const),
]);

/** Longest text a number or a time is read from; more is no number anybody wrote. */
const TEXT_LENGTH_MAX = 400;

export function readBoolean(text: string): boolean | undefined {
  return BOOLEANS.get(text.trim().toLowerCase());
}

export function readInteger(text: string): bigint | undefined {
  const trimmed = text.length > TEXT_LENGTH_MAX ? '' : text.trim();
  if (!/^[+-]?\d+$/u.test(trimmed)) return undefined;
  return BigInt(trimmed.startsWith('+') ? trimmed.slice(1) : trimmed);
}

export function readDouble(text: string): number | undefined {
  const trimmed = text.length > TEXT_LENGTH_MAX ? '' : text.trim();
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu.test(trimmed)) {
    const value = Number(trimmed);
    if (!Number.isFinite(value)) throw new RecordError('out_of_range', 'the number is beyond DOUBLE');
    return value;
  }
  const special = /^([+-]?)(nan|inf(?:inity)?)$/iu.exec(trimmed);
  if (special === null) return undefined;
  if (special[2]?.toLowerCase() === 'nan') return NaN;
  return special[1] === '-' ? -Infinity : Infinity;
}

/** The unscaled value at `scale`, rounded half away from zero; the caller checks the precision. */
export function readDecimal(text: string, scale: number): bigint | undefined {
  const trimmed = text.length > TEXT_LENGTH_MAX ? '' : text.trim();
  const match = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d{1,4}))?$/iu.exec(trimmed);
  if (match === null) return undefined;
  const digits = `${match[2] ?? ''}${match[3] ?? ''}`;
  if (digits === '') return undefined;
  const shift = Number(match[4] ?? '0') + scale - (match[3] ?? '').length;
  let magnitude = BigInt(digits);
  if (magnitude === 0n) return 0n;
  if (shift > 80) throw new RecordError('out_of_range', 'the number is beyond DECIMAL');
  if (shift >= 0) magnitude *= powerOfTen(shift);
  else magnitude = -shift > digits.length + 1 ? 0n : divideRounded(magnitude, powerOfTen(-shift));
  return match[1] === '-' ? -magnitude : magnitude;
}

const DATE = /^([+-]?\d{4,7})-(\d{1,2})-(\d{1,2})/u;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,30}))?)?/u;
const ZONE = /^\s*(?:(Z)|([+-])(\d{1,2})(?::?(\d{2}))?)$/iu;

interface Read<T> {
  readonly value: T;
  readonly rest: string;
}

function takeDate(text: string): Read<number> | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  const days = daysFromDate(year, month, day);
  if (days !== (days | 0)) throw new RecordError('out_of_range', 'the date is beyond DATE');
  return { value: days, rest: text.slice(match[0].length) };
}

/** Microseconds since midnight; digits beyond the sixth are rounded. */
function takeClock(text: string): Read<bigint> | undefined {
  const match = CLOCK.exec(text);
  if (match === null) return undefined;
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? '0')];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const digits = (match[4] ?? '').padEnd(7, '0');
  const fraction_us = BigInt(digits.slice(0, 6)) + (digits.charAt(6) >= '5' ? 1n : 0n);
  const value = BigInt(hours * 3600 + minutes * 60 + seconds) * 1_000_000n + fraction_us;
  return { value, rest: text.slice(match[0].length) };
}

/** `Z`, `+02`, `-0530`, `+01:00`; microseconds to add to UTC. */
export function readOffset(text: string): bigint | undefined {
  const match = ZONE.exec(text);
  if (match === null) return undefined;
  if (match[1] !== undefined) return 0n;
  const [hours, minutes] = [Number(match[3]), Number(match[4] ?? '0')];
  if (hours > 18 || minutes > 59) return undefined;
  const offset_us = BigInt(hours * 60 + minutes) * 60_000_000n;
  return match[2] === '-' ? -offset_us : offset_us;
}

/** A date, or the date part of a timestamp. */
export function readDate(text: string): number | undefined {
  const trimmed = text.length > TEXT_LENGTH_MAX ? '' : text.trim();
  const date = takeDate(trimmed);
  if (date === undefined) return undefined;
  if (date.rest === '') return date.value;
  const timestamp_us = readTimestamp(trimmed);
  return timestamp_us === undefined ? undefined : daysOf(timestamp_us);
}

export function readTime(text: string): bigint | undefined {
  const clock = takeClock(text.trim());
  if (clock?.rest !== '') return undefined;
  return clock.value < US_PER_DAY ? clock.value : undefined;
}

/** `2026-01-31`, then `T` or a blank and a clock, then a zone; with a zone the result is the UTC time. */
export function readTimestamp(text: string): bigint | undefined {
  const trimmed = text.length > TEXT_LENGTH_MAX ? '' : text.trim();
  const date = takeDate(trimmed);
  if (date === undefined) return undefined;
  const midnight_us = BigInt(date.value) * US_PER_DAY;
  if (date.rest === '') return checkTimestamp(midnight_us);
  if (!/^[T ]/iu.test(date.rest)) return undefined;
  const clock = takeClock(date.rest.slice(1).trimStart());
  if (clock === undefined) return undefined;
  const offset_us = clock.rest === '' ? 0n : readOffset(clock.rest);
  return offset_us === undefined ? undefined : checkTimestamp(midnight_us + clock.value - offset_us);
}

export function checkTimestamp(timestamp_us: bigint): bigint {
  if (BigInt.asIntN(64, timestamp_us) !== timestamp_us) {
    throw new RecordError('out_of_range', 'the time is beyond TIMESTAMP');
  }
  return timestamp_us;
}

/** The day a timestamp falls on. */
export function daysOf(timestamp_us: bigint): number {
  const time_us = timeOf(timestamp_us);
  return Number((timestamp_us - time_us) / US_PER_DAY);
}

/** Microseconds since midnight of a timestamp. */
export function timeOf(timestamp_us: bigint): bigint {
  const time_us = timestamp_us % US_PER_DAY;
  return time_us < 0n ? time_us + US_PER_DAY : time_us;
}

const UNITS_us: ReadonlyMap<string, bigint> = new Map([
  ['microsecond', 1n],
  ['millisecond', 1_000n],
  ['second', 1_000_000n],
  ['sec', 1_000_000n],
  ['minute', 60_000_000n],
  ['min', 60_000_000n],
  ['hour', 3_600_000_000n],
  ['day', US_PER_DAY],
  ['week', 7n * US_PER_DAY],
]);
const UNITS_months: ReadonlyMap<string, bigint> = new Map([
  ['month', 1n],
  ['mon', 1n],
  ['quarter', 3n],
  ['year', 12n],
]);

/**
 * `1 day 02:30:00`, `-5 seconds` (microseconds) or `1 year 2 months` (months); one unit does not mix with the other.
 */
export function readInterval(text: string, unit: 'microsecond' | 'month'): bigint | undefined {
  if (text.length > TEXT_LENGTH_MAX) return undefined;
  const units = unit === 'month' ? UNITS_months : UNITS_us;
  let rest = text.trim();
  if (rest === '') return undefined;
  let total = 0n;
  while (rest !== '') {
    const word = /^([+-]?)(\d{1,18})(?:\.(\d{1,6}))?\s*([a-z]+)\s*/iu.exec(rest);
    const clock = word === null ? /^([+-]?)(\d{1,9}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?\s*/u.exec(rest) : null;
    let amount: bigint;
    if (word !== null) {
      const name = (word[4] ?? '').toLowerCase();
      const factor = units.get(name) ?? units.get(name.replace(/s$/u, ''));
      const fraction = word[3] ?? '';
      if (factor === undefined) return undefined;
      const scaled = BigInt(`${word[2] ?? ''}${fraction}`) * factor;
      if (scaled % powerOfTen(fraction.length) !== 0n) return undefined;
      amount = scaled / powerOfTen(fraction.length);
    } else if (clock !== null && unit === 'microsecond') {
      const seconds = BigInt(clock[2] ?? '') * 3600n + BigInt(clock[3] ?? '') * 60n + BigInt(clock[4] ?? '0');
      amount = seconds * 1_000_000n + BigInt((clock[5] ?? '').padEnd(6, '0'));
    } else {
      return undefined;
    }
    const sign = (word ?? clock)?.[1];
    total += sign === '-' ? -amount : amount;
    rest = rest.slice((word ?? clock)?.[0].length ?? rest.length);
  }
  if (BigInt.asIntN(64, total) !== total) throw new RecordError('out_of_range', 'the interval is beyond 64 bits');
  return total;
}
