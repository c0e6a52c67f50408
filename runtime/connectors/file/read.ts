/** Delivers the records of one range of a file, straight into the decoder's memory. */
import { RECORD_BYTES_MAX } from '../../formats/format.js';
import type { SourceBuffers, SourceReader } from '../connector.js';
import type { Content } from './content.js';
import { CHUNK_BYTES, skipLine } from './cut.js';
import { changed } from './identity.js';

export interface FileRange {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Chunks of 1 MiB, more only where a record is longer. There is no second buffer to read ahead into: the decoder's memory is
 * one, and copying into it costs as much as reading from the page cache does.
 *
 * Of a record beyond RECORD_BYTES_MAX a little more than that is delivered, so that the decoder finds it too long; the rest is
 * skipped.
 */
export async function readRange(
  content: Content,
  range: FileRange,
  buffers: SourceBuffers,
  reader: SourceReader,
): Promise<void> {
  let position = range.start;
  let wanted = CHUNK_BYTES;
  while (position < range.end) {
    const length = Math.min(wanted, range.end - position);
    const heap = buffers.allocate(length).subarray(0, length);
    if ((await content.read(heap, position)) < length) {
      throw changed(range.file, `${range.end} bytes`, 'fewer');
    }
    const isLast = position + length === range.end;
    const end = isLast && length <= RECORD_BYTES_MAX ? length : buffers.framing.lastRecordEnd(heap, 0, length);
    if (end === 0 && length <= RECORD_BYTES_MAX) {
      wanted = Math.min(wanted * 2, RECORD_BYTES_MAX + 1);
      continue;
    }
    const delivered = end === 0 ? length : end;
    reader.bytes({
      heap,
      start: 0,
      end: delivered,
      partition: 0,
      resource: range.file,
      positions: { base: position },
    });
    position += delivered;
    if (end === 0 && position < range.end) position = Math.min((await skipLine(content, position)).end ?? range.end, range.end);
    content.release(position);
    wanted = CHUNK_BYTES;
  }
}
