/** Points in time as text and as ticks of 100 ns, seven digits kept. */
import { badMoment, overflow } from './errors.js';
import { type OffsetMoment, type SqlType, type SqlValue } from './sql-type.js';

export const TICKS_PER_SECOND = 10_000_000n;
export const TICKS_PER_MINUTE = 60n * TICKS_PER_SECOND;
export const TICKS_PER_DAY = 86_400n * TICKS_PER_SECOND;
/** Days from 0001-01-01 to 1900-01-01 and to 1970-01-01. */
export const DAYS_TO_1900 = 693_595n;
export const DAYS_TO_1970 = 719_162n;
const DAYS_MAX = 3_652_058n;

const DAY_MS = 86_400_000;

export function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}
export const floorRest = (value: bigint, by: bigint): bigint => ((value % by) + by) % by;

/** Days since 0001-01-01, or null where there is no such day. */
export function daysOf(year: number, month: number, day: number): bigint | null {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isReal = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isReal && year >= 1 && year <= 9999 ? BigInt(Math.round(date.getTime() / DAY_MS)) + DAYS_TO_1970 : null;
}

export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export function civilOf(days: bigint): CivilDate {
  const date = new Date(Number(days - DAYS_TO_1970) * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

const PATTERN =
  /^\s*(?:(?<year>\d{4})(?:-(?<month>\d{1,2})-(?<day>\d{1,2})|(?<month2>\d\d)(?<day2>\d\d)))?(?:(?:\s+|T|(?<=^\s*))(?<hour>\d{1,2}):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d{1,9}))?)?)?\s*(?<zone>Z|[+-]\d\d:\d\d)?\s*$/iu;

interface Moment {
  readonly ticks: bigint;
  readonly offset_minutes: number;
  readonly fraction: string;
  readonly hasDate: boolean;
}

/** ISO 8601 and its look-alikes; forms that depend on the session's language are no part of the double. */
function parseMoment(text: string): Moment {
  if (text.trim() === '')
    return { ticks: DAYS_TO_1900 * TICKS_PER_DAY, offset_minutes: 0, fraction: '', hasDate: true };
  const groups = PATTERN.exec(text)?.groups;
  if (groups === undefined) throw badMoment();
  const number = (name: string, fallback = '0'): number => Number(groups[name] ?? fallback);
  const hasDate = groups['year'] !== undefined;
  const days = hasDate
    ? daysOf(number('year'), number('month', groups['month2']), number('day', groups['day2']))
    : DAYS_TO_1900;
  const [hour, minute, second] = [number('hour'), number('minute'), number('second')];
  if (days === null || hour > 23 || minute > 59 || second > 59) throw badMoment();
  if (!hasDate && groups['hour'] === undefined) throw badMoment();
  const fraction = groups['fraction'] ?? '';
  if (fraction.length > 7) throw badMoment();
  const seconds = BigInt(hour * 3600 + minute * 60 + second);
  const ticks = days * TICKS_PER_DAY + seconds * TICKS_PER_SECOND + BigInt(fraction.padEnd(7, '0'));
  return { ticks, offset_minutes: offsetOf(groups['zone']), fraction, hasDate };
}

function offsetOf(zone: string | undefined): number {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  if (minutes > 14 * 60) throw badMoment();
  return zone.startsWith('-') ? -minutes : minutes;
}

/** A text as a value of a date or time type. Throws SqlError 241 or 8115. */
export function momentFromText(text: string, type: SqlType): SqlValue {
  const moment = parseMoment(text);
  if (type.name === 'datetime' && moment.fraction.length > 3) throw badMoment();
  return momentOf(moment.ticks, moment.offset_minutes, type);
}

/** Local ticks and the offset they were written with, as a value of a date or time type, rounded to its digits. */
export function momentOf(local: bigint, offset_minutes: number, type: SqlType): SqlValue {
  if (type.name === 'date') return floorDivide(local, TICKS_PER_DAY);
  if (type.name === 'time') {
    return floorRest(roundTicks(floorRest(local, TICKS_PER_DAY), type.scale), TICKS_PER_DAY);
  }
  const since1900 = local - DAYS_TO_1900 * TICKS_PER_DAY;
  if (type.name === 'datetime') return floorRestRound(since1900, 300n, TICKS_PER_SECOND);
  if (type.name === 'smalldatetime') return floorRestRound(since1900, 1n, TICKS_PER_MINUTE);
  const rounded = roundTicks(local, type.scale);
  if (type.name !== 'datetimeoffset') return bounded(rounded, type);
  return { ticks: bounded(rounded - BigInt(offset_minutes) * TICKS_PER_MINUTE, type), offset_minutes };
}

/** `value * up / down`, rounded half up. */
const floorRestRound = (value: bigint, up: bigint, down: bigint): bigint =>
  floorDivide(value * up * 2n + down, down * 2n);

function roundTicks(ticks: bigint, scale: number): bigint {
  const unit = 10n ** BigInt(7 - scale);
  return floorDivide(ticks + unit / 2n, unit) * unit;
}

function bounded(ticks: bigint, type: SqlType): bigint {
  if (ticks < 0n || ticks >= (DAYS_MAX + 1n) * TICKS_PER_DAY) throw overflow(type.name);
  return ticks;
}

/** Any date or time value as local ticks with its offset. */
export function ticksOf(value: SqlValue, type: SqlType): OffsetMoment {
  if (type.name === 'datetimeoffset') {
    const moment = value as OffsetMoment;
    const local = moment.ticks + BigInt(moment.offset_minutes) * TICKS_PER_MINUTE;
    return { ticks: local, offset_minutes: moment.offset_minutes };
  }
  return { ticks: localTicks(value as bigint, type), offset_minutes: 0 };
}

function localTicks(value: bigint, type: SqlType): bigint {
  const start = DAYS_TO_1900 * TICKS_PER_DAY;
  if (type.name === 'date') return value * TICKS_PER_DAY;
  if (type.name === 'time') return start + value;
  if (type.name === 'datetime') return start + floorRestRound(value, TICKS_PER_SECOND, 300n);
  if (type.name === 'smalldatetime') return start + value * TICKS_PER_MINUTE;
  return value;
}

const two = (value: bigint | number): string => value.toString().padStart(2, '0');

function timeText(ticks: bigint, digits: number): string {
  const seconds = ticks / TICKS_PER_SECOND;
  const fraction = (ticks % TICKS_PER_SECOND).toString().padStart(7, '0').slice(0, digits);
  const text = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
  return digits === 0 ? text : `${text}.${fraction}`;
}

export function dateText(days: bigint): string {
  const { year, month, day } = civilOf(days);
  return `${year.toString().padStart(4, '0')}-${two(month)}-${two(day)}`;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** A date or time value as text, in one of the styles of CONVERT. */
export function momentText(value: SqlValue, type: SqlType, style: number): string {
  const { ticks: exact, offset_minutes } = ticksOf(value, type);
  // Thirds of a hundredth of a second are shown in whole milliseconds.
  const ticks = type.name === 'datetime' ? roundTicks(exact, 3) : exact;
  const days = floorDivide(ticks, TICKS_PER_DAY);
  const ofDay = floorRest(ticks, TICKS_PER_DAY);
  const isOld = type.name === 'datetime' || type.name === 'smalldatetime';
  const date = dateText(days);
  if (style === 112) return date.replaceAll('-', '');
  if (type.name === 'date' || style === 23) return date;
  if (type.name === 'time') return timeText(ofDay, type.scale);
  if (isOld && style === 0) return oldText(days, ofDay);
  if (style === 120 || style === 20) return `${date} ${timeText(ofDay, 0)}`;
  const digits = type.name === 'smalldatetime' ? 0 : type.name === 'datetime' ? 3 : type.scale;
  const isIso = style === 126 || style === 127;
  const hasFraction = !isIso || !isOld || ofDay % TICKS_PER_SECOND !== 0n;
  const text = `${date}${isIso ? 'T' : ' '}${timeText(ofDay, hasFraction ? digits : 0)}`;
  if (type.name !== 'datetimeoffset') return text;
  const magnitude = Math.abs(offset_minutes);
  const zone = `${offset_minutes < 0 ? '-' : '+'}${two(Math.floor(magnitude / 60))}:${two(magnitude % 60)}`;
  return style === 127 && offset_minutes === 0 ? `${text}Z` : isIso ? `${text}${zone}` : `${text} ${zone}`;
}

/** `Nov 24 2026 12:05PM`: how the old types are written by default. */
function oldText(days: bigint, ofDay: bigint): string {
  const { year, month, day } = civilOf(days);
  const minutes = Number(ofDay / TICKS_PER_MINUTE);
  const hour = Math.floor(minutes / 60);
  const shown = (hour % 12 === 0 ? 12 : hour % 12).toString().padStart(2, ' ');
  const dayText = day.toString().padStart(2, ' ');
  return `${MONTHS[month - 1]!} ${dayText} ${year} ${shown}:${two(minutes % 60)}${hour < 12 ? 'AM' : 'PM'}`;
}
