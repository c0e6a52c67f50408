/** `MssqlDatabase` over a pool of mssql of its own: nothing is shared with others, and nothing survives an error. */
import sql from 'mssql';
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type {
  MssqlDatabase,
  MssqlErrorFacts,
  MssqlLogin,
  MssqlOptions,
  MssqlParameters,
  MssqlRows,
  MssqlValue,
} from '../../../runtime/remote/mssql.js';
import { guardedConnector } from './encryption-guard.js';
import { mssqlError } from './errors.js';

/** One works; a second is there while a first is being given up. */
const CONNECTIONS_MAX = 2;
const IDLE_MS = 10 * 60_000;
const SCOPE = 'https://database.windows.net/.default';
const SHORT_TEXT = 4000;

/** What tedious reports of the server's errors while it connects. */
interface ReportedError {
  readonly number?: number;
  readonly class?: number;
  readonly state?: number;
}

export function connectMssql(options: MssqlOptions): Promise<MssqlDatabase> {
  return Promise.resolve(new PooledDatabase(options));
}

class PooledDatabase implements MssqlDatabase {
  readonly #options: MssqlOptions;
  #pool: sql.ConnectionPool | null = null;
  #reported: MssqlErrorFacts | null = null;
  #plain = false;

  constructor(options: MssqlOptions) {
    this.#options = options;
  }

  query(text: string, parameters: MssqlParameters): Promise<MssqlRows> {
    return this.#run(parameters, (request) => request.query(text));
  }

  call(procedure: string, parameters: MssqlParameters): Promise<MssqlRows> {
    return this.#run(parameters, (request) => request.execute(procedure));
  }

  async reset(): Promise<void> {
    const pool = this.#pool;
    this.#pool = null;
    try {
      await pool?.close();
    } catch {
      // A connection that can't be closed is given up: the server rolls its transaction back.
    }
  }

  close(): Promise<void> {
    return this.reset();
  }

  async #run(
    parameters: MssqlParameters,
    action: (request: sql.Request) => Promise<{ readonly recordsets: unknown }>,
  ): Promise<MssqlRows> {
    this.#reported = null;
    this.#plain = false;
    try {
      const request = (await this.#connected()).request();
      request.arrayRowMode = true;
      for (const [name, parameter] of Object.entries(parameters)) {
        if (parameter.kind === 'integer') request.input(name, sql.BigInt, parameter.value);
        else if (parameter.value.length <= SHORT_TEXT) request.input(name, sql.NVarChar(SHORT_TEXT), parameter.value);
        else request.input(name, sql.NVarChar(sql.MAX), parameter.value);
      }
      return rowsOf(await action(request));
    } catch (error) {
      const mapped = mssqlError(error, this.#reported, this.#plain);
      // What state the connection is in is not known, and the pool would hand it back as it is.
      await this.reset();
      throw mapped;
    }
  }

  async #connected(): Promise<sql.ConnectionPool> {
    if (this.#pool !== null) return this.#pool;
    const { server, port, database, encrypt, authority, connectTimeout_ms, requestTimeout_ms, login } = this.#options;
    const refuse = (): void => {
      this.#plain = true;
    };
    const config: sql.config = {
      server,
      port,
      database,
      connectionTimeout: connectTimeout_ms,
      requestTimeout: requestTimeout_ms,
      arrayRowMode: true,
      // By a look at the socket; the default is a round trip before every call.
      validateConnection: 'socket',
      pool: { max: CONNECTIONS_MAX, min: 0, idleTimeoutMillis: IDLE_MS },
      options: {
        encrypt,
        trustServerCertificate: false,
        useUTC: true,
        appName: 'esql',
        // The runtime waits longer, and with a fresh look at the progress.
        maxRetriesOnTransientErrors: 0,
        ...(authority === null ? {} : { cryptoCredentialsDetails: { ca: authority } }),
        // Typed without parameters, but called with the address that a redirection may have changed.
        ...(encrypt ? { connector: guardedConnector(refuse) as unknown as () => Promise<never> } : {}),
      },
      ...(await loginOptions(login)),
      beforeConnect: (connection) => {
        connection.on('errorMessage', ({ number = 0, class: severity = 0, state = 0 }: ReportedError) => {
          this.#reported = { number, severity, state };
        });
      },
    };
    const pool = new sql.ConnectionPool(config);
    // Of connections that nobody is using; the next call finds out.
    pool.on('error', () => undefined);
    this.#pool = pool;
    return pool.connect();
  }
}

async function loginOptions(login: MssqlLogin): Promise<Partial<sql.config>> {
  switch (login.kind) {
    case 'password':
      return { user: login.user, password: login.password.reveal() };
    case 'entra': {
      const { entraToken } = await import('../azure/credential.js');
      const token = await entraToken(login.clientId, SCOPE);
      return { authentication: { type: 'azure-active-directory-access-token', options: { token } } };
    }
  }
}

function rowsOf(result: { readonly recordsets: unknown }): MssqlRows {
  // With `arrayRowMode` every row is an array, which the types of mssql don't say.
  const sets = result.recordsets as readonly (readonly (readonly unknown[])[])[];
  return (sets.at(-1) ?? []).map((row) => row.map(plainValue));
}

function plainValue(value: unknown): MssqlValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value;
  invariant(typeof value === 'bigint', 'queries select numbers, texts and truth values');
  return value.toString();
}
