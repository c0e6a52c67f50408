/**
 * Files by path, wherever they lie: the local disk, a Data Lake, Blob storage, HDFS. The file source, the file sink and
 * the remote checkpoint store are written once over it. Paths are absolute, `/`-separated, without `.` and `..`.
 * Operations reject with `DiskError`, whose codes stand for the same things everywhere: `ENOENT`, `EACCES`, `ENOSPC`,
 * `ETIMEDOUT` (an outcome that is not known), `EIO`, `ESTALE` (the file changed while it was read).
 */
import type { FileStatus, ReadHandle } from '../env.js';

export interface FileEntry {
  readonly name: string;
  readonly status: FileStatus;
}

export type WriteOnceOutcome = 'created' | 'exists';

export interface FileTree {
  /** For people and messages; never holds a credential. */
  readonly uri: string;
  /**
   * Whether every write of a file changes its `identity` (an ETag). If not (a disk's inode stays when a file grows),
   * samples of the content are compared too.
   */
  readonly identifiesContent: boolean;
  status(path: string): Promise<FileStatus | null>;
  /** What lies directly in a folder, by name (code points); `ENOENT` if it does not exist. */
  list(folder: string): Promise<readonly FileEntry[]>;
  /** Resolves symbolic links, where there are any. */
  realPath(path: string): Promise<string>;
  open(path: string): Promise<ReadHandle>;
  read(path: string): Promise<Uint8Array>;
  /** Makes a folder and those above it; fine if it is there. */
  makeFolder(path: string): Promise<void>;
  /**
   * Write-once: after `created` the file is complete and durable; after a crash it is there completely or not at all;
   * `exists` leaves what is there. A lost response is resolved inside. `aside`: an absolute path that no other writer
   * uses, for storage that has to write a file before it can put it under its name.
   */
  publish(path: string, parts: readonly Uint8Array[], aside: string): Promise<WriteOnceOutcome>;
  /**
   * Whatever stands under the name is replaced in one step. Durable after `settle` of its folder: one call for many
   * files.
   */
  replace(path: string, parts: readonly Uint8Array[], aside: string): Promise<void>;
  settle(folders: ReadonlySet<string>): Promise<void>;
  /** `ENOENT` if there is none. */
  remove(path: string): Promise<void>;
  close(): Promise<void>;
}
