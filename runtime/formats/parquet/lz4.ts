/**
 * LZ4 in Parquet: a block, plain or as Hadoop frames it: pieces, each behind the sizes of what comes out and goes in.
 */
import { damagedLz4, decodeLz4Block, Lz4Output } from '../../compression/lz4-block.js';

/** Throws for damaged bytes. `size` is what has to come out. */
export function decodeLz4(bytes: Uint8Array, size: number, framed = true): Uint8Array {
  // Which of the two it is, nothing says; as in Arrow the frames are tried first.
  return (framed ? frames(bytes, size) : null) ?? block(bytes, size);
}

/** Null if the bytes are no frames. */
function frames(bytes: Uint8Array, size: number): Uint8Array | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: { start: number; end: number; size: number }[] = [];
  let length = 0;
  for (let at = 0; at < bytes.length;) {
    if (at + 8 > bytes.length) return null;
    const pieceSize = view.getUint32(at);
    const end = at + 8 + view.getUint32(at + 4);
    if (end > bytes.length || length + pieceSize > size) return null;
    pieces.push({ start: at + 8, end, size: pieceSize });
    length += pieceSize;
    at = end;
  }
  const output = new Lz4Output(size);
  let expected = 0;
  for (const piece of pieces) {
    decodeLz4Block(bytes, piece.start, piece.end, output);
    expected += piece.size;
    if (output.length > expected) throw damagedLz4('a piece that is larger than it says');
    if (output.length < expected) return null;
  }
  return output.bytes();
}

function block(bytes: Uint8Array, bytes_max: number): Uint8Array {
  const output = new Lz4Output(bytes_max);
  decodeLz4Block(bytes, 0, bytes.length, output);
  return output.bytes();
}
