/**
 * Open addressing over typed arrays. Entries of fixed size lie densely in order of insertion, which is the order of
 * iteration and of dumps; the index holds entry numbers + 1, at most half full, and is probed linearly. Generated loops
 * (loops.ts) do the probing on the arrays themselves; this class owns, grows, dumps and loads them.
 */
import { ByteInterner } from './byte-interner.js';
import type { BudgetShare } from './budget.js';
import type { SectionReader } from './section.js';

const ENTRIES_AT_FIRST = 16;
const RESERVED_PART = 8;

/** Recomputes an entry's hash from its key words. */
export type EntryHash = (i32: Int32Array, at: number) => number;

export interface TableShape {
  readonly strideWords: number;
  readonly keyWords: number;
  /** Words that hold ids of the table's interners, in order of the interners. */
  readonly textWords: readonly number[];
  readonly template: Int32Array | null;
  readonly hash: EntryHash;
}

/** Subclasses call `account` at the end of their constructors, when all that they count is there. */
export abstract class GroupTable {
  readonly shape: TableShape;
  readonly interners: readonly ByteInterner[];
  /** Three views of the same entries. */
  i32: Int32Array<ArrayBuffer>;
  i64: BigInt64Array<ArrayBuffer>;
  f64: Float64Array<ArrayBuffer>;
  index: Int32Array<ArrayBuffer>;
  count = 0;
  /** Micro-batch in which an entry was last touched; null where nobody asks. */
  stamps: Int32Array<ArrayBuffer> | null;
  protected readonly share: BudgetShare;
  readonly #ownsInterners: boolean;
  #capacity = ENTRIES_AT_FIRST;

  /** `interners`: those of another table, whose ids this one's entries hold; null = its own. */
  constructor(
    shape: TableShape,
    share: BudgetShare,
    stamped: boolean,
    interners: readonly ByteInterner[] | null = null,
  ) {
    this.shape = shape;
    this.share = share;
    this.#ownsInterners = interners === null;
    this.interners = interners ?? shape.textWords.map(() => new ByteInterner());
    this.i64 = new BigInt64Array(ENTRIES_AT_FIRST * shape.strideWords);
    this.i32 = new Int32Array(this.i64.buffer);
    this.f64 = new Float64Array(this.i64.buffer);
    this.index = new Int32Array(ENTRIES_AT_FIRST * 2);
    this.stamps = stamped ? new Int32Array(ENTRIES_AT_FIRST) : null;
  }

  get bytes(): number {
    return this.share.bytes;
  }

  /** Entries that there is room for. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Brings the budget up to date with the interners, which grow on their own. */
  account(): void {
    this.share.change(this.ownBytes());
  }

  /** Gives the memory back; the table is not used any more. */
  release(): void {
    this.share.change(0);
  }

  /**
   * A new entry for the empty index slot that probing for `hash` ended at. The caller writes the key words; everything
   * else is as the template says.
   */
  insert(slot: number, hash: number): number {
    const entry = this.count;
    if (entry === this.#capacity) {
      this.#grow();
      const mask = this.index.length - 1;
      slot = hash & mask;
      while (this.index[slot] !== 0) slot = (slot + 1) & mask;
    }
    this.index[slot] = entry + 1;
    this.count = entry + 1;
    if (this.shape.template !== null) this.i32.set(this.shape.template, entry * this.shape.strideWords * 2);
    return entry;
  }

  /**
   * Makes room for `entries` at once instead of by doubling and copying; only for an empty table. It is a guess, so it
   * takes no more than a small part of what the budget has left: a guess must not stop a job. `isIndexed`: see
   * `extend`.
   */
  reserve(entries: number, isIndexed = true): void {
    let capacity = this.#capacity;
    while (capacity < entries) capacity *= 2;
    const bytes = capacity * (8 * this.shape.strideWords + 12);
    if (capacity > this.#capacity && bytes < this.share.budget.free_bytes / RESERVED_PART) {
      this.#resize(capacity, isIndexed);
    }
  }

  /** Twice the room in a table whose entries are only appended, never looked for: its index stays empty. */
  extend(): void {
    this.#resize(this.#capacity * 2, false);
  }

  /** Empties a table of `extend`, keeping its room. */
  protected clearEntries(): void {
    this.i32.fill(0, 0, this.count * this.shape.strideWords * 2);
    this.count = 0;
  }

  dump(): readonly ArrayBufferView[] {
    const words = this.i64.subarray(0, this.count * this.shape.strideWords);
    return [words, ...this.interners.flatMap((interner) => interner.dump())];
  }

  /** Fills an empty table; every id and key is checked. */
  load(reader: SectionReader): void {
    const words = reader.words(null, 'entries');
    const { strideWords, keyWords, textWords, hash } = this.shape;
    if (words.length % strideWords !== 0) reader.fail(`its entries are not made of ${strideWords} words each`);
    for (const interner of this.interners) interner.load(reader);
    const count = words.length / strideWords;
    let capacity = this.#capacity;
    while (capacity < count) capacity *= 2;
    this.#resize(capacity, true);
    this.i64.set(words);
    const i32 = this.i32;
    for (let entry = 0; entry < count; entry += 1) {
      const at = entry * strideWords * 2;
      textWords.forEach((word, i) => {
        const id = i32[at + 2 * word]!;
        if (id < 0 || id >= Math.max(1, this.interners[i]!.count)) reader.fail(`entry ${entry} refers to no string`);
      });
      if (!this.#indexLoaded(entry, at, keyWords, hash)) reader.fail(`entry ${entry} has the key of another one`);
    }
    this.count = count;
    this.account();
  }

  protected ownBytes(): number {
    let bytes = this.i64.byteLength + this.index.byteLength + (this.stamps?.byteLength ?? 0);
    if (this.#ownsInterners) for (const interner of this.interners) bytes += interner.bytes;
    return bytes;
  }

  #indexLoaded(entry: number, at: number, keyWords: number, hash: EntryHash): boolean {
    const mask = this.index.length - 1;
    const i32 = this.i32;
    let slot = hash(i32, at) & mask;
    for (; this.index[slot] !== 0; slot = (slot + 1) & mask) {
      const other = (this.index[slot]! - 1) * this.shape.strideWords * 2;
      let same = true;
      for (let k = 0; same && k < 2 * keyWords; k += 1) same = i32[other + k] === i32[at + k];
      if (same) return false;
    }
    this.index[slot] = entry + 1;
    return true;
  }

  #grow(): void {
    const count = this.count;
    this.#resize(this.#capacity * 2, true);
    const { strideWords, hash } = this.shape;
    const { i32, index } = this;
    const mask = index.length - 1;
    for (let entry = 0; entry < count; entry += 1) {
      let slot = hash(i32, entry * strideWords * 2) & mask;
      while (index[slot] !== 0) slot = (slot + 1) & mask;
      index[slot] = entry + 1;
    }
  }

  /** New arrays with the entries copied and an empty index (the old one if nobody looks into it). */
  #resize(capacity: number, isIndexed: boolean): void {
    const entryBytes = 8 * this.shape.strideWords + (isIndexed ? 8 : 0) + (this.stamps === null ? 0 : 4);
    const extra = (capacity - this.#capacity) * entryBytes;
    this.share.change(this.ownBytes() + extra);
    const words = new BigInt64Array(capacity * this.shape.strideWords);
    words.set(this.i64.subarray(0, this.count * this.shape.strideWords));
    this.i64 = words;
    this.i32 = new Int32Array(words.buffer);
    this.f64 = new Float64Array(words.buffer);
    if (isIndexed) this.index = new Int32Array(capacity * 2);
    if (this.stamps !== null) {
      const stamps = new Int32Array(capacity);
      stamps.set(this.stamps);
      this.stamps = stamps;
    }
    this.#capacity = capacity;
  }
}
