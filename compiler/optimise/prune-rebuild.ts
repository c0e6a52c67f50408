/** The second half of projection pruning: nodes over narrower inputs. */
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import type { Expression } from '../../plan/expression.js';
import { mapColumns } from '../expressions/map.js';
import {
  lookupSchema,
  windowSchema,
  type AggregateNode,
  type LogicalNode,
  type LookupNode,
  type ProjectNode,
  type TableNode,
  type UnionNode,
} from '../logical/logical.js';
import { scopeStep } from '../scope-name.js';

/** A rebuilt node, and where each old column is now. A node may keep more columns than its readers need. */
interface Rebuilt {
  readonly node: LogicalNode;
  readonly places: ReadonlyMap<number, number>;
}

export class Rebuilder {
  readonly #required: ReadonlyMap<LogicalNode, ReadonlySet<number>>;
  readonly #done = new Map<LogicalNode, Rebuilt>();

  constructor(required: ReadonlyMap<LogicalNode, ReadonlySet<number>>) {
    this.#required = required;
  }

  /** The node with all of its columns in their order: a stream's content. */
  exact(node: LogicalNode): LogicalNode {
    return picked(this.#rebuild(node), [...node.schema.keys()], node);
  }

  #rebuild(node: LogicalNode): Rebuilt {
    const known = this.#done.get(node);
    if (known !== undefined) return known;
    const rebuilt = this.#make(node);
    this.#done.set(node, rebuilt);
    return rebuilt;
  }

  #wanted(node: LogicalNode): readonly number[] {
    return [...(this.#required.get(node) ?? [])].sort((a, b) => a - b);
  }

  #make(node: LogicalNode): Rebuilt {
    switch (node.op) {
      case 'scan': {
        const kept = this.#wanted(node);
        const places = inOrder(kept);
        const columns = kept.flatMap((column) => node.columns[column] ?? []);
        return {
          node: {
            ...node,
            columns,
            schema: columns.map((column) => column.field),
            claim: keptClaim(node.claim, places),
          },
          places,
        };
      }
      case 'table':
        return this.#table(node);
      case 'lookup':
        return this.#lookup(node);
      case 'errors': {
        const input = this.#rebuild(node.input).node;
        return { node: input.op === 'scan' ? { ...node, input } : node, places: inOrder([...node.schema.keys()]) };
      }
      case 'filter': {
        const { node: input, places } = this.#rebuild(node.input);
        return { node: { ...node, input, schema: input.schema, predicate: moved(node.predicate, places) }, places };
      }
      case 'project':
        return this.#project(node);
      case 'watermark': {
        const { node: input, places } = this.#rebuild(node.input);
        return { node: { ...node, input, schema: input.schema, column: placeOf(node.column, places) }, places };
      }
      case 'window': {
        const { node: input, places } = this.#rebuild(node.input);
        const column = placeOf(node.column, places);
        const before = node.input.schema.length;
        const after = input.schema.length;
        return {
          node: { ...node, input, column, schema: windowSchema(input.schema, column) },
          places: new Map([...places, [before, after], [before + 1, after + 1]]),
        };
      }
      case 'late': {
        const { node: input, places } = this.#rebuild(node.input);
        const lateness = node.schema.slice(node.input.schema.length);
        return {
          node: { ...node, input, column: placeOf(node.column, places), schema: [...input.schema, ...lateness] },
          places: new Map([...places, [node.input.schema.length, input.schema.length]]),
        };
      }
      case 'aggregate':
        return this.#aggregate(node);
      case 'union':
        return this.#union(node);
      case 'stream': {
        const input = this.exact(node.input);
        return { node: { ...node, input }, places: inOrder([...node.schema.keys()]) };
      }
    }
  }

  #table(node: TableNode): { readonly node: TableNode; readonly places: ReadonlyMap<number, number> } {
    const kept = this.#wanted(node);
    const places = inOrder(kept);
    const columns = kept.flatMap((column) => node.columns[column] ?? []);
    const schema = columns.map((column) => column.field);
    return { node: { ...node, columns, schema, claim: keptClaim(node.claim, places) }, places };
  }

  #lookup(node: LookupNode): Rebuilt {
    const [oldStream, oldTable] = node.inputs;
    const { node: stream, places: ofStream } = this.#rebuild(oldStream);
    const rebuilt = this.#rebuild(oldTable);
    if (rebuilt.node.op !== 'table') throw new InternalError('the right side of a lookup is a table');
    const before = oldStream.schema.length;
    const after = stream.schema.length;
    const ofTable = rebuilt.places;
    const places = new Map([...ofStream, ...[...ofTable].map(([old, now]) => [before + old, after + now] as const)]);
    return {
      node: {
        ...node,
        inputs: [stream, rebuilt.node],
        keys: node.keys.map((key) => ({ stream: moved(key.stream, ofStream), table: moved(key.table, ofTable) })),
        residual: node.residual === null ? null : moved(node.residual, places),
        schema: lookupSchema(stream.schema, rebuilt.node.schema, node.kind),
      },
      places,
    };
  }

  #project(node: ProjectNode): Rebuilt {
    const { node: input, places } = this.#rebuild(node.input);
    const kept = this.#wanted(node);
    const own = inOrder(kept);
    return {
      node: {
        ...node,
        input,
        expressions: kept.flatMap((column) => {
          const expression = node.expressions[column];
          return expression === undefined ? [] : [moved(expression, places)];
        }),
        schema: kept.flatMap((column) => node.schema[column] ?? []),
        claim: keptClaim(node.claim, own),
      },
      places: own,
    };
  }

  #aggregate(node: AggregateNode): Rebuilt {
    const { node: input, places: below } = this.#rebuild(node.input);
    const before = node.input.schema.length;
    const after = input.schema.length;
    const places = new Map([...below, [before, after], [before + 1, after + 1]]);
    const wanted = new Set(this.#wanted(node));
    const calls = node.aggregates.flatMap((call, index) =>
      wanted.has(node.group.length + index) ? [{ call, index: node.group.length + index }] : [],
    );
    const own = inOrder([...node.group.keys(), ...calls.map(({ index }) => index)]);
    return {
      node: {
        ...node,
        input,
        group: node.group.map((column) => placeOf(column, places)),
        aggregates: calls.map(({ call }) => ({
          ...call,
          argument: call.argument === null ? null : placeOf(call.argument, places),
          filter: call.filter === null ? null : placeOf(call.filter, places),
        })),
        pane: node.pane === null ? null : { ...node.pane, column: placeOf(node.pane.column, below) },
        schema: [...own.keys()].flatMap((column) => node.schema[column] ?? []),
      },
      places: own,
    };
  }

  /** Branches have the same columns in the same order. */
  #union(node: UnionNode): Rebuilt {
    const kept = this.#wanted(node);
    const inputs = node.inputs.map((input) => picked(this.#rebuild(input), kept, input));
    return {
      node: { ...node, inputs, schema: kept.flatMap((column) => node.schema[column] ?? []) },
      places: inOrder(kept),
    };
  }
}

/** A key of which a column is gone identifies nothing. */
function keptClaim(claim: readonly number[] | null, places: ReadonlyMap<number, number>): readonly number[] | null {
  const kept = (claim ?? []).flatMap((column) => places.get(column) ?? []);
  return claim === null || kept.length < claim.length ? null : kept;
}

function inOrder(kept: readonly number[]): ReadonlyMap<number, number> {
  return new Map(kept.map((column, index) => [column, index]));
}

function placeOf(column: number, places: ReadonlyMap<number, number>): number {
  const place = places.get(column);
  if (place === undefined) throw new InternalError(`column ${column} was pruned although it is read`);
  return place;
}

function moved(expression: Expression, places: ReadonlyMap<number, number>): Expression {
  return mapColumns(expression, (column) => ({ ...column, index: placeOf(column.index, places) }));
}

/** Exactly these columns of the old node, in this order: a projection where the rebuilt node has others too. */
function picked({ node, places }: Rebuilt, kept: readonly number[], old: LogicalNode): LogicalNode {
  const isExact = node.schema.length === kept.length && kept.every((column, index) => places.get(column) === index);
  if (isExact) return node;
  const fields = kept.flatMap((column) => old.schema[column] ?? []);
  return {
    op: 'project',
    scope: old.op === 'scan' ? scopeStep(old.source.name) : old.scope,
    label: 'columns',
    span: old.span,
    schema: fields,
    input: node,
    expressions: kept.map((column, index): Expression => {
      const place = placeOf(column, places);
      const field = node.schema[place] ?? fields[index];
      if (field === undefined) throw new InternalError(`no column ${column}`);
      return { kind: 'column', index: place, ...field };
    }),
    claim: null,
  };
}
