/** One expression per output column; rows keep their physical places, so selection, weights and origin pass through. */
import type { ProjectOperator } from '../../plan/plan.js';
import { selectedCount, type ColumnBatch } from '../columns/batch.js';
import type { ProjectionKernel } from '../kernels/kernel.js';
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import type { BuildContext } from './build-context.js';
import { newCounters, resetCounters } from './counters.js';
import type { BatchContext, Emit, RuntimeOperator } from './operator.js';
import { FailurePolicy } from './row-failures.js';

export class ProjectRuntime implements RuntimeOperator {
  readonly counters = newCounters();
  readonly state = null;
  readonly #kernel: ProjectionKernel;
  readonly #failures: FailurePolicy;
  readonly #emit: Emit;
  #context: BatchContext | null = null;

  constructor(operator: ProjectOperator, context: BuildContext) {
    const input = context.inputShapes(operator)[0];
    if (input === undefined) throw new InternalError(`project ${operator.id} has no input`);
    this.#kernel = context.kernels.projection(operator.expressions, input.schema);
    this.#failures = new FailurePolicy(operator.id, operator.on_error, context.errorsOf(operator.id), this.counters);
    this.#emit = context.emit(operator.id, 'rows');
  }

  begin(context: BatchContext): void {
    this.#context = context;
    resetCounters(this.counters);
  }

  push(_input: number, rows: ColumnBatch): void {
    if (this.#context === null) throw new InternalError('push before begin');
    const before = selectedCount(rows);
    const { columns, selection, failures } = this.#kernel(rows, this.#context);
    if (failures.length > 0) this.#failures.handle(rows, failures);
    this.counters.rowsIn += before;
    this.counters.rowsOut += before - failures.length;
    if (before > failures.length) this.#emit({ ...rows, columns, selection });
  }

  finish(inputWatermarks_us: readonly bigint[]): bigint {
    return inputWatermarks_us[0]!;
  }
}
