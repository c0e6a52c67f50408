/**
 * Brings chunks into the arena: a chunk that lies there already is used in place, any other is copied in pieces that
 * end with a record, so that memory stays bounded whatever a source hands over.
 */
import type { Arena } from './arena.js';
import { RECORD_BYTES_MAX, type Framing, type RawChunk } from './format.js';

const PIECE_BYTES = 1 << 20;
/** A record and its line break may be this long. */
const PIECE_BYTES_MAX = RECORD_BYTES_MAX + 2;

export interface PieceReader {
  /** Records at `[at, end)` of the arena; byte `start` of the chunk's heap lies at `at`. */
  piece(at: number, end: number, start: number): void;
  /** A record of the chunk's heap that is longer than RECORD_BYTES_MAX, with its line break. */
  tooLong(start: number, end: number): void;
}

export function readPieces(arena: Arena, framing: Framing, chunk: RawChunk, reader: PieceReader): void {
  const { heap, start, end } = chunk;
  if (arena.owns(heap)) {
    arena.clearSide();
    reader.piece(heap.byteOffset + start, heap.byteOffset + end, start);
    return;
  }
  let at = start;
  while (at < end) {
    const stop = pieceEnd(framing, heap, at, end);
    if (stop - at > PIECE_BYTES_MAX) {
      reader.tooLong(at, stop);
    } else {
      const address = arena.chunkSpace(stop - at);
      arena.bytes.set(heap.subarray(at, stop), address);
      reader.piece(address, address + (stop - at), at);
    }
    at = stop;
  }
}

/**
 * About a piece from `start` on, up to the end of a record; more than PIECE_BYTES_MAX only for a single longer record.
 */
function pieceEnd(framing: Framing, heap: Uint8Array, start: number, end: number): number {
  for (let size = PIECE_BYTES; ; size = Math.min(size * 2, PIECE_BYTES_MAX)) {
    if (size >= end - start) return end;
    const stop = framing.lastRecordEnd(heap, start, start + size);
    if (stop > start) return stop;
    if (size === PIECE_BYTES_MAX) return firstRecordEnd(framing, heap, start, end);
  }
}

/** The end of the (very long) record at `start`, by bisection: the smallest prefix that holds a whole record. */
function firstRecordEnd(framing: Framing, heap: Uint8Array, start: number, end: number): number {
  let low = start + PIECE_BYTES_MAX;
  let high = end;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    if (framing.lastRecordEnd(heap, start, middle) > start) high = middle;
    else low = middle + 1;
  }
  return high;
}
