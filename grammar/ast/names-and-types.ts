/** Names and type syntax: the leaves every other node is built from. */
import type { Span } from '../diagnostics/source.js';

export interface Identifier {
  readonly kind: 'Identifier';
  readonly span: Span;
  /** Lower-cased unless it was quoted; the text between the quotes otherwise. */
  readonly name: string;
  readonly quoted: boolean;
}

/** The types without parts. Aliases (`STRING`, `BYTES`, `REAL`, `TEXT`, …) are already replaced by these names. */
export type SimpleTypeName =
  | 'BOOLEAN'
  | 'INT'
  | 'BIGINT'
  | 'DOUBLE'
  | 'VARCHAR'
  | 'VARBINARY'
  | 'DATE'
  | 'TIME'
  | 'TIMESTAMP'
  | 'TIMESTAMPTZ'
  | 'INTERVAL'
  | 'JSON';

export interface SimpleType {
  readonly kind: 'SimpleType';
  readonly span: Span;
  readonly name: SimpleTypeName;
  /** The number in `VARCHAR(20)` or `TIMESTAMP(3)`; accepted for pasted text. */
  readonly parameter: number | undefined;
}

export interface DecimalType {
  readonly kind: 'DecimalType';
  readonly span: Span;
  readonly precision: number | undefined;
  readonly scale: number | undefined;
}

export interface ArrayType {
  readonly kind: 'ArrayType';
  readonly span: Span;
  readonly element: TypeNode;
}

export interface MapType {
  readonly kind: 'MapType';
  readonly span: Span;
  readonly key: TypeNode;
  readonly value: TypeNode;
}

export interface RowType {
  readonly kind: 'RowType';
  readonly span: Span;
  readonly fields: readonly RowField[];
}

export interface RowField {
  readonly kind: 'RowField';
  readonly span: Span;
  readonly name: Identifier;
  readonly type: TypeNode;
  readonly notNull: boolean;
}

export type TypeNode = SimpleType | DecimalType | ArrayType | MapType | RowType;
