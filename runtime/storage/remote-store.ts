/**
 * A checkpoint store on another machine: Data Lake, Blob or HDFS (docs/exactly-once.md A1–A4). What a store promises
 * is promised by the tree's `publish`: create-if-absent of a whole object. The lock is a lease of the service.
 */
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import { DiskError, type RandomSource } from '../env.js';
import type { RemoteTree } from '../remote/remote-tree.js';
import { checkFolderName, checkObjectName, compareNames, QUARANTINE_ATTEMPTS_MAX, quarantineName } from './names.js';
import type { ObjectStore, PublishOutcome, StoredObject, StoreLock } from './object-store.js';
import { remoteStoreFailure } from './remote-failures.js';

export interface RemoteStoreOptions {
  /** Absolute path of the store's folder within the tree. */
  readonly folder: string;
  readonly uri: string;
  /** Called at the first use. */
  readonly connect: () => Promise<RemoteTree>;
}

const LOCK = 'lock';
const TEMPORARY = 'tmp';

export class RemoteStore implements ObjectStore {
  readonly uri: string;
  readonly #random: RandomSource;
  readonly #options: RemoteStoreOptions;
  #tree: Promise<RemoteTree> | null = null;

  constructor(random: RandomSource, options: RemoteStoreOptions) {
    this.#random = random;
    this.#options = options;
    this.uri = options.uri;
  }

  publish(name: string, parts: readonly Uint8Array[]): Promise<PublishOutcome> {
    checkObjectName(name);
    return this.#use(`publishing ${name}`, (tree) => tree.publish(this.#path(name), parts, this.#aside()));
  }

  read(name: string): Promise<Uint8Array | null> {
    checkObjectName(name);
    return this.#use(`reading ${name}`, (tree) => orNull(tree.read(this.#path(name))));
  }

  list(folder: string): Promise<readonly StoredObject[]> {
    checkFolderName(folder);
    return this.#use(`listing ${folder === '' ? this.uri : folder}`, async (tree) => {
      const found: StoredObject[] = [];
      await this.#collect(tree, folder, found);
      return found.sort((a, b) => compareNames(a.name, b.name));
    });
  }

  remove(name: string): Promise<void> {
    checkObjectName(name);
    return this.#use(`removing ${name}`, async (tree) => {
      await orNull(tree.remove(this.#path(name)));
    });
  }

  quarantine(name: string): Promise<void> {
    checkObjectName(name);
    return this.#use(`moving ${name} to corrupt/`, async (tree) => {
      const bytes = await orNull(tree.read(this.#path(name)));
      if (bytes === null) return;
      for (let attempt = 0; attempt < QUARANTINE_ATTEMPTS_MAX; attempt += 1) {
        const target = this.#path(quarantineName(name, attempt));
        if ((await tree.publish(target, [bytes], this.#aside())) === 'exists') continue;
        await orNull(tree.remove(this.#path(name)));
        return;
      }
      throw new InternalError(`no free quarantine name for ${name}`);
    });
  }

  acquireLock(): Promise<StoreLock | null> {
    return this.#use(`locking ${this.uri}`, async (tree) => {
      await tree.makeFolder(this.#options.folder);
      const lock = await tree.lease(this.#path(LOCK));
      if (lock !== null) await this.#tidy(tree);
      return lock;
    });
  }

  async close(): Promise<void> {
    const tree = this.#tree;
    this.#tree = null;
    // A connection that could not be made has nothing to close.
    await tree?.then(
      (connected) => connected.close(),
      () => undefined,
    );
  }

  /** Files of drivers that died while they wrote: whoever holds the lease knows that none is being written. */
  async #tidy(tree: RemoteTree): Promise<void> {
    for (const { name, status } of (await orNull(tree.list(this.#path(TEMPORARY)))) ?? []) {
      if (status.kind === 'file') await orNull(tree.remove(this.#path(`${TEMPORARY}/${name}`)));
    }
  }

  async #collect(tree: RemoteTree, folder: string, found: StoredObject[]): Promise<void> {
    const path = folder === '' ? this.#options.folder : this.#path(folder);
    for (const { name: entry, status } of (await orNull(tree.list(path))) ?? []) {
      const name = folder === '' ? entry : `${folder}/${entry}`;
      if (folder === '' && (entry === LOCK || entry === TEMPORARY)) continue;
      if (status.kind === 'directory') await this.#collect(tree, name, found);
      else if (status.kind === 'file') found.push({ name, size: status.size, modified_ms: status.modified_ms });
    }
  }

  async #use<T>(what: string, action: (tree: RemoteTree) => Promise<T>): Promise<T> {
    try {
      this.#tree ??= this.#options.connect();
      return await action(await this.#tree);
    } catch (error) {
      throw remoteStoreFailure(error, what, this.uri);
    }
  }

  #path(name: string): string {
    const { folder } = this.#options;
    return folder === '/' ? `/${name}` : `${folder}/${name}`;
  }

  #aside(): string {
    return this.#path(`${TEMPORARY}/${Buffer.from(this.#random.bytes(12)).toString('hex')}`);
  }
}

/** Null where there is none. */
async function orNull<T>(action: Promise<T>): Promise<T | null> {
  try {
    return await action;
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return null;
    throw error;
  }
}
