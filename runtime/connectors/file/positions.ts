/**
 * Where a file source stands. A range lies within one file; its end says which file was meant, so that a file that
 * changed since is recognised. The cursor is the file being read and the files that are finished.
 *
 * Finished files are kept as 12 bytes each: 9 of the hash of the name, 3 of the hash of size and time of change. Of
 * more than 16,384 the oldest 8,192 are given up for one bound (`floor`): a file that is not greater counts as read. So
 * a cursor stays below 300 KB however long a folder is followed. Intents hold ranges only, never the cursor.
 */
import { createHash } from 'node:crypto';
import type { JsonValue, SourceCursor, SourceRange } from '../connector.js';
import { connectorError } from '../messages.js';
import { compareText } from '../../../plan/compare.js';

export type FileOrder = 'name' | 'modified';

/** Behind a range: which file, how far, and what the file was like. Positions count uncompressed bytes. */
export interface FileEnd {
  readonly file: string;
  readonly at: number;
  /** Size of the file as it lies on the disk, bytes. */
  readonly size: number;
  readonly identity: string;
  readonly modified_ms: number;
  /** Hash of samples of the content up to `at` (identity.ts). */
  readonly mark: string;
  /** Nothing more will be read of this file. */
  readonly done: boolean;
}

interface FileCursor {
  /** 16 characters (base64) per finished file, in order of finishing. */
  readonly finished: string;
  /** The greatest file that was given up, and of the older and newer half of `finished`. */
  readonly floor: FileKey | null;
  readonly older: FileKey | null;
  readonly newer: FileKey | null;
  readonly current: FileEnd | null;
  readonly ended: boolean;
}

/** What files are ordered by. */
export interface FileKey {
  readonly name: string;
  readonly modified_ms: number;
}

const HALF_FILES = 8192;
const FINGERPRINT_LENGTH = 16;

export function compareKeys(a: FileKey, b: FileKey, order: FileOrder): number {
  const byTime = order === 'modified' ? a.modified_ms - b.modified_ms : 0;
  return byTime !== 0 ? byTime : compareText(a.name, b.name);
}

/** Mutable: follows plans and replays. `advance` of the source goes through it too, so both always agree. */
export class FilePositions {
  readonly #order: FileOrder;
  #cursor: FileCursor;
  /** First 12 characters of a fingerprint → all of it; made when first asked for. */
  #index: Map<string, string> | null = null;

  constructor(cursor: SourceCursor | null, order: FileOrder) {
    this.#order = order;
    this.#cursor = cursor === null ? EMPTY : decodeCursor(cursor);
  }

  get current(): FileEnd | null {
    return this.#cursor.current;
  }

  get ended(): boolean {
    return this.#cursor.ended;
  }

  apply(range: SourceRange): void {
    const end = decodeEnd(range.end);
    if (end !== null) this.#cursor = end.done ? this.#finish(end) : { ...this.#cursor, current: end };
    if (range.final) this.#cursor = { ...this.#cursor, ended: true };
  }

  /** `changed`: finished, but it is not what it was. */
  state(file: FileKey & { readonly size: number }): 'new' | 'finished' | 'changed' {
    const fingerprint = fingerprintOf(file);
    const known = this.#fingerprints().get(nameHash(fingerprint));
    if (known !== undefined) return known === fingerprint ? 'finished' : 'changed';
    const { floor } = this.#cursor;
    return floor !== null && compareKeys(file, floor, this.#order) <= 0 ? 'finished' : 'new';
  }

  toCursor(): SourceCursor {
    const { finished, floor, older, newer, current, ended } = this.#cursor;
    return {
      finished,
      floor: encodeKey(floor),
      older: encodeKey(older),
      newer: encodeKey(newer),
      current: current === null ? null : encodeEnd(current),
      ended,
    };
  }

  #finish(end: FileEnd): FileCursor {
    const key: FileKey = { name: end.file, modified_ms: end.modified_ms };
    const fingerprint = fingerprintOf({ ...key, size: end.size });
    this.#index?.set(nameHash(fingerprint), fingerprint);
    const finished = this.#cursor.finished + fingerprint;
    const newer = greater(this.#cursor.newer, key, this.#order);
    const count = finished.length / FINGERPRINT_LENGTH;
    const next = { ...this.#cursor, finished, newer, current: null };
    if (count === HALF_FILES) return { ...next, older: newer, newer: null };
    if (count < 2 * HALF_FILES) return next;
    this.#index = null;
    return {
      ...next,
      finished: finished.slice(HALF_FILES * FINGERPRINT_LENGTH),
      floor: next.older === null ? next.floor : greater(next.floor, next.older, this.#order),
      older: newer,
      newer: null,
    };
  }

  #fingerprints(): Map<string, string> {
    if (this.#index !== null) return this.#index;
    const index = new Map<string, string>();
    const { finished } = this.#cursor;
    for (let at = 0; at < finished.length; at += FINGERPRINT_LENGTH) {
      const fingerprint = finished.slice(at, at + FINGERPRINT_LENGTH);
      index.set(nameHash(fingerprint), fingerprint);
    }
    this.#index = index;
    return index;
  }
}

const EMPTY: FileCursor = { finished: '', floor: null, older: null, newer: null, current: null, ended: false };

function greater(a: FileKey | null, b: FileKey, order: FileOrder): FileKey {
  return a === null || compareKeys(a, b, order) < 0 ? b : a;
}

function fingerprintOf(file: FileKey & { readonly size: number }): string {
  // 9 bytes of the name are 12 characters exactly, so that the name's part can be cut off; 3 bytes of the rest are 4.
  const name = createHash('sha256').update(file.name).digest().subarray(0, 9).toString('base64');
  const rest = createHash('sha256')
    .update(`${file.size} ${file.modified_ms}`)
    .digest()
    .subarray(0, 3)
    .toString('base64');
  return name + rest;
}

function nameHash(fingerprint: string): string {
  return fingerprint.slice(0, 12);
}

export function encodeStart(file: string, at: number): JsonValue {
  return { file, at };
}

export function encodeEnd(end: FileEnd): JsonValue {
  const { file, at, size, identity, modified_ms, mark, done } = end;
  return { file, at, size, identity, modified_ms, mark, done };
}

/** The end of the source when there was nothing left to read. */
export const NO_FILE: JsonValue = { file: null };

/** Null for `NO_FILE`. */
export function decodeEnd(value: JsonValue): FileEnd | null {
  const members = object(value);
  if (members['file'] === null) return null;
  return {
    file: text(members['file']),
    at: count(members['at']),
    size: count(members['size']),
    identity: text(members['identity']),
    modified_ms: number(members['modified_ms']),
    mark: text(members['mark']),
    done: flag(members['done']),
  };
}

export function decodeStart(value: JsonValue): { readonly file: string; readonly at: number } | null {
  const members = object(value);
  return members['file'] === null ? null : { file: text(members['file']), at: count(members['at']) };
}

function decodeCursor(value: JsonValue): FileCursor {
  const members = object(value);
  const finished = text(members['finished']);
  if (finished.length % FINGERPRINT_LENGTH !== 0) throw malformed();
  return {
    finished,
    floor: decodeKey(members['floor']),
    older: decodeKey(members['older']),
    newer: decodeKey(members['newer']),
    current: members['current'] === null ? null : decodeEnd(members['current'] ?? null),
    ended: flag(members['ended']),
  };
}

function encodeKey(key: FileKey | null): JsonValue {
  return key === null ? null : { name: key.name, modified_ms: key.modified_ms };
}

function decodeKey(value: JsonValue | undefined): FileKey | null {
  if (value === null) return null;
  const members = object(value);
  return { name: text(members['name']), modified_ms: number(members['modified_ms']) };
}

function object(value: JsonValue | undefined): { readonly [name: string]: JsonValue } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed();
  // Array.isArray does not narrow readonly arrays.
  return value as { readonly [name: string]: JsonValue };
}

function text(value: JsonValue | undefined): string {
  if (typeof value !== 'string') throw malformed();
  return value;
}

function number(value: JsonValue | undefined): number {
  if (typeof value !== 'number') throw malformed();
  return value;
}

function count(value: JsonValue | undefined): number {
  const found = number(value);
  if (!Number.isSafeInteger(found) || found < 0) throw malformed();
  return found;
}

function flag(value: JsonValue | undefined): boolean {
  if (typeof value !== 'boolean') throw malformed();
  return value;
}

function malformed(): Error {
  return connectorError(
    'ESQL8408',
    { why: 'the stored position is not one of a file source' },
    { hint: 'Use the checkpoint folder that belongs to this query, or a new one.' },
  );
}
