/** The runtime half of connectors: what the driver asks of a source and of a sink. */
import type { Schema } from '../../plan/types.js';
import type { ColumnBatch } from '../columns/batch.js';
import type { BadRecord, Framing, RawChunk, RowSink } from '../formats/format.js';

/** Plain JSON, canonical (plan/canonical-json.ts): it stands in intents and checkpoints. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** One partition's part of a batch: everything from `start` to `end`. Positions are the connector's own JSON. */
export interface SourceRange {
  readonly partition: number;
  /** Stable name of the partition, for people and for checks after a restart. */
  readonly name: string;
  readonly start: JsonValue;
  readonly end: JsonValue;
  /** No more will ever come from this partition. An observation, so it is fixed by the intent. */
  readonly final: boolean;
}

export interface PlanLimits {
  readonly bytes_max: number;
}

/** The positions after everything processed so far: the `end` of the last ranges. Null for a fresh start. */
export type SourceCursor = JsonValue;

export interface SourceReader {
  bytes(chunk: RawChunk): void;
  rows(batch: ColumnBatch): void;
  /** Of typed rows: one that can't be, with its place. Bad records of bytes are the decoder's to report. */
  bad(record: BadRecord): void;
}

/** What a source needs from the format to cut and to read without copying. */
export interface SourceBuffers {
  readonly framing: Framing;
  allocate(bytes: number): Uint8Array;
  /** Only of some formats: awaited in front of `SourceReader.bytes`, with the same chunk, by sources of messages. */
  readonly prepare?: (chunk: RawChunk) => Promise<void>;
}

export interface Source {
  /**
   * Connects and goes to `cursor`. Rejects with a diagnostic when what follows the cursor can't be read again (I6):
   * missing history, a replaced or shrunk file, another identity.
   */
  open(cursor: SourceCursor | null): Promise<void>;
  /**
   * The next ranges after the current planning position, within the limits; empty when nothing waits. Does not deliver
   * rows. Moves the planning position. For a source that logs (socket) the data of the ranges is durable when this
   * resolves.
   */
  plan(limits: PlanLimits): Promise<readonly SourceRange[]>;
  /** After replaying an intent: plan from behind these ranges. */
  seek(ranges: readonly SourceRange[]): void;
  /**
   * Delivers exactly the rows of `ranges`, in order of partition and position; the same bytes at every call. Rejects
   * with a diagnostic when they are not there any more or have changed.
   */
  read(ranges: readonly SourceRange[], buffers: SourceBuffers, reader: SourceReader): Promise<void>;
  /** The cursor behind `ranges`, given the cursor before them. Pure. */
  advance(cursor: SourceCursor | null, ranges: readonly SourceRange[]): SourceCursor;
  /** Everything before `cursor` will never be read again (it is below the oldest retained checkpoint). */
  trim(cursor: SourceCursor): Promise<void>;
  /** Resolves when there may be something to plan, or after `timeout_ms`. */
  wait(timeout_ms: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Reads reference data as a whole. */
export interface TableReader {
  /**
   * Gives all rows as they are now, in an order that is the same where nothing changed. Rejects with a diagnostic, also
   * when `rows` throws one; a later call begins anew.
   */
  read(rows: RowSink): Promise<void>;
  close(): Promise<void>;
}

/** Kept by the sink, changed in the same atomic action as its rows (I3, I5). */
export interface SinkProgress {
  readonly epoch: number;
  /** Last applied batch; 0 = none. */
  readonly batch: number;
  /** SHA-256 (hex) of the batch's rows as the sink wrote them. */
  readonly digest: string;
  readonly intentHash: string;
  /** The intent's bytes: the newest intent survives the loss of its object. */
  readonly intent: string;
}

export interface SinkCommit {
  readonly epoch: number;
  readonly batch: number;
  readonly intentHash: string;
  readonly intent: string;
}

/** `duplicate`: the batch had been applied before, with the same digest. */
export type SinkOutcome = 'applied' | 'duplicate';

export interface SinkShape {
  readonly queryId: string;
  /** The plan's sink operator id: with the query id it names the progress. */
  readonly sinkId: string;
  readonly schema: Schema;
  readonly key: readonly number[];
  readonly conflict: 'update' | 'ignore';
}

export interface Sink {
  /**
   * Connects, checks the target's shape, makes what may be made, registers the epoch (`progress.epoch = max`) and
   * returns the progress. Rejects with a diagnostic when the target's shape differs or a newer epoch is registered (P3,
   * P5).
   */
  open(epoch: number): Promise<SinkProgress>;
  /** Called first in every micro-batch. */
  begin(batch: number): void;
  /**
   * Net changes of the micro-batch, keyed sinks: at most one +1 (the row's new content) or one -1 (deleted) row per key
   * and micro-batch; others: appended rows. Only encodes and buffers: nothing has effect before `commit`.
   */
  write(rows: ColumnBatch): void;
  /**
   * One atomic action: check the epoch, check `batch = last + 1` (`<= last`: verify the digest, change nothing), write
   * rows, set progress. Rejects: fenced, gap, digest differs (ESQL8xxx); an unknown outcome is resolved inside by
   * asking again.
   */
  commit(commit: SinkCommit): Promise<SinkOutcome>;
  /** Bytes buffered for the current micro-batch. */
  readonly buffered_bytes: number;
  close(): Promise<void>;
}
