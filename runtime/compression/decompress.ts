/** Decompression of blocks from elsewhere. Every codec stops at a limit: a small block may claim to be any size. */
import { gunzipSync } from 'node:zlib';
import { CodecError, tooLarge } from './codec-error.js';
import { decodeLz4Frame } from './lz4-frame.js';
import { decodeSnappy } from './snappy.js';
import { decodeZstd, ZstdTooLarge } from './zstd.js';

export type Codec = 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** Kafka's own limit of a batch is 1 MiB compressed; what expands beyond this is no batch of messages. */
export const DECOMPRESSED_BYTES_MAX = 128 * 1024 * 1024;

/** Throws `CodecError`, and before the output takes more than `bytes_max`. */
export function decompress(codec: Codec, bytes: Uint8Array, bytes_max = DECOMPRESSED_BYTES_MAX): Uint8Array {
  switch (codec) {
    case 'gzip':
      return decodeGzip(bytes, bytes_max);
    case 'snappy':
      return decodeSnappy(bytes, bytes_max);
    case 'lz4':
      return decodeLz4Frame(bytes, bytes_max);
    case 'zstd':
      return decodeZstdFrames(bytes, bytes_max);
  }
}

function decodeGzip(bytes: Uint8Array, bytes_max: number): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: bytes_max });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new CodecError('damaged', `gzip: ${typeof code === 'string' ? code : 'unreadable'}`, { cause: error });
  }
}

function decodeZstdFrames(bytes: Uint8Array, bytes_max: number): Uint8Array {
  try {
    return decodeZstd(bytes, bytes_max);
  } catch (error) {
    if (error instanceof ZstdTooLarge) throw tooLarge();
    throw new CodecError('damaged', 'zstd: unreadable', { cause: error });
  }
}
