/** The `mssql` sink against the double, or the server of ESQL_TEST_MSSQL, for the contract and tests of its own. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createEnv } from '../../../cli/host/env.js';
import { connectMssql } from '../../../cli/host/mssql/database.js';
import { Secret } from '../../../plan/connectors/secret.js';
import { mssqlOptions, type MssqlSinkOptions } from '../../../runtime/connectors/mssql/connection.js';
import { MssqlSink } from '../../../runtime/connectors/mssql/sink.js';
import type { SinkShape } from '../../../runtime/connectors/connector.js';
import type { Env } from '../../../runtime/env.js';
import type { MssqlDatabase, MssqlRows } from '../../../runtime/remote/mssql.js';
import { stepper } from '../../contract/dying.js';
import { SINK_SCHEMA, type SinkSubject } from '../../contract/sink-subject.js';
import { sinkContext } from '../connectors.js';
import { DEFAULT_USER, type TdsServer } from '../tds/server.js';

const DEFAULTS: MssqlSinkOptions = {
  connection: null,
  server: null,
  port: null,
  database: null,
  authentication: 'password',
  user: null,
  password: null,
  client_id: null,
  table: 'dbo.results',
  create: 'if_missing',
  progress_schema: 'stream',
  batch_rows: 4000,
  shared: false,
  encrypt: true,
  ca_file: null,
};

export function optionsOf(changes: Partial<MssqlSinkOptions>): MssqlSinkOptions {
  return { ...DEFAULTS, ...changes };
}

/** Options that reach the double; over TLS, with its certificate trusted. */
export function doubleOptions(server: TdsServer, changes: Partial<MssqlSinkOptions> = {}): MssqlSinkOptions {
  const authority = join(mkdtempSync(join(tmpdir(), 'esql-tds-')), 'authority.pem');
  writeFileSync(authority, server.certificate.certificate);
  return optionsOf({
    server: 'localhost',
    port: server.port,
    database: server.database.settings.name,
    user: DEFAULT_USER.name,
    password: new Secret('TDS', DEFAULT_USER.password),
    ca_file: authority,
    ...changes,
  });
}

/** A connection string for a real server, or undefined. */
export function realConnection(): Secret | undefined {
  const text = process.env['ESQL_TEST_MSSQL'];
  return text === undefined || text === '' ? undefined : new Secret('ESQL_TEST_MSSQL', text);
}

/** Looks at the database as somebody else would. */
export async function queryDatabase(options: MssqlSinkOptions, sql: string): Promise<MssqlRows> {
  const database = await connectMssql(await mssqlOptions(createEnv(), options, '/'));
  try {
    return await database.query(sql, {});
  } finally {
    await database.close();
  }
}

export function createMssqlSink(
  options: MssqlSinkOptions,
  shape: Partial<SinkShape> = {},
  env: Env = createEnv(),
): MssqlSink {
  return new MssqlSink(sinkContext('/', { schema: SINK_SCHEMA, key: [0], ...shape }, null, env), options);
}

/** An Env whose `fail`-th call to the database, and every one after it, is never made. */
function failingEnv(fail: number): Env {
  const env = createEnv();
  const step = stepper(fail);
  return {
    ...env,
    remote: {
      ...env.remote,
      async mssql(options): Promise<MssqlDatabase> {
        const database = await env.remote.mssql(options);
        return {
          query: async (sql, parameters) => await step(() => database.query(sql, parameters)),
          call: async (procedure, parameters) => await step(() => database.call(procedure, parameters)),
          reset: () => database.reset(),
          close: () => database.close(),
        };
      },
    },
  };
}

/** Every folder of the contract is a table and a schema of progress of its own. */
export function mssqlSubject(conflict: 'update' | 'ignore', reach: () => MssqlSinkOptions): SinkSubject {
  const names = new Map<string, string>();
  // The time tells runs against a lasting server apart.
  const run = Date.now().toString(36);
  const optionsIn = (folder: string): MssqlSinkOptions => {
    const name = names.get(folder) ?? `esql_${run}_${conflict}_${names.size}`;
    names.set(folder, name);
    return { ...reach(), table: `dbo.${name}`, progress_schema: name, shared: conflict === 'ignore' };
  };
  const rowsIn = async (folder: string): Promise<string[]> => {
    const options = optionsIn(folder);
    const rows = await queryDatabase(options, `SELECT CAST(id AS VARCHAR(20)), name FROM ${options.table} ORDER BY id`);
    return rows.map(([id, name]) => `${String(id)}=${String(name)}`);
  };
  return {
    name: `mssql on conflict ${conflict}`,
    shared: conflict === 'ignore',
    create: (folder, { queryId = 'query', env = createEnv() } = {}) =>
      createMssqlSink(optionsIn(folder), { conflict, queryId }, env),
    read: rowsIn,
    deathStride: 1,
    failing: failingEnv,
    bytes: async (folder) => JSON.stringify(await rowsIn(folder)),
  };
}
