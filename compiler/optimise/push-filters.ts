/**
 * Filters go down towards the source, where they drop rows before work is done on them.
 *
 * - Below a projection that can't fail, if the predicate reads only columns it passes on: errors stay those of the same
 * rows.
 * - Below a union, into each branch.
 * - Below a window, if the predicate reads no window column and can't fail: a row that is late for all windows would be
 * dropped
 *   before it is looked at, and must not become an error.
 * - Below a lookup, if the predicate reads only columns of the stream and can't fail.
 */
import { mapColumns } from '../expressions/map.js';
import { columnsRead, isCheap, isTotal, isUnrepeatable } from '../expressions/traits.js';
import type { FilterNode, LogicalNode } from '../logical/logical.js';
import { rewriteNodes } from '../logical/rewrite.js';
import type { OptimiserRule } from './rule.js';

export const pushFilters: OptimiserRule = {
  name: 'push-filters',
  apply: (plan) => rewriteNodes(plan, pushNode),
};

function pushNode(node: LogicalNode): LogicalNode {
  if (node.op !== 'filter') return node;
  return pushed(node);
}

function pushed(node: FilterNode): LogicalNode {
  const { input, predicate } = node;
  const over = (below: LogicalNode, moved: FilterNode['predicate']): LogicalNode =>
    pushed({ ...node, input: below, schema: below.schema, predicate: moved });
  if (input.op === 'project') {
    const read = columnsRead(predicate).map((column) => input.expressions[column]);
    const passes = read.every((expression) => expression !== undefined && isCheap(expression));
    if (!passes || input.label === 'computed' || !input.expressions.every(isTotal)) return node;
    const moved = mapColumns(predicate, (column) => input.expressions[column.index] ?? column);
    return { ...input, input: over(input.input, moved) };
  }
  if (input.op === 'union') {
    if (isUnrepeatable(predicate)) return node;
    return { ...input, inputs: input.inputs.map((branch) => over(branch, predicate)) };
  }
  if (input.op === 'lookup') {
    const [stream, table] = input.inputs;
    const isOfStream = columnsRead(predicate).every((column) => column < stream.schema.length);
    if (!isOfStream || !isTotal(predicate) || isUnrepeatable(predicate)) return node;
    return { ...input, inputs: [over(stream, predicate), table] };
  }
  if (input.op === 'window') {
    const width = input.input.schema.length;
    if (!isTotal(predicate) || columnsRead(predicate).some((column) => column >= width)) return node;
    return { ...input, input: over(input.input, predicate) };
  }
  return node;
}
