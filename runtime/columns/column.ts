/**
 * Columns of values in typed arrays. One representation per physical kind; types.ts (plan) says which type has which.
 *
 * `valid` is one byte per row, 1 = a value, 0 = NULL; null means that no row is NULL. A byte and not a bit, because
 * generated loops read and write single rows (docs/decisions says what was measured). The value under a NULL is
 * unspecified.
 */
import { PRECISION_MAX_I64, type SqlType } from '../../plan/types.js';

export type Validity = Uint8Array | null;

export interface U8Column {
  readonly kind: 'u8';
  readonly values: Uint8Array;
  readonly valid: Validity;
}

export interface I32Column {
  readonly kind: 'i32';
  readonly values: Int32Array;
  readonly valid: Validity;
}

export interface I64Column {
  readonly kind: 'i64';
  readonly values: BigInt64Array;
  readonly valid: Validity;
}

export interface F64Column {
  readonly kind: 'f64';
  readonly values: Float64Array;
  readonly valid: Validity;
}

/** Two words per row: the low 64 bits at `2 * row`, the high (signed) at `2 * row + 1`. */
export interface I128Column {
  readonly kind: 'i128';
  readonly values: BigInt64Array;
  readonly valid: Validity;
}

/** Row `i` is `heap[starts[i] … starts[i] + lengths[i])`. VARCHAR and JSON are valid UTF-8. */
export interface BytesColumn {
  readonly kind: 'bytes';
  readonly heap: Uint8Array;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  readonly valid: Validity;
}

export type Column = U8Column | I32Column | I64Column | F64Column | I128Column | BytesColumn;
export type PhysicalKind = Column['kind'];
export type ColumnOf<K extends PhysicalKind> = Extract<Column, { kind: K }>;

export function physicalKind(type: SqlType): PhysicalKind {
  switch (type.kind) {
    case 'boolean':
      return 'u8';
    case 'int':
    case 'date':
      return 'i32';
    case 'bigint':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'interval':
      return 'i64';
    case 'double':
      return 'f64';
    case 'decimal':
      return type.precision <= PRECISION_MAX_I64 ? 'i64' : 'i128';
    case 'varchar':
    case 'varbinary':
    case 'json':
      return 'bytes';
  }
}
