/** Walking and rebuilding syntax trees, driven by the table of children. */
import { childKeys, type Node, type NodeKind } from './ast.js';

const keysByKind: ReadonlyMap<NodeKind, readonly string[]> = new Map(
  (Object.keys(childKeys) as NodeKind[]).map((kind) => [kind, Object.keys(childKeys[kind])]),
);

/** What a node holds under a key of the child-key table. */
type ChildValue = Node | readonly Node[] | undefined;

function childValue(node: Node, key: string): ChildValue {
  // The table's type guarantees this: its keys are exactly those whose values are nodes or lists of nodes.
  return (node as unknown as Readonly<Record<string, ChildValue>>)[key];
}

function isList(value: Node | readonly Node[]): value is readonly Node[] {
  return Array.isArray(value);
}

/** The children of a node, in the order of the table. */
export function childrenOf(node: Node): readonly Node[] {
  const children: Node[] = [];
  for (const key of keysByKind.get(node.kind) ?? []) {
    const value = childValue(node, key);
    if (value === undefined) continue;
    if (isList(value)) children.push(...value);
    else children.push(value);
  }
  return children;
}

/** Visits a node and all below it, parents first. Returning `false` leaves out what is below. */
export function walk(node: Node, visit: (node: Node) => boolean | undefined): void {
  const pending: Node[] = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (visit(next) === false) continue;
    const children = childrenOf(next);
    for (let i = children.length - 1; i >= 0; i -= 1) {
      const child = children[i];
      if (child !== undefined) pending.push(child);
    }
  }
}

/**
 * Rebuilds a tree from the leaves upwards: `change` gets each node with its children already changed and returns what
 * takes its place. It must return a node that may stand there. Subtrees without a change are kept, not copied.
 */
export function transform<N extends Node>(node: N, change: (node: Node) => Node): N {
  let changed: Record<string, ChildValue> | undefined;
  for (const key of keysByKind.get(node.kind) ?? []) {
    const value = childValue(node, key);
    if (value === undefined) continue;
    const next = isList(value) ? transformList(value, change) : transform(value, change);
    if (next !== value) (changed ??= {})[key] = next;
  }
  // `change` keeps the kinds that may stand in each place, which the types of the union cannot express.
  return change(changed === undefined ? node : { ...node, ...changed }) as N;
}

function transformList(list: readonly Node[], change: (node: Node) => Node): readonly Node[] {
  const next = list.map((item) => transform(item, change));
  return next.every((item, index) => item === list[index]) ? list : next;
}

/** The number of nodes on the longest way down; does not recurse, so that it may judge trees too deep for recursion. */
export function treeDepth(node: Node): number {
  let depth = 0;
  let level: readonly Node[] = [node];
  while (level.length > 0) {
    depth += 1;
    level = level.flatMap((parent) => childrenOf(parent));
  }
  return depth;
}
