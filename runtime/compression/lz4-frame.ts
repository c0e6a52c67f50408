/**
 * LZ4 frames (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md). Checksums inside the frame are passed over:
 * the batch has its own, which was checked.
 */
import { damagedLz4, decodeLz4Block, Lz4Output } from './lz4-block.js';

const FRAME_MAGIC = 0x184d2204;
const VERSION = 1;
const BLOCK_CHECKSUM = 0x10;
const CONTENT_SIZE = 0x08;
const DICTIONARY = 0x01;
const STORED = 0x80000000;

export function decodeLz4Frame(bytes: Uint8Array, bytes_max: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 7 || view.getUint32(0, true) !== FRAME_MAGIC) throw damagedLz4('no frame');
  const flags = view.getUint8(4);
  if (flags >> 6 !== VERSION || (flags & DICTIONARY) !== 0) throw damagedLz4('a frame of another version');
  const output = new Lz4Output(bytes_max);
  let at = 7 + ((flags & CONTENT_SIZE) === 0 ? 0 : 8);
  for (;;) {
    if (at + 4 > bytes.length) throw damagedLz4('its end is missing');
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) return output.bytes();
    const length = size >= STORED ? size - STORED : size;
    if (at + length > bytes.length) throw damagedLz4('a block that is cut off');
    if (size >= STORED) output.append(bytes, at, length);
    else decodeLz4Block(bytes, at, at + length, output);
    at += length + ((flags & BLOCK_CHECKSUM) === 0 ? 0 : 4);
  }
}
