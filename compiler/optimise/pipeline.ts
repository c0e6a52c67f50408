/** The optimiser: an ordered list of rules. With the list empty every query gives the same rows. */
import type { LogicalPlan } from '../logical/logical.js';
import type { OptimiserRule } from './rule.js';

export const optimiserRules: readonly OptimiserRule[] = [];

export function optimise(plan: LogicalPlan, rules: readonly OptimiserRule[] = optimiserRules): LogicalPlan {
  return rules.reduce((current, rule) => rule.apply(current), plan);
}
