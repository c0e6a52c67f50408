/**
 * An append log on the local disk, in segments, for what can't be read again (the socket source). Only one driver has
 * it open: the caller holds an operating-system lock.
 *
 * Segment file `<epoch, 8 digits>-<number, 8 digits>`: the 8 bytes `ESQLWAL1`, then records
 * `"EREC" | length u32 | CRC-32 u32 | payload`, little-endian. The checksum is zlib's CRC-32 (IEEE) of length and
 * payload. Every append is one record and one sync, so a torn write can only be the last record of the last segment.
 */
import { crc32 } from 'node:zlib';
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import type { Disk, ReadHandle, WriteHandle } from '../env.js';

const MAGIC = Buffer.from('ESQLWAL1', 'latin1');
const MARKER = Buffer.from('EREC', 'latin1');
const HEADER_BYTES = 12;
/** A record longer than that is damage, not data. */
export const LOG_RECORD_BYTES_MAX = 64 * 1024 * 1024;
/** Positions at which a valid record behind a bad one is looked for. */
const SEARCHES_MAX = 10_000;

export interface RecordPlace {
  readonly segment: number;
  readonly offset: number;
}

export interface LogRecord {
  readonly payload: Buffer;
  readonly place: RecordPlace;
  /** Where the next record of this segment begins. */
  readonly next: RecordPlace;
}

/** The log is not what it must be; `message` is a sentence part for people. */
export class SegmentLogError extends Error {
  readonly segment: string;

  constructor(segment: string, what: string) {
    super(what);
    this.name = 'SegmentLogError';
    this.segment = segment;
  }
}

interface Segment {
  readonly number: number;
  readonly name: string;
  size: number;
}

export interface SegmentLogOptions {
  readonly epoch: number;
  readonly segmentBytes_max: number;
  /** The first record of every segment: what a reader needs that has lost the segments before. */
  readonly head: () => Uint8Array;
}

export class SegmentLog {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #options: SegmentLogOptions;
  readonly #segments: Segment[] = [];
  #writer: WriteHandle | null = null;
  #reader: { readonly name: string; readonly handle: ReadHandle } | null = null;
  #failure: Error | null = null;

  private constructor(disk: Disk, directory: string, options: SegmentLogOptions) {
    this.#disk = disk;
    this.#directory = directory;
    this.#options = options;
  }

  /**
   * Recovers the log: gives every record to `visit`, cuts a torn last record off, and rejects with `SegmentLogError` if
   * anything else is damaged. When it resolves, what is left is durable, and so is the cut.
   */
  static async open(
    disk: Disk,
    directory: string,
    options: SegmentLogOptions,
    visit: (record: LogRecord) => void,
  ): Promise<SegmentLog> {
    const log = new SegmentLog(disk, directory, options);
    await disk.makeDirectory(directory);
    const names = (await disk.list(directory)).filter((name) => SEGMENT_NAME.test(name));
    const found = names.map((name) => ({ name, number: Number(name.slice(9)) })).sort((a, b) => a.number - b.number);
    for (const [index, { name, number }] of found.entries()) {
      const before = found[index - 1];
      if (before !== undefined && before.number !== number - 1)
        throw new SegmentLogError(name, 'a segment before it is missing');
      await log.#recover(name, number, index === found.length - 1, visit);
    }
    return log;
  }

  /** Bytes on the disk. */
  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.size, 0);
  }

  /** Where the next record will stand, unless a new segment begins with it. */
  get end(): RecordPlace {
    const last = this.#segments.at(-1);
    return { segment: last?.number ?? 0, offset: last?.size ?? 0 };
  }

  /**
   * Appends one record; durable when this resolves. After a failure the log takes nothing more (fsync is never tried
   * again).
   */
  async append(payload: Uint8Array): Promise<RecordPlace> {
    if (this.#failure !== null) throw this.#failure;
    invariant(payload.length > 0 && payload.length <= LOG_RECORD_BYTES_MAX, 'a record within its limits');
    try {
      const writer = await this.#writable();
      const segment = this.#segments.at(-1);
      invariant(segment !== undefined, 'a segment is open');
      const place = { segment: segment.number, offset: segment.size };
      await writer.write(frame(payload));
      await writer.sync();
      segment.size += HEADER_BYTES + payload.length;
      return place;
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }

  /** The record at `place`, going on to the next segment at the end of one; null at the end of the log. */
  async read(place: RecordPlace): Promise<LogRecord | null> {
    let index = this.#segments.findIndex((segment) => segment.number === place.segment);
    let { offset } = place;
    for (
      let segment = this.#segments[index];
      segment !== undefined;
      segment = this.#segments[++index], offset = MAGIC.length
    ) {
      if (offset >= segment.size) continue;
      const handle = await this.#readable(segment.name);
      const header = Buffer.alloc(HEADER_BYTES);
      const length = (await handle.read(header, offset)) === HEADER_BYTES ? payloadLength(header) : null;
      if (length === null) throw new SegmentLogError(segment.name, `the record at byte ${offset} is damaged`);
      const payload = Buffer.allocUnsafe(length);
      const count = await handle.read(payload, offset + HEADER_BYTES);
      if (count < length || !checksumHolds(header, payload)) {
        throw new SegmentLogError(segment.name, `the record at byte ${offset} is damaged`);
      }
      return {
        payload,
        place: { segment: segment.number, offset },
        next: { segment: segment.number, offset: offset + HEADER_BYTES + length },
      };
    }
    return null;
  }

  /**
   * Removes all segments before `segment`; the last one stays. One at a time, each durably: a power loss that kept the
   * removal of a later one only would leave a gap.
   */
  async trim(segment: number): Promise<void> {
    for (let first = this.#segments[0]; first !== undefined && first.number < segment && this.#segments.length > 1;) {
      if (this.#reader?.name === first.name) await this.#closeReader();
      await this.#disk.remove(this.#path(first.name));
      await this.#disk.syncDirectory(this.#directory);
      this.#segments.shift();
      first = this.#segments[0];
    }
  }

  async close(): Promise<void> {
    await this.#closeReader();
    const writer = this.#writer;
    this.#writer = null;
    await writer?.close();
  }

  async #recover(name: string, number: number, isLast: boolean, visit: (record: LogRecord) => void): Promise<void> {
    const bytes = Buffer.from(await this.#disk.read(this.#path(name)));
    const segment: Segment = { number, name, size: bytes.length };
    if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
      if (!isLast || findRecord(bytes, 0)) throw new SegmentLogError(name, 'it does not begin as a segment does');
      // Crashed while it was made: nothing in it was ever durable.
      await this.#disk.remove(this.#path(name));
      await this.#disk.syncDirectory(this.#directory);
      return;
    }
    let offset = MAGIC.length;
    for (let record = recordAt(bytes, offset); record !== null; record = recordAt(bytes, offset)) {
      const next = { segment: number, offset: offset + HEADER_BYTES + record.length };
      visit({ payload: record, place: { segment: number, offset }, next });
      offset = next.offset;
    }
    if (offset < bytes.length) {
      if (!isLast) throw new SegmentLogError(name, `the record at byte ${offset} is damaged`);
      if (findRecord(bytes, offset + 1)) {
        throw new SegmentLogError(name, `the record at byte ${offset} is damaged, and there are others behind it`);
      }
      await this.#disk.truncate(this.#path(name), offset);
      segment.size = offset;
    }
    if (isLast) await this.#makeDurable(name);
    this.#segments.push(segment);
  }

  /**
   * Before anything is appended: else a second crash could find new records behind the torn one. And before anybody
   * acts on what was found: a process that died between write and sync leaves records that only the system's memory
   * has, and they would be acknowledged now and lost with the power.
   */
  async #makeDurable(name: string): Promise<void> {
    const handle = await this.#disk.append(this.#path(name));
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await this.#disk.syncDirectory(this.#directory);
  }

  /** The last segment if this process made it and it has room, else a new one. */
  async #writable(): Promise<WriteHandle> {
    const last = this.#segments.at(-1);
    if (this.#writer !== null && last !== undefined && last.size < this.#options.segmentBytes_max) return this.#writer;
    await this.#writer?.close();
    this.#writer = null;
    const number = (last?.number ?? 0) + 1;
    const name = `${digits(this.#options.epoch)}-${digits(number)}`;
    const writer = await this.#disk.create(this.#path(name));
    const head = Buffer.concat([MAGIC, frame(this.#options.head())]);
    await writer.write(head);
    await writer.sync();
    await this.#disk.syncDirectory(this.#directory);
    this.#writer = writer;
    this.#segments.push({ number, name, size: head.length });
    return writer;
  }

  async #readable(name: string): Promise<ReadHandle> {
    if (this.#reader?.name === name) return this.#reader.handle;
    await this.#closeReader();
    this.#reader = { name, handle: await this.#disk.open(this.#path(name)) };
    return this.#reader.handle;
  }

  async #closeReader(): Promise<void> {
    const reader = this.#reader;
    this.#reader = null;
    await reader?.handle.close();
  }

  #path(name: string): string {
    return `${this.#directory}/${name}`;
  }
}

const SEGMENT_NAME = /^\d{8}-\d{8}$/u;

function digits(value: number): string {
  return String(value).padStart(8, '0');
}

function frame(payload: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  MARKER.copy(record, 0);
  record.writeUInt32LE(payload.length, 4);
  record.writeUInt32LE(crc32(payload, crc32(record.subarray(4, 8))), 8);
  record.set(payload, HEADER_BYTES);
  return record;
}

/** Null if this is no header of a record. */
function payloadLength(header: Buffer): number | null {
  if (!header.subarray(0, MARKER.length).equals(MARKER)) return null;
  const length = header.readUInt32LE(4);
  return length > 0 && length <= LOG_RECORD_BYTES_MAX ? length : null;
}

function checksumHolds(header: Buffer, payload: Buffer): boolean {
  return crc32(payload, crc32(header.subarray(4, 8))) === header.readUInt32LE(8);
}

function recordAt(bytes: Buffer, offset: number): Buffer | null {
  if (offset + HEADER_BYTES > bytes.length) return null;
  const header = bytes.subarray(offset, offset + HEADER_BYTES);
  const length = payloadLength(header);
  if (length === null || offset + HEADER_BYTES + length > bytes.length) return null;
  const payload = bytes.subarray(offset + HEADER_BYTES, offset + HEADER_BYTES + length);
  return checksumHolds(header, payload) ? payload : null;
}

/** Whether a valid record begins anywhere at or after `offset`. */
function findRecord(bytes: Buffer, offset: number): boolean {
  let at = bytes.indexOf(MARKER, offset);
  for (let searches = 0; at >= 0 && searches < SEARCHES_MAX; searches++) {
    if (recordAt(bytes, at) !== null) return true;
    at = bytes.indexOf(MARKER, at + 1);
  }
  // So many markers and not one record: rather refuse than cut off what may be data.
  return at >= 0;
}
