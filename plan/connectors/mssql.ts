/** A table in SQL Server or Azure SQL. */
import { databaseLoginOptions, databaseTableOptions } from './database-options.js';
import type { ConnectorDescriptor } from './descriptor.js';
import { alsoOfTables, tableOptions } from './table-options.js';

export const mssql = {
  name: 'mssql',
  doc: 'A table in SQL Server or Azure SQL; rows and progress change in one call of a stored procedure.',
  options: {
    connection: {
      type: { kind: 'text', secret: true },
      required: false,
      fallback: null,
      roles: ['sink', 'table'],
      doc: 'Connection string (`Server=tcp:host,1433;Database=…;User ID=…;Password=…`); other options go before its parts.',
    },
    server: {
      type: { kind: 'text', secret: false },
      required: false,
      fallback: null,
      roles: ['sink', 'table'],
      doc: 'Name or address of the server.',
    },
    port: {
      type: { kind: 'integer', min: 1n, max: 65_535n },
      required: false,
      fallback: null,
      roles: ['sink', 'table'],
      doc: 'Port of the server; 1433 without one.',
    },
    ...alsoOfTables(databaseLoginOptions),
    table: {
      type: { kind: 'text', secret: false },
      required: true,
      fallback: null,
      roles: ['sink', 'table'],
      doc: 'The table, or `schema.table`; the schema is `dbo` without one.',
    },
    ...databaseTableOptions,
    ca_file: { ...databaseTableOptions.ca_file, roles: ['sink', 'table'] },
    batch_rows: {
      type: { kind: 'integer', min: 1n, max: 1_000_000n },
      required: false,
      fallback: '4000',
      roles: ['sink'],
      doc: 'Rows that one statement of the procedure writes; a batch of more takes several in its one transaction.',
    },
    encrypt: {
      type: { kind: 'boolean' },
      required: false,
      fallback: 'true',
      roles: ['sink', 'table'],
      doc: 'Whether a connection without TLS is refused.',
    },
    ...tableOptions,
  },
  rules: { oneOf: [['connection', 'server']] },
  source: null,
  sink: {
    atomic: true,
    updates: true,
    ignores: true,
    keyed: 'required',
    accepts: 'rows',
    because: 'rows and progress change in one transaction of a stored procedure',
  },
  table: { produces: 'rows' },
  example: [
    'CREATE SINK totals WITH (',
    "  connector = 'mssql', server = 'shop.database.windows.net', database = 'reports', authentication = 'entra',",
    "  table = 'dbo.totals'",
    ');',
    '',
  ].join('\n'),
} as const satisfies ConnectorDescriptor;
