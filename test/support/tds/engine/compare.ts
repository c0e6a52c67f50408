/** Order and equality of values, strings by their collation. */
import { rescale } from './convert.js';
import * as sql from './sql-type.js';
import { familyOf, type Collation, type OffsetMoment, type SqlType, type SqlValue } from './sql-type.js';
import { ticksOf } from './temporal.js';

/**
 * What strings are equal by: trailing spaces never count; case only where the collation says so. Widths, kana types
 * and the expansions of Windows' tables (ß = ss) are no part of the double.
 */
export function foldText(text: string, collation: Collation): string {
  const trimmed = text.replace(/ +$/u, '');
  return collation === 'ci' ? trimmed.normalize('NFC').toLowerCase() : trimmed;
}

const COLLATORS: Readonly<Record<'ci' | 'cs', Intl.Collator>> = {
  ci: new Intl.Collator('en', { sensitivity: 'accent' }),
  cs: new Intl.Collator('en', { sensitivity: 'variant', caseFirst: 'lower' }),
};

/** Both of one type (scales of decimals and lengths of strings may differ); neither is null. */
export function compareValues(left: SqlValue, leftType: SqlType, right: SqlValue, rightType: SqlType): number {
  switch (familyOf(leftType)) {
    case 'integer':
    case 'float':
      return order(left as bigint | number, right as bigint | number);
    case 'decimal': {
      const scale = Math.max(leftType.scale, rightType.scale);
      return order(rescale(left as bigint, leftType.scale, scale), rescale(right as bigint, rightType.scale, scale));
    }
    case 'moment':
      return order(utcTicks(left, leftType), utcTicks(right, rightType));
    case 'string': {
      const collation = mergeCollations(leftType.collation, rightType.collation);
      const [a, b] = [foldText(left as string, collation), foldText(right as string, collation)];
      if (a === b) return 0;
      if (collation === 'bin') return order(a, b);
      return COLLATORS[collation].compare(a, b) || order(a, b);
    }
    case 'uniqueidentifier':
      return order(guidKey(left as string), guidKey(right as string));
    case 'binary':
      return order(binaryKey(left as Uint8Array), binaryKey(right as Uint8Array));
    case 'variant':
      return 0;
  }
}

const order = <T extends bigint | number | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** The rarer collation is that of a column; literals and variables follow it. */
export const mergeCollations = (a: Collation, b: Collation): Collation => (a === 'ci' ? b : a);

const utcTicks = (value: SqlValue, type: SqlType): bigint =>
  type.name === 'datetimeoffset' ? (value as OffsetMoment).ticks : ticksOf(value, type).ticks;

/** SQL Server orders the last six bytes first. */
function guidKey(text: string): string {
  const [a = '', b = '', c = '', d = '', e = ''] = text.split('-');
  const reversed = (part: string): string => (part.match(/../gu) ?? []).reverse().join('');
  return e + d + reversed(c) + reversed(b) + reversed(a);
}

const binaryKey = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('hex')
    .replace(/(?:00)+$/u, '');

/** Equal keys for values that compare equal, whatever their scale or length; types of one family only. */
export function keyOf(value: SqlValue, type: SqlType, collation: Collation = type.collation): string {
  if (value === null) return '\u0000';
  switch (familyOf(type)) {
    case 'integer':
      return `${value as bigint}`;
    case 'decimal': {
      let [unscaled, scale] = [value as bigint, type.scale];
      for (; scale > 0 && unscaled % 10n === 0n; scale -= 1) unscaled /= 10n;
      return `${unscaled}e${scale}`;
    }
    case 'float':
      return `${(value as number) + 0}`;
    case 'moment':
      return `${utcTicks(value, type)}`;
    case 'string':
      return foldText(value as string, collation);
    case 'uniqueidentifier':
      return value as string;
    case 'binary':
      return binaryKey(value as Uint8Array);
    case 'variant':
      return sql.isVariant(value) ? keyOf(value.value, value.type) : '\u0000';
  }
}

/** One text for several values, without two lists ever sharing it. */
export const joinKeys = (keys: readonly string[]): string =>
  keys.length === 1 ? keys[0]! : keys.map((key) => `${key.length}:${key}`).join('|');
