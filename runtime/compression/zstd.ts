/** Decompression of zstd within limits: a few bytes may claim to be any size. */
import { Decompress } from 'fzstd';

/** What a decoder keeps of its output; more than any level of compression uses without being asked for. */
export const ZSTD_WINDOW_BYTES_MAX = 128 * 1024 * 1024;

/** Frames that would expand beyond the limit. */
export class ZstdTooLarge extends Error {}

/** Throws `ZstdTooLarge` before the output takes more than `bytes_max`, and anything else for damaged bytes. */
export function decodeZstd(bytes: Uint8Array, bytes_max: number): Uint8Array {
  const { window_bytes, content_bytes } = zstdFrame(bytes);
  if (window_bytes > ZSTD_WINDOW_BYTES_MAX || content_bytes > bytes_max) throw new ZstdTooLarge();
  const parts: Uint8Array[] = [];
  let length = 0;
  const stream = new Decompress((part) => {
    length += part.length;
    if (length > bytes_max) throw new ZstdTooLarge();
    parts.push(part);
  });
  stream.push(bytes, true);
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
