/**
 * An aggregate takes over what stands directly below it: first a projection that only picks columns, then the window
 * whose columns it groups by. The windows' rows never exist then; the aggregate keeps a table per window.
 */
import { aggregateInputSchema, type AggregateNode, type LogicalNode } from '../logical/logical.js';
import { propertiesOf } from '../logical/properties.js';
import { rewriteNodes } from '../logical/rewrite.js';
import type { OptimiserRule } from './rule.js';

export const mergeWindows: OptimiserRule = {
  name: 'merge-windows',
  apply: (plan) =>
    rewriteNodes(plan, (node) =>
      node.op === 'aggregate' && node.pane === null ? withWindow(withoutProject(node)) : node,
    ),
};

/** Group columns keep their names: those of an aggregate are its input's. */
function withoutProject(node: AggregateNode): AggregateNode {
  const { input } = node;
  if (input.op !== 'project' || input.claim !== null || input.label === 'computed') return node;
  const positions = input.expressions.map((expression) => (expression.kind === 'column' ? expression.index : null));
  const position = (column: number): number | null => positions[column] ?? null;
  const isBare = positions.every((column) => column !== null);
  const sameNames = node.group.every((column) => {
    const below = position(column);
    return below !== null && input.input.schema[below]?.name === input.schema[column]?.name;
  });
  if (!isBare || !sameNames) return node;
  return {
    ...node,
    input: input.input,
    group: node.group.map((column) => position(column) ?? column),
    aggregates: node.aggregates.map((call) => ({
      ...call,
      argument: call.argument === null ? null : position(call.argument),
      filter: call.filter === null ? null : position(call.filter),
    })),
  };
}

function withWindow(node: AggregateNode): LogicalNode {
  const { input } = node;
  if (input.op !== 'window') return node;
  const end = input.schema.length - 1;
  const role = propertiesOf(input).times[end];
  const isCovered = role?.kind === 'window_end' && role.covered;
  if (!node.group.includes(end) || !isCovered) return node;
  const { column, window, pair } = input;
  const merged: AggregateNode = { ...node, input: input.input, pane: { column, window, pair } };
  return aggregateInputSchema(merged).length === input.schema.length ? merged : node;
}
