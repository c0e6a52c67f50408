/**
 * Where intents, checkpoints, state and epochs live. Names are relative, `/`-separated, `[A-Za-z0-9._/-]`; every name
 * is made in runtime/checkpoint/paths.ts. Implementations: local disk, memory, and later Data Lake and Blob.
 */

export type PublishOutcome = 'created' | 'exists';

export interface StoredObject {
  readonly name: string;
  readonly size: number;
  readonly modified_ms: number;
}

export interface ObjectStore {
  /** For people and messages: the URI as given. */
  readonly uri: string;
  /**
   * Whole-object, durable, create-if-absent publish: after `created` the object is complete and survives a power loss;
   * after a crash it is there completely or not at all. `exists` leaves the other object untouched.
   */
  publish(name: string, parts: readonly Uint8Array[]): Promise<PublishOutcome>;
  /** Null if there is none. */
  read(name: string): Promise<Uint8Array | null>;
  /** All objects below a folder, names sorted by code point. Sees everything published before the call. */
  list(folder: string): Promise<readonly StoredObject[]>;
  /** Removing what is not there is fine. */
  remove(name: string): Promise<void>;
  /** Moves a bad object to `corrupt/…` so that its name can be published again; never overwrites. */
  quarantine(name: string): Promise<void>;
  /**
   * A lock for liveness: keeps a second supervisor from fencing the first in a loop. Safety never depends on it. Null
   * if held.
   */
  acquireLock(): Promise<StoreLock | null>;
  close(): Promise<void>;
}

export interface StoreLock {
  release(): Promise<void>;
}
