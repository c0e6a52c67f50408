/** A projection that passes on all columns under their names, in their order, does nothing. */
import { rewriteNodes } from '../logical/rewrite.js';
import type { LogicalNode } from '../logical/logical.js';
import type { OptimiserRule } from './rule.js';

export const dropProjects: OptimiserRule = {
  name: 'drop-projects',
  apply: (plan) => rewriteNodes(plan, (node) => (isIdentity(node) ? node.input : node)),
};

function isIdentity(node: LogicalNode): node is Extract<LogicalNode, { op: 'project' }> {
  if (node.op !== 'project' || node.claim !== null) return false;
  return (
    node.expressions.length === node.input.schema.length &&
    node.expressions.every(
      (expression, index) =>
        expression.kind === 'column' &&
        expression.index === index &&
        node.input.schema[index]?.name === node.schema[index]?.name,
    )
  );
}
