/** An Env whose process dies at a given step of I/O: nothing works from then on but letting go of what is open. */
import type { Disk, Env, SqliteConnection, SqliteStatement, WriteHandle } from '../../../runtime/env.js';

export class ProcessDied extends Error {
  constructor() {
    super('the process died here');
    this.name = 'ProcessDied';
  }
}

/** `after`: the step still happens, its caller never hears of it. */
export type CrashMoment = 'before' | 'after';

export class CrashingEnv {
  readonly env: Env;
  readonly #at: number;
  readonly #moment: CrashMoment;
  #steps = 0;
  #dead = false;
  readonly #held: (() => Promise<void>)[] = [];

  /** `at` counts steps from 1; Infinity only counts. */
  constructor(env: Env, at: number, moment: CrashMoment) {
    this.#at = at;
    this.#moment = moment;
    this.env = { ...env, disk: this.#disk(env.disk), sqlite: this.#sqlite(env) };
  }

  get steps(): number {
    return this.#steps;
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** What an operating system does for a process that died: its locks and open databases go with it. */
  async letGo(): Promise<void> {
    for (const release of this.#held.splice(0)) await release();
  }

  #begin(): boolean {
    if (this.#dead) throw new ProcessDied();
    this.#steps += 1;
    if (this.#steps !== this.#at) return false;
    this.#dead = true;
    if (this.#moment === 'before') throw new ProcessDied();
    return true;
  }

  async #step<T>(action: () => Promise<T>): Promise<T> {
    const isLast = this.#begin();
    const result = await action();
    if (isLast) throw new ProcessDied();
    return result;
  }

  #stepSync<T>(action: () => T): T {
    const isLast = this.#begin();
    const result = action();
    if (isLast) throw new ProcessDied();
    return result;
  }

  #disk(disk: Disk): Disk {
    const write = (handle: WriteHandle): WriteHandle => {
      let isOpen = true;
      const close = async (): Promise<void> => {
        if (isOpen) await handle.close();
        isOpen = false;
      };
      this.#held.push(close);
      return {
        write: (bytes) => this.#step(() => handle.write(bytes)),
        sync: () => this.#step(() => handle.sync()),
        close,
      };
    };
    return {
      ...disk,
      makeDirectory: (path) => this.#step(() => disk.makeDirectory(path)),
      read: (path) => this.#step(() => disk.read(path)),
      create: (path) => this.#step(async () => write(await disk.create(path))),
      append: (path) => this.#step(async () => write(await disk.append(path))),
      link: (from, to) => this.#step(() => disk.link(from, to)),
      rename: (from, to) => this.#step(() => disk.rename(from, to)),
      remove: (path) => this.#step(() => disk.remove(path)),
      truncate: (path, size) => this.#step(() => disk.truncate(path, size)),
      syncDirectory: (path) => this.#step(() => disk.syncDirectory(path)),
      lock: (path) =>
        this.#step(async () => {
          const lock = await disk.lock(path);
          if (lock !== null) this.#held.push(() => lock.release());
          return lock;
        }),
    };
  }

  #sqlite({ sqlite }: Env): Env['sqlite'] {
    return {
      open: (path, options) =>
        this.#step(async () => {
          const connection = await sqlite.open(path, options);
          this.#held.push(() => {
            connection.close();
            return Promise.resolve();
          });
          return this.#connection(connection);
        }),
    };
  }

  #connection(connection: SqliteConnection): SqliteConnection {
    const statement = (prepared: SqliteStatement): SqliteStatement => ({
      run: (parameters) => this.#stepSync(() => prepared.run(parameters)),
      all: (parameters) => this.#stepSync(() => prepared.all(parameters)),
      each: (parameters) => this.#stepSync(() => prepared.each(parameters)),
    });
    return {
      execute: (sql) => {
        this.#stepSync(() => {
          connection.execute(sql);
        });
      },
      prepare: (sql) => statement(connection.prepare(sql)),
      commit: () => this.#step(() => connection.commit()),
      close: () => {
        connection.close();
      },
    };
  }
}
