/**
 * Columns of a file as columns of a source. What doesn't fit by its type is refused before any row; what doesn't fit by
 * its value is an error of the record. Nothing is rounded but nanoseconds.
 */
import { checkPrecision, powerOfTen } from '../../../plan/decimal.js';
import { isJsonText } from '../../../plan/json-text.js';
import type { SqlType } from '../../../plan/types.js';
import { RecordError, type Value } from '../../../plan/values.js';
import type { Leaf } from './leaf.js';
import { bytes, float16, integer, toMicroseconds, unscaled, unsigned, utf8, uuidText } from './physical.js';

/** A physical value that is not NULL as a value of the column's type. Throws RecordError. */
export type Converter = (value: unknown) => NonNullable<Value>;

const INT_MAX = 2n ** 31n - 1n;
const INT_MIN = -(2n ** 31n);

/** Undefined if the types don't fit. */
export function converter(leaf: Leaf, type: SqlType): Converter | undefined {
  switch (leaf.kind) {
    case 'boolean':
      return type.kind === 'boolean' ? (value) => value === true : undefined;
    case 'integer':
      return integerConverter(leaf, type);
    case 'real':
      return type.kind === 'double' ? Number : undefined;
    case 'float16':
      return type.kind === 'double' ? float16 : undefined;
    case 'decimal':
      if (type.kind !== 'decimal' || type.scale < leaf.scale) return undefined;
      return decimalConverter(unscaled, type.precision, type.scale - leaf.scale);
    case 'date':
      return type.kind === 'date' ? Number : undefined;
    case 'time':
      return type.kind === 'time' ? (value) => toMicroseconds(integer(value), leaf.unit) : undefined;
    case 'timestamp':
      return isTimestamp(type) ? (value) => toMicroseconds(integer(value), leaf.unit) : undefined;
    case 'int96':
      return isTimestamp(type) ? (value) => toMicroseconds(integer(value), 'nano') : undefined;
    case 'text':
      return type.kind === 'varchar' ? utf8 : type.kind === 'json' ? jsonText : undefined;
    case 'json':
      return type.kind === 'json' ? jsonText : type.kind === 'varchar' ? utf8 : undefined;
    case 'uuid':
      return type.kind === 'varchar' ? uuidText : undefined;
    case 'bytes':
      // Hive and old Spark don't annotate texts.
      return type.kind === 'varbinary' ? bytes : type.kind === 'varchar' ? utf8 : undefined;
    case 'unknown':
      return undefined;
  }
}

function isTimestamp(type: SqlType): boolean {
  return type.kind === 'timestamp' || type.kind === 'timestamptz';
}

function integerConverter(leaf: Leaf & { readonly kind: 'integer' }, type: SqlType): Converter | undefined {
  const { bits, signed } = leaf;
  const read = signed ? integer : (value: unknown): bigint => unsigned(value, bits);
  switch (type.kind) {
    case 'int':
      return bits === 64 ? undefined : (value) => Number(within(read(value), INT_MIN, INT_MAX));
    case 'bigint':
      return (value) => within(read(value), -(2n ** 63n), 2n ** 63n - 1n);
    case 'interval':
      return bits === 64 && signed ? read : undefined;
    case 'double':
      return bits === 32 ? (value) => Number(read(value)) : undefined;
    case 'decimal':
      return decimalConverter(read, type.precision, type.scale);
    case 'boolean':
    case 'varchar':
    case 'varbinary':
    case 'json':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return undefined;
  }
}

function decimalConverter(read: (value: unknown) => bigint, precision: number, more: number): Converter {
  const factor = powerOfTen(more);
  return (value) => checkPrecision(read(value) * factor, precision);
}

function within(value: bigint, min: bigint, max: bigint): bigint {
  if (value >= min && value <= max) return value;
  throw new RecordError('out_of_range', `expected a number from ${min} to ${max}, found another`);
}

function jsonText(value: unknown): Uint8Array {
  const found = utf8(value);
  if (isJsonText(Buffer.from(found.buffer, found.byteOffset, found.length).toString('utf8'))) return found;
  throw new RecordError('malformed_record', 'expected JSON, found other text');
}
