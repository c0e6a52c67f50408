/** A table or view of an SQLite file as reference data: its declared columns, read within one transaction. */
import type { OptionsOf } from '../../../plan/connectors/index.js';
import type { SqliteConnection } from '../../env.js';
import type { RowSink } from '../../formats/format.js';
import { resolvePath } from '../../paths.js';
import { deliverRows, orderBy, refuseLackingColumns } from '../../tables/database-rows.js';
import { databaseValue } from '../../tables/sql-values.js';
import type { TableReader } from '../connector.js';
import type { TableContext } from '../context.js';
import { connectorError } from '../messages.js';
import { databaseFailure, openFailure } from './failures.js';
import { checkName, quoteName } from './names.js';

const BUSY_TIMEOUT_MS = 5000;

export class SqliteTable implements TableReader {
  readonly #context: TableContext;
  readonly #options: OptionsOf<'sqlite', 'table'>;

  constructor(context: TableContext, options: OptionsOf<'sqlite', 'table'>) {
    this.#context = context;
    this.#options = options;
  }

  async read(rows: RowSink): Promise<void> {
    const { table } = this.#options;
    checkName('table', table);
    for (const { name } of this.#context.operator.columns) checkName('column', name);
    const connection = await this.#open();
    try {
      connection.execute('PRAGMA query_only = ON');
      // One transaction: all parts are of one moment.
      connection.execute('BEGIN');
      this.#refuseOtherColumns(connection);
      this.#readAll(connection, rows);
    } catch (error) {
      throw databaseFailure(error, 'reading the table', this.#options.path);
    } finally {
      connection.close();
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #open(): Promise<SqliteConnection> {
    const { env, workingDirectory } = this.#context;
    const path = resolvePath(workingDirectory, this.#options.path);
    // SQLite would make an empty database.
    if ((await env.disk.status(path))?.kind !== 'file') {
      const place = this.#options.path;
      throw connectorError('ESQL8432', { code: 'SQLITE_CANTOPEN' }, { place, hint: 'Check that the file is there.' });
    }
    try {
      return await env.sqlite.open(path, { busyTimeout_ms: BUSY_TIMEOUT_MS });
    } catch (error) {
      throw openFailure(error, this.#options.path);
    }
  }

  #refuseOtherColumns(connection: SqliteConnection): void {
    const { table, path } = this.#options;
    const found = connection.prepare('SELECT name FROM pragma_table_xinfo(?)').all([table]);
    refuseLackingColumns(
      this.#context.operator,
      found.map(([name]) => String(name)),
      table,
      path,
    );
  }

  #readAll(connection: SqliteConnection, rows: RowSink): void {
    const { operator } = this.#context;
    const { table, path } = this.#options;
    const names = operator.columns.map(({ name }) => quoteName(name));
    const columns = names.length === 0 ? '1' : names.join(', ');
    const order = orderBy(operator, quoteName);
    const statement = connection.prepare(`SELECT ${columns} FROM ${quoteName(table)}${order}`);
    deliverRows(operator, statement.each([]), databaseValue, rows, path);
  }
}
