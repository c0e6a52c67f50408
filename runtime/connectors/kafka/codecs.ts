/** Decompression of record batches. Every codec stops at a limit: a small batch may claim to be any size. */
import { Decompress } from 'fzstd';
import { gunzipSync } from 'node:zlib';
import { CodecError, tooLarge } from './codec-error.js';
import { decodeLz4Frame } from './lz4.js';
import type { Codec } from './record-batch.js';
import { decodeSnappy } from './snappy.js';

/** Kafka's own limit of a batch is 1 MiB compressed; what expands beyond this is no batch of messages. */
export const DECOMPRESSED_BYTES_MAX = 128 * 1024 * 1024;

/** Throws `CodecError`, and before the output takes more than `bytes_max`. */
export function decompress(
  codec: Exclude<Codec, 'none'>,
  bytes: Uint8Array,
  bytes_max = DECOMPRESSED_BYTES_MAX,
): Uint8Array {
  switch (codec) {
    case 'gzip':
      return decodeGzip(bytes, bytes_max);
    case 'snappy':
      return decodeSnappy(bytes, bytes_max);
    case 'lz4':
      return decodeLz4Frame(bytes, bytes_max);
    case 'zstd':
      return decodeZstd(bytes, bytes_max);
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

function decodeZstd(bytes: Uint8Array, bytes_max: number): Uint8Array {
  const { window_bytes, content_bytes } = zstdFrame(bytes);
  if (window_bytes > DECOMPRESSED_BYTES_MAX || content_bytes > bytes_max) throw tooLarge();
  const parts: Uint8Array[] = [];
  let length = 0;
  const stream = new Decompress((part) => {
    length += part.length;
    if (length > bytes_max) throw tooLarge();
    parts.push(part);
  });
  try {
    stream.push(bytes, true);
  } catch (error) {
    if (error instanceof CodecError) throw error;
    throw new CodecError('damaged', 'zstd: unreadable', { cause: error });
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : concatenate(parts, length);
}

/**
 * What the header of a frame makes a decoder take at once: its window, or its whole content (RFC 8878 §3.1.1.1). Bytes
 * that are no frame are left to the decoder.
 */
function zstdFrame(bytes: Uint8Array): { readonly window_bytes: number; readonly content_bytes: number } {
  const descriptor = bytes[4] ?? 0;
  if ((descriptor & 0x20) === 0) {
    const window = bytes[5] ?? 0;
    return { window_bytes: 2 ** (10 + (window >> 3)) * (1 + (window & 7) / 8), content_bytes: 0 };
  }
  const at = 5 + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  const size = [1, 2, 4, 8][descriptor >> 6] ?? 1;
  let content = 0;
  for (let i = size - 1; i >= 0; i -= 1) content = content * 256 + (bytes[at + i] ?? 0);
  return { window_bytes: 0, content_bytes: size === 2 ? content + 256 : content };
}

function concatenate(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
