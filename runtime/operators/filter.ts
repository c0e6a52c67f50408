/** Keeps the rows whose predicate is TRUE, by narrowing the selection: no column is copied. */
import type { FilterOperator } from '../../plan/plan.js';
import { selectedCount, type ColumnBatch } from '../columns/batch.js';
import type { PredicateKernel } from '../kernels/kernel.js';
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import type { BuildContext } from './build-context.js';
import { newCounters, resetCounters } from './counters.js';
import type { BatchContext, Emit, RuntimeOperator } from './operator.js';
import { FailurePolicy } from './row-failures.js';

export class FilterRuntime implements RuntimeOperator {
  readonly counters = newCounters();
  readonly state = null;
  readonly #kernel: PredicateKernel;
  readonly #failures: FailurePolicy;
  readonly #emit: Emit;
  #context: BatchContext | null = null;

  constructor(operator: FilterOperator, context: BuildContext) {
    const input = context.inputShapes(operator)[0];
    if (input === undefined) throw new InternalError(`filter ${operator.id} has no input`);
    this.#kernel = context.kernels.predicate(operator.predicate, input.schema);
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
    const { selection, failures } = this.#kernel(rows, this.#context);
    if (failures.length > 0) this.#failures.handle(rows, failures);
    counters.rowsIn += before;
    counters.rowsOut += selection.length;
    counters.filtered += before - selection.length - failures.length;
    if (selection.length > 0) this.#emit({ ...rows, selection });
  }

  finish(inputWatermarks_us: readonly bigint[]): bigint {
    return inputWatermarks_us[0]!;
  }
}
