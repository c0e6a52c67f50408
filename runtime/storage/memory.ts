/** A store that lives as long as the process: for trials and for tests of what stands on stores. */
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import type { Clock } from '../env.js';
import { checkFolderName, checkObjectName, compareNames, QUARANTINE_ATTEMPTS_MAX, quarantineName } from './names.js';
import type { ObjectStore, PublishOutcome, StoredObject, StoreLock } from './object-store.js';

interface Held {
  readonly bytes: Uint8Array;
  readonly modified_ms: number;
}

export class MemoryStore implements ObjectStore {
  readonly uri = 'memory:';
  readonly #objects = new Map<string, Held>();
  readonly #clock: Clock;
  #locked = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  publish(name: string, parts: readonly Uint8Array[]): Promise<PublishOutcome> {
    checkObjectName(name);
    if (this.#objects.has(name)) return Promise.resolve('exists');
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    this.#objects.set(name, { bytes, modified_ms: Number(this.#clock.now_us() / 1000n) });
    return Promise.resolve('created');
  }

  read(name: string): Promise<Uint8Array | null> {
    checkObjectName(name);
    return Promise.resolve(this.#objects.get(name)?.bytes.slice() ?? null);
  }

  list(folder: string): Promise<readonly StoredObject[]> {
    checkFolderName(folder);
    const prefix = folder === '' ? '' : `${folder}/`;
    const found = [...this.#objects]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, held]) => ({ name, size: held.bytes.length, modified_ms: held.modified_ms }))
      .sort((a, b) => compareNames(a.name, b.name));
    return Promise.resolve(found);
  }

  remove(name: string): Promise<void> {
    checkObjectName(name);
    this.#objects.delete(name);
    return Promise.resolve();
  }

  quarantine(name: string): Promise<void> {
    checkObjectName(name);
    const held = this.#objects.get(name);
    if (held === undefined) return Promise.resolve();
    for (let attempt = 0; attempt < QUARANTINE_ATTEMPTS_MAX; attempt += 1) {
      const target = quarantineName(name, attempt);
      if (this.#objects.has(target)) continue;
      this.#objects.set(target, held);
      this.#objects.delete(name);
      return Promise.resolve();
    }
    throw new InternalError(`no free quarantine name for ${name}`);
  }

  acquireLock(): Promise<StoreLock | null> {
    if (this.#locked) return Promise.resolve(null);
    this.#locked = true;
    return Promise.resolve({
      release: () => {
        this.#locked = false;
        return Promise.resolve();
      },
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
