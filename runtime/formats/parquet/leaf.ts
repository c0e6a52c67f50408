/**
 * What a column of a Parquet file holds, from the physical type and its annotations (parquet-format, LogicalTypes.md).
 */
import type { SchemaElement } from 'hyparquet';

export type TimeUnit = 'milli' | 'micro' | 'nano';

export type Leaf =
  | { readonly kind: 'boolean' | 'float16' | 'real' | 'date' | 'text' | 'json' | 'bytes' | 'uuid' | 'int96' }
  | { readonly kind: 'integer'; readonly bits: 32 | 64; readonly signed: boolean }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'time' | 'timestamp'; readonly unit: TimeUnit }
  | { readonly kind: 'unknown'; readonly shown: string };

const UNITS = { MILLIS: 'milli', MICROS: 'micro', NANOS: 'nano' } as const;

export function leafOf(element: SchemaElement): Leaf {
  const { logical_type: logical } = element;
  switch (logical?.type) {
    case undefined:
    case 'MAP':
    case 'LIST':
      return byConvertedType(element);
    case 'STRING':
    case 'ENUM':
      return { kind: 'text' };
    case 'JSON':
      return { kind: 'json' };
    case 'DATE':
      return { kind: 'date' };
    case 'UUID':
      return { kind: 'uuid' };
    case 'FLOAT16':
      return { kind: 'float16' };
    case 'DECIMAL':
      return decimalOf(logical.precision, logical.scale);
    case 'TIME':
      return { kind: 'time', unit: UNITS[logical.unit] };
    case 'TIMESTAMP':
      return { kind: 'timestamp', unit: UNITS[logical.unit] };
    case 'INTEGER':
      return { kind: 'integer', bits: logical.bitWidth === 64 ? 64 : 32, signed: logical.isSigned };
    case 'NULL':
      return byPhysicalType(element);
    case 'GEOMETRY':
    case 'GEOGRAPHY':
      return { kind: 'bytes' };
    case 'BSON':
    case 'INTERVAL':
    case 'VARIANT':
      return { kind: 'unknown', shown: logical.type };
  }
}

/** A damaged footer may lack either. */
function decimalOf(precision: number, scale: number): Leaf {
  if (Number.isInteger(precision) && Number.isInteger(scale) && scale >= 0)
    return { kind: 'decimal', precision, scale };
  return { kind: 'unknown', shown: 'a DECIMAL without scale' };
}

/** Files of writers from before the logical types. */
function byConvertedType(element: SchemaElement): Leaf {
  const { converted_type } = element;
  if (converted_type === undefined) return byPhysicalType(element);
  switch (converted_type) {
    case 'MAP':
    case 'MAP_KEY_VALUE':
    case 'LIST':
      return byPhysicalType(element);
    case 'UTF8':
    case 'ENUM':
      return { kind: 'text' };
    case 'JSON':
      return { kind: 'json' };
    case 'DATE':
      return { kind: 'date' };
    case 'DECIMAL':
      return decimalOf(element.precision ?? 0, element.scale ?? 0);
    case 'TIME_MILLIS':
      return { kind: 'time', unit: 'milli' };
    case 'TIME_MICROS':
      return { kind: 'time', unit: 'micro' };
    case 'TIMESTAMP_MILLIS':
      return { kind: 'timestamp', unit: 'milli' };
    case 'TIMESTAMP_MICROS':
      return { kind: 'timestamp', unit: 'micro' };
    case 'UINT_8':
    case 'UINT_16':
    case 'UINT_32':
      return { kind: 'integer', bits: 32, signed: false };
    case 'UINT_64':
      return { kind: 'integer', bits: 64, signed: false };
    case 'INT_8':
    case 'INT_16':
    case 'INT_32':
      return { kind: 'integer', bits: 32, signed: true };
    case 'INT_64':
      return { kind: 'integer', bits: 64, signed: true };
    case 'BSON':
    case 'INTERVAL':
      return { kind: 'unknown', shown: converted_type };
  }
}

function byPhysicalType(element: SchemaElement): Leaf {
  const { type } = element;
  if (type === undefined) return { kind: 'unknown', shown: 'a group' };
  switch (type) {
    case 'BOOLEAN':
      return { kind: 'boolean' };
    case 'INT32':
      return { kind: 'integer', bits: 32, signed: true };
    case 'INT64':
      return { kind: 'integer', bits: 64, signed: true };
    case 'INT96':
      return { kind: 'int96' };
    case 'FLOAT':
    case 'DOUBLE':
      return { kind: 'real' };
    case 'BYTE_ARRAY':
    case 'FIXED_LEN_BYTE_ARRAY':
      return { kind: 'bytes' };
  }
}

/** For people: `DECIMAL(10,2)`, `TIMESTAMP in nanoseconds`. */
export function leafToText(leaf: Leaf): string {
  switch (leaf.kind) {
    case 'integer':
      return `${leaf.signed ? 'INT' : 'UINT'}${leaf.bits}`;
    case 'decimal':
      return `DECIMAL(${leaf.precision},${leaf.scale})`;
    case 'time':
    case 'timestamp':
      return `${leaf.kind.toUpperCase()} in ${leaf.unit}seconds`;
    case 'unknown':
      return leaf.shown;
    case 'real':
      return 'FLOAT or DOUBLE';
    case 'text':
      return 'STRING';
    case 'bytes':
      return 'bytes';
    case 'boolean':
    case 'float16':
    case 'date':
    case 'json':
    case 'uuid':
    case 'int96':
      return leaf.kind.toUpperCase();
  }
}
