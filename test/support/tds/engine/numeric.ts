/** Numbers as text, both ways, digit by digit. */
import * as errors from './errors.js';
import { SqlError } from './errors.js';
import * as sql from './sql-type.js';
import { type SqlType } from './sql-type.js';

/** `unscaled` with a point so many digits from its end. */
export function pointText(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** A number as CONVERT writes it. */
export function numericText(value: bigint | number, type: SqlType, style: number): string {
  if (typeof value === 'number') return floatText(value, style, type.name === 'real');
  if (type.name === 'money' || type.name === 'smallmoney') {
    // Money is shown with two of its four digits unless style 2 asks for all.
    const rounded = style === 2 ? value : (value + (value < 0n ? -50n : 50n)) / 100n;
    return pointText(rounded, style === 2 ? 4 : 2);
  }
  return pointText(value, sql.isInteger(type) ? 0 : type.scale);
}

function floatText(value: number, style: number, isReal: boolean): string {
  if (style === 3) return exponentText(value.toExponential(isReal ? 8 : 16));
  if (style === 1 || style === 2) return exponentText(value.toExponential(style === 1 ? 7 : 15));
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  // Six digits, as `%g` prints them.
  const short = Number(value.toPrecision(6));
  if (magnitude >= 1e-4 && magnitude < 1e6) return short.toString();
  return exponentText(value.toExponential(5).replace(/\.?0+e/u, 'e'));
}

const exponentText = (text: string): string =>
  text.replace(/e([+-])(\d+)$/u, (_, sign: string, digits: string) => `e${sign}${digits.padStart(3, '0')}`);

const DECIMAL = /^\s*([+-]?)(\d*)(?:\.(\d*))?\s*$/u;
const FLOAT = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/u;

/** A text as a number of the type. Throws SqlError 245, 248, 8114 or 8115. */
export function numberFromText(text: string, from: SqlType, to: SqlType): bigint | number {
  if (sql.isInteger(to)) return integerFromText(text, from, to);
  if (sql.isExact(to)) return decimalFromText(text, from, to);
  if (!FLOAT.test(text)) throw errors.cannotConvert(from.name, to.name);
  const value = Number(text);
  const narrow = to.name === 'real' ? Math.fround(value) : value;
  if (!Number.isFinite(narrow)) throw errors.overflow(to.name);
  return narrow;
}

function decimalFromText(text: string, from: SqlType, to: SqlType): bigint {
  const isMoney = to.name !== 'decimal';
  const match = DECIMAL.exec(isMoney ? text.replace(/[$,]/gu, '') : text);
  const [, sign = '', whole = '', fraction = ''] = match ?? [];
  if (match === null || (whole === '' && fraction === '' && !isMoney)) {
    if (isMoney)
      throw new SqlError(235, `Cannot convert a char value to money. The char value has incorrect syntax.`, 16, 0);
    throw errors.cannotConvert(from.name, 'numeric');
  }
  const kept = fraction.slice(0, to.scale).padEnd(to.scale, '0');
  const isUp = (fraction.charAt(to.scale) || '0') >= '5';
  const magnitude = BigInt(whole + kept || '0') + (isUp ? 1n : 0n);
  const value = sign === '-' ? -magnitude : magnitude;
  if (!sql.fitsInteger(value, to)) throw errors.numericOverflow(from.name, to.name === 'decimal' ? 'numeric' : to.name);
  return value;
}

function integerFromText(text: string, from: SqlType, to: SqlType): bigint {
  const trimmed = text.trim();
  if (to.name === 'bit') {
    if (/^true$/iu.test(trimmed)) return 1n;
    if (/^false$/iu.test(trimmed)) return 0n;
  }
  if (!/^[+-]?\s*\d*$/u.test(trimmed)) {
    if (to.name === 'bigint') throw errors.cannotConvert(from.name, 'bigint');
    throw errors.conversionFailed(from.name, text, to.name);
  }
  const digits = trimmed.replace(/[+\s]/gu, '');
  const value = digits === '' || digits === '-' ? 0n : BigInt(digits);
  if (to.name === 'bit') return value === 0n ? 0n : 1n;
  if (sql.fitsInteger(value, to)) return value;
  if (to.name === 'bigint') throw errors.overflow('bigint');
  const number = to.name === 'int' ? 248 : 244;
  const kind = to.name === 'int' ? 'an int' : to.name === 'smallint' ? 'an INT2' : 'an INT1';
  throw new SqlError(number, `The conversion of the ${from.name} value '${text}' overflowed ${kind} column.`, 16, 1);
}
