/**
 * A double of SQL Server for tests: TDS 7.4 (and 8.0) over a socket, a subset of T-SQL over rows in memory. What it
 * does and leaves out is in README.md.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { type Certificate, selfSigned } from '../certificates.js';
import { Connection } from './connection.js';
import { Database, type DatabaseSettings } from './engine/database.js';
import { Faults } from './faults.js';
import { type ServerEncryption } from './prelogin.js';

export interface TdsOptions extends Partial<DatabaseSettings> {
  readonly encryption?: ServerEncryption;
  readonly users?: Readonly<Record<string, string>>;
  readonly accessTokens?: readonly string[];
  readonly port?: number;
}

export const DEFAULT_USER = { name: 'esql', password: 'Secret!Passw0rd' } as const;

export class TdsServer {
  readonly host = '127.0.0.1';
  readonly database: Database;
  readonly faults = new Faults();
  readonly certificate: Certificate;
  /** Texts of all requests so far, as faults see them. */
  readonly requests: string[] = [];
  encryption: ServerEncryption;
  readonly #users: ReadonlyMap<string, string>;
  readonly #accessTokens: ReadonlySet<string>;
  readonly #connections = new Set<Connection>();
  #server: Server | null = null;
  #port: number;
  #spidNext = 51;

  constructor(options: TdsOptions) {
    const { encryption, users, accessTokens, port, ...settings } = options;
    this.database = new Database(settings);
    this.encryption = encryption ?? 'optional';
    this.certificate = selfSigned(['localhost', this.host]);
    const known = users ?? { [DEFAULT_USER.name]: DEFAULT_USER.password };
    this.#users = new Map(Object.entries(known).map(([name, password]) => [name.toLowerCase(), password]));
    this.#accessTokens = new Set(accessTokens ?? []);
    this.#port = port ?? 0;
  }

  get port(): number {
    return this.#port;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Listens, again after `stop` on the same port. */
  async start(): Promise<void> {
    const server = createServer((socket) => {
      this.#accept(socket);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, this.host, resolve);
    });
    const address = server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
    this.#server = server;
  }

  /** As if the machine had lost its power: sockets are cut, open transactions are no more, what was committed stays. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.killAll();
    if (server !== null) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  close(): Promise<void> {
    return this.stop();
  }

  kill(spid: number): void {
    for (const connection of this.#connections) if (connection.spid === spid) this.#end(connection);
  }

  killAll(): void {
    for (const connection of this.#connections) this.#end(connection);
  }

  #end(connection: Connection): void {
    this.#connections.delete(connection);
    connection.destroy();
  }

  #accept(socket: Socket): void {
    const spid = this.#spidNext;
    this.#spidNext += 1;
    const connection = new Connection(socket, spid, {
      database: this.database,
      faults: this.faults,
      encryption: this.encryption,
      certificate: this.certificate,
      users: this.#users,
      accessTokens: this.#accessTokens,
      kill: (other) => {
        this.kill(other);
      },
      onRequest: (text) => void this.requests.push(text),
    });
    this.#connections.add(connection);
    socket.on('close', () => void this.#connections.delete(connection));
  }
}

/** Starts a server on a free port. */
export async function startTds(options: TdsOptions = {}): Promise<TdsServer> {
  const server = new TdsServer(options);
  await server.start();
  return server;
}
