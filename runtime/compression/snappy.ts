/**
 * Snappy: blocks (https://github.com/google/snappy/blob/main/format_description.txt), bare or in the frames of the Java
 * library (magic, two version numbers, then blocks with their length), as Kafka's clients write them.
 */
import { CodecError, tooLarge } from './codec-error.js';

const JAVA_MAGIC = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00] as const;
const JAVA_HEADER_BYTES = 16;

export function decodeSnappy(bytes: Uint8Array, bytes_max: number): Uint8Array {
  if (!JAVA_MAGIC.every((byte, at) => bytes[at] === byte)) {
    const output = new Uint8Array(blockLength(bytes, 0, bytes_max).length);
    decodeBlock(bytes, 0, bytes.length, output, 0);
    return output;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks: { readonly start: number; readonly end: number; readonly at: number }[] = [];
  let total = 0;
  for (let at = JAVA_HEADER_BYTES; at < bytes.length;) {
    if (at + 4 > bytes.length) throw cutOff();
    const start = at + 4;
    const end = start + view.getInt32(at);
    if (end < start || end > bytes.length) throw cutOff();
    blocks.push({ start, end, at: total });
    total += blockLength(bytes, start, bytes_max - total).length;
    at = end;
  }
  const output = new Uint8Array(total);
  for (const { start, end, at } of blocks) decodeBlock(bytes, start, end, output, at);
  return output;
}

/** The length of the output, which stands first, and where the elements begin. */
function blockLength(bytes: Uint8Array, start: number, bytes_max: number): { length: number; at: number } {
  let length = 0;
  for (let at = start, scale = 1; at < start + 5; at += 1, scale *= 128) {
    const byte = bytes[at];
    if (byte === undefined) throw cutOff();
    length += (byte & 0x7f) * scale;
    if (length > bytes_max) throw tooLarge();
    if (byte < 0x80) return { length, at: at + 1 };
  }
  throw new CodecError('damaged', 'snappy: malformed length');
}

function decodeBlock(bytes: Uint8Array, start: number, end: number, output: Uint8Array, from: number): void {
  const { length, at: first } = blockLength(bytes, start, output.length - from);
  const limit = from + length;
  let at = first;
  let to = from;
  while (at < end) {
    const tag = bytes[at++] ?? 0;
    const kind = tag & 3;
    if (kind === 0) {
      let size = (tag >> 2) + 1;
      if (size > 60) {
        const width = size - 60;
        size = littleEndian(bytes, at, width) + 1;
        at += width;
      }
      if (at + size > end || to + size > limit) throw cutOff();
      output.set(bytes.subarray(at, at + size), to);
      at += size;
      to += size;
      continue;
    }
    const width = kind === 1 ? 1 : kind === 2 ? 2 : 4;
    const size = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const distance = littleEndian(bytes, at, width) + (kind === 1 ? (tag >> 5) * 256 : 0);
    at += width;
    if (at > end || distance === 0 || distance > to - from || to + size > limit) throw cutOff();
    copyBack(output, to, distance, size);
    to += size;
  }
  if (to !== limit) throw cutOff();
}

/** `size` bytes from `distance` before `to`; they may overlap with what is being written. */
export function copyBack(output: Uint8Array, to: number, distance: number, size: number): void {
  if (distance >= size) output.copyWithin(to, to - distance, to - distance + size);
  else for (let i = 0; i < size; i += 1) output[to + i] = output[to + i - distance] ?? 0;
}

function littleEndian(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let i = width - 1; i >= 0; i -= 1) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}

function cutOff(): CodecError {
  return new CodecError('damaged', 'snappy: a block that does not fit');
}
