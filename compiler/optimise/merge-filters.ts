/**
 * Two filters in a row become one. AND goes on after a NULL, where two filters stop: the upper predicate must not fail
 * then, or the lower one never be NULL.
 */
import { logical } from '../check/build.js';
import { isTotal } from '../expressions/traits.js';
import type { LogicalNode } from '../logical/logical.js';
import { rewriteNodes } from '../logical/rewrite.js';
import type { OptimiserRule } from './rule.js';

export const mergeFilters: OptimiserRule = {
  name: 'merge-filters',
  apply: (plan) => rewriteNodes(plan, mergeNode),
};

function mergeNode(node: LogicalNode): LogicalNode {
  if (node.op !== 'filter' || node.input.op !== 'filter') return node;
  const { input } = node;
  if (input.predicate.nullable && !isTotal(node.predicate)) return node;
  return { ...input, predicate: logical('and', [input.predicate, node.predicate]) };
}
