/**
 * How types stand in SQL Server, and how values travel there: as JSON text that OPENJSON reads with these types.
 * Numbers that JavaScript's clients would cut travel as strings (S6).
 *
 * | type         | column                                 | in the JSON                         |
 * |--------------|----------------------------------------|-------------------------------------|
 * | BOOLEAN      | BIT                                    | true, false                         |
 * | INT          | INT                                    | number                              |
 * | BIGINT       | BIGINT                                 | string                              |
 * | DOUBLE       | FLOAT                                  | number, shortest that reads back    |
 * | DECIMAL(p,s) | DECIMAL(p,s)                           | string                              |
 * | VARCHAR, JSON| NVARCHAR(MAX), NVARCHAR(n) in a key    | string                              |
 * | VARBINARY    | VARBINARY(MAX), VARBINARY(n) in a key  | hexadecimal digits                  |
 * | DATE         | DATE                                   | ISO 8601                            |
 * | TIME         | TIME(7)                                | ISO 8601                            |
 * | TIMESTAMP    | DATETIME2(7)                           | ISO 8601 with seven digits          |
 * | TIMESTAMPTZ  | DATETIMEOFFSET(7)                      | the same and `+00:00`               |
 * | INTERVAL     | BIGINT                                 | microseconds or months, as string   |
 */
import type { SqlType } from '../../../plan/types.js';
import type { SinkShape } from '../connector.js';

/** Texts in keys are compared by code, not by the rules of a language: `a` and `A` are two keys. */
export const KEY_COLLATION = 'Latin1_General_BIN2';
/** Of a clustered key. */
const KEY_BYTES_MAX = 900;
const KEY_CHARACTERS_MAX = 450;
/** Of DECIMAL(38,s), the widest of fixed size. */
const FIXED_BYTES_MAX = 17;
/** What the procedure takes for a key's text: the longest of a unique index (1,700 bytes). */
export const KEY_CHARACTERS_TAKEN = 850;

export function isVariable(type: SqlType): boolean {
  return type.kind === 'varchar' || type.kind === 'json' || type.kind === 'varbinary';
}

/** Characters of each text in the key of a table that is made: together they fit the index. */
export function keyCharacters(shape: SinkShape): number {
  const types = shape.key.flatMap((index) => shape.schema[index]?.type ?? []);
  const variable = types.filter(isVariable).length;
  if (variable === 0) return KEY_CHARACTERS_MAX;
  const bytes = (KEY_BYTES_MAX - FIXED_BYTES_MAX * (types.length - variable)) / variable;
  return Math.max(1, Math.min(KEY_CHARACTERS_MAX, Math.floor(bytes / 2)));
}

/** As a table declares it. `key`: characters of a key's text, or null outside a key. */
export function declaredType(type: SqlType, key: number | null): string {
  switch (type.kind) {
    case 'varchar':
    case 'json':
      return key === null ? 'NVARCHAR(MAX)' : `NVARCHAR(${key}) COLLATE ${KEY_COLLATION}`;
    case 'varbinary':
      return key === null ? 'VARBINARY(MAX)' : `VARBINARY(${key * 2})`;
    case 'boolean':
    case 'int':
    case 'bigint':
    case 'interval':
    case 'double':
    case 'decimal':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return fixedType(type);
  }
}

function fixedType(type: Exclude<SqlType, { kind: 'varchar' | 'json' | 'varbinary' }>): string {
  switch (type.kind) {
    case 'boolean':
      return 'BIT';
    case 'int':
      return 'INT';
    case 'bigint':
    case 'interval':
      return 'BIGINT';
    case 'double':
      return 'FLOAT';
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'date':
      return 'DATE';
    case 'time':
      return 'TIME(7)';
    case 'timestamp':
      return 'DATETIME2(7)';
    case 'timestamptz':
      return 'DATETIMEOFFSET(7)';
  }
}

/** As OPENJSON reads it. */
export function jsonType(type: SqlType): string {
  return type.kind === 'varbinary' || type.kind === 'varchar' || type.kind === 'json'
    ? 'NVARCHAR(MAX)'
    : declaredType(type, null);
}

/** From OPENJSON's column to the value. */
export function fromJson(column: string, type: SqlType): string {
  return type.kind === 'varbinary' ? `CONVERT(VARBINARY(MAX), ${column}, 2)` : column;
}
