/** The optimiser: an ordered list of rules. With the list empty every query gives the same rows. */
import type { LogicalPlan } from '../logical/logical.js';
import { dropProjects } from './drop-projects.js';
import { dropWatermarks } from './drop-watermarks.js';
import { foldConstants } from './fold-constants.js';
import { mergeFilters } from './merge-filters.js';
import { mergeProjects } from './merge-projects.js';
import { mergeWindows } from './merge-windows.js';
import { pruneColumns } from './prune-columns.js';
import { pushFilters } from './push-filters.js';
import { pushProjects } from './push-projects.js';
import type { OptimiserRule } from './rule.js';
import { shareSteps } from './share.js';

export const optimiserRules: readonly OptimiserRule[] = [
  // First, so that later rules see literals.
  foldConstants,
  // Projections before filters: fewer of them stand in a filter's way, and more of them only pass columns on.
  mergeProjects,
  pushFilters,
  mergeFilters,
  // After the filters, which look at the projections above windows.
  pushProjects,
  // Two projections meet where one came down.
  mergeProjects,
  // When projections and filters have left the place between an aggregate and its windows.
  mergeWindows,
  dropWatermarks,
  // Equal steps are found when they have their final form, but before columns are pruned for all of their readers.
  shareSteps,
  pruneColumns,
  // Last: pruning relies on projections that say which columns a reader has.
  dropProjects,
];

export function optimise(plan: LogicalPlan, rules: readonly OptimiserRule[] = optimiserRules): LogicalPlan {
  return rules.reduce((current, rule) => rule.apply(current), plan);
}
