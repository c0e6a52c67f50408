/**
 * A table or view of SQL Server as reference data: the columns that the query needs, by one SELECT. Whatever the
 * protocol's client would cut comes as text and is read as CAST reads it.
 */
import type { OptionsOf } from '../../../plan/connectors/index.js';
import { hexToBytes } from '../../../plan/literals.js';
import type { Field, SqlType } from '../../../plan/types.js';
import type { Value } from '../../../plan/values.js';
import type { RowSink } from '../../formats/format.js';
import type { MssqlDatabase, MssqlValue } from '../../remote/mssql.js';
import { deliverRows, orderBy, refuseLackingColumns } from '../../tables/database-rows.js';
import { databaseValue } from '../../tables/sql-values.js';
import type { TableReader } from '../connector.js';
import type { TableContext } from '../context.js';
import { databaseFailure } from '../database/failures.js';
import { parseTableName } from '../database/names.js';
import { checkName } from '../sqlite/names.js';
import { mssqlOptions } from './connection.js';
import { HINTS } from './hints.js';
import { qualified, quoteName } from './names.js';

export class MssqlTable implements TableReader {
  readonly #context: TableContext;
  readonly #options: OptionsOf<'mssql', 'table'>;
  readonly #table: string;

  /** Throws ESQL8431 for a name that can't be one. */
  constructor(context: TableContext, options: OptionsOf<'mssql', 'table'>) {
    this.#context = context;
    this.#options = options;
    this.#table = qualified(parseTableName(options.table, 'dbo'));
    for (const { name } of context.operator.columns) checkName('column', name);
  }

  /** A connection of its own each time: between two loads it would only grow old. */
  async read(rows: RowSink): Promise<void> {
    const { env, workingDirectory } = this.#context;
    const reach = await mssqlOptions(env, this.#options, workingDirectory);
    const place = `${this.#options.table} in ${reach.database} on ${reach.server}`;
    let database: MssqlDatabase | null = null;
    try {
      database = await env.remote.mssql(reach);
      await this.#refuseOtherColumns(database, place);
      const found = await database.query(this.#statement(), {});
      deliverRows(this.#context.operator, found, valueOf, rows, place);
    } catch (error) {
      throw databaseFailure(error, 'reading a table', place, HINTS);
    } finally {
      await database?.close();
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Names are compared as the database does it: the rules of its collation are not known here. */
  async #refuseOtherColumns(database: MssqlDatabase, place: string): Promise<void> {
    const { operator } = this.#context;
    const found = await database.query(
      'SELECT c.name FROM sys.columns AS c WHERE c.object_id = OBJECT_ID(@table) ORDER BY c.column_id',
      { table: { kind: 'text', value: this.#table } },
    );
    refuseLackingColumns(
      operator,
      found.map(([name]) => String(name)),
      this.#options.table,
      place,
    );
  }

  #statement(): string {
    const { operator } = this.#context;
    const selected = operator.columns.map(({ name, field }) => selectText(quoteName(name), field.type));
    return `SELECT ${selected.length === 0 ? '1' : selected.join(', ')} FROM ${this.#table}${orderBy(operator, quoteName)}`;
  }
}

/** Style 126: ISO 8601. Style 2: hexadecimal digits. */
function selectText(column: string, type: SqlType): string {
  switch (type.kind) {
    case 'boolean':
      return `CONVERT(BIT, ${column})`;
    case 'double':
      return `CONVERT(FLOAT, ${column})`;
    case 'int':
    case 'bigint':
    case 'interval':
      return `CONVERT(NVARCHAR(40), CONVERT(BIGINT, ${column}))`;
    case 'decimal':
      return `CONVERT(NVARCHAR(60), CONVERT(DECIMAL(${type.precision},${type.scale}), ${column}))`;
    case 'varchar':
    case 'json':
      return `CONVERT(NVARCHAR(MAX), ${column})`;
    case 'varbinary':
      return `CONVERT(NVARCHAR(MAX), CONVERT(VARBINARY(MAX), ${column}), 2)`;
    case 'date':
      return `CONVERT(NVARCHAR(40), CONVERT(DATE, ${column}), 126)`;
    case 'time':
      return `CONVERT(NVARCHAR(40), CONVERT(TIME(7), ${column}), 126)`;
    case 'timestamp':
      return `CONVERT(NVARCHAR(40), CONVERT(DATETIME2(7), ${column}), 126)`;
    case 'timestamptz':
      return `CONVERT(NVARCHAR(40), CONVERT(DATETIMEOFFSET(7), ${column}), 126)`;
  }
}

function valueOf(value: MssqlValue, field: Field): Value {
  if (typeof value !== 'string') return databaseValue(value, field);
  if (field.type.kind === 'varbinary') return databaseValue(hexToBytes(value.toLowerCase()) ?? value, field);
  return databaseValue(field.type.kind === 'interval' ? BigInt(value) : value, field);
}
