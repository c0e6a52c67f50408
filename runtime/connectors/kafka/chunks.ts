/**
 * Records to chunks for the decoder. The records of a batch are copied once, into memory that the decoder reads fastest
 * from; there the values move together, each followed by a line feed, so that a format of lines (JSON) sees lines and
 * its fast scanner works unchanged. A value that itself holds a line feed, and formats that are not of lines, get the
 * bounds of every record beside it.
 */
import type { SourceBuffers, SourceReader } from '../connector.js';
import type { RawChunk } from '../../formats/format.js';
import { EnvelopeBuilder, type EnvelopeParts } from './envelope.js';
import { BatchError, VarintCursor, type RecordBatch } from './record-batch.js';

const LINE_FEED = 0x0a;
const CHUNK_BYTES = 1 << 20;
const RECORDS_FIRST = 4096;

export interface ChunkShape {
  readonly partition: number;
  readonly resource: string;
  /** Records are lines for the decoder where no value holds a line feed; otherwise bounds are always given. */
  readonly lines: boolean;
  /** A record without value: left out, or a record of its own (-1 as length). */
  readonly missing: 'skip' | 'deliver';
  /** What beside the values is needed; null = nothing. */
  readonly envelope: EnvelopeParts | null;
}

/** Collects the records of one partition and hands them to the reader in chunks of about 1 MiB. */
export class ChunkWriter {
  readonly #buffers: SourceBuffers;
  readonly #reader: SourceReader;
  readonly #shape: ChunkShape;
  readonly #envelope: EnvelopeBuilder | null;
  #memory: Uint8Array | null = null;
  /** Behind the last value in `memory`. */
  #used = 0;
  #count = 0;
  #multiline = false;
  #offsets = new Float64Array(RECORDS_FIRST);
  #starts = new Int32Array(RECORDS_FIRST);
  #lengths = new Int32Array(RECORDS_FIRST);

  constructor(buffers: SourceBuffers, reader: SourceReader, shape: ChunkShape) {
    this.#buffers = buffers;
    this.#reader = reader;
    this.#shape = shape;
    this.#envelope = shape.envelope === null ? null : new EnvelopeBuilder(shape.envelope);
  }

  /**
   * The records of `batch` whose offsets are in `[from, to)`; `records` are its records, decompressed, and stay as they
   * are until it resolves. What is full is handed over.
   */
  async add(batch: RecordBatch, records: Uint8Array, from: number, to: number): Promise<void> {
    let walked = 0;
    for (let at = 0; at < records.length;) {
      const left = records.length - at;
      const wanted = Math.min(left, CHUNK_BYTES / 2);
      if (!this.#hasRoom(wanted)) await this.flush();
      const memory = this.#room(wanted);
      const target = this.#used;
      const taken = Math.min(left, memory.length - target);
      memory.set(records.subarray(at, at + taken), target);
      const step = this.#walk(batch, memory, target, target + taken, from, to);
      walked += step.records;
      at += step.bytes;
      if (at === records.length) break;
      // Not even one record fits in what was left: it gets memory of its own size.
      await this.flush();
      if (step.bytes === 0) this.#room(recordBytes(batch, records, at));
    }
    if (walked !== batch.recordCount) throw damaged(batch, `${String(walked)} of ${String(batch.recordCount)} records`);
  }

  /** Hands over what is collected. */
  async flush(): Promise<void> {
    const memory = this.#memory;
    const count = this.#count;
    this.#memory = null;
    if (memory === null || count === 0) {
      this.#reset();
      return;
    }
    const { partition, resource, lines } = this.#shape;
    const bounded = !lines || this.#multiline;
    const chunk: RawChunk = {
      heap: memory,
      start: 0,
      end: this.#used,
      partition,
      resource,
      positions: { each: this.#offsets.subarray(0, count) },
      ...(bounded
        ? { records: { starts: this.#starts.subarray(0, count), lengths: this.#lengths.subarray(0, count) } }
        : {}),
      ...(this.#envelope === null ? {} : { envelope: this.#envelope.build(count) }),
    };
    if (this.#buffers.prepare !== undefined) await this.#buffers.prepare(chunk);
    this.#reader.bytes(chunk);
    this.#reset();
  }

  #reset(): void {
    this.#used = 0;
    this.#count = 0;
    this.#multiline = false;
    this.#envelope?.clear();
  }

  #hasRoom(bytes: number): boolean {
    return this.#memory === null || this.#memory.length - this.#used >= bytes;
  }

  /** Memory with at least `bytes` behind what is used, which `hasRoom` has seen. */
  #room(bytes: number): Uint8Array {
    this.#memory ??= this.#buffers.allocate(Math.max(CHUNK_BYTES, bytes));
    return this.#memory;
  }

  /**
   * Walks the complete records at `[at, end)` of the memory and moves their values to the used part. A value never
   * moves to where records are still to be read: each has at least seven bytes of its own beside its value.
   */
  #walk(
    batch: RecordBatch,
    memory: Uint8Array,
    begin: number,
    end: number,
    from: number,
    to: number,
  ): { readonly records: number; readonly bytes: number } {
    const { baseOffset } = batch;
    const skipMissing = this.#shape.missing === 'skip';
    const lines = this.#shape.lines;
    const envelope = this.#envelope;
    const cursor = new VarintCursor(memory, begin, end);
    let at = begin;
    let records = 0;
    let used = this.#used;
    // The next line feed: it is looked for only when the walk has passed it.
    let feed = -1;
    while (at < end) {
      cursor.at = at;
      const size = cursor.next();
      const next = cursor.at + size;
      if (next > end || cursor.at > end) break;
      if (size < 6) throw damaged(batch, 'a record that is too short');
      cursor.at += 1;
      const timeDelta = cursor.next();
      const offset = baseOffset + cursor.next();
      const keyLength = cursor.next();
      const key = cursor.at;
      if (keyLength > 0) cursor.at += keyLength;
      const length = cursor.next();
      const value = cursor.at;
      const valueEnd = length < 0 ? value : value + length;
      if (valueEnd >= next) throw damaged(batch, 'a record whose parts do not fit');
      records += 1;
      at = next;
      if (offset < from || offset >= to || (length < 0 && skipMissing)) continue;
      envelope?.add(batch, memory, { timeDelta, key, keyLength, headers: valueEnd, end: next });
      if (lines && length >= 0) {
        if (feed < value) {
          feed = memory.indexOf(LINE_FEED, value);
          if (feed < 0) feed = Infinity;
        }
        if (feed < valueEnd) this.#multiline = true;
      }
      this.#note(offset, used, length);
      if (length > 0) memory.copyWithin(used, value, valueEnd);
      used += Math.max(0, length);
      memory[used] = LINE_FEED;
      used += 1;
    }
    this.#used = used;
    return { records, bytes: at - begin };
  }

  #note(offset: number, start: number, length: number): void {
    const index = this.#count;
    if (index === this.#offsets.length) {
      this.#offsets = grown(this.#offsets, new Float64Array(index * 2));
      this.#starts = grown(this.#starts, new Int32Array(index * 2));
      this.#lengths = grown(this.#lengths, new Int32Array(index * 2));
    }
    this.#offsets[index] = offset;
    this.#starts[index] = start;
    this.#lengths[index] = length;
    this.#count = index + 1;
  }
}

function grown<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** The size of the record at `at` with its length in front. */
function recordBytes(batch: RecordBatch, records: Uint8Array, at: number): number {
  const cursor = new VarintCursor(records, at, records.length);
  const end = cursor.next() + cursor.at;
  if (end <= at || end > records.length) throw damaged(batch, 'a record that is cut off');
  return end - at;
}

function damaged(batch: RecordBatch, found: string): BatchError {
  return new BatchError('damaged', batch.baseOffset, `found ${found}`);
}
