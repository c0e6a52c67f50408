/** Keeps the rows whose predicate is TRUE, by narrowing the selection: no column is copied. */
import type { FilterOperator } from '../../plan/plan.js';
import type { BuildContext } from './build-context.js';
import { RowwiseRuntime } from './rowwise.js';

export class FilterRuntime extends RowwiseRuntime {
  constructor(operator: FilterOperator, context: BuildContext) {
    super(operator, context, (input) => context.kernels.predicate(operator.predicate, input));
  }
}
