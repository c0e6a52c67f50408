/** CAST: which pairs of types it connects, and how. PostgreSQL's rules; where they differ the comment says so. */
import { InternalError } from '../grammar/diagnostics/internal-error.js';
import {
  checkTimestamp,
  daysOf,
  readBoolean,
  readDate,
  readDecimal,
  readDouble,
  readInteger,
  readInterval,
  readTime,
  readTimestamp,
  timeOf,
} from './cast-text.js';
import { decimalToDouble, powerOfTen, rescale } from './decimal.js';
import { isJsonText } from './json-text.js';
import { dateToText, decimalToText, doubleToText, timestampToText, timeToText, US_PER_DAY } from './literals.js';
import { typesEqual, typeToText, type SqlType, type TypeKind } from './types.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';
import { RecordError, type RecordErrorCode, type Value } from './values.js';
import { wideningSteps } from './widening.js';

export type CastKind = 'implicit' | 'explicit' | 'never';

/** Explicit casts beside those between numbers, between times, and from and to VARCHAR, which all exist. */
const EXPLICIT_PAIRS: ReadonlySet<string> = new Set([
  'boolean>int',
  'int>boolean',
  'boolean>bigint',
  'bigint>boolean',
  'timestamp>time',
  'timestamptz>time',
  'time>interval',
  'interval>time',
]);
const NUMBERS: readonly TypeKind[] = ['int', 'bigint', 'decimal', 'double'];
const TIMES: readonly TypeKind[] = ['date', 'timestamp', 'timestamptz'];

/** `implicit`: every value fits, the compiler casts by itself. `explicit`: only where CAST stands. */
export function castKind(from: SqlType, to: SqlType): CastKind {
  if (typesEqual(from, to)) return 'implicit';
  if (from.kind === 'decimal' && to.kind === 'decimal') {
    const fits = to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
    return fits ? 'implicit' : 'explicit';
  }
  if (to.kind === 'decimal' && (from.kind === 'int' || from.kind === 'bigint')) {
    return to.precision - to.scale >= (from.kind === 'int' ? 10 : 19) ? 'implicit' : 'explicit';
  }
  if (from.kind === to.kind) return 'never';
  if (wideningSteps(from.kind, to.kind) !== undefined) return 'implicit';
  if (to.kind === 'varchar' || from.kind === 'varchar') return 'explicit';
  if (NUMBERS.includes(from.kind) && NUMBERS.includes(to.kind)) return 'explicit';
  if (TIMES.includes(from.kind) && TIMES.includes(to.kind)) return 'explicit';
  if (from.kind === 'interval' && from.unit === 'month') return 'never';
  if (to.kind === 'interval' && to.unit === 'month') return 'never';
  return EXPLICIT_PAIRS.has(`${from.kind}>${to.kind}`) ? 'explicit' : 'never';
}

const TEXT_SHOWN_MAX = 40;

function failed(value: Value, to: SqlType, code: RecordErrorCode = 'cast_failed'): never {
  const text = typeof value === 'string' ? `'${value.slice(0, TEXT_SHOWN_MAX)}'` : String(value);
  throw new RecordError(code, `${text} is no ${typeToText(to)}`);
}

/**
 * The value of type `to`. Throws `RecordError` (`cast_failed` for text that does not read, `out_of_range` for a value
 * that does not fit). NULL stays NULL. The pair must not be `never`.
 */
export function castValue(value: Value, from: SqlType, to: SqlType): Value {
  if (value === null || typesEqual(from, to)) return value;
  if (to.kind === 'varchar') return valueToPlainText(value, from);
  if (from.kind === 'varchar') return castText(value as string, to);
  switch (to.kind) {
    case 'int':
    case 'bigint':
      return castToInteger(value, from, to);
    case 'double':
      return castToDouble(value, from);
    case 'decimal':
      return castToDecimal(value, from, to);
    case 'boolean':
      if (typeof value === 'number' || typeof value === 'bigint') return value !== 0 && value !== 0n;
      break;
    case 'date':
      if (typeof value === 'bigint') return daysOf(value);
      break;
    case 'time':
      if (typeof value === 'bigint') return timeOf(value);
      break;
    case 'timestamp':
    case 'timestamptz':
      return from.kind === 'date' ? checkTimestamp(BigInt(value as number) * US_PER_DAY) : value;
    case 'interval':
      return value;
    case 'varbinary':
    case 'json':
      break;
  }
  throw new InternalError(`no cast from ${typeToText(from)} to ${typeToText(to)}`);
}

function castText(text: string, to: SqlType): Value {
  const read = readText(text, to);
  return read === undefined ? failed(text, to) : read;
}

function readText(text: string, to: SqlType): Value | undefined {
  switch (to.kind) {
    case 'boolean':
      return readBoolean(text);
    case 'int': {
      const value = readInteger(text);
      return value === undefined ? undefined : toInt(value, to);
    }
    case 'bigint': {
      const value = readInteger(text);
      return value === undefined ? undefined : toBigint(value, to);
    }
    case 'double':
      return readDouble(text);
    case 'decimal': {
      const value = readDecimal(text, to.scale);
      return value === undefined ? undefined : fitDecimal(value, to);
    }
    case 'date':
      return readDate(text);
    case 'time':
      return readTime(text);
    case 'timestamp':
    case 'timestamptz':
      return readTimestamp(text);
    case 'interval':
      return readInterval(text, to.unit);
    case 'varbinary':
      return encodeUtf8(text);
    case 'json':
      return isJsonText(text) ? text : undefined;
    case 'varchar':
      return text;
  }
}

function toInt(value: bigint, to: SqlType): number {
  return BigInt.asIntN(32, value) === value ? Number(value) : failed(value, to, 'out_of_range');
}

function toBigint(value: bigint, to: SqlType): bigint {
  return BigInt.asIntN(64, value) === value ? value : failed(value, to, 'out_of_range');
}

function fitDecimal(value: bigint, to: SqlType & { readonly kind: 'decimal' }): bigint {
  const limit = powerOfTen(to.precision);
  return value < limit && value > -limit ? value : failed(decimalToText(value, to.scale), to, 'out_of_range');
}

/** DOUBLE rounds halves to the even neighbour, DECIMAL away from zero (PostgreSQL). */
function castToInteger(value: Value, from: SqlType, to: SqlType): Value {
  if (typeof value === 'boolean') return to.kind === 'int' ? Number(value) : BigInt(value);
  let whole: bigint;
  if (from.kind === 'double') {
    const rounded = roundHalfEven(value as number);
    if (!Number.isFinite(rounded)) return failed(value, to, 'out_of_range');
    whole = BigInt(rounded);
  } else if (from.kind === 'decimal') {
    whole = rescale(value as bigint, from.scale, 0);
  } else {
    whole = BigInt(value as number | bigint);
  }
  return to.kind === 'int' ? toInt(whole, to) : toBigint(whole, to);
}

export function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const fraction = x - below;
  if (fraction < 0.5) return below;
  if (fraction > 0.5) return below + 1;
  return below % 2 === 0 ? below : below + 1;
}

function castToDouble(value: Value, from: SqlType): Value {
  return from.kind === 'decimal' ? decimalToDouble(value as bigint, from.scale) : Number(value);
}

/** A DOUBLE counts with the digits of its shortest text. */
function castToDecimal(value: Value, from: SqlType, to: SqlType & { readonly kind: 'decimal' }): Value {
  if (from.kind === 'double') {
    const unscaled = Number.isFinite(value) ? readDecimal(String(value), to.scale) : undefined;
    return unscaled === undefined ? failed(value, to, 'out_of_range') : fitDecimal(unscaled, to);
  }
  if (from.kind === 'decimal') return fitDecimal(rescale(value as bigint, from.scale, to.scale), to);
  return fitDecimal(BigInt(value as number | bigint) * powerOfTen(to.scale), to);
}

/**
 * What CAST(x AS VARCHAR), CONCAT and `||` give: PostgreSQL's output, but bytes are taken as UTF-8 (HEX gives digits).
 */
export function valueToPlainText(value: NonNullable<Value>, type: SqlType): string {
  switch (type.kind) {
    case 'boolean':
    case 'int':
    case 'bigint':
    case 'varchar':
    case 'json':
      return String(value);
    case 'double':
      return doubleToText(value as number);
    case 'decimal':
      return decimalToText(value as bigint, type.scale);
    case 'varbinary': {
      const text = decodeUtf8(value as Uint8Array);
      return text ?? failed('bytes that are not UTF-8', { kind: 'varchar' });
    }
    case 'date':
      return dateToText(value as number);
    case 'time':
      return timeToText(value as bigint);
    case 'timestamp':
      return timestampToText(value as bigint).replace('T', ' ');
    case 'timestamptz':
      return `${timestampToText(value as bigint).replace('T', ' ')}+00`;
    case 'interval':
      return type.unit === 'month' ? monthsToText(value as bigint) : intervalToText(value as bigint);
  }
}

/** `1 year 2 mons`, as PostgreSQL prints it. */
function monthsToText(months: bigint): string {
  const years = months / 12n;
  const rest = months % 12n;
  const parts: string[] = [];
  if (years !== 0n) parts.push(`${String(years)} ${years === 1n || years === -1n ? 'year' : 'years'}`);
  if (rest !== 0n || years === 0n) parts.push(`${String(rest)} ${rest === 1n || rest === -1n ? 'mon' : 'mons'}`);
  return parts.join(' ');
}

/** `26:00:00.5`: hours may go beyond a day, because the value has no days of its own. */
function intervalToText(value_us: bigint): string {
  const magnitude_us = value_us < 0n ? -value_us : value_us;
  const hours = magnitude_us / 3_600_000_000n;
  const clock = timeToText(magnitude_us % 3_600_000_000n).slice(2);
  return `${value_us < 0n ? '-' : ''}${String(hours).padStart(2, '0')}${clock}`;
}
