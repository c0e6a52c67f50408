/** `PostgresDatabase` over one connection of pg: nothing is shared with others, and nothing survives an error. */
import { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import type {
  PostgresDatabase,
  PostgresLogin,
  PostgresOptions,
  PostgresRows,
} from '../../../runtime/remote/postgres.js';
import { postgresError } from './errors.js';

/** Of Azure Database for PostgreSQL. */
const SCOPE = 'https://ossrdbms-aad.database.windows.net/.default';
/** How much longer than the server this side waits for it. */
const PATIENCE = 1.5;
const GOODBYE_MS = 500;
const KEEP_ALIVE_MS = 30_000;

interface Connection {
  readonly client: pg.Client;
  readonly socket: Socket;
}

export function connectPostgres(options: PostgresOptions): Promise<PostgresDatabase> {
  return Promise.resolve(new LonelyConnection(options));
}

class LonelyConnection implements PostgresDatabase {
  readonly #options: PostgresOptions;
  #connection: Connection | null = null;

  constructor(options: PostgresOptions) {
    this.#options = options;
  }

  async query(text: string, parameters: readonly (string | null)[]): Promise<PostgresRows> {
    let connecting = true;
    try {
      const { client } = await this.#connected();
      connecting = false;
      return await rowsOf(client, text, parameters);
    } catch (error) {
      const mapped = postgresError(error, connecting);
      // What state the connection is in is not known.
      await this.reset();
      throw mapped;
    }
  }

  reset(): Promise<void> {
    this.#connection?.socket.destroy();
    this.#connection = null;
    return Promise.resolve();
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    if (connection === null) return;
    const timeout = new AbortController();
    const end = connection.client.end().catch(() => undefined);
    const waiting = setTimeout(GOODBYE_MS, undefined, { signal: timeout.signal }).catch(() => undefined);
    await Promise.race([end, waiting]);
    timeout.abort();
    connection.socket.destroy();
  }

  async #connected(): Promise<Connection> {
    if (this.#connection !== null) return this.#connection;
    const { server, port, database, login, encrypt, authority, connectTimeout_ms, requestTimeout_ms } = this.#options;
    const socket = new Socket();
    const client = new pg.Client({
      host: server,
      port,
      database,
      user: login.user,
      // A function, because for an empty text pg would look into the environment and into files.
      password: () => passwordOf(login),
      ssl: encrypt ? { rejectUnauthorized: true, ...(authority === null ? {} : { ca: authority }) } : false,
      application_name: 'esql',
      connectionTimeoutMillis: connectTimeout_ms,
      query_timeout: Math.ceil(requestTimeout_ms * PATIENCE),
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      stream: () => socket,
    });
    const connection = { client, socket };
    this.#connection = connection;
    // Of a connection that nobody is using; the next call finds out.
    client.on('error', () => {
      if (this.#connection === connection) this.#connection = null;
      socket.destroy();
    });
    await client.connect();
    // After the start, because a pool in between takes few settings with it.
    await client.query(
      `SET statement_timeout = ${requestTimeout_ms}; SET default_transaction_isolation = 'read committed'; ` +
        'SET default_transaction_read_only = off; SET standard_conforming_strings = on',
    );
    return connection;
  }
}

async function passwordOf(login: PostgresLogin): Promise<string> {
  switch (login.kind) {
    case 'password':
      return login.password?.reveal() ?? '';
    case 'entra': {
      const { entraToken } = await import('../azure/credential.js');
      return entraToken(login.clientId, SCOPE);
    }
  }
}

const asText = { getTypeParser: () => (value: string) => value };

async function rowsOf(client: pg.Client, text: string, parameters: readonly (string | null)[]): Promise<PostgresRows> {
  const query = { text, rowMode: 'array', types: asText } as const;
  const result: unknown = await client.query(parameters.length === 0 ? query : { ...query, values: [...parameters] });
  // Several statements have several results, which the types of pg don't say; with `asText` every value is a text.
  const last = (Array.isArray(result) ? result.at(-1) : result) as { readonly rows: PostgresRows };
  return last.rows;
}
