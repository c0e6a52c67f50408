/** A table of an SQLite database file. */
import type { ConnectorDescriptor } from './descriptor.js';

export const sqlite = {
  name: 'sqlite',
  doc: 'A table in an SQLite file; rows and progress change in one transaction.',
  options: {
    path: {
      type: { kind: 'path' },
      required: true,
      fallback: null,
      roles: ['sink'],
      doc: 'The database file; created with its folder if missing.',
    },
    table: {
      type: { kind: 'text', secret: false },
      required: true,
      fallback: null,
      roles: ['sink'],
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
  example: "CREATE SINK totals WITH (connector = 'sqlite', path = 'totals.db', table = 'totals');\n",
} as const satisfies ConnectorDescriptor;
