/**
 * Record batches (message format v2) walked where they lie, and the rows of aborted transactions left out as the Java
 * client does it: https://kafka.apache.org/documentation/#recordbatch, `Fetcher.CompletedFetch`.
 */
import {
  ATTRIBUTES_AT,
  BASE_TIME_AT,
  BATCH_HEADER_BYTES,
  CRC_AT,
  LAST_OFFSET_DELTA_AT,
  LEADER_EPOCH_AT,
  LENGTH_AT,
  MAGIC_AT,
  MAX_TIME_AT,
  PRODUCER_ID_AT,
  RECORD_COUNT_AT,
  TRANSACTIONAL,
} from './batch-layout.js';
import { crc32c } from '@node-rs/crc32';
import type { AbortedTransaction } from '../../remote/kafka.js';

export const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Codec = (typeof CODECS)[number];

/** `control`: markers of transactions. `aborted`: records of a transaction that was taken back. */
export type Visibility = 'visible' | 'control' | 'aborted';

export interface RecordBatch {
  /** The records, compressed with `codec`: `bytes[start … end)`. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly codec: Codec;
  readonly baseOffset: number;
  /** Behind the last record there was when the batch was written: compaction may have taken it since. */
  readonly nextOffset: number;
  readonly leaderEpoch: number;
  readonly recordCount: number;
  readonly baseTime_ms: number;
  /** The broker's time for all records of the batch; null = each has its own, relative to `baseTime_ms`. */
  readonly appendTime_ms: number | null;
  readonly visibility: Visibility;
}

/** What is wrong with a batch; `damaged` at the given offset, or of a format that is not supported. */
export class BatchError extends Error {
  readonly problem: 'damaged' | 'unsupported';
  readonly offset: number;

  constructor(problem: 'damaged' | 'unsupported', offset: number, why: string) {
    super(why);
    this.name = 'BatchError';
    this.problem = problem;
    this.offset = offset;
  }
}

const CODEC_MASK = 0x07;
const APPEND_TIME = 0x08;
const CONTROL = 0x20;
const ABORT_MARKER = 0;

/**
 * All complete batches of what one fetch returned for one partition; a cut-off last one is left out. `aborted` is the
 * list of the same response. Throws `BatchError`.
 */
export function readBatches(records: Uint8Array, aborted: readonly AbortedTransaction[]): readonly RecordBatch[] {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  const filter = new AbortFilter(aborted);
  const batches: RecordBatch[] = [];
  for (let at = 0; at + MAGIC_AT < records.length;) {
    const baseOffset = safeInteger(view, at, 0);
    const end = at + LEADER_EPOCH_AT + view.getInt32(at + LENGTH_AT);
    const magic = view.getInt8(at + MAGIC_AT);
    if (magic !== 2) {
      throw new BatchError('unsupported', baseOffset, `record batches of format ${String(magic)}: expected format 2`);
    }
    if (end < at + BATCH_HEADER_BYTES) throw new BatchError('damaged', baseOffset, 'its length is too small');
    if (end > records.length) break;
    batches.push(readBatch(records, view, at, end, filter));
    at = end;
  }
  return batches;
}

function readBatch(bytes: Uint8Array, view: DataView, at: number, end: number, filter: AbortFilter): RecordBatch {
  const baseOffset = safeInteger(view, at, 0);
  const expected = view.getUint32(at + CRC_AT);
  if (crc32c(bytes.subarray(at + ATTRIBUTES_AT, end)) !== expected)
    throw new BatchError('damaged', baseOffset, 'its checksum (CRC-32C) differs');
  const attributes = view.getInt16(at + ATTRIBUTES_AT);
  const codec = CODECS[attributes & CODEC_MASK];
  if (codec === undefined)
    throw new BatchError('unsupported', baseOffset, `compression codec ${String(attributes & CODEC_MASK)}`);
  const nextOffset = baseOffset + view.getInt32(at + LAST_OFFSET_DELTA_AT) + 1;
  const batch = {
    bytes,
    start: at + BATCH_HEADER_BYTES,
    end,
    codec,
    baseOffset,
    nextOffset,
    leaderEpoch: view.getInt32(at + LEADER_EPOCH_AT),
    recordCount: view.getInt32(at + RECORD_COUNT_AT),
    baseTime_ms: safeInteger(view, at + BASE_TIME_AT, baseOffset),
    appendTime_ms: (attributes & APPEND_TIME) === 0 ? null : safeInteger(view, at + MAX_TIME_AT, baseOffset),
  };
  const producerId = view.getBigInt64(at + PRODUCER_ID_AT);
  if ((attributes & CONTROL) !== 0) {
    if (batch.recordCount > 0) filter.marker(producerId, markerType(batch) === ABORT_MARKER, nextOffset - 1);
    return { ...batch, visibility: 'control' };
  }
  const hidden = (attributes & TRANSACTIONAL) !== 0 && filter.hides(producerId, nextOffset - 1);
  return { ...batch, visibility: hidden ? 'aborted' : 'visible' };
}

/**
 * Which producers' open transaction was aborted, at the place where the walk stands. The broker's list is in the order
 * of the markers, so it is sorted first; several transactions may begin before one batch.
 */
class AbortFilter {
  readonly #ahead: AbortedTransaction[];
  readonly #open = new Set<bigint>();
  #next = 0;

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#ahead = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  }

  hides(producerId: bigint, lastOffset: number): boolean {
    this.#advance(lastOffset);
    return this.#open.has(producerId);
  }

  marker(producerId: bigint, abort: boolean, lastOffset: number): void {
    this.#advance(lastOffset);
    if (abort) this.#open.delete(producerId);
  }

  #advance(lastOffset: number): void {
    for (; this.#next < this.#ahead.length; this.#next += 1) {
      const transaction = this.#ahead[this.#next];
      if (transaction === undefined || transaction.firstOffset > lastOffset) break;
      this.#open.add(transaction.producerId);
    }
  }
}

/** The type in the key of a marker: version (16 bits), type (16 bits). */
function markerType({
  bytes,
  start,
  end,
  baseOffset,
}: {
  bytes: Uint8Array;
  start: number;
  end: number;
  baseOffset: number;
}): number {
  const cursor = new VarintCursor(bytes, start, end);
  cursor.next();
  cursor.at += 1;
  cursor.next();
  cursor.next();
  const length = cursor.next();
  const key = cursor.at;
  if (length < 4 || key + 4 > end) throw new BatchError('damaged', baseOffset, 'a transaction marker without a type');
  return ((bytes[key + 2] ?? 0) << 8) | (bytes[key + 3] ?? 0);
}

/** Zigzag varints; those beyond `end` read as 0 and leave `at` behind `end`, which the caller checks. */
export class VarintCursor {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  at: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes;
    this.at = at;
    this.#end = end;
  }

  next(): number {
    const { at } = this;
    // Most are of one byte or two.
    if (at + 1 < this.#end) {
      const first = this.#bytes[at] ?? 0;
      if (first < 0x80) {
        this.at = at + 1;
        return (first >>> 1) ^ -(first & 1);
      }
      const second = this.#bytes[at + 1] ?? 0;
      if (second < 0x80) {
        this.at = at + 2;
        return (((first & 0x7f) | (second << 7)) >>> 1) ^ -(first & 1);
      }
    }
    return this.#long();
  }

  #long(): number {
    let value = 0;
    let scale = 1;
    while (this.at < this.#end) {
      const byte = this.#bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      scale *= 128;
    }
    this.at = this.#end + 1;
    return 0;
  }
}

function safeInteger(view: DataView, at: number, offset: number): number {
  const value = view.getInt32(at) * 2 ** 32 + view.getUint32(at + 4);
  if (Number.isSafeInteger(value)) return value;
  throw new BatchError('damaged', offset, 'a number beyond 2^53');
}
