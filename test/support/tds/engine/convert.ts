/** Conversions between types, with the errors that SQL Server raises for what doesn't fit. */
import { through1252 } from '../code-page.js';
import * as errors from './errors.js';
import { SqlError } from './errors.js';
import { numberFromText, numericText } from './numeric.js';
import * as sql from './sql-type.js';
import { familyOf, isVariant, type SqlType, type SqlValue } from './sql-type.js';
import { momentFromText, momentOf, momentText, ticksOf } from './temporal.js';

/** A value of one type as a value of another. Strings are cut to their length without a word, as CAST does. */
export function convert(value: SqlValue, from: SqlType, to: SqlType, style = 0): SqlValue {
  if (value === null) return null;
  if (from.name === 'sql_variant') {
    if (to.name === 'sql_variant') return value;
    return isVariant(value) ? convert(value.value, value.type, to, style) : null;
  }
  switch (familyOf(to)) {
    case 'variant':
      return isVariant(value) ? value : { type: from, value };
    case 'string':
      return toText(value, from, to, style);
    case 'integer':
    case 'decimal':
    case 'float':
      return toNumber(value, from, to);
    case 'moment':
      return toMoment(value, from, to);
    case 'binary':
      return toBinary(value, from, to, style);
    case 'uniqueidentifier':
      return toUniqueidentifier(value, from, to);
  }
}

/** Is there a conversion that needs no CAST? */
export function checkImplicit(from: SqlType, to: SqlType): void {
  const [source, target] = [familyOf(from), familyOf(to)];
  const isNumber = (family: string): boolean => family === 'integer' || family === 'decimal' || family === 'float';
  const isNewMoment = (type: SqlType): boolean =>
    sql.isMoment(type) && !type.name.startsWith('small') && type.name !== 'datetime';
  if ((isNewMoment(from) && isNumber(target)) || (isNumber(source) && isNewMoment(to))) {
    throw errors.noImplicitConversion(from.name, to.name);
  }
  if ((source === 'string' && target === 'binary') || (source === 'uniqueidentifier' && isNumber(target))) {
    throw new SqlError(
      257,
      `Implicit conversion from data type ${from.name} to ${to.name} is not allowed. Use the CONVERT function to run this query.`,
      16,
      3,
    );
  }
}

/** Cut or padded to the length of a type. */
export function fitText(text: string, type: SqlType): string {
  const kept = sql.isUnicode(type) ? text : through1252(text);
  if (type.length === -1) return kept;
  const cut = kept.length > type.length ? kept.slice(0, type.length) : kept;
  return sql.isFixedLength(type) ? cut.padEnd(type.length, ' ') : cut;
}

function toText(value: Exclude<SqlValue, null>, from: SqlType, to: SqlType, style: number): string {
  switch (familyOf(from)) {
    case 'string':
      return fitText(value as string, to);
    case 'integer':
    case 'decimal':
    case 'float': {
      const text = numericText(value as bigint | number, from, style);
      if (to.length !== -1 && text.length > to.length) {
        if (sql.isInteger(from) && from.name !== 'bigint' && !sql.isUnicode(to)) return fitText('*', to);
        throw errors.numericOverflow(from.name === 'decimal' ? 'numeric' : 'expression', to.name);
      }
      return fitText(text, to);
    }
    case 'moment':
      return fitText(momentText(value, from, style), to);
    case 'uniqueidentifier':
      if (to.length !== -1 && to.length < 36) {
        throw new SqlError(8170, 'Insufficient result space to convert uniqueidentifier value to char.', 16, 2);
      }
      return fitText(value as string, to);
    case 'binary': {
      const bytes = Buffer.from(value as Uint8Array);
      if (style === 1 || style === 2) {
        return fitText(`${style === 1 ? '0x' : ''}${bytes.toString('hex').toUpperCase()}`, to);
      }
      return fitText(sql.isUnicode(to) ? bytes.toString('utf16le') : bytes.toString('latin1'), to);
    }
    case 'variant':
      return '';
  }
}

function toNumber(value: Exclude<SqlValue, null>, from: SqlType, to: SqlType): SqlValue {
  switch (familyOf(from)) {
    case 'string':
      return numberFromText(value as string, from, to);
    case 'integer':
      return fromExact(value as bigint, 0, from, to);
    case 'decimal':
      return fromExact(value as bigint, from.scale, from, to);
    case 'float':
      return fromFloat(value as number, to);
    case 'binary':
      return BigInt.asIntN(64, BigInt(`0x0${Buffer.from(value as Uint8Array).toString('hex')}`));
    case 'moment': {
      if (from.name !== 'datetime' && from.name !== 'smalldatetime') {
        throw errors.noImplicitConversion(from.name, to.name);
      }
      const units = from.name === 'datetime' ? 25_920_000 : 1440;
      return fromFloat(Number(value) / units, to);
    }
    case 'uniqueidentifier':
    case 'variant':
      throw errors.noImplicitConversion(from.name, to.name);
  }
}

function fromExact(unscaled: bigint, scale: number, from: SqlType, to: SqlType): SqlValue {
  if (familyOf(to) === 'float') {
    const value = Number(scale === 0 ? unscaled.toString() : numericText(unscaled, from, 0));
    return to.name === 'real' ? Math.fround(value) : value;
  }
  if (to.name === 'bit') return unscaled === 0n ? 0n : 1n;
  // To an integer the rest is cut off, to a decimal it is rounded.
  const value = sql.isInteger(to) ? unscaled / 10n ** BigInt(scale) : rescale(unscaled, scale, to.scale);
  if (sql.fitsInteger(value, to)) return value;
  throw overflowOf(unscaled, from, to);
}

function overflowOf(value: bigint, from: SqlType, to: SqlType): SqlError {
  if (to.name === 'tinyint' || to.name === 'smallint') {
    return new SqlError(220, `Arithmetic overflow error for data type ${to.name}, value = ${value}.`, 16, 1);
  }
  const source =
    from.name === 'decimal' ? 'numeric' : sql.isInteger(from) && to.name === 'decimal' ? from.name : 'expression';
  return errors.numericOverflow(source, to.name === 'decimal' ? 'numeric' : to.name);
}

/** Another number of digits behind the point, rounded half away from zero. */
export function rescale(unscaled: bigint, from: number, to: number): bigint {
  if (to >= from) return unscaled * 10n ** BigInt(to - from);
  const unit = 10n ** BigInt(from - to);
  const half = unscaled < 0n ? -unit / 2n : unit / 2n;
  return (unscaled + half) / unit;
}

function fromFloat(value: number, to: SqlType): SqlValue {
  if (familyOf(to) === 'float') {
    const narrow = to.name === 'real' ? Math.fround(value) : value;
    if (!Number.isFinite(narrow)) throw errors.overflow(to.name);
    return narrow;
  }
  if (to.name === 'bit') return value === 0 ? 0n : 1n;
  const exact = sql.isInteger(to)
    ? BigInt(Math.trunc(value))
    : Math.abs(value) < 1e21
      ? BigInt(value.toFixed(to.scale).replace('.', ''))
      : BigInt(value) * 10n ** BigInt(to.scale);
  if (!sql.fitsInteger(exact, to)) throw errors.numericOverflow('float', to.name === 'decimal' ? 'numeric' : to.name);
  return exact;
}

function toMoment(value: Exclude<SqlValue, null>, from: SqlType, to: SqlType): SqlValue {
  if (sql.isString(from)) return momentFromText(value as string, to);
  if (!sql.isMoment(from)) throw errors.noImplicitConversion(from.name, to.name);
  if ((from.name === 'date' && to.name === 'time') || (from.name === 'time' && to.name === 'date')) {
    throw errors.noImplicitConversion(from.name, to.name);
  }
  const { ticks, offset_minutes } = ticksOf(value, from);
  return momentOf(ticks, offset_minutes, to);
}

function toBinary(value: Exclude<SqlValue, null>, from: SqlType, to: SqlType, style: number): Uint8Array {
  const bytes = bytesOf(value, from, style);
  if (to.length === -1) return bytes;
  const cut = bytes.subarray(0, to.length);
  if (!sql.isFixedLength(to) || cut.length === to.length) return cut;
  const padded = Buffer.alloc(to.length);
  padded.set(cut, sql.isExact(from) ? to.length - cut.length : 0);
  return padded;
}

const INTEGER_BYTES: Readonly<Record<string, number>> = { bit: 1, tinyint: 1, smallint: 2, int: 4, bigint: 8 };

function bytesOf(value: Exclude<SqlValue, null>, from: SqlType, style: number): Buffer {
  if (sql.isBinary(from)) return Buffer.from(value as Uint8Array);
  if (sql.isString(from)) {
    const text = value as string;
    if (style === 0) return sql.isUnicode(from) ? Buffer.from(text, 'utf16le') : Buffer.from(text, 'latin1');
    const digits = style === 1 ? text.slice(2) : text;
    const isHex = /^(?:[0-9a-f]{2})*$/iu.test(digits) && (style !== 1 || text.slice(0, 2).toLowerCase() === '0x');
    if (!isHex) throw errors.cannotConvert(from.name, 'varbinary');
    return Buffer.from(digits, 'hex');
  }
  const size = INTEGER_BYTES[from.name];
  if (size === undefined) throw errors.noImplicitConversion(from.name, 'varbinary');
  const unsigned = BigInt.asUintN(size * 8, value as bigint);
  return Buffer.from(unsigned.toString(16).padStart(size * 2, '0'), 'hex');
}

function toUniqueidentifier(value: Exclude<SqlValue, null>, from: SqlType, to: SqlType): SqlValue {
  if (from.name === 'uniqueidentifier') return value;
  if (!sql.isString(from)) throw errors.noImplicitConversion(from.name, to.name);
  const text = (value as string).replace(/^\{(.*)\}$/su, '$1').slice(0, 36);
  if (!/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/iu.test(text)) throw errors.badUniqueidentifier();
  return text.toUpperCase();
}
