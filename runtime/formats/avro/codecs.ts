/** Codecs of container files. Every one stops at a limit: a small block may claim to be any size. */
import { crc32, inflateRawSync } from 'node:zlib';
import { decompress } from '../../compression/decompress.js';
import { damaged } from './problem.js';

export const AVRO_CODECS = ['null', 'deflate', 'snappy', 'zstandard'] as const;
export type AvroCodec = (typeof AVRO_CODECS)[number];

/** The writer's own blocks are of some 16 kB to a few MB; each is held in memory. */
export const BLOCK_BYTES_MAX = 128 * 1024 * 1024;
/** A snappy block ends with the checksum of what it holds. */
const CHECKSUM_BYTES = 4;

export function isAvroCodec(name: string): name is AvroCodec {
  const names: readonly string[] = AVRO_CODECS;
  return names.includes(name);
}

/** The bytes of a block. Throws AvroFileError. */
export function expandBlock(codec: AvroCodec, bytes: Uint8Array): Uint8Array {
  try {
    return expand(codec, bytes);
  } catch (error) {
    throw damaged(`a block of it is no ${codec} data, or more than ${String(BLOCK_BYTES_MAX)} bytes`, error);
  }
}

function expand(codec: AvroCodec, bytes: Uint8Array): Uint8Array {
  switch (codec) {
    case 'null':
      return bytes;
    case 'deflate':
      return inflateRawSync(bytes, { maxOutputLength: BLOCK_BYTES_MAX });
    case 'zstandard':
      return decompress('zstd', bytes, BLOCK_BYTES_MAX);
    case 'snappy': {
      const end = bytes.length - CHECKSUM_BYTES;
      if (end < 0) throw new Error('a snappy block without checksum');
      const expanded = decompress('snappy', bytes.subarray(0, end), BLOCK_BYTES_MAX);
      const expected = new DataView(bytes.buffer, bytes.byteOffset + end, CHECKSUM_BYTES).getUint32(0);
      if (crc32(expanded) !== expected) throw new Error('a snappy block with another checksum');
      return expanded;
    }
  }
}
