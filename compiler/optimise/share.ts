/**
 * Equal steps of one view or source are one: two streams that read a view compute it once. Steps of different streams
 * stay apart even if they are equal, so that removing a stream never renames the state of another.
 */
import { inputsOf, type LogicalNode } from '../logical/logical.js';
import { rewriteNodes } from '../logical/rewrite.js';
import type { OptimiserRule } from './rule.js';

export const shareSteps: OptimiserRule = {
  name: 'share-steps',
  apply(plan) {
    const numbers = new Map<LogicalNode, number>();
    const known = new Map<string, LogicalNode>();
    return rewriteNodes(plan, (node) => {
      const key = keyOf(node, numbers);
      const first = known.get(key);
      if (first !== undefined) return first;
      known.set(key, node);
      numbers.set(node, numbers.size);
      return node;
    });
  },
};

/** Everything that makes a step what it is; spans, and which pair its window is, do not. */
function keyOf(node: LogicalNode, numbers: ReadonlyMap<LogicalNode, number>): string {
  const inputs = inputsOf(node).map((input) => numbers.get(input) ?? -1);
  return JSON.stringify({ ...node, span: undefined, input: undefined, inputs }, (key, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    if (key === 'pair') return undefined;
    return (key === 'source' || key === 'declaration') && typeof value === 'object' && value !== null && 'name' in value
      ? value.name
      : value;
  });
}
