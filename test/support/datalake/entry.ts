/** A file or a directory: what is known about it besides its name. */
import type { Call } from './call.js';
import { invalidHeader, metaHeaders, propertyHeader } from './call.js';
import type { ServerClock } from './clock.js';
import { etagOfTicks, millisecondsOfTicks } from './clock.js';
import type { Subject } from './conditions.js';
import { Content } from './content.js';
import { Lease } from './leases.js';

export type EntryKind = 'file' | 'directory';

/** By the name of the reply's header. */
export type ContentHeaders = Readonly<Record<string, string>>;

export class Entry implements Subject {
  readonly kind: EntryKind;
  readonly content = new Content();
  lease = new Lease();
  createdTicks: bigint;
  headers: ContentHeaders = {};
  metadata: ReadonlyMap<string, string> = new Map();
  owner = '$superuser';
  group = '$superuser';
  permissions: string;
  #ticks: bigint;

  constructor(kind: EntryKind, clock: ServerClock) {
    this.kind = kind;
    this.permissions = kind === 'file' ? 'rw-r-----' : 'rwxr-x---';
    this.#ticks = clock.ticks();
    this.createdTicks = this.#ticks;
  }

  get etag(): string {
    return etagOfTicks(this.#ticks);
  }

  get modified_ms(): number {
    return millisecondsOfTicks(this.#ticks);
  }

  get length(): number {
    return this.content.length;
  }

  /** A write: new ETag, new date. */
  touch(clock: ServerClock): void {
    this.#ticks = clock.ticks();
  }
}

const DFS_CONTENT_HEADERS: ContentHeaders = {
  'x-ms-cache-control': 'Cache-Control',
  'x-ms-content-type': 'Content-Type',
  'x-ms-content-encoding': 'Content-Encoding',
  'x-ms-content-language': 'Content-Language',
  'x-ms-content-disposition': 'Content-Disposition',
  'x-ms-content-md5': 'Content-MD5',
};

const BLOB_CONTENT_HEADERS: ContentHeaders = {
  'x-ms-blob-cache-control': 'Cache-Control',
  'x-ms-blob-content-type': 'Content-Type',
  'x-ms-blob-content-encoding': 'Content-Encoding',
  'x-ms-blob-content-language': 'Content-Language',
  'x-ms-blob-content-disposition': 'Content-Disposition',
  'x-ms-blob-content-md5': 'Content-MD5',
};

/** The content headers that the call sets; the others are as they were. */
export function contentHeaders(call: Call): ContentHeaders {
  const names = call.host === 'dfs' ? DFS_CONTENT_HEADERS : BLOB_CONTENT_HEADERS;
  const found: Record<string, string> = {};
  for (const [from, to] of Object.entries(names)) {
    const value = call.header(from);
    if (value !== undefined) found[to] = value;
  }
  return found;
}

export function metadataOf(call: Call): ReadonlyMap<string, string> {
  return call.host === 'dfs' ? propertyHeader(call.header('x-ms-properties')) : metaHeaders(call);
}

/** `rw-r-----` from the like, or from octal digits, less the bits of the mask. */
export function permissionsOf(call: Call, kind: EntryKind): string {
  const text = call.header('x-ms-permissions');
  const umask = Number.parseInt(call.header('x-ms-umask') ?? '0027', 8);
  const wanted = text === undefined ? (kind === 'file' ? 0o666 : 0o777) : permissionBits(text);
  return permissionText(wanted & ~umask);
}

export function permissionBits(text: string): number {
  if (/^[0-7]{3,4}$/u.test(text)) return Number.parseInt(text, 8) & 0o777;
  if (!/^[r-][w-][x-][r-][w-][x-][r-][w-][x-][+.t]?$/u.test(text)) throw invalidHeader('x-ms-permissions', text);
  return Array.from(text.slice(0, 9)).reduce((bits, letter) => (bits << 1) | (letter === '-' ? 0 : 1), 0);
}

export function permissionText(bits: number): string {
  return Array.from('rwxrwxrwx')
    .map((letter, index) => ((bits >> (8 - index)) & 1 ? letter : '-'))
    .join('');
}

export function aclOf({ permissions }: Entry): string {
  return `user::${permissions.slice(0, 3)},group::${permissions.slice(3, 6)},other::${permissions.slice(6, 9)}`;
}

/** `user::rwx,group::r-x,other::---`: the three base entries as permissions. Named entries are not kept. */
export function permissionsOfAcl(acl: string): string {
  const parts = new Map(acl.split(',').map((part) => [part.slice(0, part.lastIndexOf(':')), part.slice(-3)]));
  const text = ['user:', 'group:', 'other:'].map((name) => parts.get(name) ?? '---').join('');
  return permissionText(permissionBits(text));
}
