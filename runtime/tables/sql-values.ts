/** What a database hands over as values of the columns of a table. Exact, or a `RecordError`. */
import { castKind, castValue } from '../../plan/casts.js';
import { BIGINT, DOUBLE, typeToText, VARCHAR, type Field, type SqlType } from '../../plan/types.js';
import { RecordError, type Value } from '../../plan/values.js';

export type DatabaseValue = null | boolean | number | bigint | string | Uint8Array;

export function databaseValue(value: DatabaseValue, field: Field): Value {
  if (value === null) {
    if (field.nullable) return null;
    throw new RecordError('missing_value', `column \`${field.name}\` is NOT NULL, found NULL`);
  }
  try {
    return converted(value, field.type);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    throw new RecordError(error.code, `column \`${field.name}\`: ${error.message}`);
  }
}

function converted(value: Exclude<DatabaseValue, null>, type: SqlType): Value {
  if (value instanceof Uint8Array) return type.kind === 'varbinary' ? value : mismatch('bytes', type);
  if (typeof value === 'string') {
    return type.kind === 'varbinary' ? mismatch('text', type) : castValue(value, VARCHAR, type);
  }
  if (typeof value === 'boolean') return type.kind === 'boolean' ? value : mismatch('a truth value', type);
  if (typeof value === 'number') return fromNumber(value, type);
  if (type.kind === 'interval') return value;
  const isWhole = type.kind !== 'varchar' && castKind(BIGINT, type) !== 'never';
  return isWhole ? castValue(value, BIGINT, type) : mismatch('a whole number', type);
}

function fromNumber(value: number, type: SqlType): Value {
  if (type.kind === 'double') return value;
  // The shortest digits that mean this number are those that somebody wrote.
  if (type.kind === 'decimal') return castValue(String(value), VARCHAR, type);
  if (type.kind !== 'int' && type.kind !== 'bigint') return mismatch('a number', type);
  return Number.isInteger(value) ? castValue(value, DOUBLE, type) : mismatch('a number with a fraction', type);
}

function mismatch(found: string, type: SqlType): never {
  throw new RecordError('wrong_type', `expected ${typeToText(type)}, found ${found}`);
}
