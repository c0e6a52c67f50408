/** The target table: made if it may be, else compared with what the stream writes. */
import type { Field } from '../../../plan/types.js';
import type { SqliteConnection, SqlValue } from '../../env.js';
import type { SinkShape } from '../connector.js';
import { connectorError } from '../messages.js';
import { checkName, checkTableName, quoteName } from './names.js';
import { sqliteType, type SqliteType } from './values.js';

export interface TargetTable {
  readonly name: string;
  readonly shape: SinkShape;
}

/** Names are checked before the database is touched. */
export function checkTarget({ name, shape }: TargetTable): void {
  checkTableName(name);
  for (const field of shape.schema) checkName('column', field.name);
}

/** Key columns that may be NULL can't be a primary key, and NULLs are equal here as they are for GROUP BY. */
export function hasNullableKey(shape: SinkShape): boolean {
  return shape.key.some((index) => shape.schema[index]?.nullable === true);
}

export function keyNames(shape: SinkShape): readonly string[] {
  return shape.key.map((index) => shape.schema[index]?.name ?? '');
}

/** A keyed table without NULLs in its key is the B-tree of its key: one look-up per upsert instead of two. */
export function createStatement(target: TargetTable): string {
  const { shape } = target;
  const columns = shape.schema.map(
    (field) => `${quoteName(field.name)} ${sqliteType(field.type)}${field.nullable ? '' : ' NOT NULL'}`,
  );
  const key = keyNames(shape).map(quoteName).join(', ');
  const nullable = hasNullableKey(shape);
  const constraint = shape.key.length === 0 ? [] : [`${nullable ? 'UNIQUE' : 'PRIMARY KEY'} (${key})`];
  const options = shape.key.length === 0 || nullable ? 'STRICT' : 'STRICT, WITHOUT ROWID';
  return `CREATE TABLE ${quoteName(target.name)} (${[...columns, ...constraint].join(', ')}) ${options}`;
}

export function ensureTable(connection: SqliteConnection, target: TargetTable, create: boolean, place: string): void {
  const [kind] =
    rowsOf(connection, 'SELECT type FROM sqlite_schema WHERE name = ? COLLATE NOCASE', [target.name])[0] ?? [];
  if (kind === undefined) {
    if (!create) {
      throw connectorError(
        'ESQL8434',
        { table: target.name },
        {
          place,
          facts: [`A table that fits: ${createStatement(target)}`],
          hint: "Create it, or set create = 'if_missing'.",
        },
      );
    }
    connection.execute(createStatement(target));
    return;
  }
  if (kind !== 'table') throw drift(target, 'a table', `a ${String(kind)}`, place);
  compareColumns(connection, target, place);
  compareKey(connection, target, place);
}

interface FoundColumn {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  readonly keyPosition: number;
  readonly generated: boolean;
}

function foundColumns(connection: SqliteConnection, table: string): FoundColumn[] {
  const sql = 'SELECT name, type, "notnull", dflt_value IS NOT NULL, pk, hidden FROM pragma_table_xinfo(?)';
  return rowsOf(connection, sql, [table]).map(([name, type, notNull, hasDefault, pk, hidden]) => ({
    name: String(name),
    type: String(type),
    notNull: notNull === 1n,
    hasDefault: hasDefault === 1n,
    keyPosition: Number(pk),
    generated: hidden !== 0n,
  }));
}

function compareColumns(connection: SqliteConnection, target: TargetTable, place: string): void {
  const found = foundColumns(connection, target.name);
  const wanted = new Set<string>();
  for (const field of target.shape.schema) {
    wanted.add(field.name.toLowerCase());
    const column = found.find((c) => c.name.toLowerCase() === field.name.toLowerCase());
    if (column === undefined) {
      throw drift(target, `a column ${describe(field)}`, `the columns ${found.map((c) => c.name).join(', ')}`, place);
    }
    const fits =
      affinity(column.type) === sqliteType(field.type) && !(column.notNull && field.nullable) && !column.generated;
    if (!fits) {
      const what = `${column.name} ${column.type}${column.notNull ? ' NOT NULL' : ''}${column.generated ? ' (generated)' : ''}`;
      throw drift(target, `a column ${describe(field)}`, what, place);
    }
  }
  for (const column of found) {
    if (wanted.has(column.name.toLowerCase()) || !column.notNull || column.hasDefault || column.generated) continue;
    throw drift(
      target,
      'further columns to allow NULL or have a default',
      `${column.name} ${column.type} NOT NULL`,
      place,
    );
  }
}

/** A keyed stream needs a primary key or unique index on exactly its key. */
function compareKey(connection: SqliteConnection, target: TargetTable, place: string): void {
  const wanted = keyNames(target.shape);
  if (wanted.length === 0) return;
  const primary = foundColumns(connection, target.name).filter((column) => column.keyPosition > 0);
  const keys = [primary.map((column) => column.name)];
  const indexes = 'SELECT name FROM pragma_index_list(?) WHERE "unique" = 1 AND partial = 0';
  for (const [index] of rowsOf(connection, indexes, [target.name])) {
    keys.push(
      rowsOf(connection, 'SELECT name FROM pragma_index_info(?)', [index ?? null]).map(([name]) => String(name)),
    );
  }
  const spell = (names: readonly string[]): string =>
    [...names]
      .map((name) => name.toLowerCase())
      .sort()
      .join('\0');
  if (keys.some((key) => spell(key) === spell(wanted))) return;
  const found = keys.filter((key) => key.length > 0).map((key) => `(${key.join(', ')})`);
  throw drift(
    target,
    `a unique key (${wanted.join(', ')})`,
    found.length === 0 ? 'no unique key' : found.join(', '),
    place,
  );
}

function describe(field: Field): string {
  return `${field.name} ${sqliteType(field.type)}${field.nullable ? ' that allows NULL' : ''}`;
}

/** SQLite's rules for the affinity of a declared type; null where it would convert values. */
function affinity(declared: string): SqliteType | null {
  const type = declared.toUpperCase();
  if (type.includes('INT')) return 'INTEGER';
  if (type.includes('CHAR') || type.includes('CLOB') || type.includes('TEXT')) return 'TEXT';
  if (type === 'BLOB') return 'BLOB';
  if (type.includes('REAL') || type.includes('FLOA') || type.includes('DOUB')) return 'REAL';
  return null;
}

function drift(target: TargetTable, expected: string, found: string, place: string): Error {
  return connectorError(
    'ESQL8430',
    { table: target.name, expected, found },
    {
      place,
      facts: [`A table that fits: ${createStatement(target)}`],
      hint: 'Change the table, or let the sink write to another one.',
    },
  );
}

function rowsOf(
  connection: SqliteConnection,
  sql: string,
  parameters: readonly SqlValue[],
): readonly (readonly SqlValue[])[] {
  return connection.prepare(sql).all(parameters);
}
