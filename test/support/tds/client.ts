/** The server as the `mssql` package meets it. */
import sql from 'mssql';
import { DEFAULT_USER, type TdsServer } from './server.js';

export interface ClientWishes {
  readonly requestTimeout_ms?: number;
  readonly encrypt?: boolean;
  readonly connections?: number;
}

/** A pool of its own for one test; whoever asks for it closes it. */
export async function connect(server: TdsServer, wishes: ClientWishes = {}): Promise<sql.ConnectionPool> {
  const pool = new sql.ConnectionPool({
    server: 'localhost',
    port: server.port,
    user: DEFAULT_USER.name,
    password: DEFAULT_USER.password,
    database: server.database.settings.name,
    requestTimeout: wishes.requestTimeout_ms ?? 20_000,
    connectionTimeout: 5000,
    pool: { max: wishes.connections ?? 1, min: 0 },
    options: { encrypt: wishes.encrypt ?? false, trustServerCertificate: true, useUTC: true },
  });
  return pool.connect();
}

/**
 * Number of the error that a request ends with, as SQL Server counts; the driver's own code for others; null for none.
 */
export async function errorOf(request: Promise<unknown>): Promise<number | string | null> {
  try {
    await request;
    return null;
  } catch (error) {
    if (!(error instanceof sql.MSSQLError)) throw error;
    const number = 'number' in error && typeof error.number === 'number' ? error.number : undefined;
    return number ?? error.code;
  }
}
