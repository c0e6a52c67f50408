/**
 * The one door to the outside. Time, randomness, disk, network, databases, the terminal and secrets reach the runtime
 * only through an `Env`, so that the unchanged driver runs in a simulator that crashes it at every step. The real one
 * is made in cli/host; the simulated one in test/simulation.
 */

import type { RemoteServices } from './remote/services.js';

export interface Env {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly disk: Disk;
  readonly network: Network;
  readonly sqlite: SqliteDriver;
  readonly output: Output;
  readonly references: References;
  readonly remote: RemoteServices;
}

export interface Clock {
  /** Wall clock, microseconds since 1970-01-01T00:00:00Z. */
  now_us(): bigint;
  /** Never goes back; for intervals and figures only. */
  monotonic_ms(): number;
  /** Resolves after `duration_ms`, or at once when `signal` is aborted. */
  sleep(duration_ms: number, signal?: AbortSignal): Promise<void>;
}

export interface RandomSource {
  /** Cryptographically strong bytes. */
  bytes(count: number): Uint8Array;
}

export interface FileStatus {
  readonly kind: 'file' | 'directory' | 'other';
  readonly size: number;
  readonly modified_ms: number;
  /** Device and inode, as text: tells a replaced file from a grown one. */
  readonly identity: string;
}

/**
 * The disk. Paths are absolute. Operations reject with `DiskError`; `code` is the operating system's name (`ENOENT`,
 * `EEXIST`,
 * `ENOSPC`, `EACCES`, …). Written bytes and directory entries are durable only after the matching sync.
 */
export interface Disk {
  status(path: string): Promise<FileStatus | null>;
  /** Names in a directory, sorted by code point; `ENOENT` if it does not exist. */
  list(path: string): Promise<readonly string[]>;
  /** Resolves symbolic links. */
  realPath(path: string): Promise<string>;
  makeDirectory(path: string): Promise<void>;
  read(path: string): Promise<Uint8Array>;
  /** Opens for positional reads. */
  open(path: string): Promise<ReadHandle>;
  /** Creates (fails with `EEXIST` if there is one) or opens at its end for appending. Mode 0600. */
  create(path: string): Promise<WriteHandle>;
  append(path: string): Promise<WriteHandle>;
  /** Hard link; `EEXIST` if `to` exists: the publish-once step (L1). */
  link(from: string, to: string): Promise<void>;
  /** Replaces `to` silently: only for last-writer-wins files. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  truncate(path: string, size: number): Promise<void>;
  syncDirectory(path: string): Promise<void>;
  /** An operating-system lock that dies with the process; null if another process holds it. */
  lock(path: string): Promise<DiskLock | null>;
  /** Free bytes of the file system that holds `path`. */
  freeBytes(path: string): Promise<number>;
}

export interface ReadHandle {
  /** Reads up to `target.length` bytes at `position`; fewer only at the end of the file. */
  read(target: Uint8Array, position: number): Promise<number>;
  status(): Promise<FileStatus>;
  close(): Promise<void>;
}

export interface WriteHandle {
  /** Appends all of `bytes`. */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes what was written durable. After a failure nothing may be assumed (L4): crash and recover. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface DiskLock {
  release(): Promise<void>;
}

export class DiskError extends Error {
  readonly code: string;
  readonly path: string;

  constructor(code: string, path: string, what: string, options?: ErrorOptions) {
    super(`${code}: ${what}: ${path}`, options);
    this.name = 'DiskError';
    this.code = code;
    this.path = path;
  }
}

export interface Network {
  connect(host: string, port: number): Promise<Connection>;
  listen(host: string, port: number, accept: (connection: Connection) => void): Promise<Listener>;
}

export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

export interface Connection {
  readonly peer: string;
  /** The next bytes, or null at the end of the stream. Not calling it is back-pressure. */
  receive(): Promise<Uint8Array | null>;
  send(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export type SqlValue = null | number | bigint | string | Uint8Array;

export interface SqliteDriver {
  /** Opens or creates a database file. Integers come back as bigint. */
  open(path: string, options: { readonly busyTimeout_ms: number }): Promise<SqliteConnection>;
}

/** Statements are synchronous; `SqliteError.code` is SQLite's name (`SQLITE_BUSY`, `SQLITE_FULL`, …). */
export interface SqliteConnection {
  execute(sql: string): void;
  prepare(sql: string): SqliteStatement;
  /** COMMIT as its own step: the outcome is unknown if it throws. */
  commit(): Promise<void>;
  close(): void;
}

export interface SqliteStatement {
  run(parameters: readonly SqlValue[]): number;
  all(parameters: readonly SqlValue[]): readonly (readonly SqlValue[])[];
  /** One row after another; the connection does nothing else meanwhile. */
  each(parameters: readonly SqlValue[]): Iterable<readonly SqlValue[]>;
}

export class SqliteError extends Error {
  readonly code: string;

  constructor(code: string, what: string, options?: ErrorOptions) {
    super(what, options);
    this.name = 'SqliteError';
    this.code = code;
  }
}

export interface Output {
  /** Results for people or pipes: the process's standard output. */
  write(text: string): void;
  /** Whether it is a terminal, and how wide. */
  readonly terminal: { readonly columns: number } | null;
}

/**
 * Resolves `env('NAME')` and `secret('NAME')`; undefined if there is none. The value must never be stored or printed.
 */
export interface References {
  environment(name: string): string | undefined;
  secret(name: string): Promise<string | undefined>;
}
