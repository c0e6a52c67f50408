/**
 * What every executable operator does. A micro-batch runs in two phases over the whole graph:
 *
 * 1. `push`: sources hand their rows over, column batch by column batch; stateless operators pass results on at once,
 *    stateful ones collect changes.
 * 2. `finish`, once per operator in topological order: the operator learns its inputs' watermarks as they are after
 * this
 *    batch, emits what the batch changed, closes windows, and returns the watermark of its own output.
 *
 * Everything is synchronous and pure: the output is a function of state, rows, watermarks and the batch context (I2).
 */
import type { ColumnBatch } from '../columns/batch.js';

/** No event time known yet. */
export const WATERMARK_NONE = -(2n ** 63n);
/** The source has ended: every window closes. */
export const WATERMARK_END = 2n ** 63n - 1n;

/** What the intent fixed about one source for this micro-batch. */
export interface SourceFacts {
  /** Partitions that may still deliver, known so far: one without any event time yet holds the watermark, too. */
  readonly openPartitions: readonly number[];
  /** Partitions that have been silent for longer than IDLE AFTER: they don't hold the watermark. */
  readonly idlePartitions: readonly number[];
  /** Every partition is at its final end: the watermark becomes WATERMARK_END. */
  readonly ended: boolean;
  /** EMIT FINAL TIMEOUT: the wall clock moves the watermark at least here (microseconds); null = it doesn't. */
  readonly advanceTo_us: bigint | null;
}

/** What the intent fixed for this micro-batch. */
export interface BatchContext {
  readonly batch: number;
  /** By source operator id; every source of the plan has an entry. */
  readonly sources: ReadonlyMap<string, SourceFacts>;
  /** The batch's time: microseconds since the epoch. */
  readonly now_us: bigint;
  /** 64 bits from the intent; RANDOM() and UUID() derive from it. */
  readonly seed: bigint;
}

export type Emit = (rows: ColumnBatch) => void;

export interface RuntimeOperator {
  /** Called first in every micro-batch. */
  begin(context: BatchContext): void;
  push(input: number, rows: ColumnBatch): void;
  /** Microseconds per input, in the order of the plan's inputs. */
  finish(inputWatermarks_us: readonly bigint[]): bigint;
  /** Rows of the micro-batch so far, for the accounting identity. */
  readonly counters: RowCounters;
  /** Null for stateless operators. */
  readonly state: OperatorState | null;
}

/**
 * Selected rows, not weights. `in = out + filtered + late + errors + buffered` where an operator keeps rows one to one.
 */
export interface RowCounters {
  rowsIn: number;
  rowsOut: number;
  filtered: number;
  late: number;
  errors: number;
  /** Rows that went into state and come out as part of others (aggregates). */
  buffered: number;
}

/** The durable part of an operator. */
export interface OperatorState {
  readonly bytes: number;
  /**
   * Named typed dumps that together are the state. A section whose content did not change since it was last dumped
   * should give identical bytes, because objects are stored by content. Bytes are valid until the next `push`.
   */
  dump(): readonly StateSection[];
  /** Replaces the state. The sections were checked against their hashes; a malformed one is a diagnostic (ESQL8xxx). */
  load(sections: readonly StateSection[]): void;
}

export interface StateSection {
  /** `[a-z0-9_.-]{1,64}`, unique within the operator. */
  readonly name: string;
  /** In order; they are written one after another as one object, so a section needs no copy into one buffer. */
  readonly parts: readonly Uint8Array[];
}
