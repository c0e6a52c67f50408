/**
 * How types stand in PostgreSQL, and how values travel there: as texts in JSON that the input functions of these types
 * read, so that no digit is lost.
 *
 * | type         | column                 | in the JSON                              |
 * |--------------|------------------------|------------------------------------------|
 * | BOOLEAN      | boolean                | true, false                              |
 * | INT          | integer                | number                                   |
 * | BIGINT       | bigint                 | string                                   |
 * | DOUBLE       | double precision       | string, shortest that reads back         |
 * | DECIMAL(p,s) | numeric(p,s)           | string                                   |
 * | VARCHAR      | text                   | string                                   |
 * | JSON         | jsonb; text in a key   | string                                   |
 * | VARBINARY    | bytea                  | `\x` and hexadecimal digits              |
 * | DATE         | date                   | ISO 8601, `BC` behind years before 1     |
 * | TIME         | time                   | ISO 8601                                 |
 * | TIMESTAMP    | timestamp              | as DATE, with six digits                 |
 * | TIMESTAMPTZ  | timestamptz            | the same and `+00:00`                    |
 * | INTERVAL     | interval               | `… microseconds` or `… months`           |
 */
import type { SqlType } from '../../../plan/types.js';

/** As a table declares it. Two different JSON texts may be the same jsonb, so a key keeps the text. */
export function declaredType(type: SqlType, isKey: boolean): string {
  switch (type.kind) {
    case 'boolean':
      return 'boolean';
    case 'int':
      return 'integer';
    case 'bigint':
      return 'bigint';
    case 'double':
      return 'double precision';
    case 'decimal':
      return `numeric(${type.precision},${type.scale})`;
    case 'varchar':
      return 'text';
    case 'json':
      return isKey ? 'text' : 'jsonb';
    case 'varbinary':
      return 'bytea';
    case 'date':
      return 'date';
    case 'time':
      return 'time';
    case 'timestamp':
      return 'timestamp';
    case 'timestamptz':
      return 'timestamptz';
    case 'interval':
      return 'interval';
  }
}

/** A text as a value of the type, as far as the function goes. From json the server makes what the column is. */
export function castType(type: SqlType, isKey: boolean): string {
  if (type.kind === 'decimal') return 'numeric';
  return type.kind === 'json' && !isKey ? 'json' : declaredType(type, isKey);
}
