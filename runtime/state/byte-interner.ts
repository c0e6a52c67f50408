/**
 * Text and byte strings as dense ids: id n stands for the n-th different string, in order of first appearance. Bytes
 * are appended to one heap and found again through a hash table over it; no JS string is ever made.
 */
import type { BytesColumn } from '../columns/column.js';
import type { SectionReader } from './section.js';

const SLOTS_AT_FIRST = 32;
const HEAP_BYTES_AT_FIRST = 256;

export class ByteInterner {
  heap = new Uint8Array(HEAP_BYTES_AT_FIRST);
  /** String `id` is `heap[ends[id] … ends[id + 1])`. */
  ends = new Int32Array(SLOTS_AT_FIRST / 2 + 1);
  count = 0;
  #hashes = new Int32Array(SLOTS_AT_FIRST / 2);
  #index = new Int32Array(SLOTS_AT_FIRST);

  get bytes(): number {
    return this.heap.length + 4 * (this.ends.length + this.#hashes.length + this.#index.length);
  }

  intern(bytes: Uint8Array, start: number, length: number): number {
    const hash = hashBytes(bytes, start, length);
    const mask = this.#index.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = this.#index[slot]! - 1;
      if (id < 0) return this.#add(bytes, start, length, hash, slot);
      if (this.#hashes[id] === hash && this.equals(id, bytes, start, length)) return id;
      slot = (slot + 1) & mask;
    }
  }

  /** Ids of a column's selected rows, at the same physical rows of `out`; a NULL's id is unspecified. */
  internColumn(column: BytesColumn, selection: Int32Array | null, count: number, out: Int32Array): void {
    const { heap, starts, lengths, valid } = column;
    for (let i = 0; i < count; i += 1) {
      const row = selection === null ? i : selection[i]!;
      if (valid === null || valid[row] !== 0) out[row] = this.intern(heap, starts[row]!, lengths[row]!);
    }
  }

  equals(id: number, bytes: Uint8Array, start: number, length: number): boolean {
    const from = this.ends[id]!;
    if (this.ends[id + 1]! - from !== length) return false;
    const heap = this.heap;
    for (let i = 0; i < length; i += 1) if (heap[from + i] !== bytes[start + i]) return false;
    return true;
  }

  dump(): readonly ArrayBufferView[] {
    return [this.ends.subarray(0, this.count + 1), this.heap.subarray(0, this.ends[this.count])];
  }

  load(reader: SectionReader): void {
    const ends = reader.integers(null, 'string ends');
    const heap = reader.next(null, 'string heap');
    const count = ends.length - 1;
    if (count < 0 || ends[0] !== 0 || ends[count] !== heap.length) reader.fail('its strings do not fill their heap');
    for (let id = 0; id < count; id += 1) {
      if (ends[id + 1]! < ends[id]!) reader.fail('its string ends are not in order');
    }
    for (let id = 0; id < count; id += 1) {
      if (this.intern(heap, ends[id]!, ends[id + 1]! - ends[id]!) !== id) reader.fail('a string occurs twice');
    }
  }

  #add(bytes: Uint8Array, start: number, length: number, hash: number, slot: number): number {
    const id = this.count;
    const from = this.ends[id]!;
    if (from + length > this.heap.length) this.#growHeap(from + length);
    this.heap.set(bytes.subarray(start, start + length), from);
    if (id === this.#hashes.length) {
      this.#hashes = grown(this.#hashes, id * 2);
      this.ends = grown(this.ends, id * 2 + 1);
    }
    this.ends[id + 1] = from + length;
    this.#hashes[id] = hash;
    this.#index[slot] = id + 1;
    this.count = id + 1;
    if (this.count * 2 > this.#index.length) this.#growIndex();
    return id;
  }

  #growHeap(needed: number): void {
    const heap = new Uint8Array(Math.max(needed, this.heap.length * 2));
    heap.set(this.heap);
    this.heap = heap;
  }

  #growIndex(): void {
    const index = new Int32Array(this.#index.length * 2);
    const mask = index.length - 1;
    for (let id = 0; id < this.count; id += 1) {
      let slot = this.#hashes[id]! & mask;
      while (index[slot] !== 0) slot = (slot + 1) & mask;
      index[slot] = id + 1;
    }
    this.#index = index;
  }
}

/** Four bytes at a time, each step a multiplication by an odd constant (after MurmurHash3 by Austin Appleby). */
export function hashBytes(bytes: Uint8Array, start: number, length: number): number {
  let hash = length;
  let at = start;
  const end = start + length;
  for (; at + 4 <= end; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hash = Math.imul(hash ^ Math.imul(word, 0x2c1b3c6d), 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  for (; at < end; at += 1) hash = Math.imul(hash ^ bytes[at]!, 0x5bd1e995);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0x297a2d39);
  return hash ^ (hash >>> 15);
}

function grown(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}
