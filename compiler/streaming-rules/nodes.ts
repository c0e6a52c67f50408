/** Looking through logical plans. */
import { inputsOf, type LogicalNode } from '../logical/logical.js';

/** All nodes of a stream's own query, the root first, each once; other streams are not entered. */
export function ownNodes(root: LogicalNode): readonly LogicalNode[] {
  const seen = new Set<LogicalNode>();
  const visit = (node: LogicalNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.op !== 'stream') inputsOf(node).forEach(visit);
  };
  visit(root);
  return [...seen];
}

/** Like `ownNodes`, through other streams down to the sources. */
export function allNodes(root: LogicalNode): readonly LogicalNode[] {
  const seen = new Set<LogicalNode>();
  const visit = (node: LogicalNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    inputsOf(node).forEach(visit);
  };
  visit(root);
  return [...seen];
}
