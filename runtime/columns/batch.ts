/**
 * A column batch: some rows of one micro-batch, typically 1,000 to 8,000, as columns plus weights.
 *
 * Lifetime: a batch and everything it refers to (heaps too) is valid only during the call that hands it over. Producers
 * reuse their buffers afterwards; whoever keeps a row copies it.
 */
import type { Column } from './column.js';

/** Where rows came from, for error and late rows and for METADATA; present until an operator makes rows of its own. */
export interface RowOrigin {
  /** Index of the partition within its source. */
  readonly partition: number;
  /** A name for people: the file's path, `host:port`. */
  readonly resource: string;
  /** The record's bytes, without its line break: `heap[starts[i] … starts[i] + lengths[i])`. */
  readonly heap: Uint8Array;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  /**
   * The source's own position (file offset, sequence number) of row i: `positions[i]`, or `position_base + starts[i]`.
   */
  readonly positions: Float64Array | null;
  readonly position_base: number;
}

export interface ColumnBatch {
  /** Physical rows: the length in use of every column. */
  readonly rowCount: number;
  readonly columns: readonly Column[];
  /** The rows that count, in ascending order; null = all. */
  readonly selection: Int32Array | null;
  /** Weight per physical row (+1 inserted, -1 retracted; other values stand for repetition); null = +1 each. */
  readonly weights: Int32Array | null;
  /** Per physical row; null after an aggregate or union of unlike sources. */
  readonly origin: RowOrigin | null;
  /**
   * Number, within the micro-batch and operator output, of physical row 0. Row i's ordinal is `ordinal_base + i`: it
   * feeds RANDOM() and UUID() and depends on the rows alone, never on how they were cut into column batches.
   */
  readonly ordinal_base: number;
}

export function selectedCount(batch: ColumnBatch): number {
  return batch.selection === null ? batch.rowCount : batch.selection.length;
}
