/**
 * What all decoders share: the arena, batches, positions and bad records. A format adds how records of a piece become
 * rows.
 */
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import { RecordError } from '../../plan/values.js';
import type { SourceColumn } from '../../plan/plan.js';
import { Arena } from './arena.js';
import { Cells } from './cells.js';
import { readPieces } from './chunk-pieces.js';
import {
  RECORD_BYTES_MAX,
  ROWS_PER_COLUMN_BATCH_MAX,
  type Decoder,
  type Framing,
  type RawChunk,
  type RecordBounds,
  type RowSink,
} from './format.js';
import { chunkPlace, RowBuffers, type ChunkPlace } from './row-buffers.js';

/** Decoded strings of one batch; a fuller batch is handed over early. */
const SIDE_BYTES_MAX = 4 << 20;
/** How much of bounded records is brought into the arena at once. */
const PIECE_BYTES = 1 << 20;
const BOM = [0xef, 0xbb, 0xbf] as const;

export abstract class RecordDecoder implements Decoder {
  abstract readonly framing: Framing;
  protected readonly arena = new Arena();
  protected readonly buffers: RowBuffers;
  protected readonly cells: Cells;
  /** Rows filled in the current batch. */
  protected row = 0;
  #place: ChunkPlace = { partition: 0, resource: '', base: 0, envelope: null };
  #sink: RowSink | null = null;
  #each: Float64Array | null = null;
  /** Records of the chunk so far, rows or not: the index into listed positions. */
  #record = 0;

  /** `shortcuts`: usual spellings of values are read without the exact parsers of text. */
  constructor(columns: readonly SourceColumn[], shortcuts = true) {
    this.buffers = new RowBuffers(this.arena, columns);
    this.cells = new Cells(this.arena, this.buffers, columns, shortcuts);
  }

  allocate(bytes: number): Uint8Array {
    const address = this.arena.chunkSpace(bytes);
    return new Uint8Array(this.arena.memory.buffer, address, bytes);
  }

  begin(): void {
    this.buffers.begin();
  }

  decode(chunk: RawChunk, sink: RowSink): void {
    this.#sink = sink;
    this.#record = 0;
    this.#each = 'each' in chunk.positions ? chunk.positions.each : null;
    this.row = 0;
    if (chunk.records === undefined) this.#decodeFramed(chunk);
    else this.#decodeBounded(chunk, chunk.records);
    this.#sink = null;
  }

  /** Records that the format's own framing tells apart. */
  #decodeFramed(chunk: RawChunk): void {
    readPieces(this.arena, this.framing, chunk, {
      piece: (at, end, start) => {
        this.#place = chunkPlace(chunk, start, at);
        this.buffers.refresh();
        this.cells.beginPiece(at, end);
        // A byte order mark may stand at the beginning of a file, and nowhere else.
        const first = this.#place.base !== null && this.#place.base + at === 0;
        this.decodePiece(first ? this.#behindBom(at, end) : at, end, first);
        this.flush();
      },
      tooLong: (start, end) => {
        this.#bad(tooLong(), this.#position('base' in chunk.positions ? chunk.positions.base + start : 0), {
          bytes: chunk.heap,
          start,
          end,
        });
        this.#record++;
      },
    });
  }

  /** Records between given bounds, brought into the arena in pieces. */
  #decodeBounded(chunk: RawChunk, { starts, lengths }: RecordBounds): void {
    invariant(this.#each !== null, 'positions of bounded records are listed');
    const count = starts.length;
    for (let first = 0; first < count;) {
      const start = starts[first] ?? 0;
      let end = start;
      let behind = first;
      while (behind < count) {
        const next = (starts[behind] ?? 0) + Math.max(0, lengths[behind] ?? 0);
        if (behind > first && next - start > PIECE_BYTES) break;
        end = Math.max(end, next);
        behind++;
      }
      const address = this.#bringIn(chunk.heap, start, end);
      this.#place = chunkPlace(chunk, start, address);
      this.buffers.refresh();
      this.cells.beginPiece(address, address + end - start);
      for (; first < behind; first++) {
        const at = address + (starts[first] ?? 0) - start;
        const length = lengths[first] ?? 0;
        if (length < 0) this.decodeMissing();
        else this.decodeRecord(at, at + length);
      }
      this.flush();
    }
  }

  /** The address of `heap[start … end)` in the arena. */
  #bringIn(heap: Uint8Array, start: number, end: number): number {
    if (this.arena.owns(heap)) {
      this.arena.clearSide();
      return heap.byteOffset + start;
    }
    const address = this.arena.chunkSpace(end - start);
    this.arena.bytes.set(heap.subarray(start, end), address);
    return address;
  }

  /** Decodes all records at `[at, end)` of the arena; `first`: they begin a file. */
  protected abstract decodePiece(at: number, end: number, first: boolean): void;

  /** Decodes the one record at `[start, end)` of the arena, which has no line break of its own. */
  protected abstract decodeRecord(start: number, end: number): void;

  /** A record without a value: nothing, unless the format makes a row of it. */
  protected decodeMissing(): void {
    this.skipRecord();
  }

  /** `count` rows were filled at once from the current row on, one per record. */
  protected advance(count: number): void {
    if (this.#each !== null) {
      for (let i = 0; i < count; i++) {
        this.buffers.positions[this.row + i] = this.#each[this.#record + i] ?? 0;
        this.buffers.records[this.row + i] = this.#record + i;
      }
    }
    this.#record += count;
    this.row += count;
    if (this.row === ROWS_PER_COLUMN_BATCH_MAX || this.arena.sideBytes > SIDE_BYTES_MAX) this.flush();
  }

  /** The record is nothing at all: an empty line. */
  protected skipRecord(): void {
    this.#record++;
  }

  /**
   * Makes a row of the record at `[start, end)` (without its line break) with `fill`, or a bad record if that throws.
   */
  protected record(start: number, end: number, fill: (row: number, start: number, end: number) => void): void {
    try {
      if (end - start > RECORD_BYTES_MAX) throw tooLong();
      fill(this.row, start, end);
    } catch (error) {
      this.#refuse(error, start, end);
      return;
    }
    this.buffers.startsView[this.row] = start;
    this.buffers.lengthsView[this.row] = end - start;
    this.advance(1);
  }

  /**
   * Makes up to `rowsMax` rows of one record with `fill`, which returns how many it filled from `row` on; or a bad
   * record and no rows if that throws.
   */
  protected recordOfRows(
    start: number,
    end: number,
    rowsMax: number,
    fill: (row: number, start: number, end: number) => number,
  ): void {
    if (this.row + rowsMax > ROWS_PER_COLUMN_BATCH_MAX) this.flush();
    let rows = 0;
    try {
      if (end - start > RECORD_BYTES_MAX) throw tooLong();
      rows = fill(this.row, start, end);
    } catch (error) {
      this.#refuse(error, start, end);
      return;
    }
    const { buffers } = this;
    for (let row = this.row; row < this.row + rows; row++) {
      buffers.startsView[row] = start;
      buffers.lengthsView[row] = end - start;
      buffers.positions[row] = this.#each?.[this.#record] ?? 0;
      buffers.records[row] = this.#record;
    }
    this.#record++;
    this.row += rows;
    if (this.arena.sideBytes > SIDE_BYTES_MAX) this.flush();
  }

  /** The record that filling rows refused with `error`. */
  #refuse(error: unknown, start: number, end: number): void {
    if (!(error instanceof RecordError)) throw error;
    const position = this.#position((this.#place.base ?? 0) + start);
    this.#bad(error, position, { bytes: this.arena.bytes, start, end });
    this.#record++;
  }

  protected flush(): void {
    if (this.#sink !== null) this.buffers.flush(this.row, this.#place, this.#sink);
    this.row = 0;
    this.arena.clearSide();
  }

  #position(base: number): number {
    return this.#each === null ? base : (this.#each[this.#record] ?? 0);
  }

  #bad(error: RecordError, position: number, record: { bytes: Uint8Array; start: number; end: number }): void {
    this.#sink?.bad({
      code: error.code,
      message: error.message,
      partition: this.#place.partition,
      resource: this.#place.resource,
      position,
      raw: record.bytes.subarray(record.start, record.end),
    });
  }

  #behindBom(at: number, end: number): number {
    const found = at + BOM.length <= end && BOM.every((byte, index) => this.arena.bytes[at + index] === byte);
    return found ? at + BOM.length : at;
  }
}

function tooLong(): RecordError {
  return new RecordError('too_long', `expected at most ${String(RECORD_BYTES_MAX)} bytes in a record, found more`);
}
