/**
 * The scalar types of the language and how a schema names them.
 *
 * Physical values (runtime/columns) and interpreter values (plan/values.ts) of each type:
 *
 * | type        | column       | interpreter value | meaning                                        |
 * |-------------|--------------|-------------------|------------------------------------------------|
 * | BOOLEAN     | u8 0/1       | boolean           |                                                |
 * | INT         | i32          | number            |                                                |
 * | BIGINT      | i64          | bigint            |                                                |
 * | DOUBLE      | f64          | number            | REAL is another spelling                       |
 * | DECIMAL(p,s)| i64, i128    | bigint            | unscaled: value × 10^s; i64 for p ≤ 18         |
 * | VARCHAR     | bytes        | string            | UTF-8                                          |
 * | VARBINARY   | bytes        | Uint8Array        |                                                |
 * | JSON        | bytes        | string            | the text as it came                            |
 * | DATE        | i32          | number            | days since 1970-01-01, proleptic Gregorian     |
 * | TIME        | i64          | bigint            | microseconds since midnight                    |
 * | TIMESTAMP   | i64          | bigint            | microseconds since 1970-01-01T00:00:00, no zone|
 * | TIMESTAMPTZ | i64          | bigint            | microseconds since 1970-01-01T00:00:00Z        |
 * | INTERVAL    | i64          | bigint            | microseconds, or months, by its unit           |
 */
export type SqlType =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'int' }
  | { readonly kind: 'bigint' }
  | { readonly kind: 'double' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'varchar' }
  | { readonly kind: 'varbinary' }
  | { readonly kind: 'json' }
  | { readonly kind: 'date' }
  | { readonly kind: 'time' }
  | { readonly kind: 'timestamp' }
  | { readonly kind: 'timestamptz' }
  | { readonly kind: 'interval'; readonly unit: IntervalUnit };

export type IntervalUnit = 'microsecond' | 'month';
export type TypeKind = SqlType['kind'];

export const PRECISION_MAX = 38;
/** Decimals of at most this precision live in one 64-bit word. */
export const PRECISION_MAX_I64 = 18;

export const BOOLEAN: SqlType = { kind: 'boolean' };
export const INT: SqlType = { kind: 'int' };
export const BIGINT: SqlType = { kind: 'bigint' };
export const DOUBLE: SqlType = { kind: 'double' };
export const VARCHAR: SqlType = { kind: 'varchar' };
export const VARBINARY: SqlType = { kind: 'varbinary' };
export const JSON_TYPE: SqlType = { kind: 'json' };
export const DATE: SqlType = { kind: 'date' };
export const TIME: SqlType = { kind: 'time' };
export const TIMESTAMP: SqlType = { kind: 'timestamp' };
export const TIMESTAMPTZ: SqlType = { kind: 'timestamptz' };
export const INTERVAL_MICROSECOND: SqlType = { kind: 'interval', unit: 'microsecond' };
export const INTERVAL_MONTH: SqlType = { kind: 'interval', unit: 'month' };

export function decimal(precision: number, scale: number): SqlType {
  return { kind: 'decimal', precision, scale };
}

export function typesEqual(a: SqlType, b: SqlType): boolean {
  if (a.kind === 'decimal' && b.kind === 'decimal') return a.precision === b.precision && a.scale === b.scale;
  if (a.kind === 'interval' && b.kind === 'interval') return a.unit === b.unit;
  return a.kind === b.kind;
}

/** The spelling used in plans and messages. */
export function typeToText(type: SqlType): string {
  switch (type.kind) {
    case 'decimal':
      return `DECIMAL(${String(type.precision)},${String(type.scale)})`;
    case 'interval':
      return type.unit === 'month' ? 'INTERVAL MONTH' : 'INTERVAL';
    case 'boolean':
    case 'int':
    case 'bigint':
    case 'double':
    case 'varchar':
    case 'varbinary':
    case 'json':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return type.kind.toUpperCase();
  }
}

const PLAIN_TYPES: ReadonlyMap<string, SqlType> = new Map(
  [
    BOOLEAN,
    INT,
    BIGINT,
    DOUBLE,
    VARCHAR,
    VARBINARY,
    JSON_TYPE,
    DATE,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    INTERVAL_MICROSECOND,
    INTERVAL_MONTH,
  ].map((type) => [typeToText(type), type]),
);

/** The inverse of `typeToText`; undefined for any other text. */
export function typeFromText(text: string): SqlType | undefined {
  const plain = PLAIN_TYPES.get(text);
  if (plain !== undefined) return plain;
  const match = /^DECIMAL\((\d{1,2}),(\d{1,2})\)$/u.exec(text);
  if (match === null) return undefined;
  const precision = Number(match[1]);
  const scale = Number(match[2]);
  return precision >= 1 && precision <= PRECISION_MAX && scale <= precision ? decimal(precision, scale) : undefined;
}

/** One column of a schema. Names are unique within a schema. */
export interface Field {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
}

export type Schema = readonly Field[];
