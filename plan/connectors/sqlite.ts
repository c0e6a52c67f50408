/** A table of an SQLite database file. */
import type { ConnectorDescriptor } from './descriptor.js';
import { tableOptions } from './table-options.js';

export const sqlite = {
  name: 'sqlite',
  doc: 'A table in an SQLite file; rows and progress change in one transaction.',
  options: {
    path: {
      type: { kind: 'path' },
      required: true,
      fallback: null,
      roles: ['sink', 'table'],
      doc: 'The database file. Sink: created with its folder if missing.',
    },
    table: {
      type: { kind: 'text', secret: false },
      required: true,
      fallback: null,
      roles: ['sink', 'table'],
      doc: 'Name of the table.',
    },
    create: {
      type: { kind: 'choice', choices: ['if_missing', 'never'] },
      required: false,
      fallback: 'if_missing',
      roles: ['sink'],
      doc: 'Whether a missing table is created with the columns and key of the stream.',
    },
    shared: {
      type: { kind: 'boolean' },
      required: false,
      fallback: 'false',
      roles: ['sink'],
      doc: 'Whether other sinks may write to the same table, with keys that never meet.',
    },
    ...tableOptions,
  },
  source: null,
  sink: {
    atomic: true,
    updates: true,
    ignores: true,
    keyed: 'required',
    accepts: 'rows',
    because: 'rows and progress change in one transaction',
  },
  table: { produces: 'rows' },
  example: "CREATE SINK totals WITH (connector = 'sqlite', path = 'totals.db', table = 'totals');\n",
} as const satisfies ConnectorDescriptor;
