/** CREATE, ALTER and DROP, as part of the transaction that runs them. */
import { take, type AccessHost } from './access.js';
import { type ObjectName, type Statement, type TypeName } from './ast.js';
import { Binder, EMPTY_ENV, type BindHost } from './bind.js';
import { convert } from './convert.js';
import { type Database } from './database.js';
import * as errors from './errors.js';
import { SqlError } from './errors.js';
import { type SqlType, type SqlValue } from './sql-type.js';
import { type Column, type Table } from './storage.js';
import { addIndex, addKey, columnFrom, tableFrom } from './tables.js';

export interface DefineHost extends AccessHost, Omit<BindHost, 'planQuery'> {
  readonly database: Database;
  resolveType(name: TypeName): SqlType;
  findTable(name: ObjectName): Table | null;
  /** Tables of the session that are named `#…`. */
  addTemporary(table: Table): () => void;
  dropTemporary(table: Table): () => void;
}

type Definition = Extract<
  Statement,
  {
    kind:
      'create-schema' | 'create-table' | 'create-type' | 'create-index' | 'create-procedure' | 'alter-table' | 'drop';
  }
>;

/** Defaults hold no queries. */
const withoutQueries = (host: DefineHost): BindHost => ({
  ...host,
  planQuery: () => {
    throw new SqlError(1046, 'Subqueries are not allowed in this context. Only scalar expressions are allowed.', 15);
  },
});

/** Schema and name; `dbo` where no schema is written. */
export function qualified({ parts }: ObjectName): { readonly schema: string; readonly name: string } {
  const schema = parts.at(-2) ?? '';
  return { schema: schema === '' ? 'dbo' : schema, name: parts.at(-1)! };
}

function schemaOf(database: Database, name: string): string {
  const schema = database.schemas.get(name.toLowerCase());
  if (schema !== undefined) return schema.name;
  throw new SqlError(
    2760,
    `The specified schema name "${name}" either does not exist or you do not have permission to use it.`,
  );
}

function requireFree(database: Database, schema: string, name: string): void {
  const isTaken =
    database.tables.find(schema, name) !== undefined || database.procedures.find(schema, name) !== undefined;
  if (isTaken) throw errors.alreadyThere(name);
}

/** Runs one definition. Throws SqlError, MustWait. */
export function define(host: DefineHost, statement: Definition): void {
  const { database, transaction } = host;
  switch (statement.kind) {
    case 'create-schema':
      if (database.schemas.has(statement.name.toLowerCase())) throw errors.alreadyThere(statement.name);
      return transaction.note(database.addSchema(statement.name));
    case 'create-table':
      return createTable(host, statement);
    case 'create-type': {
      const { schema, name } = qualified(statement.name);
      if (database.types.find(schema, name) !== undefined) throw errors.alreadyThere(name);
      const type = {
        id: database.newObjectId(),
        schema: schemaOf(database, schema),
        name,
        definition: statement.definition,
      };
      return transaction.note(database.types.put(type));
    }
    case 'create-index': {
      const table = existing(host, statement.table);
      lockSchema(host, table);
      keepIndexes(host, table);
      return addIndex(table, statement.name, statement.isUnique ? 'unique-index' : 'index', statement.columns);
    }
    case 'create-procedure':
      return createProcedure(host, statement);
    case 'alter-table':
      return alterTable(host, statement);
    case 'drop':
      for (const name of statement.names) dropOne(host, statement, name);
      return;
  }
}

function createTable(host: DefineHost, statement: Extract<Definition, { kind: 'create-table' }>): void {
  const { database, transaction } = host;
  const { schema, name } = qualified(statement.name);
  const resolve = (type: TypeName): SqlType => host.resolveType(type);
  if (name.startsWith('#')) {
    const table = tableFrom(database, 'dbo', name, 'temporary', statement.definition, resolve);
    if (host.findTable(statement.name) !== null) throw errors.alreadyThere(name);
    return transaction.note(host.addTemporary(table));
  }
  const schemaName = schemaOf(database, schema);
  requireFree(database, schema, name);
  const table = tableFrom(database, schemaName, name, 'base', statement.definition, resolve);
  take(host, table.lockName, 'schema');
  transaction.note(database.tables.put(table));
}

function createProcedure(host: DefineHost, statement: Extract<Definition, { kind: 'create-procedure' }>): void {
  const { database, transaction } = host;
  const { schema, name } = qualified(statement.definition.name);
  const before = database.procedures.find(schema, name);
  if (statement.mode === 'alter' && before === undefined) {
    throw new SqlError(208, `Invalid object name '${statement.definition.name.parts.join('.')}'.`, 16, 6);
  }
  if (statement.mode === 'create' || before === undefined) requireFree(database, schema, name);
  for (const { type } of statement.definition.parameters) {
    if (database.types.find(type.schema === '' ? 'dbo' : type.schema, type.name) === undefined) host.resolveType(type);
  }
  take(host, `procedure ${schema}.${name}`.toLowerCase(), 'schema');
  transaction.note(
    database.procedures.put({
      id: before?.id ?? database.newObjectId(),
      schema: schemaOf(database, schema),
      name: before?.name ?? name,
      definition: statement.definition,
    }),
  );
}

function existing(host: DefineHost, name: ObjectName): Table {
  const table = host.findTable(name);
  if (table === null) throw errors.cannotFind(name.parts.join('.'));
  return table;
}

/** Nobody else uses the table until the transaction ends. */
function lockSchema(host: DefineHost, table: Table): void {
  if (table.isShared) take(host, table.lockName, 'schema');
}

function keepIndexes(host: DefineHost, table: Table): void {
  const before = [...table.indexes];
  host.transaction.note(() => {
    table.indexes = before;
  });
}

function alterTable(host: DefineHost, statement: Extract<Definition, { kind: 'alter-table' }>): void {
  const table = existing(host, statement.name);
  lockSchema(host, table);
  keepIndexes(host, table);
  const { action } = statement;
  switch (action.kind) {
    case 'add': {
      const { definition } = action;
      for (const written of definition.columns) {
        const column = columnFrom(written, table.name, (type) => host.resolveType(type), false);
        if (table.columnAt(column.name) !== -1) {
          throw new SqlError(
            2705,
            `Column names in each table must be unique. Column name '${column.name}' in table '${table.name}' is specified more than once.`,
            16,
            4,
          );
        }
        addColumn(host, table, column);
        for (const key of written.keys) addKey(table, key);
      }
      for (const key of definition.keys) addKey(table, key);
      const { checks } = table;
      table.checks = [...checks, ...definition.checks];
      host.transaction.note(() => {
        table.checks = checks;
      });
      return;
    }
    case 'drop-column':
      for (const name of action.names) dropColumn(host, table, name);
      return;
    case 'drop-constraint':
      for (const name of action.names) dropConstraint(table, name);
      return;
    case 'alter-column':
      return alterColumn(
        host,
        table,
        columnFrom(action.column, table.name, (type) => host.resolveType(type), false),
      );
  }
}

/** Gives every row new values, and the table new columns. */
function reshape(
  host: DefineHost,
  table: Table,
  columns: readonly Column[],
  change: (values: readonly SqlValue[]) => readonly SqlValue[],
): void {
  const before = table.columns;
  const rows = [...table.rows].filter(({ values }) => values !== null);
  const changed = rows.map((row) => ({ row, values: change(row.values!) }));
  host.transaction.note(() => {
    table.columns = before;
    table.rebuildIndexes();
  });
  table.columns = columns;
  for (const { row, values } of changed) table.write(row, values, host.transaction);
}

function addColumn(host: DefineHost, table: Table, column: Column): void {
  const isFilled = column.default !== null && !column.isNullable;
  if (!column.isNullable && column.default === null && column.identity === null && table.rows.size > 0) {
    throw new SqlError(
      4901,
      `ALTER TABLE only allows columns to be added that can contain nulls, or have a DEFAULT definition specified, or the column being added is an identity or timestamp column. Column '${column.name}' cannot be added to non-empty table '${table.name}' because it does not satisfy these conditions.`,
    );
  }
  const value = isFilled
    ? new Binder(withoutQueries(host), { sources: [], outer: null }).expression(column.default.expression)
    : null;
  reshape(host, table, [...table.columns, column], (values) => [
    ...values,
    value === null ? null : convert(value.evaluate(EMPTY_ENV), value.type, column.type),
  ]);
}

function dropColumn(host: DefineHost, table: Table, name: string): void {
  const at = table.columnAt(name);
  if (at === -1)
    throw new SqlError(
      4924,
      `ALTER TABLE DROP COLUMN failed because column '${name}' does not exist in table '${table.name}'.`,
    );
  const user = table.indexes.find(({ definition }) => definition.columns.includes(at));
  if (user !== undefined || table.columns[at]!.default !== null) {
    const object = user?.definition.name ?? table.columns[at]!.default!.name;
    throw new SqlError(5074, `The object '${object}' is dependent on column '${name}'.`);
  }
  if (table.indexes.some(({ definition }) => definition.columns.some((column) => column > at))) {
    throw new SqlError(40519, 'Columns before those of a key cannot be dropped in this server.');
  }
  reshape(host, table, table.columns.toSpliced(at, 1), (values) => values.toSpliced(at, 1));
}

function dropConstraint(table: Table, name: string): void {
  const lower = name.toLowerCase();
  const { length } = table.indexes;
  table.indexes = table.indexes.filter(({ definition }) => definition.name.toLowerCase() !== lower);
  const hadDefault = table.columns.some((column) => column.default?.name.toLowerCase() === lower);
  const hadCheck = table.checks.some((check) => check.name?.toLowerCase() === lower);
  table.columns = table.columns.map((column) =>
    column.default?.name.toLowerCase() === lower ? { ...column, default: null } : column,
  );
  table.checks = table.checks.filter((check) => check.name?.toLowerCase() !== lower);
  if (table.indexes.length === length && !hadDefault && !hadCheck) {
    throw new SqlError(3728, `'${name}' is not a constraint.`);
  }
}

function alterColumn(host: DefineHost, table: Table, column: Column): void {
  const at = table.columnAt(column.name);
  if (at === -1)
    throw new SqlError(
      4924,
      `ALTER TABLE ALTER COLUMN failed because column '${column.name}' does not exist in table '${table.name}'.`,
    );
  const before = table.columns[at]!;
  const now: Column = { ...column, default: before.default, identity: before.identity };
  reshape(host, table, table.columns.with(at, now), (values) => {
    const value = convert(values[at]!, before.type, now.type);
    if (value === null && !now.isNullable) throw errors.nullNotAllowed(now.name, table.name, 'UPDATE');
    return values.with(at, value);
  });
}

function dropOne(host: DefineHost, statement: Extract<Definition, { kind: 'drop' }>, name: ObjectName): void {
  const { database, transaction } = host;
  const { schema, name: bare } = qualified(name);
  const missing = (kind: string): void => {
    if (statement.ifExists) return;
    throw new SqlError(
      3701,
      `Cannot drop the ${kind} '${name.parts.join('.')}', because it does not exist or you do not have permission.`,
      11,
      5,
    );
  };
  switch (statement.what) {
    case 'table': {
      const table = host.findTable(name);
      if (table === null) return missing('table');
      lockSchema(host, table);
      return transaction.note(table.isShared ? database.tables.remove(table) : host.dropTemporary(table));
    }
    case 'procedure': {
      const procedure = database.procedures.find(schema, bare);
      if (procedure === undefined) return missing('procedure');
      return transaction.note(database.procedures.remove(procedure));
    }
    case 'type': {
      const type = database.types.find(schema, bare);
      if (type === undefined) return missing('type');
      return transaction.note(database.types.remove(type));
    }
    case 'schema': {
      const found = database.schemas.get(bare.toLowerCase());
      if (found === undefined) return missing('schema');
      const isUsed = [...database.tables.all(), ...database.procedures.all()].some(
        (item) => item.schema === found.name,
      );
      if (isUsed) throw new SqlError(3729, `Cannot drop schema '${bare}' because it is being referenced by object.`);
      database.schemas.delete(bare.toLowerCase());
      return transaction.note(() => void database.schemas.set(bare.toLowerCase(), found));
    }
    case 'index': {
      const table = existing(host, statement.on ?? { parts: name.parts.slice(0, -1) });
      lockSchema(host, table);
      keepIndexes(host, table);
      const { length } = table.indexes;
      table.indexes = table.indexes.filter(({ definition }) => definition.name.toLowerCase() !== bare.toLowerCase());
      return table.indexes.length === length ? missing('index') : undefined;
    }
  }
}
