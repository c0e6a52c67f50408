/**
 * Projection pruning: columns that nobody reads are not computed, and the scan extracts only those that somebody does.
 * An expression that nobody reads is not evaluated, so it can't fail either.
 *
 * First the columns that each node's readers need are collected from the roots down, then the plan is built again from
 * the scans up, with the new places of all columns.
 */
import { columnsRead } from '../expressions/traits.js';
import { inputsOf, type LogicalNode, type LogicalPlan } from '../logical/logical.js';
import type { OptimiserRule } from './rule.js';
import { Rebuilder } from './prune-rebuild.js';

export const pruneColumns: OptimiserRule = {
  name: 'prune-columns',
  apply(plan) {
    const rebuilder = new Rebuilder(requiredColumns(plan));
    return { streams: plan.streams.map((stream) => ({ ...stream, root: rebuilder.exact(stream.root) })) };
  },
};

function readersFirst(plan: LogicalPlan): readonly LogicalNode[] {
  const done = new Set<LogicalNode>();
  const order: LogicalNode[] = [];
  const visit = (node: LogicalNode): void => {
    if (done.has(node)) return;
    done.add(node);
    inputsOf(node).forEach(visit);
    order.push(node);
  };
  for (const stream of plan.streams) visit(stream.root);
  return order.reverse();
}

export function requiredColumns(plan: LogicalPlan): ReadonlyMap<LogicalNode, ReadonlySet<number>> {
  const required = new Map<LogicalNode, Set<number>>();
  const need = (node: LogicalNode, columns: Iterable<number>): void => {
    const known = required.get(node) ?? new Set<number>();
    for (const column of columns) known.add(column);
    required.set(node, known);
  };
  // A stream's content is all of its columns, read or not.
  for (const { root } of plan.streams) need(root, root.schema.keys());
  for (const node of readersFirst(plan)) {
    const wanted = required.get(node) ?? new Set<number>();
    switch (node.op) {
      case 'scan':
      case 'errors':
        break;
      case 'table':
        // Needed when it is loaded, whatever else is read.
        need(node, node.claim ?? []);
        break;
      case 'lookup': {
        const [stream, table] = node.inputs;
        const width = stream.schema.length;
        const all = [...wanted, ...(node.residual === null ? [] : columnsRead(node.residual))];
        const ofStream = all.filter((column) => column < width);
        const ofTable = all.flatMap((column) => (column < width ? [] : [column - width]));
        need(stream, [...ofStream, ...node.keys.flatMap((key) => columnsRead(key.stream))]);
        need(table, [...ofTable, ...node.keys.flatMap((key) => columnsRead(key.table))]);
        break;
      }
      case 'filter':
        need(node.input, [...wanted, ...columnsRead(node.predicate)]);
        break;
      case 'project': {
        const kept = [...wanted].flatMap((column) => node.expressions[column] ?? []);
        need(node.input, kept.flatMap(columnsRead));
        break;
      }
      case 'watermark':
        need(node.input, [...wanted, node.column]);
        break;
      case 'window':
      case 'late': {
        const width = node.input.schema.length;
        need(node.input, [...[...wanted].filter((column) => column < width), node.column]);
        break;
      }
      case 'aggregate': {
        const width = node.input.schema.length;
        const calls = node.aggregates.filter((_, index) => wanted.has(node.group.length + index));
        const read = [
          ...node.group,
          ...calls.flatMap((call) => [call.argument ?? [], call.filter ?? []].flat()),
          ...(node.pane === null ? [] : [node.pane.column]),
        ];
        need(
          node.input,
          read.filter((column) => column < width),
        );
        break;
      }
      case 'union':
        for (const input of node.inputs) need(input, wanted);
        break;
      case 'stream':
        need(node.input, node.input.schema.keys());
        break;
    }
  }
  return required;
}
