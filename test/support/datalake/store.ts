/** The account's filesystems and their paths. One thread, no waiting inside an operation: everything here is atomic. */
import type { Behaviour } from './behaviour.js';
import { etagOfTicks, millisecondsOfTicks, type ServerClock } from './clock.js';
import type { Subject } from './conditions.js';
import { Entry } from './entry.js';
import { type HostKind, refusal, ServiceError } from './errors.js';
import { Lease } from './leases.js';

export class Filesystem implements Subject {
  readonly name: string;
  readonly lease = new Lease();
  metadata: ReadonlyMap<string, string>;
  /** `container`, `blob`, or undefined for none. */
  publicAccess: string | undefined;
  /** The directory `/`: its access control can be read and set. */
  readonly root: Entry;
  /** Blocks that were put and not committed, by path and id. */
  readonly blocks = new Map<string, Map<string, Buffer>>();
  readonly #entries = new Map<string, Entry>();
  readonly #hierarchical: boolean;
  #ticks: bigint;
  #sorted: readonly string[] | undefined;

  constructor(name: string, metadata: ReadonlyMap<string, string>, clock: ServerClock, hierarchical: boolean) {
    this.name = name;
    this.metadata = metadata;
    this.root = new Entry('directory', clock);
    this.#hierarchical = hierarchical;
    this.#ticks = clock.ticks();
  }

  get etag(): string {
    return etagOfTicks(this.#ticks);
  }

  get modified_ms(): number {
    return millisecondsOfTicks(this.#ticks);
  }

  touch(clock: ServerClock): void {
    this.#ticks = clock.ticks();
  }

  find(path: string): Entry | undefined {
    return path === '' ? this.root : this.#entries.get(path);
  }

  entry(path: string, host: HostKind): Entry {
    const found = this.find(path);
    if (found === undefined) throw refusal('pathMissing', host);
    return found;
  }

  /** Puts the entry at the path, whatever was there. Directories on the way are made, as create does. */
  put(path: string, entry: Entry, clock: ServerClock): void {
    if (this.#hierarchical) this.#makeParents(path, clock);
    if (!this.#entries.has(path)) this.#sorted = undefined;
    this.#entries.set(path, entry);
  }

  remove(path: string): void {
    this.#entries.delete(path);
    this.blocks.delete(path);
    this.#sorted = undefined;
  }

  /** Everything below the directory, not itself, in byte order of the names. */
  below(directory: string): readonly string[] {
    this.#sorted ??= [...this.#entries.keys()].sort(compareUtf8);
    if (directory === '') return this.#sorted;
    const prefix = `${directory}/`;
    return this.#sorted.filter((path) => path.startsWith(prefix));
  }

  /** 409 if an element of the path is a file: before anything is made. */
  requireDirectoriesOnTheWay(path: string): void {
    for (const parent of parentsOf(path)) {
      if (this.#entries.get(parent)?.kind === 'file') throw new ServiceError('PathConflict');
    }
  }

  #makeParents(path: string, clock: ServerClock): void {
    for (const parent of parentsOf(path)) {
      if (this.#entries.has(parent)) continue;
      this.#entries.set(parent, new Entry('directory', clock));
      this.#sorted = undefined;
    }
  }
}

/** Outermost first, without the root. */
function parentsOf(path: string): readonly string[] {
  const names = path.split('/');
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'));
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** The order of UTF-8 bytes, which is that of code points; UTF-16 differs above U+FFFF. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    if (a.charCodeAt(index) !== b.charCodeAt(index)) {
      return isSurrogate(a, index) || isSurrogate(b, index)
        ? Buffer.compare(Buffer.from(a), Buffer.from(b))
        : a.charCodeAt(index) - b.charCodeAt(index);
    }
  }
  return a.length - b.length;
}

function isSurrogate(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xf800) === 0xd800;
}

export class Store {
  readonly behaviour: Behaviour;
  readonly clock: ServerClock;
  readonly #filesystems = new Map<string, Filesystem>();
  /** Names still taken by a filesystem that is being deleted, until when. */
  readonly #beingDeleted = new Map<string, number>();

  constructor(behaviour: Behaviour, clock: ServerClock) {
    this.behaviour = behaviour;
    this.clock = clock;
  }

  get filesystems(): readonly Filesystem[] {
    return [...this.#filesystems.values()].sort((a, b) => compareUtf8(a.name, b.name));
  }

  filesystem(name: string, host: HostKind): Filesystem {
    const found = this.#filesystems.get(name);
    if (found === undefined) throw refusal('filesystemMissing', host);
    return found;
  }

  createFilesystem(name: string, metadata: ReadonlyMap<string, string>, host: HostKind): Filesystem {
    const isName = /^(?:\$root|\$web|\$logs|(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9])$/u.test(name);
    if (!isName) throw new ServiceError('InvalidResourceName');
    if (this.#filesystems.has(name)) throw refusal('filesystemExists', host);
    if ((this.#beingDeleted.get(name) ?? 0) > this.clock.now_ms()) throw refusal('filesystemBeingDeleted', host);
    const created = new Filesystem(name, metadata, this.clock, this.behaviour.hierarchicalNamespace);
    this.#filesystems.set(name, created);
    return created;
  }

  deleteFilesystem(name: string): void {
    this.#filesystems.delete(name);
    this.#beingDeleted.set(name, this.clock.now_ms() + this.behaviour.filesystemDeletion_ms);
  }
}
