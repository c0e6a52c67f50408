/**
 * How values stand in SQLite, exactly:
 *
 * | type                    | SQLite  | value                                                       |
 * |-------------------------|---------|-------------------------------------------------------------|
 * | BOOLEAN                 | INTEGER | 0, 1                                                        |
 * | INT, BIGINT             | INTEGER | the number                                                  |
 * | DOUBLE                  | REAL    | the number; NaN is NULL, as SQLite has none                 |
 * | DECIMAL(p,0), p <= 18   | INTEGER | the number                                                  |
 * | other DECIMAL           | TEXT    | all digits, `scale` of them behind the point                |
 * | VARCHAR, JSON           | TEXT    | the text                                                    |
 * | VARBINARY               | BLOB    | the bytes                                                   |
 * | DATE, TIME, TIMESTAMP   | TEXT    | ISO 8601, sorts as the values do                            |
 * | TIMESTAMPTZ             | TEXT    | ISO 8601 with six digits of fraction and `Z`, sorts likewise|
 * | INTERVAL                | INTEGER | microseconds, or months                                     |
 */
import { decimalToText, fixedFraction, timestampToText, valueToText } from '../../../plan/literals.js';
import { PRECISION_MAX_I64, type SqlType } from '../../../plan/types.js';
import type { Column } from '../../columns/column.js';
import { readValue } from '../../columns/read.js';
import type { SqlValue } from '../../env.js';

export type SqliteType = 'INTEGER' | 'REAL' | 'TEXT' | 'BLOB';

export function sqliteType(type: SqlType): SqliteType {
  switch (type.kind) {
    case 'boolean':
    case 'int':
    case 'bigint':
    case 'interval':
      return 'INTEGER';
    case 'double':
      return 'REAL';
    case 'decimal':
      return type.scale === 0 && type.precision <= PRECISION_MAX_I64 ? 'INTEGER' : 'TEXT';
    case 'varchar':
    case 'json':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return 'TEXT';
    case 'varbinary':
      return 'BLOB';
  }
}

export function readSqlValue(column: Column, row: number, type: SqlType): SqlValue {
  const value = readValue(column, row, type);
  if (value === null || value instanceof Uint8Array) return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') {
    if (type.kind === 'date') return valueToText(value, type);
    return Number.isNaN(value) ? null : value;
  }
  if (typeof value === 'string') return value;
  switch (type.kind) {
    case 'decimal':
      return sqliteType(type) === 'INTEGER' ? value : decimalToText(value, type.scale);
    case 'timestamptz':
      // Without the fixed width `…00Z` would sort behind `…00.5Z`.
      return `${fixedFraction(timestampToText(value), 6)}Z`;
    case 'time':
    case 'timestamp':
      return valueToText(value, type);
    case 'boolean':
    case 'int':
    case 'bigint':
    case 'double':
    case 'varchar':
    case 'varbinary':
    case 'json':
    case 'date':
    case 'interval':
      return value;
  }
}
