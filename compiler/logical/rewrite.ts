/** Rebuilding logical plans from the inputs up, keeping shared nodes shared. */
import type { LogicalNode, LogicalPlan } from './logical.js';

/** The same node over other inputs; the very same object if none changed. The schema stays. */
export function mapInputs(node: LogicalNode, map: (input: LogicalNode) => LogicalNode): LogicalNode {
  switch (node.op) {
    case 'scan':
    case 'table':
      return node;
    case 'lookup': {
      const [stream, table] = node.inputs;
      const input = map(stream);
      const mapped = map(table);
      const found = mapped.op === 'table' ? mapped : table;
      return input === stream && found === table ? node : { ...node, inputs: [input, found] };
    }
    case 'union': {
      const inputs = node.inputs.map(map);
      return inputs.every((input, index) => input === node.inputs[index]) ? node : { ...node, inputs };
    }
    case 'errors': {
      const input = map(node.input);
      return input === node.input || input.op !== 'scan' ? node : { ...node, input };
    }
    case 'filter':
    case 'project':
    case 'watermark':
    case 'window':
    case 'late':
    case 'aggregate':
    case 'stream': {
      const input = map(node.input);
      return input === node.input ? node : { ...node, input };
    }
  }
}

/** Applies `change` to every node once, inputs first. */
export function rewriteNodes(plan: LogicalPlan, change: (node: LogicalNode) => LogicalNode): LogicalPlan {
  const done = new Map<LogicalNode, LogicalNode>();
  const visit = (node: LogicalNode): LogicalNode => {
    const known = done.get(node);
    if (known !== undefined) return known;
    const changed = change(mapInputs(node, visit));
    done.set(node, changed);
    return changed;
  };
  const streams = plan.streams.map((stream) => {
    const root = visit(stream.root);
    return root === stream.root ? stream : { ...stream, root };
  });
  return streams.every((stream, index) => stream === plan.streams[index]) ? plan : { streams };
}
