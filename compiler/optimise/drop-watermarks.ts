/** A stream whose windows no watermark closes does not read behind one: rows go their way without being watched. */
import { inputsOf, type LogicalNode, type LogicalPlan } from '../logical/logical.js';
import { propertiesOf } from '../logical/properties.js';
import { mapInputs } from '../logical/rewrite.js';
import type { OptimiserRule } from './rule.js';

export const dropWatermarks: OptimiserRule = {
  name: 'drop-watermarks',
  apply(plan) {
    const needed = neededWatermarks(plan);
    const done = new Map<LogicalNode, LogicalNode>();
    const visit = (node: LogicalNode): LogicalNode => {
      const before = done.get(node);
      if (before !== undefined) return before;
      const kept = mapInputs(node, (input) => {
        const below = visit(input);
        return input.op === 'watermark' && !needed.has(node) ? (inputsOf(below)[0] ?? below) : below;
      });
      done.set(node, kept);
      return kept;
    };
    const streams = plan.streams.map((stream) => {
      const root = visit(stream.root);
      return root === stream.root ? stream : { ...stream, root };
    });
    return { streams };
  },
};

/** Nodes that use a watermark, and those on the way from it to them. */
function neededWatermarks(plan: LogicalPlan): ReadonlySet<LogicalNode> {
  const needed = new Set<LogicalNode>();
  const visited = new Set<LogicalNode>();
  const mark = (node: LogicalNode): void => {
    if (needed.has(node)) return;
    needed.add(node);
    inputsOf(node).forEach(mark);
  };
  const visit = (node: LogicalNode): void => {
    if (visited.has(node)) return;
    visited.add(node);
    if (usesWatermark(node)) mark(node);
    inputsOf(node).forEach(visit);
  };
  for (const stream of plan.streams) visit(stream.root);
  return needed;
}

function usesWatermark(node: LogicalNode): boolean {
  if (node.op === 'late' || node.op === 'window') return true;
  if (node.op !== 'aggregate') return false;
  return node.pane !== null || propertiesOf(node).times.some((role) => role?.kind === 'window_end' && role.covered);
}
