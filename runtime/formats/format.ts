/** Bytes to rows: what a FORMAT does for a source. */
import type { RecordErrorCode } from '../../plan/values.js';
import type { ColumnBatch } from '../columns/batch.js';

/**
 * Whole records of one partition, in order: `heap[start … end)`, each record with its terminator (the last may lack
 * it).
 */
export interface RawChunk {
  readonly heap: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly partition: number;
  readonly resource: string;
  /**
   * Where the source's positions come from. `base`: position of `heap[i]` is `base + i` (files). `each`: position of
   * the i-th record of the chunk (socket sequence numbers).
   */
  readonly positions: { readonly base: number } | { readonly each: Float64Array };
  /**
   * Where the records are, if no line breaks tell them apart (messages of a broker); positions are then given for each.
   */
  readonly records?: RecordBounds;
  /** What a broker keeps beside each record; only where a metadata column asks for it. */
  readonly envelope?: Envelope;
}

/**
 * Record i is `heap[starts[i] … starts[i] + lengths[i])`, in ascending order; a length of -1: it has no value (NULL).
 */
export interface RecordBounds {
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
}

/** One entry per record of the chunk, whether it becomes a row or not. */
export interface Envelope {
  readonly timestamps_us: BigInt64Array;
  readonly leaderEpochs: Int32Array;
  readonly keys: Slices;
  /** A JSON object of names and texts. */
  readonly headers: Slices;
}

/** Slice i is `heap[starts[i] … starts[i] + lengths[i])`; a length of -1 is NULL. */
export interface Slices {
  readonly heap: Uint8Array;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
}

export interface BadRecord {
  readonly code: RecordErrorCode;
  /** What was expected and found, with the column's name; never the record's payload beyond 40 characters. */
  readonly message: string;
  readonly partition: number;
  readonly resource: string;
  readonly position: number;
  /** The record's bytes; valid during the call. */
  readonly raw: Uint8Array;
}

export interface RowSink {
  rows(batch: ColumnBatch): void;
  /** A record that is not a row. Order among rows is kept only by position. */
  bad(record: BadRecord): void;
}

/** Finds the ends of records, so that sources can cut their input at them. */
export interface Framing {
  /**
   * The first record of each file names the columns (CSV with a header). A source that reads a range from the middle of
   * a file delivers that record, with its own position 0, in front of the range; it makes no rows.
   */
  readonly header?: boolean;
  /**
   * The end (exclusive, behind the terminator) of the last complete record in `bytes[start … end)`, or `start` if there
   * is none;
   * `start` is the beginning of a record.
   */
  lastRecordEnd(bytes: Uint8Array, start: number, end: number): number;
}

/** Records are where the source says (`RecordBounds`); in the bytes nothing tells them apart. */
export const BOUNDS_ONLY: Framing = { lastRecordEnd: (_bytes, start) => start };

export interface Decoder {
  readonly framing: Framing;
  /**
   * Memory that the decoder reads fastest from (a scanner kernel reads its own linear memory): sources should read
   * straight into it. Valid until the next `allocate` or the end of the following `decode`.
   */
  allocate(bytes: number): Uint8Array;
  /**
   * Awaited in front of `decode` where it is there: fetches what the chunk's records refer to (schemas of a registry).
   * The chunk stays where it is meanwhile. Rejects with a diagnostic; nothing of the chunk has had an effect then.
   */
  prepare?(chunk: RawChunk): Promise<void>;
  /** Decodes a chunk completely, in column batches of at most 8,192 rows. The chunk may lie in any memory. */
  decode(chunk: RawChunk, sink: RowSink): void;
  /** Called first in every micro-batch: row ordinals start again at 0. */
  begin(): void;
}

/** Limits of a single record; beyond them it is a bad record (`too_long`, `too_deep`), never a crash. */
export const RECORD_BYTES_MAX = 16 * 1024 * 1024;
export const RECORD_DEPTH_MAX = 64;
export const ROWS_PER_COLUMN_BATCH_MAX = 8192;
