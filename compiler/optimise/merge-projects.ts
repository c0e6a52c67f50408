/**
 * Two projections in a row become one. Not where an expression would be evaluated twice that is more than a column, and
 * not where RANDOM() or UUID() would.
 */
import { mapColumns } from '../expressions/map.js';
import { columnsRead, isCheap, isUnrepeatable } from '../expressions/traits.js';
import type { LogicalNode } from '../logical/logical.js';
import { rewriteNodes } from '../logical/rewrite.js';
import type { OptimiserRule } from './rule.js';

export const mergeProjects: OptimiserRule = {
  name: 'merge-projects',
  apply: (plan) => rewriteNodes(plan, mergeNode),
};

function mergeNode(node: LogicalNode): LogicalNode {
  if (node.op !== 'project' || node.input.op !== 'project') return node;
  const { input } = node;
  // The computed columns of a source are shared by its readers.
  if (input.label === 'computed') return node;
  const uses = new Map<number, number>();
  for (const column of node.expressions.flatMap(columnsRead)) uses.set(column, (uses.get(column) ?? 0) + 1);
  const repeats = input.expressions.some(
    (expression, index) => (uses.get(index) ?? 0) > 1 && (!isCheap(expression) || isUnrepeatable(expression)),
  );
  if (repeats) return node;
  const expressions = node.expressions.map((expression) =>
    mapColumns(expression, (column) => input.expressions[column.index] ?? column),
  );
  return { ...node, input: input.input, expressions };
}
