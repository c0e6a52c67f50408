/** A table in PostgreSQL. */
import { databaseLoginOptions, databaseTableOptions } from './database-options.js';
import type { ConnectorDescriptor } from './descriptor.js';

export const postgres = {
  name: 'postgres',
  doc: 'A table in PostgreSQL; rows and progress change in one call of a function.',
  options: {
    connection: {
      type: { kind: 'text', secret: true },
      required: false,
      fallback: null,
      roles: ['sink'],
      doc: 'Connection string (`postgresql://user:password@host:5432/database?sslmode=verify-full`, or `host=… dbname=…`); other options go before its parts.',
    },
    server: {
      type: { kind: 'text', secret: false },
      required: false,
      fallback: null,
      roles: ['sink'],
      doc: 'Name or address of the server, or the folder of its Unix socket.',
    },
    port: {
      type: { kind: 'integer', min: 1n, max: 65_535n },
      required: false,
      fallback: null,
      roles: ['sink'],
      doc: 'Port of the server; 5432 without one.',
    },
    ...databaseLoginOptions,
    table: {
      type: { kind: 'text', secret: false },
      required: true,
      fallback: null,
      roles: ['sink'],
      doc: 'The table, or `schema.table`, spelt as the catalogue spells it; the schema is `public` without one.',
    },
    ...databaseTableOptions,
    encrypt: {
      type: { kind: 'boolean' },
      required: false,
      fallback: null,
      roles: ['sink'],
      doc: 'Whether a connection without TLS is refused; without a word about it, on every machine but this one.',
    },
  },
  rules: { oneOf: [['connection', 'server']] },
  source: null,
  sink: {
    atomic: true,
    updates: true,
    ignores: true,
    keyed: 'required',
    accepts: 'rows',
    because: 'rows and progress change in one transaction of a function',
  },
  example: [
    'CREATE SINK totals WITH (',
    "  connector = 'postgres', server = 'db.example.com', database = 'reports',",
    "  user = 'esql', password = secret('REPORTS_PASSWORD'), table = 'public.totals'",
    ');',
    '',
  ].join('\n'),
} as const satisfies ConnectorDescriptor;
