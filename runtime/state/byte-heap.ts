/**
 * The bytes of MIN and MAX over text: the best value of each group, appended when it changes and compacted between
 * batches.
 */
import { compareSlices } from '../columns/compare-slices.js';
import type { SectionReader } from './section.js';

const HEAP_BYTES_AT_FIRST = 256;
/** Below this, bytes left behind are not worth a pass over the groups. */
const GARBAGE_BYTES_MIN = 64 * 1024;

/** An accumulator's word holds start (-1 = none yet) and length. */
export class ByteHeap {
  heap = new Uint8Array(HEAP_BYTES_AT_FIRST);
  used = 0;
  live = 0;

  take(w32: Int32Array, at: number, bytes: Uint8Array, start: number, length: number, sign: number): void {
    const own = w32[at]!;
    if (own >= 0) {
      if (sign * compareSlices(bytes, start, length, this.heap, own, w32[at + 1]!) <= 0) return;
      this.live -= w32[at + 1]!;
    }
    if (this.used + length > this.heap.length) this.#grow(this.used + length);
    this.heap.set(bytes.subarray(start, start + length), this.used);
    w32[at] = this.used;
    w32[at + 1] = length;
    this.used += length;
    this.live += length;
  }

  /** Drops bytes no group refers to any more; `at` walks over `count` entries of `stride` int32. */
  compact(w32: Int32Array, at: number, stride: number, count: number): void {
    if (this.used - this.live < Math.max(GARBAGE_BYTES_MIN, this.live)) return;
    const heap = new Uint8Array(Math.max(HEAP_BYTES_AT_FIRST, this.live * 2));
    let used = 0;
    for (let i = 0; i < count; i += 1) {
      const word = at + i * stride;
      const start = w32[word]!;
      if (start < 0) continue;
      const length = w32[word + 1]!;
      heap.set(this.heap.subarray(start, start + length), used);
      w32[word] = used;
      used += length;
    }
    this.heap = heap;
    this.used = used;
  }

  load(reader: SectionReader, w32: Int32Array, at: number, stride: number, count: number): void {
    const bytes = reader.next(null, 'text heap');
    this.heap = bytes.length < HEAP_BYTES_AT_FIRST ? new Uint8Array(HEAP_BYTES_AT_FIRST) : bytes;
    this.heap.set(bytes);
    this.used = bytes.length;
    this.live = 0;
    for (let i = 0; i < count; i += 1) {
      const start = w32[at + i * stride]!;
      const length = w32[at + i * stride + 1]!;
      if (start < 0) continue;
      if (length < 0 || start + length > bytes.length) reader.fail(`entry ${i} refers to text outside its heap`);
      this.live += length;
    }
  }

  #grow(needed: number): void {
    const heap = new Uint8Array(Math.max(needed, this.heap.length * 2));
    heap.set(this.heap.subarray(0, this.used));
    this.heap = heap;
  }
}
