/** Tables made from their definitions. */
import { type ColumnDefinition, type KeyDefinition, type TableDefinition, type TypeName } from './ast.js';
import { type Database } from './database.js';
import { alreadyThere, invalidColumn, SqlError } from './errors.js';
import { type SqlType } from './sql-type.js';
import { type Column, Index, Table, type TableKind } from './storage.js';
import { collationNamed } from './type-names.js';

type Resolve = (name: TypeName) => SqlType;

/** A column; the keys that it is part of make it NOT NULL. */
export function columnFrom(definition: ColumnDefinition, table: string, resolve: Resolve, isKey: boolean): Column {
  const written = resolve(definition.type);
  const type =
    definition.collation === null ? written : { ...written, collation: collationNamed(definition.collation) };
  const { default: byDefault, identity } = definition;
  return {
    name: definition.name,
    type,
    isNullable: definition.isNullable ?? (!isKey && identity === null),
    default: byDefault === null ? null : { ...byDefault, name: byDefault.name ?? `DF__${table}__${definition.name}` },
    identity: identity === null ? null : { next: identity[0], step: identity[1] },
  };
}

/** Throws SqlError 2705, 1911, 8111 and those of types. */
export function tableFrom(
  database: Database,
  schema: string,
  name: string,
  kind: TableKind,
  definition: TableDefinition,
  resolve: Resolve,
): Table {
  const keys = [...definition.columns.flatMap((column) => column.keys), ...definition.keys];
  const primary = keys.find((key) => key.kind === 'primary');
  const inPrimary = new Set(primary?.columns.map((column) => column.toLowerCase()));
  const columns = definition.columns.map((column) => {
    const isKey = inPrimary.has(column.name.toLowerCase());
    if (isKey && column.isNullable === true) {
      throw new SqlError(8111, `Cannot define PRIMARY KEY constraint on nullable column in table '${name}'.`);
    }
    return columnFrom(column, name, resolve, isKey);
  });
  const repeated = columns.find(
    (column, at) => columns.findIndex((other) => other.name.toLowerCase() === column.name.toLowerCase()) !== at,
  );
  if (repeated !== undefined) {
    throw new SqlError(
      2705,
      `Column names in each table must be unique. Column name '${repeated.name}' in table '${name}' is specified more than once.`,
      16,
      3,
    );
  }
  const table = new Table(database.newObjectId(), schema, name, kind, columns);
  table.checks = definition.checks;
  for (const key of keys) addKey(table, key);
  return table;
}

/** A primary or unique key over what the table holds. Throws SqlError 1505, 1911, 1779, 2714. */
export function addKey(table: Table, key: KeyDefinition): void {
  const suffix = key.columns.join('_');
  const name = key.name ?? `${key.kind === 'primary' ? 'PK' : 'UQ'}__${table.name}__${suffix}`;
  if (key.kind === 'primary' && table.primary !== null) {
    throw new SqlError(1779, `Table '${table.name}' already has a primary key defined on it.`, 16, 0);
  }
  addIndex(table, name, key.kind, key.columns);
}

export function addIndex(
  table: Table,
  name: string,
  kind: 'primary' | 'unique' | 'unique-index' | 'index',
  columns: readonly string[],
): void {
  const ordinals = columns.map((column) => {
    const at = table.columnAt(column);
    if (at === -1)
      throw new SqlError(
        1911,
        invalidColumn(column)
          .message.replace('Invalid column name', 'Column name')
          .replace(/\.$/u, ' does not exist in the target table or view.'),
      );
    return at;
  });
  if (table.indexes.some(({ definition }) => definition.name.toLowerCase() === name.toLowerCase()))
    throw alreadyThere(name);
  const index = new Index({ id: table.indexes.length + 1, name, kind, columns: ordinals });
  if (index.isUnique) checkNoDuplicates(table, index);
  table.addIndex(index);
}

function checkNoDuplicates(table: Table, index: Index): void {
  const keys = new Set<string>();
  for (const { values } of table.rows) {
    if (values === null) continue;
    const key = index.keyOf(table.columns, values);
    if (keys.has(key)) {
      throw new SqlError(
        1505,
        `The CREATE UNIQUE INDEX statement terminated because a duplicate key was found for the object name '${table.schema}.${table.name}' and the index name '${index.definition.name}'.`,
      );
    }
    keys.add(key);
  }
}
