/** Decompression of pages. Every codec stops at the size that the page's header says. */
import { brotliDecompressSync, unzipSync } from 'node:zlib';
import type { CompressionCodec } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { decodeZstd } from '../../compression/zstd.js';
import { decodeLz4 } from './lz4.js';
import { PageError } from './problem.js';

/** The most that a byte of these becomes: what claims more is damaged, and would be allocated. */
const EXPANSION_MAX: Partial<Record<CompressionCodec, number>> = { SNAPPY: 32, GZIP: 1040, LZ4: 256, LZ4_RAW: 256 };
/** Headers of the codecs themselves. */
const EXPANSION_FLOOR_BYTES = 1024;

/** Throws for damaged bytes, and PageError for a codec that is not read. `size` is what has to come out. */
export function decompress(codec: CompressionCodec, bytes: Uint8Array, size: number): Uint8Array {
  if (size > EXPANSION_FLOOR_BYTES + bytes.length * (EXPANSION_MAX[codec] ?? Infinity)) {
    throw new PageError('has a page of a wrong size');
  }
  const page = size === 0 && bytes.length === 0 ? bytes : expand(codec, bytes, size);
  if (page.length !== size) throw new PageError('has a page of a wrong size');
  return page;
}

function expand(codec: CompressionCodec, bytes: Uint8Array, size: number): Uint8Array {
  switch (codec) {
    case 'UNCOMPRESSED':
      return bytes;
    case 'SNAPPY': {
      const snappy = compressors.SNAPPY;
      if (snappy === undefined) throw new PageError('is compressed with SNAPPY, which is not read');
      return snappy(bytes, size);
    }
    case 'GZIP':
      return unzipSync(bytes, { maxOutputLength: Math.max(1, size) });
    case 'BROTLI':
      return brotliDecompressSync(bytes, { maxOutputLength: Math.max(1, size) });
    case 'ZSTD':
      return decodeZstd(bytes, size);
    case 'LZ4':
      return decodeLz4(bytes, size);
    case 'LZ4_RAW':
      return decodeLz4(bytes, size, false);
    case 'LZO':
      throw new PageError('is compressed with LZO, which is not read');
  }
}
