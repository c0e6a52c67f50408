/**
 * The write-ahead log of one socket source: records get sequence numbers in the order in which they became durable, and
 * the last number of every producer is kept, so that a frame sent again is recognised.
 */
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import { DiskError, type DiskLock, type Env } from '../../env.js';
import { SegmentLog, SegmentLogError, type LogRecord, type RecordPlace } from '../../wal/segment-log.js';
import { makeFolderDurably } from '../../storage/durable-folder.js';
import { connectorError } from '../messages.js';
import type { Frame } from './frames.js';
import { decodeEntry, encodeFrames, encodeHead, type LogEntry } from './records.js';

export interface SocketLogOptions {
  readonly directory: string;
  readonly epoch: number;
  readonly segmentBytes_max: number;
  /** For messages. */
  readonly place: string;
}

const PRODUCERS_MAX = 4096;
/** Records in between are found by reading on from the mark before them. */
const MARK_BYTES = 64 * 1024;

/** A place in the log where a sequence number is known. */
interface Mark {
  readonly sequence: number;
  readonly place: RecordPlace;
  /** Payload bytes of all records before. */
  readonly bytes: number;
}

export interface FrameGroup {
  readonly first: number;
  readonly lengths: Uint32Array;
  readonly bytes: Buffer;
}

export class SocketLog {
  readonly #options: SocketLogOptions;
  readonly #lock: DiskLock;
  readonly #producers = new Map<string, number>();
  #log: SegmentLog | null = null;
  #marks: Mark[] = [];
  /** Sequence of the first record of each segment. */
  readonly #segmentFirsts = new Map<number, number>();
  #first = 0;
  #end = 0;
  #bytes = 0;
  #recovered = false;

  private constructor(options: SocketLogOptions, lock: DiskLock) {
    this.#options = options;
    this.#lock = lock;
  }

  static async open(env: Env, options: SocketLogOptions): Promise<SocketLog> {
    const { disk } = env;
    return guarded(options.place, async () => {
      await makeFolderDurably(disk, options.directory);
      const lock = await disk.lock(`${options.directory}/lock.db`);
      if (lock === null) {
        throw connectorError('ESQL8426', {}, { place: options.place, hint: 'Stop the other driver first.' });
      }
      const log = new SocketLog(options, lock);
      try {
        const { epoch, segmentBytes_max, directory } = options;
        const head = (): Uint8Array => encodeHead(log.#end, log.#producers);
        log.#log = await SegmentLog.open(disk, directory, { epoch, segmentBytes_max, head }, (record) => {
          log.#recover(record);
        });
        return log;
      } catch (error) {
        await lock.release();
        throw error;
      }
    });
  }

  /** The first sequence that can be read. */
  get first(): number {
    return this.#first;
  }

  /** Behind the last durable record. */
  get end(): number {
    return this.#end;
  }

  /** Bytes on the disk. */
  get diskBytes(): number {
    return this.#log?.bytes ?? 0;
  }

  get producers(): ReadonlyMap<string, number> {
    return this.#producers;
  }

  isDuplicate(frame: Frame): boolean {
    return frame.producer !== null && frame.number <= (this.#producers.get(frame.producer) ?? 0);
  }

  /** Durable when it resolves. The frames are new: no duplicates. */
  async append(frames: readonly Frame[]): Promise<void> {
    if (frames.length === 0) return;
    const log = this.#log;
    invariant(log !== null, 'the log is open');
    const accepted = new Map(this.#producers);
    for (const { producer, number } of frames) if (producer !== null) accepted.set(producer, number);
    if (accepted.size > PRODUCERS_MAX) {
      throw connectorError(
        'ESQL8424',
        { what: 'producers', limit: PRODUCERS_MAX },
        { place: this.#options.place, hint: 'Let senders keep their names when they connect again.' },
      );
    }
    const payload = encodeFrames(this.#end, frames);
    await guarded(this.#options.place, async () => {
      const place = await log.append(payload);
      this.#note(this.#end, place, payload.length);
    });
    for (const [producer, number] of accepted) this.#producers.set(producer, number);
    this.#end += frames.length;
  }

  /**
   * The end of a range that begins at `start` and takes about `bytes_max` bytes, at least something. It lies between
   * records of the log.
   */
  rangeEnd(start: number, bytes_max: number): number {
    const from = this.#markBefore(start)?.bytes ?? 0;
    if (this.#bytes - from <= bytes_max) return this.#end;
    let end: number | null = null;
    for (const mark of this.#marks) {
      if (mark.sequence <= start) continue;
      if (end !== null && mark.bytes - from > bytes_max) break;
      end = mark.sequence;
    }
    return end ?? this.#end;
  }

  /** The groups that hold `[start, end)`, in order; the first and last may hold more. */
  async *read(start: number, end: number): AsyncGenerator<FrameGroup> {
    const mark = this.#markBefore(start);
    let next = start;
    let place: RecordPlace | null = mark?.place ?? null;
    while (next < end) {
      const found = place === null ? null : await guarded(this.#options.place, () => this.#readEntry(place));
      if (found === null) throw this.#damaged(`record ${next} is missing`);
      place = found.next;
      if (found.entry.kind === 'head' || found.entry.first + found.entry.lengths.length <= next) continue;
      if (found.entry.first > next) throw this.#damaged(`record ${next} is missing`);
      next = found.entry.first + found.entry.lengths.length;
      yield found.entry;
    }
  }

  /** Removes segments whose records are all before `sequence`. */
  async trim(sequence: number): Promise<void> {
    let keep = 0;
    for (const [segment, first] of this.#segmentFirsts) if (first <= sequence) keep = Math.max(keep, segment);
    await guarded(this.#options.place, async () => this.#log?.trim(keep));
    for (const segment of [...this.#segmentFirsts.keys()]) if (segment < keep) this.#segmentFirsts.delete(segment);
    this.#marks = this.#marks.filter((mark) => mark.place.segment >= keep);
    this.#first = Math.max(this.#first, this.#segmentFirsts.get(keep) ?? this.#first);
  }

  async close(): Promise<void> {
    await this.#log?.close();
    await this.#lock.release();
  }

  #recover(record: LogRecord): void {
    const entry = decodeEntry(record.payload);
    if (entry === null) throw this.#damaged(`the record at byte ${record.place.offset} can't be read`);
    const sequence = entry.kind === 'head' ? entry.next : entry.first;
    if (!this.#recovered) {
      this.#recovered = true;
      this.#first = sequence;
      this.#end = sequence;
    }
    if (sequence !== this.#end) throw this.#damaged(`expected record ${this.#end}, found record ${sequence}`);
    this.#note(sequence, record.place, entry.kind === 'head' ? 0 : record.payload.length);
    for (const [producer, number] of entry.producers) this.#producers.set(producer, number);
    if (entry.kind === 'frames') this.#end += entry.lengths.length;
  }

  #note(sequence: number, place: RecordPlace, bytes: number): void {
    if (!this.#segmentFirsts.has(place.segment)) this.#segmentFirsts.set(place.segment, sequence);
    const last = this.#marks.at(-1);
    if (last === undefined || last.place.segment !== place.segment || this.#bytes - last.bytes >= MARK_BYTES) {
      this.#marks.push({ sequence, place, bytes: this.#bytes });
    }
    this.#bytes += bytes;
  }

  #markBefore(sequence: number): Mark | undefined {
    let low = 0;
    let high = this.#marks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#marks[middle]?.sequence ?? 0) <= sequence) low = middle + 1;
      else high = middle;
    }
    return this.#marks[low - 1];
  }

  async #readEntry(
    place: RecordPlace | null,
  ): Promise<{ readonly entry: LogEntry; readonly next: RecordPlace } | null> {
    const record = place === null ? null : ((await this.#log?.read(place)) ?? null);
    if (record === null) return null;
    const entry = decodeEntry(record.payload);
    if (entry === null) throw this.#damaged(`the record at byte ${record.place.offset} can't be read`);
    return { entry, next: record.next };
  }

  #damaged(why: string): Error {
    return logDamaged(this.#options.place, why);
  }
}

function logDamaged(place: string, why: string, cause?: unknown): Error {
  return connectorError(
    'ESQL8421',
    { why },
    {
      place,
      facts: ['What a socket delivered can only be read again from this log.'],
      hint: 'Restore the checkpoint folder from a copy, or start with an empty sink and a new checkpoint folder.',
      cause,
    },
  );
}

/** Errors of the disk and of the log become diagnostics; others pass unchanged. */
async function guarded<T>(place: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof SegmentLogError) throw logDamaged(place, `segment ${error.segment}: ${error.message}`, error);
    if (!(error instanceof DiskError)) throw error;
    const hint =
      error.code === 'ENOSPC' || error.code === 'EDQUOT'
        ? 'Free space on this disk, then start the job again: nothing that was acknowledged is lost.'
        : 'Check the checkpoint folder, then start the job again.';
    throw connectorError('ESQL8425', { code: error.code }, { place: error.path, hint, cause: error });
  }
}
