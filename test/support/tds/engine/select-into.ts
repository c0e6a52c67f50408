/** SELECT … INTO: a new table of the query's shape, with its rows. */
import { type ObjectName, type Query } from './ast.js';
import { EMPTY_ENV } from './bind.js';
import { qualified } from './define.js';
import { alreadyThere, SqlError } from './errors.js';
import { insertRows } from './modify.js';
import { hostWith, planQuery } from './query.js';
import { type StatementHost } from './session.js';
import { Table } from './storage.js';
import { take } from './access.js';

/** How many rows. Throws SqlError 1038, 2714. */
export function selectInto(host: StatementHost, query: Query, into: ObjectName): number {
  const { database, transaction } = host;
  const planned = planQuery(host, query, null, []);
  const { schema, name } = qualified(into);
  if (host.findTable(into) !== null) throw alreadyThere(name);
  if (planned.columns.some((column) => column.name === '')) {
    throw new SqlError(
      1038,
      'An object or column name is missing or empty. For SELECT INTO statements, verify each column has a name. For other statements, look for empty alias names. Aliases defined as "" or [] are not allowed. Change the alias to a valid name.',
      15,
      5,
    );
  }
  const columns = planned.columns.map(({ name: columnName, type, isNullable }) => ({
    name: columnName,
    type,
    isNullable,
    default: null,
    identity: null,
  }));
  const isTemporary = name.startsWith('#');
  const table = new Table(
    database.newObjectId(),
    isTemporary ? 'dbo' : schema,
    name,
    isTemporary ? 'temporary' : 'base',
    columns,
  );
  const rows = planned.run(EMPTY_ENV);
  if (isTemporary) {
    transaction.note(host.addTemporary(table));
  } else {
    take(host, table.lockName, 'schema');
    transaction.note(database.tables.put(table));
  }
  insertRows(
    hostWith(host, []),
    table,
    columns.map((_, at) => at),
    { types: columns.map(({ type }) => type), rows },
    null,
  );
  return rows.length;
}
