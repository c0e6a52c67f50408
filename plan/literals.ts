/**
 * Values as canonical text and back, for every type, as `LiteralExpression` (expression.ts) describes it: one text per
 * value, and the only one that is read. Lenient spellings are the business of CAST (plan/functions).
 *
 * Years have at least four digits and a sign where they need one: `-0001`, `0000`, `2026`, `+12026`.
 */
import { InternalError } from '../grammar/diagnostics/internal-error.js';
import { dateFromDays, daysFromDate, daysInMonth } from './calendar.js';
import type { SqlType } from './types.js';
import type { Value } from './values.js';

export const US_PER_DAY = 86_400_000_000n;
const INT_MAX = 2_147_483_647;
const INT_MIN = -2_147_483_648;
const BIGINT_MAX = 9_223_372_036_854_775_807n;
const BIGINT_MIN = -9_223_372_036_854_775_808n;

/** What a literal holds: null for NULL, a boolean for BOOLEAN, canonical text for everything else. */
export type LiteralValue = string | boolean | null;

/** The canonical form of a value of `type`. A value of another type is a bug. */
export function valueToLiteral(value: Value, type: SqlType): LiteralValue {
  if (value === null) return null;
  if (typeof value === 'boolean') return value;
  return valueToText(value, type);
}

/** The value of a canonical literal, or undefined if it is not one of `type`. */
export function literalToValue(literal: LiteralValue, type: SqlType): Value | undefined {
  if (literal === null) return null;
  if (typeof literal === 'boolean') return type.kind === 'boolean' ? literal : undefined;
  return type.kind === 'boolean' ? undefined : textToValue(literal, type);
}

/** The canonical text of a value that is not NULL; `true` and `false` for BOOLEAN. */
export function valueToText(value: Exclude<Value, null>, type: SqlType): string {
  switch (type.kind) {
    case 'boolean':
      return String(expectKind(value, 'boolean', type));
    case 'int':
      return String(expectKind(value, 'number', type));
    case 'bigint':
    case 'interval':
      return String(expectKind(value, 'bigint', type));
    case 'double':
      return doubleToText(expectKind(value, 'number', type));
    case 'decimal':
      return decimalToText(expectKind(value, 'bigint', type), type.scale);
    case 'varchar':
    case 'json':
      return expectKind(value, 'string', type);
    case 'varbinary':
      if (!(value instanceof Uint8Array)) throw mismatch(value, type);
      return bytesToHex(value);
    case 'date':
      return dateToText(expectKind(value, 'number', type));
    case 'time':
      return timeToText(expectKind(value, 'bigint', type));
    case 'timestamp':
      return timestampToText(expectKind(value, 'bigint', type));
    case 'timestamptz':
      return `${timestampToText(expectKind(value, 'bigint', type))}Z`;
  }
}

/** The value of a canonical text, or undefined if the text is not canonical for `type` or out of its range. */
export function textToValue(text: string, type: SqlType): Exclude<Value, null> | undefined {
  switch (type.kind) {
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'int': {
      const value = textToInteger(text);
      return value !== undefined && value >= INT_MIN && value <= INT_MAX ? Number(value) : undefined;
    }
    case 'bigint':
    case 'interval':
      return textToInteger(text);
    case 'double':
      return textToDouble(text);
    case 'decimal':
      return textToDecimal(text, type.precision, type.scale);
    case 'varchar':
    case 'json':
      // A lone surrogate has no UTF-8.
      return /\p{Surrogate}/u.test(text) ? undefined : text;
    case 'varbinary':
      return hexToBytes(text);
    case 'date':
      return textToDate(text);
    case 'time':
      return textToTime(text);
    case 'timestamp':
      return textToTimestamp(text);
    case 'timestamptz':
      return text.endsWith('Z') ? textToTimestamp(text.slice(0, -1)) : undefined;
  }
}

interface TypeOfName {
  boolean: boolean;
  number: number;
  bigint: bigint;
  string: string;
}

function expectKind<N extends keyof TypeOfName>(value: Value, name: N, type: SqlType): TypeOfName[N] {
  if (typeof value !== name) throw mismatch(value, type);
  // Just checked; TypeScript does not narrow by a `typeof` that is compared with a type parameter.
  return value as TypeOfName[N];
}

function mismatch(value: Value, type: SqlType): InternalError {
  return new InternalError(`a ${typeof value} is no value of type ${type.kind}`);
}

/** Digits without leading zeros or plus, within 64 bits. */
function textToInteger(text: string): bigint | undefined {
  if (!/^(?:0|-?[1-9]\d{0,18})$/u.test(text)) return undefined;
  const value = BigInt(text);
  return value >= BIGINT_MIN && value <= BIGINT_MAX ? value : undefined;
}

/** The shortest text that reads back equal; -0 keeps its sign. */
export function doubleToText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function textToDouble(text: string): number | undefined {
  if (!/^(?:NaN|-?Infinity|-?\d[\d.]*(?:e[+-]\d+)?)$/u.test(text)) return undefined;
  const value = Number(text);
  return doubleToText(value) === text ? value : undefined;
}

/** An unscaled decimal with exactly `scale` digits behind the point. */
export function decimalToText(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? '-' : '';
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function textToDecimal(text: string, precision: number, scale: number): bigint | undefined {
  const match = /^(-?)(0|[1-9]\d{0,37})(?:\.(\d{1,38}))?$/u.exec(text);
  if (match === null || (match[3] ?? '').length !== scale) return undefined;
  const magnitude = BigInt(`${match[2] ?? ''}${match[3] ?? ''}`);
  if (magnitude >= 10n ** BigInt(precision)) return undefined;
  if (match[1] === '-') return magnitude === 0n ? undefined : -magnitude;
  return magnitude;
}

const HEX_DIGITS = '0123456789abcdef';

export function bytesToHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX_DIGITS.charAt(byte >> 4) + HEX_DIGITS.charAt(byte & 15);
  return text;
}

/** Lower-case digits only, two per byte. */
export function hexToBytes(text: string): Uint8Array | undefined {
  if (!/^(?:[\da-f]{2})*$/u.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = Number.parseInt(text.slice(2 * index, 2 * index + 2), 16);
  }
  return bytes;
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

function yearToText(year: number): string {
  const digits = String(Math.abs(year)).padStart(4, '0');
  return year < 0 ? `-${digits}` : year > 9999 ? `+${digits}` : digits;
}

/** `2026-01-31` */
export function dateToText(days: number): string {
  const { year, month, day } = dateFromDays(days);
  return `${yearToText(year)}-${twoDigits(month)}-${twoDigits(day)}`;
}

/** Days since 1970-01-01, or undefined for a text that is no existing date within 32 bits of days. */
export function textToDate(text: string): number | undefined {
  const match = /^([+-]?)(\d{4,7})-(\d{2})-(\d{2})$/u.exec(text);
  if (match === null) return undefined;
  const [, sign, yearText = '', monthText, dayText] = match;
  const year = sign === '-' ? -Number(yearText) : Number(yearText);
  if (yearToText(year) !== `${sign ?? ''}${yearText}`) return undefined;
  const month = Number(monthText);
  const day = Number(dayText);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  const days = daysFromDate(year, month, day);
  return days >= INT_MIN && days <= INT_MAX ? days : undefined;
}

/** `13:00:00`, with up to six digits of a fraction that is not zero. */
export function timeToText(time_us: bigint): string {
  const seconds = Number(time_us / 1_000_000n);
  const fraction_us = Number(time_us % 1_000_000n);
  const hours = Math.floor(seconds / 3600);
  const clock = `${twoDigits(hours)}:${twoDigits(Math.floor(seconds / 60) % 60)}:${twoDigits(seconds % 60)}`;
  return fraction_us === 0 ? clock : `${clock}.${String(fraction_us).padStart(6, '0').replace(/0+$/u, '')}`;
}

/** Microseconds since midnight, less than a day, or undefined. */
export function textToTime(text: string): bigint | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{0,5}[1-9]))?$/u.exec(text);
  if (match === null) return undefined;
  const seconds = Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3]);
  return BigInt(seconds) * 1_000_000n + BigInt((match[4] ?? '').padEnd(6, '0'));
}

/** `2026-01-31T13:00:00.000001`; TIMESTAMPTZ adds a `Z`. */
export function timestampToText(timestamp_us: bigint): string {
  const time_us = ((timestamp_us % US_PER_DAY) + US_PER_DAY) % US_PER_DAY;
  return `${dateToText(Number((timestamp_us - time_us) / US_PER_DAY))}T${timeToText(time_us)}`;
}

/** A time of `timestampToText` with exactly `digits` digits behind the point; it has no more than 6. */
export function fixedFraction(timestamp: string, digits: number): string {
  const [whole = '', fraction = ''] = timestamp.split('.');
  return `${whole}.${fraction.padEnd(digits, '0')}`;
}

/** Microseconds since 1970-01-01T00:00:00, within 64 bits, or undefined. */
export function textToTimestamp(text: string): bigint | undefined {
  const separator = text.indexOf('T');
  if (separator < 0) return undefined;
  const days = textToDate(text.slice(0, separator));
  const time_us = textToTime(text.slice(separator + 1));
  if (days === undefined || time_us === undefined) return undefined;
  const value_us = BigInt(days) * US_PER_DAY + time_us;
  return value_us >= BIGINT_MIN && value_us <= BIGINT_MAX ? value_us : undefined;
}
