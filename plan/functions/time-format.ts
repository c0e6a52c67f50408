/**
 * Times as text and back by templates, two dialects with one set of parts:
 * TO_CHAR, TO_TIMESTAMP and TO_DATE take PostgreSQL's (`YYYY-MM-DD HH24:MI:SS`), DATE_FORMAT takes Java's as Flink and
 * Spark do (`yyyy-MM-dd HH:mm:ss`). Names of months and days are English.
 */
import { dateFromDays, daysFromDate, daysInMonth } from '../calendar.js';
import { checkTimestamp, daysOf, readOffset, timeOf } from '../cast-text.js';
import { US_PER_DAY } from '../literals.js';
import { fail } from './declare.js';
import { dayOfWeek, dayOfYear, isoWeek } from './time-parts.js';

export const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;
export const DAY_NAMES = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

interface Moment {
  readonly days: number;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly fraction_us: number;
}

/** A number with leading zeros, or text. */
type Part =
  | { readonly kind: 'number'; readonly digits: number; readonly value: (moment: Moment) => number }
  | { readonly kind: 'text'; readonly value: (moment: Moment) => string }
  | { readonly kind: 'literal'; readonly text: string };

const number = (digits: number, value: (moment: Moment) => number): Part => ({ kind: 'number', digits, value });
const word = (value: (moment: Moment) => string): Part => ({ kind: 'text', value });

const monthName = (moment: Moment): string => MONTH_NAMES[moment.month - 1] ?? '';
const dayName = (moment: Moment): string => DAY_NAMES[dayOfWeek(moment.days)] ?? '';
const halfDay = (moment: Moment): string => (moment.hour < 12 ? 'AM' : 'PM');
const hour12 = (moment: Moment): number => ((moment.hour + 11) % 12) + 1;
/** PostgreSQL pads names to nine characters unless FM stands before them. */
const NAME_WIDTH = 9;

const YEAR4 = number(4, (moment) => moment.year);
const YEAR2 = number(2, (moment) => ((moment.year % 100) + 100) % 100);
const MONTH = number(2, (moment) => moment.month);
const DAY = number(2, (moment) => moment.day);
const HOUR24 = number(2, (moment) => moment.hour);
const HOUR12 = number(2, hour12);
const MINUTE = number(2, (moment) => moment.minute);
const SECOND = number(2, (moment) => moment.second);
const MILLISECOND = number(3, (moment) => Math.floor(moment.fraction_us / 1000));
const MICROSECOND = number(6, (moment) => moment.fraction_us);
const DAY_OF_YEAR = number(3, (moment) => dayOfYear(moment.days));

/** Longest first; matched as they stand, so `Month`, `MONTH` and `month` differ. */
const POSTGRES_PARTS: readonly (readonly [string, Part])[] = [
  ['YYYY', YEAR4],
  ['IYYY', number(4, (moment) => isoWeek(moment.days).year)],
  ['HH24', HOUR24],
  ['HH12', HOUR12],
  ['MONTH', word((moment) => monthName(moment).toUpperCase().padEnd(NAME_WIDTH))],
  ['Month', word((moment) => monthName(moment).padEnd(NAME_WIDTH))],
  ['month', word((moment) => monthName(moment).toLowerCase().padEnd(NAME_WIDTH))],
  ['DDD', DAY_OF_YEAR],
  ['DAY', word((moment) => dayName(moment).toUpperCase().padEnd(NAME_WIDTH))],
  ['Day', word((moment) => dayName(moment).padEnd(NAME_WIDTH))],
  ['day', word((moment) => dayName(moment).toLowerCase().padEnd(NAME_WIDTH))],
  ['MON', word((moment) => monthName(moment).slice(0, 3).toUpperCase())],
  ['Mon', word((moment) => monthName(moment).slice(0, 3))],
  ['mon', word((moment) => monthName(moment).slice(0, 3).toLowerCase())],
  ['YY', YEAR2],
  ['MM', MONTH],
  ['DD', DAY],
  ['HH', HOUR12],
  ['MI', MINUTE],
  ['SS', SECOND],
  ['MS', MILLISECOND],
  ['US', MICROSECOND],
  ['IW', number(2, (moment) => isoWeek(moment.days).week)],
  ['ID', number(1, (moment) => ((dayOfWeek(moment.days) + 6) % 7) + 1)],
  ['AM', word(halfDay)],
  ['PM', word(halfDay)],
  ['am', word((moment) => halfDay(moment).toLowerCase())],
  ['pm', word((moment) => halfDay(moment).toLowerCase())],
  ['DY', word((moment) => dayName(moment).slice(0, 3).toUpperCase())],
  ['Dy', word((moment) => dayName(moment).slice(0, 3))],
  ['dy', word((moment) => dayName(moment).slice(0, 3).toLowerCase())],
  ['TZ', word(() => 'UTC')],
  ['D', number(1, (moment) => dayOfWeek(moment.days) + 1)],
  ['Q', number(1, (moment) => Math.floor((moment.month - 1) / 3) + 1)],
];

function javaPart(letter: string, count: number): Part {
  switch (letter) {
    case 'y':
    case 'u':
      return count === 2 ? YEAR2 : number(count, (moment) => moment.year);
    case 'M':
    case 'L':
      if (count === 3) return word((moment) => monthName(moment).slice(0, 3));
      return count > 3 ? word(monthName) : number(count, (moment) => moment.month);
    case 'd':
      return number(count, (moment) => moment.day);
    case 'D':
      return number(count, (moment) => dayOfYear(moment.days));
    case 'E':
      return count > 3 ? word(dayName) : word((moment) => dayName(moment).slice(0, 3));
    case 'H':
      return number(count, (moment) => moment.hour);
    case 'h':
      return number(count, hour12);
    case 'm':
      return number(count, (moment) => moment.minute);
    case 's':
      return number(count, (moment) => moment.second);
    case 'S':
      return word((moment) => String(moment.fraction_us).padStart(6, '0').padEnd(count, '0').slice(0, count));
    case 'a':
      return word(halfDay);
    case 'Q':
      return number(count, (moment) => Math.floor((moment.month - 1) / 3) + 1);
    default:
      return fail('invalid_argument', `the letter ${letter} has no meaning in a template: quote it with '`);
  }
}

const TEMPLATE_LENGTH_MAX = 256;
const CACHE_ENTRIES_MAX = 256;

type Dialect = 'postgres' | 'java';
type TemplatePart = Part & { readonly name: string; readonly filled: boolean };
const cache = new Map<string, readonly TemplatePart[]>();

function templateParts(template: string, dialect: Dialect): readonly TemplatePart[] {
  const key = `${dialect}\u0000${template}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  if (template.length > TEMPLATE_LENGTH_MAX) {
    return fail('too_long', `a template may have ${TEMPLATE_LENGTH_MAX} characters`);
  }
  const parts = dialect === 'postgres' ? postgresParts(template) : javaParts(template);
  if (cache.size >= CACHE_ENTRIES_MAX) cache.clear();
  cache.set(key, parts);
  return parts;
}

function literal(text: string): TemplatePart {
  return { kind: 'literal', text, name: '', filled: true };
}

function postgresParts(template: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let filled = true;
  for (let i = 0; i < template.length;) {
    if (template.startsWith('FM', i)) {
      filled = false;
      i += 2;
      continue;
    }
    const rest = template.slice(i);
    const found = POSTGRES_PARTS.find(([name]) => rest.startsWith(name));
    const quoted = /^"([^"]*)"?/u.exec(rest);
    if (found !== undefined) {
      parts.push({ ...found[1], name: found[0], filled });
      i += found[0].length;
    } else if (quoted !== null) {
      parts.push(literal(quoted[1] ?? ''));
      i += quoted[0].length;
    } else {
      parts.push(literal(template.charAt(i)));
      i += 1;
    }
    filled = true;
  }
  return parts;
}

function javaParts(template: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  for (const match of template.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']|'/gsu)) {
    const [text, quoted, letter] = match;
    if (letter !== undefined) parts.push({ ...javaPart(letter, text.length), name: text, filled: true });
    else if (quoted !== undefined) parts.push(literal(quoted === '' ? "'" : quoted.replaceAll("''", "'")));
    else if (text === "'") fail('invalid_argument', "a template has a ' without its end");
    else parts.push(literal(text));
  }
  return parts;
}

function momentOf(timestamp_us: bigint): Moment {
  const days = daysOf(timestamp_us);
  const time_us = timeOf(timestamp_us);
  const seconds = Number(time_us / 1_000_000n);
  return {
    ...dateFromDays(days),
    days,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    fraction_us: Number(time_us % 1_000_000n),
  };
}

export function formatTime(timestamp_us: bigint, template: string, dialect: Dialect): string {
  const moment = momentOf(timestamp_us);
  let result = '';
  for (const part of templateParts(template, dialect)) {
    if (part.kind === 'literal') {
      result += part.text;
    } else if (part.kind === 'text') {
      result += part.filled ? part.value(moment) : part.value(moment).trimEnd();
    } else {
      const value = part.value(moment);
      const digits = String(Math.abs(value)).padStart(part.filled ? part.digits : 1, '0');
      result += value < 0 ? `-${digits}` : digits;
    }
  }
  return result;
}

interface Parsed {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  fraction_us: number;
  afternoon: boolean | undefined;
  offset_us: bigint;
}

function twoDigitYear(year: number): number {
  return year < 70 ? 2000 + year : 1900 + year;
}

const NUMBER_SETTERS: ReadonlyMap<string, (parsed: Parsed, value: number, digits: string) => void> = new Map<
  string,
  (parsed: Parsed, value: number, digits: string) => void
>([
  ['YYYY', (parsed, value) => (parsed.year = value)],
  ['YY', (parsed, value) => (parsed.year = twoDigitYear(value))],
  ['MM', (parsed, value) => (parsed.month = value)],
  ['DD', (parsed, value) => (parsed.day = value)],
  ['HH24', (parsed, value) => (parsed.hour = value)],
  ['HH12', (parsed, value) => (parsed.hour = value)],
  ['HH', (parsed, value) => (parsed.hour = value)],
  ['MI', (parsed, value) => (parsed.minute = value)],
  ['SS', (parsed, value) => (parsed.second = value)],
  ['MS', (parsed, _, digits) => (parsed.fraction_us = Number(digits.padEnd(3, '0').slice(0, 3)) * 1000)],
  ['US', (parsed, _, digits) => (parsed.fraction_us = Number(digits.padEnd(6, '0').slice(0, 6)))],
]);

function unreadable(text: string, template: string): never {
  return fail('cast_failed', `'${text.slice(0, 40)}' does not read as '${template}'`);
}

/** The length of what `part` reads at `at`, having set its field; undefined if it does not read. */
function readPart(part: TemplatePart, text: string, at: number, parsed: Parsed): number | undefined {
  if (part.kind === 'literal') {
    if (text.startsWith(part.text, at)) return part.text.length;
    return part.text === 'T' && text.charAt(at) === ' ' ? 1 : undefined;
  }
  const rest = text.slice(at);
  if (part.kind === 'number') {
    const set = NUMBER_SETTERS.get(part.name);
    if (set === undefined) return fail('invalid_argument', `${part.name} can be written, not read`);
    const digits = /^\d+/u.exec(rest)?.[0].slice(0, part.digits);
    if (digits === undefined) return undefined;
    set(parsed, Number(digits), digits);
    return digits.length;
  }
  const lower = part.name.toLowerCase();
  if (lower === 'am' || lower === 'pm') {
    const half = /^([ap])\.?m\.?/iu.exec(rest);
    if (half === null) return undefined;
    parsed.afternoon = half[1]?.toLowerCase() === 'p';
    return half[0].length;
  }
  if (lower === 'mon' || lower === 'month') {
    const letters = (/^[a-z]+/iu.exec(rest)?.[0] ?? '').toLowerCase();
    const found = MONTH_NAMES.findIndex((name) => {
      const wanted = lower === 'mon' ? name.slice(0, 3) : name;
      return wanted.toLowerCase() === letters;
    });
    if (found < 0) return undefined;
    parsed.month = found + 1;
    return letters.length;
  }
  if (lower === 'tz') {
    const zone = /^(?:UTC|GMT|Z|[+-]\d{1,2}(?::?\d{2})?)/iu.exec(rest)?.[0];
    if (zone === undefined) return undefined;
    parsed.offset_us = readOffset(zone) ?? 0n;
    return zone.length;
  }
  return fail('invalid_argument', `${part.name} can be written, not read`);
}

/** TO_TIMESTAMP: the whole text has to read; fields that the template lacks are 1970, January, the first, 0. */
export function parseTime(text: string, template: string): bigint {
  const parsed: Parsed = {
    year: 1970,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    fraction_us: 0,
    afternoon: undefined,
    offset_us: 0n,
  };
  const trimmed = text.trim();
  let at = 0;
  for (const part of templateParts(template, 'postgres')) {
    const length = readPart(part, trimmed, at, parsed);
    if (length === undefined) return unreadable(text, template);
    at += length;
  }
  if (at !== trimmed.length) return unreadable(text, template);
  return momentToTimestamp(parsed, text, template);
}

function momentToTimestamp(parsed: Parsed, text: string, template: string): bigint {
  let hour = parsed.hour;
  if (parsed.afternoon !== undefined) {
    if (hour < 1 || hour > 12) return unreadable(text, template);
    hour = (hour % 12) + (parsed.afternoon ? 12 : 0);
  }
  const monthExists = parsed.month >= 1 && parsed.month <= 12;
  const dayExists = monthExists && parsed.day >= 1 && parsed.day <= daysInMonth(parsed.year, parsed.month);
  if (!dayExists || hour > 23 || parsed.minute > 59 || parsed.second > 59) return unreadable(text, template);
  const days = daysFromDate(parsed.year, parsed.month, parsed.day);
  const seconds = hour * 3600 + parsed.minute * 60 + parsed.second;
  const time_us = BigInt(seconds) * 1_000_000n + BigInt(parsed.fraction_us);
  return checkTimestamp(BigInt(days) * US_PER_DAY + time_us - parsed.offset_us);
}
