/** A table or view of an SQLite file as reference data: its declared columns, read within one transaction. */
import type { OptionsOf } from '../../../plan/connectors/index.js';
import { RecordError } from '../../../plan/values.js';
import { BatchBuilder } from '../../columns/batch-builder.js';
import type { SqliteConnection } from '../../env.js';
import type { RowSink } from '../../formats/format.js';
import { resolvePath } from '../../paths.js';
import { tableError } from '../../tables/messages.js';
import { databaseValue } from '../../tables/sql-values.js';
import type { TableReader } from '../connector.js';
import type { TableContext } from '../context.js';
import { connectorError } from '../messages.js';
import { databaseFailure, openFailure } from './failures.js';
import { checkName, quoteName } from './names.js';

const BUSY_TIMEOUT_MS = 5000;
const ROWS_PER_PART = 4096;

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
    const { operator } = this.#context;
    const found = connection
      .prepare('SELECT name FROM pragma_table_xinfo(?)')
      .all([this.#options.table])
      .map(([name]) => String(name));
    const known = new Set(found.map((name) => name.toLowerCase()));
    const lacking = operator.columns.find(({ name }) => !known.has(name.toLowerCase()));
    if (lacking === undefined && found.length > 0) return;
    const has = found.length === 0 ? `no table \`${this.#options.table}\`` : `the columns ${found.join(', ')}`;
    throw tableError(
      'ESQL8702',
      { table: operator.table, expected: `a column \`${lacking?.name ?? ''}\``, found: has },
      { place: this.#options.path, hint: 'Declare the table with the columns that it has.' },
    );
  }

  #readAll(connection: SqliteConnection, rows: RowSink): void {
    const { operator } = this.#context;
    const { schema, key } = operator.output;
    const names = operator.columns.map(({ name }) => quoteName(name));
    // The same order where nothing changed, so that the snapshot is the same.
    const order = key === null || key.length === 0 ? '' : ` ORDER BY ${key.map(quoteName).join(', ')}`;
    const statement = connection.prepare(
      `SELECT ${names.length === 0 ? '1' : names.join(', ')} FROM ${quoteName(this.#options.table)}${order} LIMIT ? OFFSET ?`,
    );
    const builder = new BatchBuilder(schema);
    for (let offset = 0; ; offset += ROWS_PER_PART) {
      const part = statement.all([ROWS_PER_PART, offset]);
      part.forEach((row, index) => {
        builder.appendRow(schema.map((field, column) => this.#value(row[column] ?? null, field, offset + index)));
      });
      if (part.length > 0) rows.rows(builder.finish(offset));
      builder.reset();
      if (part.length < ROWS_PER_PART) return;
    }
  }

  #value(...[value, field, row]: [Parameters<typeof databaseValue>[0], Parameters<typeof databaseValue>[1], number]) {
    try {
      return databaseValue(value, field);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      const { table } = this.#context.operator;
      throw tableError(
        'ESQL8700',
        { table, what: error.message },
        {
          place: `${this.#options.path}, row ${String(row + 1)}`,
          cause: error,
          hint: 'Correct the value or the type.',
        },
      );
    }
  }
}
