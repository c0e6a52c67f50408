/**
 * Operator ids. State is stored under them, so they come from names of the query: `per_airport/aggregate`,
 * `orders/watermark`. Where two steps of one name would have the same, the later one in the text gets a number; a copy
 * of a view's step that is not the one already there stands under its stream.
 */
import type { LogicalNode } from '../logical/logical.js';

export class OperatorIds {
  readonly #taken = new Set<string>();

  /** `stream` is the stream that the node is first needed for. */
  idOf(node: LogicalNode, stream: string): string {
    const own = join(node.scope, node.label);
    if (!this.#taken.has(own)) return this.#take(own);
    const isOwn = node.scope === stream || node.scope.startsWith(`${stream}/`);
    return this.unique(isOwn ? own : join(`${stream}/${node.scope}`, node.label));
  }

  unique(id: string): string {
    if (!this.#taken.has(id)) return this.#take(id);
    let number = 2;
    while (this.#taken.has(`${id}_${number}`)) number += 1;
    return this.#take(`${id}_${number}`);
  }

  #take(id: string): string {
    this.#taken.add(id);
    return id;
  }
}

function join(scope: string, label: string): string {
  return label === '' ? scope : `${scope}/${label}`;
}
