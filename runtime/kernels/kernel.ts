/**
 * Compiled expressions over column batches. Two makers give the same results for every expression and batch: the
 * generated loops (compile.ts, what runs) and the interpreter (interpret.ts, the reference; property tests hold one
 * against the other).
 */
import type { RecordError } from '../../plan/values.js';
import type { ColumnBatch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { BatchContext } from '../operators/operator.js';

/** A row whose expression failed; it is not in the result's selection. */
export interface RowFailure {
  /** Physical row of the input batch. */
  readonly row: number;
  readonly error: RecordError;
}

export interface ProjectionResult {
  /** One per expression, aligned with the input's physical rows; pooled: valid until the next call. */
  readonly columns: readonly Column[];
  /** The input's selection without the failed rows. */
  readonly selection: Int32Array | null;
  readonly failures: readonly RowFailure[];
}

export interface PredicateResult {
  /** Selected rows for which the predicate is TRUE; pooled: valid until the next call. */
  readonly selection: Int32Array;
  readonly failures: readonly RowFailure[];
}

export type ProjectionKernel = (input: ColumnBatch, context: BatchContext) => ProjectionResult;
export type PredicateKernel = (input: ColumnBatch, context: BatchContext) => PredicateResult;
