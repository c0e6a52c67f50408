/** LZ4 blocks (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md): the inside of all that frames them. */
import { CodecError, tooLarge } from './codec-error.js';
import { copyBack } from './snappy.js';

const OUTPUT_BYTES_FIRST = 64 * 1024;

/** Appends what `bytes[start … end)` hold; a block may refer to the output of those before. Throws CodecError. */
export function decodeLz4Block(bytes: Uint8Array, start: number, end: number, output: Lz4Output): void {
  let at = start;
  const extended = (length: number): number => {
    let total = length;
    if (length < 15) return total;
    for (;;) {
      if (at >= end) throw damagedLz4('a length that is cut off');
      const byte = bytes[at++] ?? 0;
      total += byte;
      if (byte !== 255) return total;
    }
  };
  while (at < end) {
    const token = bytes[at++] ?? 0;
    const literals = extended(token >> 4);
    if (at + literals > end) throw damagedLz4('literals that are cut off');
    output.append(bytes, at, literals);
    at += literals;
    if (at === end) return;
    if (at + 2 > end) throw damagedLz4('a distance that is cut off');
    const distance = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    at += 2;
    output.repeat(distance, extended(token & 15) + 4);
  }
}

/** What came out so far; it grows up to a limit. */
export class Lz4Output {
  readonly #bytes_max: number;
  #bytes: Uint8Array;
  #length = 0;

  constructor(bytes_max: number) {
    this.#bytes_max = bytes_max;
    this.#bytes = new Uint8Array(Math.min(OUTPUT_BYTES_FIRST, bytes_max));
  }

  append(from: Uint8Array, at: number, length: number): void {
    this.#room(length);
    this.#bytes.set(from.subarray(at, at + length), this.#length);
    this.#length += length;
  }

  repeat(distance: number, length: number): void {
    if (distance === 0 || distance > this.#length) throw damagedLz4('a distance beyond the beginning');
    this.#room(length);
    copyBack(this.#bytes, this.#length, distance, length);
    this.#length += length;
  }

  get length(): number {
    return this.#length;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #room(more: number): void {
    const needed = this.#length + more;
    if (needed > this.#bytes_max) throw tooLarge();
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.min(this.#bytes_max, Math.max(needed, this.#bytes.length * 2)));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

export function damagedLz4(why: string): CodecError {
  return new CodecError('damaged', `lz4: ${why}`);
}
