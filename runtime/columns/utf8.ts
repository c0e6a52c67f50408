/** UTF-8 between byte heaps and JavaScript strings, and its validation. */

/** Up to this length a loop over ASCII bytes is faster than the call into the native decoder. */
const SHORT_BYTES_MAX = 24;

/** Code units of a short text, one array per length: `fromCharCode` makes the string at once, without growing it. */
const shortUnits: readonly number[][] = Array.from({ length: SHORT_BYTES_MAX + 1 }, (_, length) =>
  new Array<number>(length).fill(0),
);

let viewedHeap: Uint8Array | undefined;
let heapView: Buffer = Buffer.alloc(0);

/** A Buffer over the same bytes; the last one is kept, because callers go through one heap row by row. */
function bufferOver(heap: Uint8Array): Buffer {
  if (heap !== viewedHeap) {
    heapView = Buffer.from(heap.buffer, heap.byteOffset, heap.byteLength);
    viewedHeap = heap;
  }
  return heapView;
}

/** The text of valid UTF-8 bytes. */
export function decodeUtf8(heap: Uint8Array, start: number, length: number): string {
  if (length <= SHORT_BYTES_MAX) {
    const units = shortUnits[length]!;
    let all = 0;
    for (let i = 0; i < length; i += 1) {
      const byte = heap[start + i]!;
      units[i] = byte;
      all |= byte;
    }
    if (all < 0x80) return String.fromCharCode.apply(null, units);
  }
  return bufferOver(heap).toString('utf8', start, start + length);
}

/** The most bytes `encodeUtf8` can need for a text. */
export function encodedLengthMax(text: string): number {
  return text.length * 3;
}

/**
 * Writes the text at `start` and returns how many bytes it took; the heap has `encodedLengthMax` bytes left there. A
 * lone surrogate becomes U+FFFD.
 */
export function encodeUtf8(text: string, heap: Uint8Array, start: number): number {
  if (text.length <= SHORT_BYTES_MAX) {
    let i = 0;
    for (; i < text.length; i += 1) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) break;
      heap[start + i] = unit;
    }
    if (i === text.length) return i;
  }
  return bufferOver(heap).write(text, start, 'utf8');
}

/**
 * The offset of the first byte that is not part of valid UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing
 * above U+10FFFF), or -1.
 */
export function firstInvalidUtf8(heap: Uint8Array, start: number, length: number): number {
  const end = start + length;
  let i = start;
  while (i < end) {
    const first = heap[i]!;
    if (first < 0x80) {
      i += 1;
      continue;
    }
    const size = sequenceLength(heap, i, end);
    if (size === 0) return i;
    i += size;
  }
  return -1;
}

/** Length of the multi-byte sequence at `i`, 0 if it is malformed (Unicode 15, table 3-7). */
function sequenceLength(heap: Uint8Array, i: number, end: number): number {
  const first = heap[i]!;
  if (first < 0xc2 || first > 0xf4) return 0;
  const size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (i + size > end) return 0;
  const second = heap[i + 1]!;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let k = 2; k < size; k += 1) if ((heap[i + k]! & 0xc0) !== 0x80) return 0;
  return size;
}
