/**
 * The rows of a table by some key: open addressing over typed arrays, at most half full, probed linearly; rows of one
 * key are chained in the table's order. Keys are compared column by column on the arrays themselves: -0 equals 0, NaN
 * equals itself, and a row with a NULL in its key is nowhere.
 */
import { InternalError, invariant } from '../../grammar/diagnostics/internal-error.js';
import type { BytesColumn, Column, Validity } from '../columns/column.js';
import { hashBytes } from '../state/byte-interner.js';

/** A key column as 32-bit words, `width` of them a row. */
interface WordView {
  readonly kind: 'words';
  readonly words: Int32Array | Uint8Array;
  readonly width: number;
  readonly valid: Validity;
}

interface BytesView {
  readonly kind: 'bytes';
  readonly column: BytesColumn;
  readonly valid: Validity;
}

type KeyView = WordView | BytesView;

const NO_ROW = -1;

export class LookupIndex {
  /** Row that follows with the same key, or -1. */
  next = new Int32Array(0);
  #keys: readonly KeyView[] = [];
  #hashes = new Int32Array(0);
  /** First row of a key + 1. */
  #slots = new Int32Array(0);
  #unique = true;
  #probes = new Int32Array(0);

  /** Whether no key stands in two rows. */
  get isUnique(): boolean {
    return this.#unique;
  }

  get bytes(): number {
    return this.next.byteLength + this.#hashes.byteLength + this.#slots.byteLength;
  }

  /** Replaces what was there; the columns are kept and must not change. */
  build(keys: readonly Column[], rowCount: number): void {
    invariant(keys.length > 0, 'an index has a key');
    this.#keys = keys.map((column) => viewOf(column, rowCount));
    this.#hashes = new Int32Array(rowCount);
    hashRows(this.#keys, null, rowCount, this.#hashes);
    this.next = new Int32Array(rowCount).fill(NO_ROW);
    let capacity = 16;
    while (capacity < 2 * rowCount) capacity *= 2;
    this.#slots = new Int32Array(capacity);
    this.#unique = true;
    // From the last row on, so that each chain begins with the first one.
    for (let row = rowCount - 1; row >= 0; row -= 1) if (hasKey(this.#keys, row)) this.#insert(row);
  }

  /** The first matching row of each selected row, at its physical place of `out`; -1 = none. */
  probe(keys: readonly Column[], rowCount: number, selection: Int32Array | null, out: Int32Array): void {
    const views = keys.map((column) => viewOf(column, rowCount));
    if (this.#probes.length < rowCount) this.#probes = new Int32Array(Math.max(rowCount, 1024));
    const hashes = this.#probes;
    hashRows(views, selection, rowCount, hashes);
    const slots = this.#slots;
    const mask = slots.length - 1;
    const count = selection === null ? rowCount : selection.length;
    for (let i = 0; i < count; i += 1) {
      const row = selection === null ? i : selection[i]!;
      out[row] = NO_ROW;
      if (slots.length === 0 || !hasKey(views, row)) continue;
      const hash = hashes[row]!;
      for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
        const found = slots[slot]! - 1;
        if (found < 0) break;
        if (this.#hashes[found] === hash && sameKey(views, row, this.#keys, found)) {
          out[row] = found;
          break;
        }
      }
    }
  }

  #insert(row: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const hash = this.#hashes[row]!;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const head = slots[slot]! - 1;
      if (head < 0) {
        slots[slot] = row + 1;
        return;
      }
      if (this.#hashes[head] === hash && sameKey(this.#keys, row, this.#keys, head)) {
        this.next[row] = head;
        slots[slot] = row + 1;
        this.#unique = false;
        return;
      }
    }
  }
}

function viewOf(column: Column, rowCount: number): KeyView {
  const { valid } = column;
  switch (column.kind) {
    case 'u8':
    case 'i32':
      return { kind: 'words', words: column.values, width: 1, valid };
    case 'i64':
      return { kind: 'words', words: halves(column.values), width: 2, valid };
    case 'i128':
      return { kind: 'words', words: halves(column.values), width: 4, valid };
    case 'f64':
      return { kind: 'words', words: halves(canonical(column.values, rowCount)), width: 2, valid };
    case 'bytes':
      return { kind: 'bytes', column, valid };
  }
}

function halves(values: BigInt64Array | Float64Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
}

/** One bit pattern per value. */
function canonical(values: Float64Array, rowCount: number): Float64Array {
  const out = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row += 1) {
    const value = values[row]!;
    out[row] = Number.isNaN(value) ? Number.NaN : value + 0;
  }
  return out;
}

function hasKey(keys: readonly KeyView[], row: number): boolean {
  for (const { valid } of keys) if (valid !== null && valid[row] === 0) return false;
  return true;
}

/** Each step multiplies by an odd constant (after MurmurHash3 by Austin Appleby). */
function hashRows(keys: readonly KeyView[], selection: Int32Array | null, rowCount: number, out: Int32Array): void {
  const count = selection === null ? rowCount : selection.length;
  for (let i = 0; i < count; i += 1) out[selection === null ? i : selection[i]!] = 0;
  for (const key of keys) {
    for (let i = 0; i < count; i += 1) {
      const row = selection === null ? i : selection[i]!;
      if (key.valid !== null && key.valid[row] === 0) continue;
      let hash = out[row]!;
      if (key.kind === 'bytes') {
        const { heap, starts, lengths } = key.column;
        hash = Math.imul(hash ^ hashBytes(heap, starts[row]!, lengths[row]!), 0x5bd1e995);
      } else {
        const { words, width } = key;
        for (let word = row * width; word < (row + 1) * width; word += 1) {
          hash = Math.imul(hash ^ Math.imul(words[word]!, 0x2c1b3c6d), 0x5bd1e995);
          hash ^= hash >>> 15;
        }
      }
      out[row] = hash ^ (hash >>> 13);
    }
  }
}

function sameKey(left: readonly KeyView[], a: number, right: readonly KeyView[], b: number): boolean {
  for (let k = 0; k < left.length; k += 1) {
    const x = left[k]!;
    const y = right[k]!;
    if (x.kind === 'words' && y.kind === 'words') {
      if (x.width !== y.width) throw new InternalError('both sides of a key have one type');
      for (let w = 0; w < x.width; w += 1) if (x.words[a * x.width + w] !== y.words[b * y.width + w]) return false;
    } else if (x.kind === 'bytes' && y.kind === 'bytes') {
      if (!sameBytes(x.column, a, y.column, b)) return false;
    } else throw new InternalError('both sides of a key have one type');
  }
  return true;
}

function sameBytes(left: BytesColumn, a: number, right: BytesColumn, b: number): boolean {
  const length = left.lengths[a]!;
  if (length !== right.lengths[b]) return false;
  const from = left.starts[a]!;
  const other = right.starts[b]!;
  for (let i = 0; i < length; i += 1) if (left.heap[from + i] !== right.heap[other + i]) return false;
  return true;
}
