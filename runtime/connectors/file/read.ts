/** Delivers the records of one range of a file, straight into the decoder's memory. */
import { RECORD_BYTES_MAX, type Framing } from '../../formats/format.js';
import type { SourceBuffers, SourceReader } from '../connector.js';
import type { Content } from './content.js';
import { CHUNK_BYTES, skipLine } from './cut.js';
import type { FileRange } from './format-reader.js';
import { changed } from './identity.js';

/**
 * Chunks of 1 MiB, more only where a record is longer. There is no second buffer to read ahead into: the decoder's
 * memory is one, and copying into it costs as much as reading from the page cache does.
 *
 * Of a record beyond RECORD_BYTES_MAX a little more than that is delivered, so that the decoder finds it too long; the
 * rest is skipped.
 */
export async function readRange(
  content: Content,
  range: FileRange,
  buffers: SourceBuffers,
  reader: SourceReader,
): Promise<void> {
  if (range.start > 0 && range.start < range.end && buffers.framing.header === true) {
    await deliverHeader(content, range.file, buffers, reader);
  }
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
    if (end === 0 && position < range.end)
      position = Math.min((await skipLine(content, position)).end ?? range.end, range.end);
    content.release(position);
    wanted = CHUNK_BYTES;
  }
}

/** The first record of the file, for a range from its middle: a decoder that was just started has not seen it. */
async function deliverHeader(
  content: Content,
  file: string,
  buffers: SourceBuffers,
  reader: SourceReader,
): Promise<void> {
  content.header ??= await readHeader(content, buffers.framing);
  const { length } = content.header;
  const heap = buffers.allocate(length).subarray(0, length);
  heap.set(content.header);
  reader.bytes({ heap, start: 0, end: length, partition: 0, resource: file, positions: { base: 0 } });
}

async function readHeader(content: Content, framing: Framing): Promise<Uint8Array> {
  for (let size = HEADER_BYTES; ; size *= 2) {
    const bytes = Buffer.alloc(size);
    const count = await content.read(bytes, 0);
    // The framing tells the end of the last record; the first one is the shortest beginning that it takes for a record.
    for (let end = bytes.indexOf(LINE_BREAK) + 1; end > 0 && end <= count; end = bytes.indexOf(LINE_BREAK, end) + 1) {
      if (framing.lastRecordEnd(bytes, 0, end) === end) return bytes.subarray(0, end);
    }
    if (count < size || size > RECORD_BYTES_MAX) return bytes.subarray(0, count);
  }
}

const HEADER_BYTES = 16 * 1024;
const LINE_BREAK = 10;
