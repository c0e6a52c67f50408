/** Where ranges of a file end: always behind a record. */
import { RECORD_BYTES_MAX, type Framing } from '../../formats/format.js';
import type { Content } from './content.js';

export const CHUNK_BYTES = 1024 * 1024;
const WINDOW_BYTES = 64 * 1024;
/** How far behind the limit the end of a longer record is looked for at first. */
const STEP_BYTES = 4 * 1024;
const LINE_BREAK = 10;

/** How the records of a format are found. */
export interface RecordEnds {
  readonly framing: Framing;
  /** Every line break ends a record (JSON lines, RAW), so that a search may begin anywhere. */
  readonly lines: boolean;
}

/** `end` is behind a record; `null` when no record ends before the content does. */
export interface CutResult {
  readonly end: number | null;
  /** Where the content ends, if that was reached. */
  readonly size: number | null;
}

/**
 * The end of the last record in `(start, limit]`; of the first one behind `limit` if a record is longer than that.
 * `start` is the beginning of a record. A record beyond the limit of length ends at the next line break, quoted or not,
 * so that it needs no memory.
 */
export async function cutForward(content: Content, start: number, limit: number, ends: RecordEnds): Promise<CutResult> {
  let buffer: Buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let recordStart = start;
  let filled = 0;
  let last: number | null = null;
  let step = STEP_BYTES;
  for (;;) {
    const beforeLimit = recordStart + filled < limit;
    if (!beforeLimit && last !== null) return { end: last, size: null };
    if (filled === buffer.length) {
      if (filled > RECORD_BYTES_MAX) return skipLine(content, recordStart + filled);
      buffer = grow(buffer);
    }
    const room = buffer.length - filled;
    const wanted = Math.min(room, beforeLimit ? limit - recordStart - filled : step);
    if (!beforeLimit) step *= 2;
    const position = recordStart + filled;
    const count = await content.read(buffer.subarray(filled, filled + wanted), position);
    filled += count;
    const recordsEnd = ends.lines
      ? lastLineEnd(buffer, filled - count, filled)
      : ends.framing.lastRecordEnd(buffer, 0, filled);
    if (recordsEnd > 0) {
      last = recordStart + recordsEnd;
      buffer.copyWithin(0, recordsEnd, filled);
      recordStart = last;
      filled -= recordsEnd;
      content.release(recordStart);
    }
    if (count < wanted) return { end: last, size: position + count };
  }
}

/**
 * As `cutForward` for lines, but looks back from the limit instead of reading everything. Null: no line ends behind
 * `start`.
 */
export async function cutLines(content: Content, start: number, limit: number): Promise<number | null> {
  for (let window = WINDOW_BYTES, end = limit; end > start; window *= 2) {
    const from = Math.max(start, end - window);
    const buffer = Buffer.allocUnsafe(end - from);
    const found = lastLineEnd(buffer, 0, await content.read(buffer, from));
    if (found > 0) return from + found;
    if (end - from > RECORD_BYTES_MAX) break;
    end = from;
  }
  return (await skipLine(content, limit)).end;
}

/** Behind the next line break at or after `position`. */
export async function skipLine(content: Content, position: number): Promise<CutResult> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = position; ;) {
    const count = await content.read(buffer, at);
    const found = buffer.subarray(0, count).indexOf(LINE_BREAK);
    if (found >= 0) return { end: at + found + 1, size: null };
    at += count;
    content.release(at);
    if (count < buffer.length) return { end: null, size: at };
  }
}

/** Behind the last line break in `bytes[start … end)`, or 0. */
function lastLineEnd(bytes: Buffer, start: number, end: number): number {
  const found = bytes.subarray(start, end).lastIndexOf(LINE_BREAK);
  return found < 0 ? 0 : start + found + 1;
}

function grow(buffer: Buffer): Buffer {
  const grown = Buffer.allocUnsafe(Math.min(buffer.length * 2, RECORD_BYTES_MAX + CHUNK_BYTES));
  buffer.copy(grown);
  return grown;
}
