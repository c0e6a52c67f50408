/**
 * A disk that loses what was not synced. Files and directory entries have a current and a durable form; a power loss
 * keeps of the difference nothing, everything, or a random part: a prefix of each file, and each directory operation on
 * its own.
 */
import { compareText } from '../../plan/compare.js';
import { DiskError, type FileStatus } from '../../runtime/env.js';
import type { SeededRandom } from './random.js';

/** `process`: only the process dies, so nothing is lost and nothing becomes durable. The others are power losses. */
export type Persistence = 'none' | 'all' | 'part' | 'process';

export interface FileNode {
  readonly kind: 'file';
  readonly id: number;
  data: Uint8Array;
  durable: Uint8Array;
  modified_ms: number;
}

export interface FolderNode {
  readonly kind: 'directory';
  readonly id: number;
  readonly entries: Map<string, Node>;
  durable: Map<string, Node>;
  pending: { readonly name: string; readonly node: Node | null }[];
}

type Node = FileNode | FolderNode;

const EMPTY = new Uint8Array(0);

export class SimDisk {
  #nextId = 1;
  readonly #root: FolderNode = this.#folder();
  /** Bytes that still fit; Infinity = no limit. */
  free_bytes = Number.POSITIVE_INFINITY;

  status(path: string): FileStatus | null {
    const node = this.#find(path);
    if (node === null) return null;
    const file = node.kind === 'file' ? node : null;
    return {
      kind: node.kind,
      size: file?.data.length ?? 0,
      modified_ms: file?.modified_ms ?? 0,
      identity: `sim:${String(node.id)}`,
    };
  }

  list(path: string): readonly string[] {
    return [...this.#folderAt(path).entries.keys()].sort(compareText);
  }

  file(path: string): FileNode {
    const node = this.#find(path);
    if (node === null) throw new DiskError('ENOENT', path, 'open');
    if (node.kind !== 'file') throw new DiskError('EISDIR', path, 'open');
    return node;
  }

  create(path: string, now_ms: number): FileNode {
    const [folder, name] = this.#place(path);
    if (folder.entries.has(name)) throw new DiskError('EEXIST', path, 'create');
    const node: FileNode = { kind: 'file', id: this.#nextId++, data: EMPTY, durable: EMPTY, modified_ms: now_ms };
    this.#set(folder, name, node);
    return node;
  }

  append(node: FileNode, bytes: Uint8Array, now_ms: number): void {
    if (bytes.length > this.free_bytes) throw new DiskError('ENOSPC', '', 'write');
    this.free_bytes -= bytes.length;
    const grown = new Uint8Array(node.data.length + bytes.length);
    grown.set(node.data);
    grown.set(bytes, node.data.length);
    node.data = grown;
    node.modified_ms = now_ms;
  }

  sync(node: FileNode): void {
    node.durable = node.data;
  }

  link(from: string, to: string): void {
    const node = this.file(from);
    const [folder, name] = this.#place(to);
    if (folder.entries.has(name)) throw new DiskError('EEXIST', to, 'link');
    this.#set(folder, name, node);
  }

  rename(from: string, to: string): void {
    const node = this.file(from);
    const [folder, name] = this.#place(to);
    this.#set(folder, name, node);
    const [source, sourceName] = this.#place(from);
    this.#set(source, sourceName, null);
  }

  remove(path: string): void {
    const node = this.file(path);
    const [folder, name] = this.#place(path);
    this.#set(folder, name, null);
    this.free_bytes += node.data.length;
  }

  truncate(path: string, size: number): void {
    const node = this.file(path);
    node.data = node.data.slice(0, size);
  }

  makeDirectory(path: string): void {
    let folder = this.#root;
    for (const segment of segments(path)) {
      const found = folder.entries.get(segment);
      if (found?.kind === 'file') throw new DiskError('ENOTDIR', path, 'create directory');
      if (found === undefined) {
        const made = this.#folder();
        this.#set(folder, segment, made);
        folder = made;
      } else folder = found;
    }
  }

  syncDirectory(path: string): void {
    const folder = this.#folderAt(path);
    folder.durable = new Map(folder.entries);
    folder.pending = [];
  }

  /** Writes a complete durable file, as if it had always been there. */
  seed(path: string, bytes: Uint8Array): void {
    this.makeDirectory(path.slice(0, path.lastIndexOf('/')));
    const node = this.create(path, 0);
    node.data = bytes;
    node.durable = bytes;
    this.settle('all', null);
  }

  /** Whether the file and every entry on the way to it would survive a power loss that keeps nothing. */
  isDurable(path: string): boolean {
    let node: Node = this.#root;
    for (const segment of segments(path)) {
      if (node.kind === 'file') return false;
      const next: Node | undefined = node.durable.get(segment);
      if (next === undefined) return false;
      node = next;
    }
    return node.kind === 'file' && node.durable.length === node.data.length;
  }

  /** What is left after a crash; from then on it is durable, unless only the process died. */
  settle(persistence: Persistence, random: SeededRandom | null): void {
    if (persistence !== 'process') this.#settle(this.#root, persistence, random, new Set());
  }

  /** Paths of all files below a folder; none if it does not exist. */
  files(path: string): readonly string[] {
    const node = this.#find(path);
    if (node === null) return [];
    if (node.kind === 'file') return [path];
    return [...node.entries.keys()].sort(compareText).flatMap((name) => this.files(`${path}/${name}`));
  }

  #settle(node: Node, persistence: Persistence, random: SeededRandom | null, seen: Set<Node>): void {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'file') {
      if (persistence === 'none') node.data = node.durable;
      if (persistence === 'part' && random !== null && node.data.length > node.durable.length) {
        const kept = node.durable.length + random.below(node.data.length - node.durable.length + 1);
        node.data = node.data.slice(0, kept);
      }
      node.durable = node.data;
      return;
    }
    if (persistence !== 'all' && node.pending.length > 0) {
      const kept = new Map(node.durable);
      for (const { name, node: entry } of node.pending) {
        if (persistence === 'none' || random === null || random.chance(0.5)) continue;
        if (entry === null) kept.delete(name);
        else kept.set(name, entry);
      }
      node.entries.clear();
      for (const [name, entry] of kept) node.entries.set(name, entry);
    }
    node.durable = new Map(node.entries);
    node.pending = [];
    for (const entry of node.entries.values()) this.#settle(entry, persistence, random, seen);
  }

  #set(folder: FolderNode, name: string, node: Node | null): void {
    if (node === null) folder.entries.delete(name);
    else folder.entries.set(name, node);
    folder.pending.push({ name, node });
  }

  #folder(): FolderNode {
    return { kind: 'directory', id: this.#nextId++, entries: new Map(), durable: new Map(), pending: [] };
  }

  #find(path: string): Node | null {
    let node: Node = this.#root;
    for (const segment of segments(path)) {
      if (node.kind === 'file') return null;
      const next: Node | undefined = node.entries.get(segment);
      if (next === undefined) return null;
      node = next;
    }
    return node;
  }

  #folderAt(path: string): FolderNode {
    const node = this.#find(path);
    if (node === null) throw new DiskError('ENOENT', path, 'list');
    if (node.kind === 'file') throw new DiskError('ENOTDIR', path, 'list');
    return node;
  }

  #place(path: string): readonly [FolderNode, string] {
    const parts = segments(path);
    const name = parts.at(-1) ?? '';
    return [this.#folderAt(`/${parts.slice(0, -1).join('/')}`), name];
  }
}

function segments(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '' && segment !== '.');
}
