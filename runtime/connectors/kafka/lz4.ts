/**
 * LZ4 frames (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md). Checksums inside the frame are passed over:
 * the batch has its own, which was checked.
 */
import { CodecError, tooLarge } from './codec-error.js';
import { copyBack } from './snappy.js';

const FRAME_MAGIC = 0x184d2204;
const VERSION = 1;
const BLOCK_CHECKSUM = 0x10;
const CONTENT_SIZE = 0x08;
const DICTIONARY = 0x01;
const STORED = 0x80000000;
const OUTPUT_BYTES_FIRST = 64 * 1024;

export function decodeLz4Frame(bytes: Uint8Array, bytes_max: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 7 || view.getUint32(0, true) !== FRAME_MAGIC) throw damaged('no frame');
  const flags = view.getUint8(4);
  if (flags >> 6 !== VERSION || (flags & DICTIONARY) !== 0) throw damaged('a frame of another version');
  const output = new Output(bytes_max);
  let at = 7 + ((flags & CONTENT_SIZE) === 0 ? 0 : 8);
  for (;;) {
    if (at + 4 > bytes.length) throw damaged('its end is missing');
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) return output.bytes();
    const length = size >= STORED ? size - STORED : size;
    if (at + length > bytes.length) throw damaged('a block that is cut off');
    if (size >= STORED) output.append(bytes, at, length);
    else decodeBlock(bytes, at, at + length, output);
    at += length + ((flags & BLOCK_CHECKSUM) === 0 ? 0 : 4);
  }
}

/** Blocks may refer to the output of those before. */
function decodeBlock(bytes: Uint8Array, start: number, end: number, output: Output): void {
  let at = start;
  const extended = (length: number): number => {
    let total = length;
    if (length < 15) return total;
    for (;;) {
      if (at >= end) throw damaged('a length that is cut off');
      const byte = bytes[at++] ?? 0;
      total += byte;
      if (byte !== 255) return total;
    }
  };
  while (at < end) {
    const token = bytes[at++] ?? 0;
    const literals = extended(token >> 4);
    if (at + literals > end) throw damaged('literals that are cut off');
    output.append(bytes, at, literals);
    at += literals;
    if (at === end) return;
    if (at + 2 > end) throw damaged('a distance that is cut off');
    const distance = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    at += 2;
    output.repeat(distance, extended(token & 15) + 4);
  }
}

class Output {
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
    if (distance === 0 || distance > this.#length) throw damaged('a distance beyond the beginning');
    this.#room(length);
    copyBack(this.#bytes, this.#length, distance, length);
    this.#length += length;
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

function damaged(why: string): CodecError {
  return new CodecError('damaged', `lz4: ${why}`);
}
