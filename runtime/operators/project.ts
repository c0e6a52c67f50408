/** One expression per output column; rows keep their physical places, so selection, weights and origin pass through. */
import type { ProjectOperator } from '../../plan/plan.js';
import type { BuildContext } from './build-context.js';
import { RowwiseRuntime } from './rowwise.js';

export class ProjectRuntime extends RowwiseRuntime {
  constructor(operator: ProjectOperator, context: BuildContext) {
    super(operator, context, (input) => context.kernels.projection(operator.expressions, input));
  }
}
