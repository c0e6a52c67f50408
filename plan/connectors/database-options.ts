/** Options that the sinks of all database servers share. */
import type { OptionSpecs } from './descriptor.js';

export const databaseLoginOptions = {
  database: {
    type: { kind: 'text', secret: false },
    required: false,
    fallback: null,
    roles: ['sink'],
    doc: 'The database.',
  },
  authentication: {
    type: { kind: 'choice', choices: ['password', 'entra'] },
    required: false,
    fallback: 'password',
    roles: ['sink'],
    doc: 'A login of the database, or Microsoft Entra: environment, workload or managed identity, or the login of the Azure command line.',
  },
  user: {
    type: { kind: 'text', secret: false },
    required: false,
    fallback: null,
    roles: ['sink'],
    doc: 'Login of the database.',
  },
  password: {
    type: { kind: 'text', secret: true },
    required: false,
    fallback: null,
    roles: ['sink'],
    doc: 'Password of the login.',
  },
  client_id: {
    type: { kind: 'text', secret: false },
    required: false,
    fallback: null,
    roles: ['sink'],
    doc: 'Managed identity to use with Microsoft Entra.',
  },
} as const satisfies OptionSpecs;

export const databaseTableOptions = {
  create: {
    type: { kind: 'choice', choices: ['if_missing', 'never'] },
    required: false,
    fallback: 'if_missing',
    roles: ['sink'],
    doc: 'Whether missing tables and procedures are created; with `never` an administrator runs what `esql ddl` prints.',
  },
  progress_schema: {
    type: { kind: 'text', secret: false },
    required: false,
    fallback: 'stream',
    roles: ['sink'],
    doc: 'Schema of the progress table and the stored procedures.',
  },
  shared: {
    type: { kind: 'boolean' },
    required: false,
    fallback: 'false',
    roles: ['sink'],
    doc: 'Whether other sinks may write to the same table, with keys that never meet.',
  },
  ca_file: {
    type: { kind: 'path' },
    required: false,
    fallback: null,
    roles: ['sink'],
    doc: "File of certificates (PEM) to trust instead of the system's.",
  },
} as const satisfies OptionSpecs;
