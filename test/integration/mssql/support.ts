/** What the tests of the `mssql` sink share. */
import type { MssqlSinkOptions } from '../../../runtime/connectors/mssql/connection.js';
import { queryDatabase } from '../../support/mssql/sink-subject.js';

/** `id=name` of the table, in order. */
export async function rowsOf(options: MssqlSinkOptions): Promise<string[]> {
  const rows = await queryDatabase(options, `SELECT CAST(id AS VARCHAR(20)), name FROM ${options.table} ORDER BY id`);
  return rows.map(([id, name]) => `${String(id)}=${String(name)}`);
}
