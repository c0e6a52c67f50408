/** Files of records one after the other: JSON lines, CSV, RAW. Positions are bytes of the uncompressed file. */
import type { Framing } from '../../formats/format.js';
import type { SourceBuffers, SourceReader } from '../connector.js';
import { cutForward, cutLines, type RecordEnds } from './cut.js';
import type { Cut, FileRange, FormatReader } from './format-reader.js';
import type { OpenedFile } from './open-file.js';
import { readRange } from './read.js';

export class RecordReader implements FormatReader {
  readonly whole: boolean;
  readonly #ends: RecordEnds;

  /** `lines`: every line break ends a record. `compressed`: the content is inflated. */
  constructor(framing: Framing, lines: boolean, compressed: boolean) {
    this.#ends = { framing, lines };
    this.whole = compressed;
  }

  async cut(file: OpenedFile, start: number, budget: number, tails: boolean): Promise<Cut | null> {
    const { size } = file.status;
    const end = (at: number, done: boolean): Cut => ({ at, done, bytes: at - start });
    const limit = start + budget;
    if (this.whole) {
      const cut = await cutForward(file.content, start, limit, this.#ends);
      return cut.size === null ? end(cut.end ?? limit, false) : end(cut.size, true);
    }
    if (limit >= size && !tails) return end(size, true);
    if (start >= size) return null;
    const stop = Math.min(limit, size);
    const at = this.#ends.lines
      ? await cutLines(file.content, start, stop)
      : (await cutForward(file.content, start, stop, this.#ends)).end;
    if (at === null) return tails ? null : end(size, true);
    return end(at, at >= size && !tails);
  }

  begin(): void {
    // The decoder counts the rows.
  }

  read(file: OpenedFile, range: FileRange, buffers: SourceBuffers, reader: SourceReader): Promise<void> {
    return readRange(file.content, range, buffers, reader);
  }
}
