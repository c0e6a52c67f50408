/**
 * LZ4 blocks (github.com/lz4/lz4, doc/lz4_Block_format.md), plain or as Hadoop frames them: pieces, each behind the
 * sizes of what comes out of it and of what goes in.
 */

/** Throws for damaged bytes. `size` is what has to come out. */
export function decodeLz4(bytes: Uint8Array, size: number, framed = true): Uint8Array {
  const output = new Uint8Array(size);
  // Which of the two it is, nothing says; as in Arrow the frames are tried first.
  const length = (framed ? frames(bytes, output) : null) ?? block(bytes, output, 0);
  return output.subarray(0, length);
}

/** Null if the bytes are no frames. */
function frames(bytes: Uint8Array, output: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: { start: number; end: number; size: number }[] = [];
  let length = 0;
  for (let at = 0; at < bytes.length;) {
    if (at + 8 > bytes.length) return null;
    const size = view.getUint32(at);
    const end = at + 8 + view.getUint32(at + 4);
    if (end > bytes.length || length + size > output.length) return null;
    pieces.push({ start: at + 8, end, size });
    length += size;
    at = end;
  }
  let at = 0;
  for (const { start, end, size } of pieces) {
    if (block(bytes.subarray(start, end), output.subarray(0, at + size), at) !== at + size) return null;
    at += size;
  }
  return at;
}

/** Decodes one block to `output` from `start` on; where it ends. */
function block(bytes: Uint8Array, output: Uint8Array, start: number): number {
  let at = 0;
  let to = start;
  const extended = (length: number): number => {
    if (length < 15) return length;
    let all = length;
    for (let byte = 255; byte === 255;) {
      byte = bytes[at++] ?? wrong();
      all += byte;
    }
    return all;
  };
  while (at < bytes.length) {
    const token = bytes[at++] ?? wrong();
    const literals = extended(token >> 4);
    if (at + literals > bytes.length || to + literals > output.length) wrong();
    output.set(bytes.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    // The last sequence has literals only.
    if (at === bytes.length) break;
    const offset = (bytes[at] ?? wrong()) | ((bytes[at + 1] ?? wrong()) << 8);
    at += 2;
    const length = extended(token & 15) + 4;
    if (offset === 0 || offset > to || to + length > output.length) wrong();
    for (const end = to + length; to < end; to++) output[to] = output[to - offset] ?? 0;
  }
  return to;
}

function wrong(): never {
  throw new RangeError('lz4: unreadable');
}
