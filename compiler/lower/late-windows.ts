/** Which windows a watermark closes: what a row of ON LATE INTO is late for. */
import type { WindowSpec } from '../../plan/plan.js';
import { inputsOf, type LogicalNode, type LogicalPlan } from '../logical/logical.js';

/** By watermark node, each window once, in the order of the plan. */
export function lateWindows(plan: LogicalPlan): ReadonlyMap<LogicalNode, readonly WindowSpec[]> {
  const found = new Map<LogicalNode, WindowSpec[]>();
  const seen = new Set<LogicalNode>();
  const visit = (node: LogicalNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    inputsOf(node).forEach(visit);
    const assignment =
      node.op === 'window'
        ? { column: node.column, window: node.window }
        : node.op === 'aggregate' && node.pane !== null
          ? node.pane
          : null;
    if (assignment === null) return;
    const [input] = inputsOf(node);
    if (input === undefined) return;
    for (const watermark of watermarksOf(input, assignment.column)) {
      const windows = found.get(watermark) ?? [];
      if (!windows.some((window) => sameWindow(window, assignment.window))) windows.push(assignment.window);
      found.set(watermark, windows);
    }
  };
  for (const stream of plan.streams) visit(stream.root);
  return found;
}

function sameWindow(a: WindowSpec, b: WindowSpec): boolean {
  return a.size_us === b.size_us && a.slide_us === b.slide_us && a.offset_us === b.offset_us;
}

/** The watermarks whose own column this column is, unchanged. */
function watermarksOf(node: LogicalNode, column: number): readonly LogicalNode[] {
  switch (node.op) {
    case 'watermark':
      return node.column === column ? [node] : [];
    case 'project': {
      const expression = node.expressions[column];
      return expression?.kind === 'column' ? watermarksOf(node.input, expression.index) : [];
    }
    case 'filter':
    case 'stream':
      return watermarksOf(node.input, column);
    case 'window':
      return column < node.input.schema.length ? watermarksOf(node.input, column) : [];
    case 'union':
      return node.inputs.flatMap((input) => watermarksOf(input, column));
    case 'lookup': {
      const [stream] = node.inputs;
      return column < stream.schema.length ? watermarksOf(stream, column) : [];
    }
    case 'scan':
    case 'table':
    case 'errors':
    case 'late':
    case 'aggregate':
      return [];
  }
}
