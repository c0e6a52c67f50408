/** What becomes of rows whose expressions fail: the operator's ON ERROR policy. */
import { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import type { ErrorPolicy, OperatorId } from '../../plan/plan.js';
import type { ColumnBatch, RowOrigin } from '../columns/batch.js';
import type { RowFailure } from '../kernels/kernel.js';
import { operatorDiagnostic } from './messages.js';
import type { RowCounters } from './operator.js';
import type { SourceErrors } from './source-errors.js';

export function positionOf(origin: RowOrigin, row: number): number {
  return origin.positions === null ? origin.position_base + origin.starts[row]! : origin.positions[row]!;
}

/** The diagnostic that stops a job whose policy is `fail`. */
export function recordFailed(
  operator: OperatorId,
  place: string | undefined,
  failure: { readonly code: string; readonly message: string },
): DiagnosticError {
  return new DiagnosticError(
    operatorDiagnostic(
      'ESQL8550',
      { operator, error: failure.code, what: failure.message },
      {
        place,
        hint: 'ON ERROR SKIP counts such records and goes on; ON ERROR INTO keeps them in a stream.',
      },
    ),
  );
}

export class FailurePolicy {
  readonly #operator: OperatorId;
  readonly #policy: ErrorPolicy;
  readonly #errors: SourceErrors | null;
  readonly #counters: RowCounters;

  /** `errors` is null where rows have lost their origin: `into` then stops the job like `fail`. */
  constructor(operator: OperatorId, policy: ErrorPolicy, errors: SourceErrors | null, counters: RowCounters) {
    this.#operator = operator;
    this.#policy = policy;
    this.#errors = errors;
    this.#counters = counters;
  }

  handle(input: ColumnBatch, failures: readonly RowFailure[]): void {
    for (const { row, error } of failures) {
      const { origin } = input;
      const errors = this.#policy === 'into' && origin !== null ? this.#errors : null;
      if (this.#policy !== 'skip' && errors === null) {
        const place = origin === null ? undefined : `${origin.resource}:${positionOf(origin, row)}`;
        throw recordFailed(this.#operator, place, error);
      }
      this.#counters.errors += 1;
      if (errors === null || origin === null) continue;
      const start = origin.starts[row]!;
      errors.add({
        partition: origin.partition,
        resource: origin.resource,
        position: positionOf(origin, row),
        code: error.code,
        message: error.message,
        raw: origin.heap.subarray(start, start + origin.lengths[row]!),
      });
    }
  }
}
