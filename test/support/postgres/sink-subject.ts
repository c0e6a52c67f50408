/** The `postgres` sink for the contract and tests of its own. */
import process from 'node:process';
import { createEnv } from '../../../cli/host/env.js';
import { connectPostgres } from '../../../cli/host/postgres/database.js';
import { Secret } from '../../../plan/connectors/secret.js';
import { postgresOptions, type PostgresSinkOptions } from '../../../runtime/connectors/postgres/connection.js';
import { PostgresSink } from '../../../runtime/connectors/postgres/sink.js';
import type { SinkShape } from '../../../runtime/connectors/connector.js';
import type { Env } from '../../../runtime/env.js';
import type { PostgresDatabase, PostgresRows } from '../../../runtime/remote/postgres.js';
import { stepper } from '../../contract/dying.js';
import { SINK_SCHEMA, type SinkSubject } from '../../contract/sink-subject.js';
import { sinkContext } from '../connectors.js';
import { POSTGRES_ADMIN, type PostgresServer } from '../servers/postgres.js';

const DEFAULTS: PostgresSinkOptions = {
  connection: null,
  server: null,
  port: null,
  database: null,
  authentication: 'password',
  user: null,
  password: null,
  client_id: null,
  table: 'public.results',
  create: 'if_missing',
  progress_schema: 'stream',
  shared: false,
  encrypt: null,
  ca_file: null,
};

export function optionsOf(changes: Partial<PostgresSinkOptions>): PostgresSinkOptions {
  return { ...DEFAULTS, ...changes };
}

/** Options that reach the server as its administrator. */
export function serverOptions(server: PostgresServer, changes: Partial<PostgresSinkOptions> = {}): PostgresSinkOptions {
  return optionsOf({
    server: '127.0.0.1',
    port: server.port,
    database: POSTGRES_ADMIN.database,
    user: POSTGRES_ADMIN.user,
    password: new Secret('ADMIN', POSTGRES_ADMIN.password),
    ...changes,
  });
}

/** A connection string for an existing server, or undefined. */
export function existingConnection(): Secret | undefined {
  const text = process.env['ESQL_TEST_POSTGRES'];
  return text === undefined || text === '' ? undefined : new Secret('ESQL_TEST_POSTGRES', text);
}

/** Looks at the database as somebody else would. */
export async function queryDatabase(options: PostgresSinkOptions, sql: string): Promise<PostgresRows> {
  const database = await openDatabase(options);
  try {
    return await database.query(sql, []);
  } finally {
    await database.close();
  }
}

export async function openDatabase(options: PostgresSinkOptions): Promise<PostgresDatabase> {
  return connectPostgres(await postgresOptions(createEnv(), options, '/'));
}

export function createPostgresSink(
  options: PostgresSinkOptions,
  shape: Partial<SinkShape> = {},
  env: Env = createEnv(),
): PostgresSink {
  return new PostgresSink(sinkContext('/', { schema: SINK_SCHEMA, key: [0], ...shape }, null, env), options);
}

/** `id=name` of the table, in order. */
export async function rowsOf(options: PostgresSinkOptions): Promise<string[]> {
  const rows = await queryDatabase(options, `SELECT id, name FROM ${options.table} ORDER BY id`);
  return rows.map(([id, name]) => `${String(id)}=${String(name)}`);
}

/** An Env whose `fail`-th call to the database, and every one after it, is never made. */
function failingEnv(fail: number): Env {
  const env = createEnv();
  const step = stepper(fail);
  return {
    ...env,
    remote: {
      ...env.remote,
      async postgres(options): Promise<PostgresDatabase> {
        const database = await env.remote.postgres(options);
        return {
          query: async (sql, parameters) => await step(() => database.query(sql, parameters)),
          reset: () => database.reset(),
          close: () => database.close(),
        };
      },
    },
  };
}

/** Every folder of the contract is a table and a schema of progress of its own. */
export function postgresSubject(conflict: 'update' | 'ignore', reach: () => PostgresSinkOptions): SinkSubject {
  const names = new Map<string, string>();
  // The time tells runs against a lasting server apart.
  const run = Date.now().toString(36);
  const optionsIn = (folder: string): PostgresSinkOptions => {
    const name = names.get(folder) ?? `esql_${run}_${conflict}_${names.size}`;
    names.set(folder, name);
    return { ...reach(), table: `public.${name}`, progress_schema: name, shared: conflict === 'ignore' };
  };
  const rowsIn = (folder: string): Promise<string[]> => rowsOf(optionsIn(folder));
  return {
    name: `postgres on conflict ${conflict}`,
    shared: conflict === 'ignore',
    create: (folder, { queryId = 'query', env = createEnv() } = {}) =>
      createPostgresSink(optionsIn(folder), { conflict, queryId }, env),
    read: rowsIn,
    deathStride: 1,
    failing: failingEnv,
    bytes: async (folder) => JSON.stringify(await rowsIn(folder)),
  };
}
