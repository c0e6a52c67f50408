/** What filter and project share: a kernel over each column batch, failed rows to the policy, the others on. */
import type { FilterOperator, ProjectOperator } from '../../plan/plan.js';
import type { Schema } from '../../plan/types.js';
import { selectedCount, type ColumnBatch } from '../columns/batch.js';
import type { PredicateResult, ProjectionResult } from '../kernels/kernel.js';
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import type { BuildContext } from './build-context.js';
import { newCounters, resetCounters } from './counters.js';
import type { BatchContext, Emit, RuntimeOperator } from './operator.js';
import { FailurePolicy } from './row-failures.js';

/** Gives the selection of the rows that go on and, from a projection, new columns. */
export type RowwiseKernel = (rows: ColumnBatch, context: BatchContext) => PredicateResult | ProjectionResult;

export class RowwiseRuntime implements RuntimeOperator {
  readonly counters = newCounters();
  readonly state = null;
  readonly #kernel: RowwiseKernel;
  readonly #failures: FailurePolicy;
  readonly #emit: Emit;
  #context: BatchContext | null = null;

  constructor(
    operator: FilterOperator | ProjectOperator,
    context: BuildContext,
    kernelOver: (input: Schema) => RowwiseKernel,
  ) {
    const input = context.inputShapes(operator)[0];
    if (input === undefined) throw new InternalError(`${operator.op} ${operator.id} has no input`);
    this.#kernel = kernelOver(input.schema);
    this.#failures = new FailurePolicy(operator.id, operator.on_error, context.errorsOf(operator.id), this.counters);
    this.#emit = context.emit(operator.id, 'rows');
  }

  begin(context: BatchContext): void {
    this.#context = context;
    resetCounters(this.counters);
  }

  push(_input: number, rows: ColumnBatch): void {
    if (this.#context === null) throw new InternalError('push before begin');
    const { counters } = this;
    const before = selectedCount(rows);
    const { failures, ...made } = this.#kernel(rows, this.#context);
    if (failures.length > 0) this.#failures.handle(rows, failures);
    const output: ColumnBatch = { ...rows, ...made };
    const after = selectedCount(output);
    counters.rowsIn += before;
    counters.rowsOut += after;
    counters.filtered += before - after - failures.length;
    if (after > 0) this.#emit(output);
  }

  finish(inputWatermarks_us: readonly bigint[]): bigint {
    return inputWatermarks_us[0]!;
  }
}
