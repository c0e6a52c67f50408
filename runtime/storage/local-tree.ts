/** The local disk as a file tree: write aside, sync, link, sync the folder (docs/exactly-once.md L1, L5). */
import { createHash } from 'node:crypto';
import { DiskError, type Disk, type Env } from '../env.js';
import { parentPath } from '../paths.js';
import { makeFolderDurably } from './durable-folder.js';
import type { FileEntry, FileTree, WriteOnceOutcome } from './file-tree.js';

export class LocalTree implements FileTree {
  readonly uri = 'file:/';
  readonly identifiesContent = false;
  readonly status: FileTree['status'];
  readonly realPath: FileTree['realPath'];
  readonly open: FileTree['open'];
  readonly read: FileTree['read'];
  readonly remove: FileTree['remove'];
  readonly #disk: Disk;
  /** Folders known to exist durably. */
  readonly #folders = new Set<string>();

  constructor(disk: Disk) {
    this.#disk = disk;
    this.status = (path) => disk.status(path);
    this.realPath = (path) => disk.realPath(path);
    this.open = (path) => disk.open(path);
    this.read = (path) => disk.read(path);
    this.remove = (path) => disk.remove(path);
  }

  async list(folder: string): Promise<readonly FileEntry[]> {
    const entries: FileEntry[] = [];
    for (const name of await this.#disk.list(folder)) {
      const status = await this.#disk.status(folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`);
      // A file that disappears while the folder is listed is simply not there.
      if (status !== null) entries.push({ name, status });
    }
    return entries;
  }

  makeFolder(path: string): Promise<void> {
    return makeFolderDurably(this.#disk, path, this.#folders);
  }

  async publish(path: string, parts: readonly Uint8Array[], aside: string): Promise<WriteOnceOutcome> {
    await this.makeFolder(parentPath(path));
    await this.#writeAside(aside, parts);
    const outcome = await this.#link(aside, path);
    await this.#disk.remove(aside);
    // Also where it was there already: its folder's entry may not be durable yet.
    await this.#disk.syncDirectory(parentPath(path));
    return outcome;
  }

  /** Equal bytes stay, others are replaced. */
  async replace(path: string, parts: readonly Uint8Array[], aside: string): Promise<void> {
    await this.makeFolder(parentPath(path));
    await this.#writeAside(aside, parts);
    if ((await this.#link(aside, path)) === 'created' || (await this.#equal(path, parts))) {
      await this.#disk.remove(aside);
    } else await this.#disk.rename(aside, path);
  }

  async settle(folders: ReadonlySet<string>): Promise<void> {
    for (const folder of folders) await this.#disk.syncDirectory(folder);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #writeAside(aside: string, parts: readonly Uint8Array[]): Promise<void> {
    await this.makeFolder(parentPath(aside));
    const handle = await this.#disk.create(aside);
    try {
      for (const part of parts) await handle.write(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async #link(aside: string, path: string): Promise<WriteOnceOutcome> {
    try {
      await this.#disk.link(aside, path);
      return 'created';
    } catch (error) {
      if (error instanceof DiskError && error.code === 'EEXIST') return 'exists';
      throw error;
    }
  }

  async #equal(path: string, parts: readonly Uint8Array[]): Promise<boolean> {
    const status = await this.#disk.status(path);
    if (status?.size !== parts.reduce((sum, part) => sum + part.length, 0)) return false;
    const hash = (contents: readonly Uint8Array[]): string => {
      const sha256 = createHash('sha256');
      for (const content of contents) sha256.update(content);
      return sha256.digest('hex');
    };
    return hash([await this.#disk.read(path)]) === hash(parts);
  }
}

/** What file sources and sinks on the local disk connect to. */
export function localFiles(env: Pick<Env, 'disk'>): () => Promise<FileTree> {
  return () => Promise.resolve(new LocalTree(env.disk));
}
