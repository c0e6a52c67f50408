/** What an optimiser rule is. */
import type { LogicalPlan } from '../logical/logical.js';

export interface OptimiserRule {
  readonly name: string;
  /** The plan, or the very same object where nothing applies. */
  readonly apply: (plan: LogicalPlan) => LogicalPlan;
}
