/**
 * Object container files: a header with the schema and the codec, then blocks of records, each followed by the file's
 * sync marker. Positions are numbers of records. Where the blocks are is found by walking over them from the start,
 * once per opened file.
 */
import type { FileBytes } from '../file-bytes.js';
import { parseAvroSchema, type AvroRecord } from '../../../plan/formats/avro/schema.js';
import { RecordError } from '../../../plan/values.js';
import { BLOCK_BYTES_MAX, expandBlock, isAvroCodec, type AvroCodec } from './codecs.js';
import { AvroCursor } from './cursor.js';
import { damaged } from './problem.js';
import { skipAvro } from './skip.js';

/** Positional reads of a file. */
/** A block of records, expanded, and where they are in it. */
export interface ContainerBlock {
  readonly firstRow: number;
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
}

interface BlockPlace {
  readonly firstRow: number;
  readonly rows: number;
  readonly at: number;
  readonly size: number;
}

const MAGIC = [0x4f, 0x62, 0x6a, 0x01] as const;
const SYNC_BYTES = 16;
/** Two varints of 64 bits. */
const BLOCK_HEADER_BYTES = 20;
const HEADER_BYTES_AT_FIRST = 16 * 1024;
const HEADER_BYTES_MAX = 8 * 1024 * 1024;
const WINDOW_BYTES = 1024 * 1024;
/** Bounds what a block of records without bytes may claim. */
const BLOCK_ROWS_MAX = 4 * 1024 * 1024;
/** Compressed blocks become larger; by how much is only known by expanding them. */
const EXPANSION = 4;

interface Header {
  readonly record: AvroRecord;
  readonly codec: AvroCodec;
  readonly sync: Uint8Array;
  readonly end: number;
}

export class AvroContainer {
  readonly record: AvroRecord;
  readonly #bytes: FileBytes;
  readonly #header: Header;
  readonly #places: BlockPlace[] = [];
  /** Where the walk over the blocks has come to, and the rows before. */
  #walked: number;
  #rows = 0;
  #window = new Uint8Array(0);
  #windowStart = 0;
  /** The block expanded last. */
  #block: ContainerBlock | null = null;

  private constructor(bytes: FileBytes, header: Header) {
    this.record = header.record;
    this.#bytes = bytes;
    this.#header = header;
    this.#walked = header.end;
  }

  /** Rejects with AvroFileError if it is no such file. */
  static async open(bytes: FileBytes): Promise<AvroContainer> {
    for (let size = HEADER_BYTES_AT_FIRST; ; size *= 4) {
      const start = new Uint8Array(Math.min(size, bytes.size));
      if ((await bytes.read(start, 0)) < start.length) throw damaged('it is shorter than its size says');
      const header = readHeader(start, start.length === bytes.size || size >= HEADER_BYTES_MAX);
      if (header !== null) return new AvroContainer(bytes, header);
    }
  }

  /** Behind the last of the rows from `start` on that have about `bytes_max` bytes; at least one, if there is one. */
  async cut(start: number, bytes_max: number): Promise<{ end: number; bytes: number; done: boolean }> {
    let end = start;
    let bytes = 0;
    const expansion = this.#header.codec === 'null' ? 1 : EXPANSION;
    for (let place = await this.#placeOf(end); place !== null; place = await this.#placeOf(end)) {
      const bytesPerRow = Math.max(1, (place.size * expansion) / place.rows);
      const left = place.firstRow + place.rows - end;
      const fitting = Math.min(left, Math.floor((bytes_max - bytes) / bytesPerRow));
      const taken = end === start ? Math.max(1, fitting) : fitting;
      if (taken <= 0) return { end, bytes, done: false };
      end += taken;
      bytes += taken * bytesPerRow;
      if (taken < left) return { end, bytes, done: false };
    }
    return { end, bytes, done: true };
  }

  /** The block that holds a row. Rejects with AvroFileError, also if there is no such row. */
  async blockOf(row: number): Promise<ContainerBlock> {
    const known = this.#block;
    if (known !== null && row >= known.firstRow && row < known.firstRow + known.starts.length) return known;
    const place = await this.#placeOf(row);
    if (place === null) throw damaged(`it has fewer than ${String(row + 1)} records`);
    const packed = new Uint8Array(place.size);
    if ((await this.#bytes.read(packed, place.at)) < place.size) throw damaged('it is shorter than its size says');
    const bytes = expandBlock(this.#header.codec, packed);
    this.#block = { firstRow: place.firstRow, bytes, ...recordBounds(this.record, bytes, place.rows) };
    return this.#block;
  }

  async #placeOf(row: number): Promise<BlockPlace | null> {
    while (row >= this.#rows) {
      if (this.#walked === this.#bytes.size) return null;
      await this.#walk();
    }
    let low = 0;
    let high = this.#places.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#places[middle]?.firstRow ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    return this.#places[low] ?? null;
  }

  /** Goes over one block. */
  async #walk(): Promise<void> {
    const { size: fileSize } = this.#bytes;
    const start = this.#walked;
    const head = await this.#part(start, Math.min(BLOCK_HEADER_BYTES, fileSize - start));
    const cursor = new AvroCursor();
    cursor.reset(head, 0, head.length);
    const rows = guarded(cursor, () => cursor.number());
    const size = guarded(cursor, () => cursor.number());
    const at = start + cursor.at;
    if (rows < 0 || size < 0 || rows > BLOCK_ROWS_MAX || size > BLOCK_BYTES_MAX) {
      throw damaged(`the block at byte ${String(start)} has a wrong size or number of records`);
    }
    const end = at + size + SYNC_BYTES;
    if (end > fileSize) throw damaged('it ends in the middle of a block');
    const sync = await this.#part(at + size, SYNC_BYTES);
    if (!sync.every((byte, i) => byte === this.#header.sync[i])) {
      throw damaged(`the block at byte ${String(start)} does not end with the file's sync marker`);
    }
    if (rows > 0) this.#places.push({ firstRow: this.#rows, rows, at, size });
    this.#rows += rows;
    this.#walked = end;
  }

  /** A few bytes of the file, from a window that moves forward. */
  async #part(start: number, count: number): Promise<Uint8Array> {
    const end = start + count;
    if (start < this.#windowStart || end > this.#windowStart + this.#window.length) {
      const window = new Uint8Array(Math.min(WINDOW_BYTES, this.#bytes.size - start));
      if ((await this.#bytes.read(window, start)) < window.length) throw damaged('it is shorter than its size says');
      this.#window = window;
      this.#windowStart = start;
    }
    return this.#window.subarray(start - this.#windowStart, end - this.#windowStart);
  }
}

/** Null: the header may go on behind these bytes. */
function readHeader(bytes: Uint8Array, isAll: boolean): Header | null {
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) throw damaged('it does not begin as an Avro container file does');
  const cursor = new AvroCursor();
  cursor.reset(bytes, MAGIC.length, bytes.length);
  const entries = new Map<string, Uint8Array>();
  let sync: Uint8Array;
  try {
    for (let count = cursor.blockCount(); count > 0; count = cursor.blockCount()) {
      for (let i = 0; i < count; i++) {
        const key = text(cursor);
        const length = cursor.length();
        const at = cursor.take(length);
        entries.set(key, bytes.subarray(at, at + length));
      }
    }
    const at = cursor.take(SYNC_BYTES);
    sync = bytes.slice(at, at + SYNC_BYTES);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    if (!isAll) return null;
    throw damaged('its header is cut off', error);
  }
  const codec = decodeText(entries.get('avro.codec') ?? new Uint8Array(0));
  const name = codec === '' ? 'null' : codec;
  if (!isAvroCodec(name))
    throw damaged(`it is compressed with ${JSON.stringify(name.slice(0, 20))}, which is not read`);
  const schema = entries.get('avro.schema');
  if (schema === undefined) throw damaged('its header has no schema');
  const parsed = parseAvroSchema(decodeText(schema));
  if (!parsed.ok) throw damaged(`its schema can't be used: ${parsed.why}`);
  return { record: parsed.record, codec: name, sync, end: cursor.at };
}

/** Where the records of a block are; it has exactly so many. */
function recordBounds(
  record: AvroRecord,
  bytes: Uint8Array,
  rows: number,
): { starts: Int32Array; lengths: Int32Array } {
  const starts = new Int32Array(rows);
  const lengths = new Int32Array(rows);
  const cursor = new AvroCursor();
  cursor.reset(bytes, 0, bytes.length);
  guarded(cursor, () => {
    for (let row = 0; row < rows; row++) {
      const start = cursor.at;
      skipAvro(record, cursor);
      starts[row] = start;
      lengths[row] = cursor.at - start;
    }
  });
  if (cursor.at !== bytes.length) throw damaged('a block has more bytes than its records');
  return { starts, lengths };
}

function guarded<T>(cursor: AvroCursor, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    throw damaged(`a block is not readable by the file's schema (at its byte ${String(cursor.at)})`, error);
  }
}

function text(cursor: AvroCursor): string {
  const length = cursor.length();
  const at = cursor.take(length);
  return decodeText(cursor.bytes.subarray(at, at + length));
}

function decodeText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}
