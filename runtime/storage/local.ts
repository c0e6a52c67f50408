/**
 * A store on the local disk (docs/exactly-once.md L1, L3–L7). Publishing writes a temporary file in the target's own
 * folder, makes it durable, and links it to its name: the link either succeeds completely or finds another object
 * there, and never replaces one. An error of a sync is never retried (L4): the driver stops and recovers.
 */
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import { DiskError, type Disk, type RandomSource } from '../env.js';
import { diskFull, isAccessError, isSpaceError, storeFailure } from './disk-failures.js';
import { checkFolderName, checkObjectName, compareNames, QUARANTINE_ATTEMPTS_MAX, quarantineName } from './names.js';
import type { ObjectStore, PublishOutcome, StoredObject, StoreLock } from './object-store.js';

export interface LocalStoreOptions {
  /** Absolute path of the store's folder; made when missing. */
  readonly folder: string;
  readonly uri: string;
  /** Bytes kept aside for the last writes on a full disk (L4), once the disk has little left; 0 = none. */
  readonly reserve_bytes: number;
  /** Called once, when the reserve had to be given up: the driver then stops in good order. */
  readonly lowSpace: () => void;
}

const TEMPORARY_PREFIX = '.tmp-';
const RESERVE_FILE = '.reserve';
const LOCK_FILE = '.lock.db';
const RESERVE_CHUNK_BYTES = 1024 * 1024;
/** A disk with this many times the reserve free needs none yet: writing it would delay every first start. */
const PLENTY = 16;

export class LocalStore implements ObjectStore {
  readonly uri: string;
  readonly #disk: Disk;
  readonly #random: RandomSource;
  readonly #options: LocalStoreOptions;
  /** Folders that this process has made or made durable. */
  readonly #readyFolders = new Map<string, Promise<void>>();
  #released: Promise<boolean> | null = null;
  /** By a process that holds the lock, and while there was plenty of space. */
  #needsReserve = false;
  /** Folder of the last removals, which may not be durable yet. */
  #removedFrom: string | null = null;

  constructor(disk: Disk, random: RandomSource, options: LocalStoreOptions) {
    this.#disk = disk;
    this.#random = random;
    this.#options = options;
    this.uri = options.uri;
  }

  async publish(name: string, parts: readonly Uint8Array[]): Promise<PublishOutcome> {
    checkObjectName(name);
    try {
      return await this.#publishOnce(name, parts);
    } catch (error) {
      if (!isSpaceError(error)) throw storeFailure(error, `publishing ${name}`);
      const released = await this.#releaseReserve().catch((failure: unknown) => {
        throw storeFailure(failure, 'freeing the reserve');
      });
      if (!released) throw diskFull(error, `publishing ${name}`);
    }
    try {
      return await this.#publishOnce(name, parts);
    } catch (error) {
      throw storeFailure(error, `publishing ${name}`);
    }
  }

  async #publishOnce(name: string, parts: readonly Uint8Array[]): Promise<PublishOutcome> {
    const target = this.#path(name);
    const folder = parentOf(target);
    await this.#prepareFolder(folder);
    await this.#watchSpace(parts);
    const temporary = `${folder}/${TEMPORARY_PREFIX}${hex(this.#random.bytes(12))}`;
    await this.#writeDurably(temporary, parts);
    let outcome: PublishOutcome = 'created';
    try {
      await this.#disk.link(temporary, target);
    } catch (error) {
      if (!(error instanceof DiskError) || error.code !== 'EEXIST') throw error;
      outcome = 'exists';
    }
    await this.#disk.remove(temporary);
    // Also after `exists`: the other object's entry may not be durable yet, and the caller goes on as if it were.
    await this.#disk.syncDirectory(folder);
    return outcome;
  }

  async #writeDurably(path: string, parts: readonly Uint8Array[]): Promise<void> {
    const handle = await this.#disk.create(path);
    try {
      for (const part of parts) await handle.write(part);
      await handle.sync();
    } catch (error) {
      await handle.close().catch(ignore);
      if (isSpaceError(error)) await this.#disk.remove(path).catch(ignore);
      throw error;
    }
    await handle.close();
  }

  async read(name: string): Promise<Uint8Array | null> {
    checkObjectName(name);
    try {
      return await this.#disk.read(this.#path(name));
    } catch (error) {
      if (error instanceof DiskError && error.code === 'ENOENT') return null;
      throw storeFailure(error, `reading ${name}`);
    }
  }

  async list(folder: string): Promise<readonly StoredObject[]> {
    checkFolderName(folder);
    try {
      const found: StoredObject[] = [];
      await this.#collect(folder, found);
      return found.sort((a, b) => compareNames(a.name, b.name));
    } catch (error) {
      throw storeFailure(error, `listing ${folder === '' ? this.uri : folder}`);
    }
  }

  async #collect(folder: string, found: StoredObject[]): Promise<void> {
    for (const entry of await listOrNothing(this.#disk, this.#path(folder))) {
      if (entry.startsWith('.')) continue;
      const name = folder === '' ? entry : `${folder}/${entry}`;
      const status = await this.#disk.status(this.#path(name));
      if (status?.kind === 'directory') await this.#collect(name, found);
      else if (status?.kind === 'file') found.push({ name, size: status.size, modified_ms: status.modified_ms });
    }
  }

  async remove(name: string): Promise<void> {
    checkObjectName(name);
    const path = this.#path(name);
    const folder = parentOf(path);
    try {
      // Manifests go before the objects that they name, and must not come back after those are gone.
      if (this.#removedFrom !== null && this.#removedFrom !== folder) await this.#disk.syncDirectory(this.#removedFrom);
      this.#removedFrom = folder;
      await removeIfThere(this.#disk, path);
    } catch (error) {
      throw storeFailure(error, `removing ${name}`);
    }
  }

  async quarantine(name: string): Promise<void> {
    checkObjectName(name);
    try {
      for (let attempt = 0; attempt < QUARANTINE_ATTEMPTS_MAX; attempt += 1) {
        const target = this.#path(quarantineName(name, attempt));
        await this.#prepareFolder(parentOf(target));
        try {
          await this.#disk.link(this.#path(name), target);
        } catch (error) {
          if (error instanceof DiskError && error.code === 'EEXIST') continue;
          if (error instanceof DiskError && error.code === 'ENOENT') return;
          throw error;
        }
        await this.#disk.syncDirectory(parentOf(target));
        await removeIfThere(this.#disk, this.#path(name));
        await this.#disk.syncDirectory(parentOf(this.#path(name)));
        return;
      }
    } catch (error) {
      throw storeFailure(error, `moving ${name} to corrupt/`);
    }
    throw new InternalError(`no free quarantine name for ${name}`);
  }

  async acquireLock(): Promise<StoreLock | null> {
    try {
      await this.#prepareFolder(this.#options.folder);
      const lock = await this.#disk.lock(`${this.#options.folder}/${LOCK_FILE}`);
      if (lock === null) return null;
      await this.#tidy('');
      this.#needsReserve = this.#options.reserve_bytes > 0;
      if (this.#needsReserve && !(await this.#hasPlenty(0))) await this.#makeReserve();
      return lock;
    } catch (error) {
      throw storeFailure(error, `locking ${this.uri}`);
    }
  }

  /**
   * After a crash: removes temporary files, and makes every folder's entries durable, because what a crashed process
   * linked is visible now but may still be lost with the power, and recovery builds on what it sees.
   */
  async #tidy(folder: string): Promise<void> {
    const path = this.#path(folder);
    for (const entry of await listOrNothing(this.#disk, path)) {
      const child = folder === '' ? entry : `${folder}/${entry}`;
      if (entry.startsWith(TEMPORARY_PREFIX)) await removeIfThere(this.#disk, `${path}/${entry}`);
      else if (!entry.startsWith('.') && (await this.#disk.status(this.#path(child)))?.kind === 'directory')
        await this.#tidy(child);
    }
    await this.#disk.syncDirectory(path);
  }

  /** Makes the reserve as soon as `parts` leave less than plenty; where there is no room for it, the job stops now. */
  async #watchSpace(parts: readonly Uint8Array[]): Promise<void> {
    if (!this.#needsReserve) return;
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    if (await this.#hasPlenty(size)) return;
    try {
      await this.#makeReserve();
    } catch (error) {
      if (!isSpaceError(error)) throw error;
      this.#options.lowSpace();
    }
  }

  /** Whether the disk has plenty left after `taken` bytes more. */
  async #hasPlenty(taken: number): Promise<boolean> {
    return (await this.#disk.freeBytes(this.#options.folder)) - taken >= PLENTY * this.#options.reserve_bytes;
  }

  async #makeReserve(): Promise<void> {
    this.#needsReserve = false;
    const path = `${this.#options.folder}/${RESERVE_FILE}`;
    const status = await this.#disk.status(path);
    if (status !== null && status.size >= this.#options.reserve_bytes) return;
    if (status !== null) await this.#disk.remove(path);
    const handle = await this.#disk.create(path);
    try {
      // Zeros really written: a hole in a file would reserve nothing.
      const chunk = new Uint8Array(Math.min(RESERVE_CHUNK_BYTES, this.#options.reserve_bytes));
      for (let left = this.#options.reserve_bytes; left > 0; left -= chunk.length)
        await handle.write(chunk.subarray(0, Math.min(left, chunk.length)));
    } catch (error) {
      await handle.close().catch(ignore);
      await removeIfThere(this.#disk, path).catch(ignore);
      throw error;
    }
    await handle.close();
  }

  /** Frees the reserve, once for all objects that are being published; false if there was none. */
  #releaseReserve(): Promise<boolean> {
    this.#released ??= this.#removeReserve();
    return this.#released;
  }

  async #removeReserve(): Promise<boolean> {
    const path = `${this.#options.folder}/${RESERVE_FILE}`;
    if ((await this.#disk.status(path)) === null) return false;
    await this.#disk.remove(path);
    this.#options.lowSpace();
    return true;
  }

  /** Makes a folder and the way to it, each entry durable in its parent, once per process. */
  #prepareFolder(path: string): Promise<void> {
    let ready = this.#readyFolders.get(path);
    if (ready === undefined) {
      ready = this.#makeFolder(path);
      this.#readyFolders.set(path, ready);
      ready.catch(() => this.#readyFolders.delete(path));
    }
    return ready;
  }

  async #makeFolder(path: string): Promise<void> {
    if (path === '') return;
    const parent = parentOf(path);
    await this.#prepareFolder(parent);
    const found = (await this.#disk.status(path)) !== null;
    if (!found) await this.#disk.makeDirectory(path);
    try {
      // Also when it was there: an entry made by a process that crashed may not be durable yet.
      await this.#disk.syncDirectory(parent === '' ? '/' : parent);
    } catch (error) {
      // Folders above the store that this user may enter but not open were made by others, long ago.
      if (!found || path.startsWith(this.#options.folder) || !isAccessError(error)) throw error;
    }
  }

  #path(name: string): string {
    return name === '' ? this.#options.folder : `${this.#options.folder}/${name}`;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

async function listOrNothing(disk: Disk, path: string): Promise<readonly string[]> {
  try {
    return await disk.list(path);
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return [];
    throw error;
  }
}

async function removeIfThere(disk: Disk, path: string): Promise<void> {
  try {
    await disk.remove(path);
  } catch (error) {
    if (!(error instanceof DiskError) || error.code !== 'ENOENT') throw error;
  }
}

function ignore(): void {
  // The first error is the one that is reported.
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
