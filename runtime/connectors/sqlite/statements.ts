/**
 * The statements of a micro-batch: one prepared statement per kind of change, one call per row (the fastest form
 * measured).
 */
import type { SqliteConnection, SqliteStatement, SqlValue } from '../../env.js';
import type { SinkShape } from '../connector.js';
import { quoteName } from './names.js';
import { hasNullableKey, keyNames, type TargetTable } from './table.js';

export interface RowStatements {
  /** All columns of the schema, in order. */
  put(values: readonly SqlValue[]): void;
  /** Of the deleted row, all columns too; only its key is used. */
  remove(values: readonly SqlValue[]): void;
}

export function prepareRows(connection: SqliteConnection, target: TargetTable): RowStatements {
  const { shape } = target;
  const put =
    shape.key.length === 0
      ? single(connection.prepare(insertSql(target)))
      : hasNullableKey(shape)
        ? putByLookUp(connection, target)
        : single(connection.prepare(`${insertSql(target)} ${conflictSql(shape)}`));
  const remove =
    shape.key.length === 0 ? null : connection.prepare(`DELETE FROM ${quoteName(target.name)} WHERE ${keySql(shape)}`);
  return {
    put,
    remove: (values) => {
      remove?.run(keyValues(shape, values));
    },
  };
}

function single(statement: SqliteStatement): (values: readonly SqlValue[]) => void {
  return (values) => {
    statement.run(values);
  };
}

function insertSql({ name, shape }: TargetTable): string {
  const columns = shape.schema.map((field) => quoteName(field.name));
  return `INSERT INTO ${quoteName(name)} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
}

function conflictSql(shape: SinkShape): string {
  const rest = restNames(shape);
  const key = keyNames(shape).map(quoteName).join(', ');
  if (shape.conflict === 'ignore' || rest.length === 0) return `ON CONFLICT (${key}) DO NOTHING`;
  const sets = rest.map((name) => `${quoteName(name)} = excluded.${quoteName(name)}`);
  return `ON CONFLICT (${key}) DO UPDATE SET ${sets.join(', ')}`;
}

/** NULL is a key value like others: `IS` finds it, a conflict clause would not. */
function keySql(shape: SinkShape): string {
  const operator = hasNullableKey(shape) ? 'IS' : '=';
  return keyNames(shape)
    .map((name) => `${quoteName(name)} ${operator} ?`)
    .join(' AND ');
}

function putByLookUp(connection: SqliteConnection, target: TargetTable): (values: readonly SqlValue[]) => void {
  const { name, shape } = target;
  const rest = restNames(shape);
  const find = connection.prepare(`SELECT 1 FROM ${quoteName(name)} WHERE ${keySql(shape)}`);
  const insert = connection.prepare(insertSql(target));
  const sets = rest.map((column) => `${quoteName(column)} = ?`).join(', ');
  const update =
    shape.conflict === 'ignore' || rest.length === 0
      ? null
      : connection.prepare(`UPDATE ${quoteName(name)} SET ${sets} WHERE ${keySql(shape)}`);
  return (values) => {
    const key = keyValues(shape, values);
    if (update === null) {
      if (find.all(key).length === 0) insert.run(values);
    } else if (update.run([...values.filter((_, index) => !shape.key.includes(index)), ...key]) === 0) {
      insert.run(values);
    }
  };
}

function restNames(shape: SinkShape): string[] {
  return shape.schema.filter((_, index) => !shape.key.includes(index)).map((field) => field.name);
}

function keyValues(shape: SinkShape, values: readonly SqlValue[]): SqlValue[] {
  return shape.key.map((index) => values[index] ?? null);
}
