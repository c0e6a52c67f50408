/**
 * The world a driver runs in: one disk, SQLite databases, senders, one virtual clock, and processes. Every durable
 * action of a process is a step; a process can be made to die before, in the middle of, or after a step, to see it
 * fail, or to stand still there.
 *
 * SQLite is the real library on databases in memory, because it can't write to the simulated disk. Modelled is its
 * promise with `synchronous = FULL`: a transaction is durable when COMMIT has answered, never in parts, and not before
 * COMMIT was asked for. So a crash in COMMIT leaves all or nothing (`before`, `after`, and `torn` for either), and an
 * error from it has applied everything or nothing (`error-after`, `error`). Whether the real files keep that promise
 * is what test/kill tries.
 */
import Database from 'better-sqlite3';
import { sqliteConnection } from '../../cli/host/sqlite.js';
import {
  DiskError,
  SqliteError,
  type Connection,
  type Disk,
  type Env,
  type ReadHandle,
  type SqliteConnection,
  type SqliteStatement,
  type WriteHandle,
} from '../../runtime/env.js';
import { noRemote } from '../support/no-remote.js';
import { SeededRandom } from './random.js';
import { WireError, type Sender } from './sender.js';
import { SimDisk, type FileNode, type Persistence } from './sim-disk.js';

/** What happens at a step. `error` has no effect, `error-after` does its work and then reports a failure. */
export type FaultMode = 'before' | 'torn' | 'after' | 'error' | 'error-after' | 'no-space' | 'pause';

export interface Fault {
  readonly step: number;
  readonly mode: FaultMode;
}

// Crashes make many errors that nobody prints.
Error.stackTraceLimit = 4;

const START_US = 1_767_225_600_000_000n;
const STEP_US = 1_000n;

export class World {
  readonly disk = new SimDisk();
  /** Who listens, by `host:port`. */
  readonly senders = new Map<string, Sender>();
  readonly random: SeededRandom;
  now_us = START_US;
  readonly #databases = new Map<string, Database.Database>();
  readonly #statements = new Map<string, SqliteStatement>();
  readonly #transactions = new Map<string, Process>();
  readonly #locks = new Map<string, Process>();
  #processes = 0;
  /** Called after every step, for invariants; throws to report a violation. */
  afterStep: (process: Process, kind: string, path: string) => void = () => undefined;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  spawn(fault: Fault | null): Process {
    this.#processes += 1;
    return new Process(this, this.#processes, fault);
  }

  /** A power loss, or only the end of a process. */
  settle(persistence: Persistence): void {
    this.disk.settle(persistence, this.random);
  }

  database(path: string): Database.Database {
    let database = this.#databases.get(path);
    if (database === undefined) {
      database = new Database(':memory:');
      database.defaultSafeIntegers(true);
      this.#databases.set(path, database);
    }
    return database;
  }

  /** Prepared once per world: preparing is what costs most in a short run. */
  statement(path: string, sql: string): SqliteStatement {
    const key = `${path}\n${sql}`;
    let statement = this.#statements.get(key);
    if (statement === undefined) {
      statement = sqliteConnection(this.database(path)).prepare(sql);
      this.#statements.set(key, statement);
    }
    return statement;
  }

  /** What a dead process leaves behind: its open transactions roll back, its locks go. */
  bury(process: Process): void {
    for (const [path, owner] of this.#transactions) if (owner === process) this.rollBack(path);
    this.loseLocks(process);
  }

  /** Also what a lease does to a process that stands still for too long. */
  loseLocks(process: Process): void {
    for (const [path, owner] of this.#locks) if (owner === process) this.#locks.delete(path);
  }

  rollBack(path: string): void {
    if (this.database(path).inTransaction) this.database(path).exec('ROLLBACK');
    this.#transactions.delete(path);
  }

  begin(path: string, process: Process): void {
    const owner = this.#transactions.get(path);
    if (owner !== undefined && owner !== process) throw new SqliteError('SQLITE_BUSY', 'database is locked');
    this.#transactions.set(path, process);
  }

  ended(path: string): void {
    this.#transactions.delete(path);
  }

  lock(path: string, process: Process): boolean {
    const owner = this.#locks.get(path);
    if (owner !== undefined && owner !== process) return false;
    this.#locks.set(path, process);
    return true;
  }

  unlock(path: string, process: Process): void {
    if (this.#locks.get(path) === process) this.#locks.delete(path);
  }

  dispose(): void {
    for (const database of this.#databases.values()) database.close();
  }
}

/** A new one each time: whoever waits for a promise is kept by it, and with a dead process its whole world. */
function never(): Promise<never> {
  return new Promise<never>(() => undefined);
}

export class Process {
  readonly number: number;
  readonly world: World;
  readonly env: Env;
  /** Resolves when the process dies or comes to stand still. */
  readonly stopped: Promise<'crashed' | 'paused'>;
  dead = false;
  steps = 0;
  /** `kind path` of every step: the trace. */
  readonly trace: string[] = [];
  readonly #fault: Fault | null;
  readonly #random: SeededRandom;
  #stop: (how: 'crashed' | 'paused') => void = () => undefined;
  #resume: () => void = () => undefined;
  faultHit = false;
  /** Code of the diagnostic that ended it. */
  failure: string | null = null;

  constructor(world: World, number: number, fault: Fault | null) {
    this.world = world;
    this.number = number;
    this.#fault = fault;
    // Every process draws other numbers: what must be equal after a restart has to come from the intent.
    // The first one's are those of the run without faults, so that it gets as far as its fault whatever the seed.
    this.#random = new SeededRandom(number === 1 ? 1 : world.random.u32() + number);
    this.stopped = new Promise((resolve) => {
      this.#stop = resolve;
    });
    this.env = this.#makeEnv();
  }

  resume(): void {
    this.#resume();
  }

  async step<T>(kind: string, path: string, effect: () => T, torn: () => void = effect): Promise<T> {
    if (this.dead) return never();
    const step = this.steps;
    this.steps += 1;
    this.trace.push(`${kind} ${path}`);
    this.world.now_us += STEP_US;
    const mode = this.#fault?.step === step ? this.#fault.mode : null;
    if (mode === null) return this.#done(kind, path, effect());
    this.faultHit = true;
    switch (mode) {
      case 'before':
        return this.#die();
      case 'torn':
        attempt(torn);
        return this.#die();
      case 'after':
        attempt(effect);
        return this.#die();
      case 'error':
        throw failure(kind, path, 'EIO');
      case 'error-after':
        attempt(effect);
        throw failure(kind, path, 'EIO');
      case 'no-space':
        throw failure(kind, path, 'ENOSPC');
      case 'pause': {
        const resumed = new Promise<void>((resolve) => {
          this.#resume = resolve;
        });
        this.#stop('paused');
        await resumed;
        return this.#done(kind, path, effect());
      }
    }
  }

  #done<T>(kind: string, path: string, result: T): T {
    this.world.afterStep(this, kind, path);
    return result;
  }

  #die(): Promise<never> {
    this.dead = true;
    this.world.bury(this);
    this.#stop('crashed');
    return never();
  }

  async #look<T>(read: () => T): Promise<T> {
    if (this.dead) return never();
    return Promise.resolve(read());
  }

  #makeEnv(): Env {
    const { world } = this;
    return {
      clock: {
        now_us: () => world.now_us,
        monotonic_ms: () => Number(world.now_us - START_US) / 1000,
        sleep: (duration_ms) =>
          this.#look(() => {
            world.now_us += BigInt(Math.ceil(duration_ms * 1000));
          }),
      },
      random: { bytes: (count) => this.#random.bytes(count) },
      disk: this.#makeDisk(),
      network: {
        connect: (host, port) => this.#connect(`${host}:${String(port)}`),
        listen: () => Promise.reject(new Error('no network here')),
      },
      sqlite: { open: (path) => this.#look(() => this.#connection(path)) },
      output: { write: () => undefined, terminal: null },
      references: { environment: () => undefined, secret: () => Promise.resolve(undefined) },
      remote: noRemote,
    };
  }

  async #connect(address: string): Promise<Connection> {
    const { world } = this;
    const wire = await this.step('connect', address, () => {
      const sender = world.senders.get(address);
      if (sender === undefined) throw new Error(`nobody listens at ${address}`);
      return sender.connect();
    });
    return {
      peer: address,
      receive: async () => {
        await wire.ready();
        return this.step('receive', address, () => wire.take());
      },
      send: (bytes) =>
        this.step(
          'send',
          address,
          () => {
            wire.hear(bytes);
          },
          () => {
            wire.hear(bytes.subarray(0, world.random.below(bytes.length + 1)));
          },
        ),
      close: () =>
        this.#look(() => {
          wire.close();
        }),
    };
  }

  #makeDisk(): Disk {
    const { world } = this;
    const { disk } = world;
    const look = <T>(read: () => T): Promise<T> => this.#look(read);
    const now_ms = (): number => Number(world.now_us / 1000n);
    return {
      status: (path) => look(() => disk.status(path)),
      list: (path) => look(() => disk.list(path)),
      realPath: (path) => look(() => path),
      makeDirectory: (path) =>
        this.step('mkdir', path, () => {
          disk.makeDirectory(path);
        }),
      read: (path) => look(() => disk.file(path).data.slice()),
      open: (path) => look(() => this.#reader(disk.file(path))),
      create: (path) => this.step('create', path, () => this.#writer(path, disk.create(path, now_ms()))),
      append: (path) =>
        this.step('append', path, () =>
          this.#writer(path, disk.status(path) === null ? disk.create(path, now_ms()) : disk.file(path)),
        ),
      link: (from, to) =>
        this.step('link', to, () => {
          disk.link(from, to);
        }),
      rename: (from, to) =>
        this.step('rename', to, () => {
          disk.rename(from, to);
        }),
      remove: (path) =>
        this.step('remove', path, () => {
          disk.remove(path);
        }),
      truncate: (path, size) =>
        this.step('truncate', path, () => {
          disk.truncate(path, size);
        }),
      syncDirectory: (path) =>
        this.step('syncdir', path, () => {
          disk.syncDirectory(path);
        }),
      lock: (path) =>
        this.step('lock', path, () => {
          if (!world.lock(path, this)) return null;
          return {
            release: () =>
              this.#look(() => {
                world.unlock(path, this);
              }),
          };
        }),
      // Without a limit it says that nothing is left: then jobs keep their reserve, and every fault meets it.
      freeBytes: () => look(() => (Number.isFinite(disk.free_bytes) ? disk.free_bytes : 0)),
    };
  }

  #reader(node: FileNode): ReadHandle {
    return {
      read: (target, position) =>
        this.#look(() => {
          const part = node.data.subarray(position, position + target.length);
          target.set(part);
          return part.length;
        }),
      status: () =>
        this.#look(() => {
          const { data, id, modified_ms } = node;
          return { kind: 'file' as const, size: data.length, modified_ms, identity: `sim:${String(id)}` };
        }),
      close: () => this.#look(() => undefined),
    };
  }

  #writer(path: string, node: FileNode): WriteHandle {
    const { world } = this;
    const { disk } = world;
    const now_ms = (): number => Number(world.now_us / 1000n);
    return {
      write: (bytes) =>
        this.step(
          'write',
          path,
          () => {
            disk.append(node, bytes, now_ms());
          },
          () => {
            disk.append(node, bytes.slice(0, world.random.below(bytes.length + 1)), now_ms());
          },
        ),
      sync: () =>
        this.step(
          'sync',
          path,
          () => {
            disk.sync(node);
          },
          () => {
            const extra = node.data.length - node.durable.length;
            node.durable = node.data.slice(0, node.durable.length + world.random.below(extra + 1));
          },
        ),
      close: () => this.#look(() => undefined),
    };
  }

  #connection(path: string): SqliteConnection {
    const { world } = this;
    const inner = sqliteConnection(world.database(path));
    const alive = (): void => {
      if (this.dead) throw new SqliteError('SQLITE_ABORT', 'the process is dead');
    };
    return {
      execute: (sql) => {
        alive();
        if (/^\s*BEGIN/iu.test(sql)) world.begin(path, this);
        inner.execute(sql);
        if (/^\s*(?:ROLLBACK|COMMIT|END)/iu.test(sql)) world.ended(path);
      },
      prepare: (sql) => {
        alive();
        const statement = world.statement(path, sql);
        return {
          run: (parameters) => {
            alive();
            return statement.run(parameters);
          },
          all: (parameters) => {
            alive();
            return statement.all(parameters);
          },
          each: (parameters) => {
            alive();
            return statement.each(parameters);
          },
        };
      },
      commit: () =>
        this.step(
          'commit',
          path,
          () => {
            world.database(path).exec('COMMIT');
            world.ended(path);
          },
          () => {
            // A torn commit is one or the other: SQLite's own journal sees to that.
            if (world.random.chance(0.5)) {
              world.database(path).exec('COMMIT');
              world.ended(path);
            }
          },
        ),
      close: () => undefined,
    };
  }
}

/** A crash hides how the step went. */
function attempt(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof DiskError) && !(error instanceof WireError)) throw error;
  }
}

function failure(kind: string, path: string, code: string): Error {
  if (kind === 'commit') return new SqliteError(code === 'ENOSPC' ? 'SQLITE_FULL' : 'SQLITE_IOERR', 'injected');
  return new DiskError(code, path, `${kind} (injected)`);
}
