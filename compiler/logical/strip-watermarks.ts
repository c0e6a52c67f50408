/** A query without the watermarks of its sources; other streams keep theirs. */
import type { LogicalNode } from './logical.js';
import { mapInputs } from './rewrite.js';

export function stripWatermarks(node: LogicalNode): LogicalNode {
  if (node.op === 'watermark') return node.input;
  if (node.op === 'stream' || node.op === 'late') return node;
  return mapInputs(node, stripWatermarks);
}
