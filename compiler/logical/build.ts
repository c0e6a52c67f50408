/** Typed query to logical plan. */
import type { Expression } from '../../plan/expression.js';
import type { AggregateCall, EmitPolicy } from '../../plan/plan.js';
import type { Field, Schema } from '../../plan/types.js';
import { mapColumns } from '../expressions/map.js';
import type {
  TypedAggregate,
  TypedGrouping,
  TypedItem,
  TypedQuery,
  TypedRelation,
  TypedSelect,
  TypedUnion,
  WindowRelation,
} from '../typed.js';
import { scopeStep } from '../scope-name.js';
import {
  lookupSchema,
  windowSchema,
  type AggregateNode,
  type FilterNode,
  type LogicalNode,
  type LogicalStream,
  type ProjectNode,
} from './logical.js';
import { isCovered, propertiesOf, type TimeRole } from './properties.js';
import { SourceChains } from './source-chain.js';
import { stripWatermarks } from './strip-watermarks.js';
import { uniqueName } from './unique-name.js';

export interface StreamInput {
  readonly name: string;
  readonly query: TypedQuery;
  readonly emit: EmitPolicy;
}

/** Streams in an order in which each comes after those it reads. */
export class LogicalBuilder {
  readonly #chains = new SourceChains();
  readonly #streams = new Map<string, LogicalStream>();
  readonly #lateTimeouts: ReadonlyMap<string, bigint | null>;

  /** By source, the TIMEOUT of the streams whose windows its late rows are late for. */
  constructor(lateTimeouts: ReadonlyMap<string, bigint | null>) {
    this.#lateTimeouts = lateTimeouts;
  }

  add(input: StreamInput): LogicalStream {
    const root = new QueryBuilder(input, this.#chains, this.#streams, this.#lateTimeouts).query(input.query);
    const stream: LogicalStream = { name: input.name, emit: input.emit, root };
    this.#streams.set(input.name, stream);
    return stream;
  }
}

class QueryBuilder {
  readonly #stream: StreamInput;
  readonly #chains: SourceChains;
  readonly #streams: ReadonlyMap<string, LogicalStream>;
  readonly #lateTimeouts: ReadonlyMap<string, bigint | null>;
  #pairs = 0;

  constructor(
    stream: StreamInput,
    chains: SourceChains,
    streams: ReadonlyMap<string, LogicalStream>,
    lateTimeouts: ReadonlyMap<string, bigint | null>,
  ) {
    this.#stream = stream;
    this.#chains = chains;
    this.#streams = streams;
    this.#lateTimeouts = lateTimeouts;
  }

  query(query: TypedQuery): LogicalNode {
    return query.kind === 'select' ? this.#select(query) : this.#union(query);
  }

  get #timeout_us(): bigint | null {
    return this.#stream.emit.kind === 'final' ? this.#stream.emit.timeout_us : null;
  }

  #relation(relation: TypedRelation): LogicalNode {
    switch (relation.kind) {
      case 'source':
        return this.#chains.rows(relation.source, this.#timeout_us);
      case 'errors': {
        const inputs = relation.sources.map((source) => this.#chains.errors(source));
        const [only] = inputs;
        if (only !== undefined && inputs.length === 1) return only;
        const schema = only?.schema ?? [];
        return { op: 'union', scope: scopeStep(relation.name), label: 'union', span: relation.span, schema, inputs };
      }
      case 'late':
        return this.#chains.late(relation.source, relation.name, this.#lateTimeouts.get(relation.source.name) ?? null);
      case 'stream': {
        const stream = this.#streams.get(relation.name);
        if (stream === undefined) return this.#empty(relation);
        const { root } = stream;
        const { span } = relation;
        return {
          op: 'stream',
          scope: scopeStep(relation.name),
          label: 'read',
          span,
          schema: root.schema,
          stream: stream.name,
          input: root,
        };
      }
      case 'query':
        return this.query(relation.query);
      case 'window':
        return this.#window(relation);
      case 'lookup': {
        const { scope, span, join: kind, keys, residual } = relation;
        const stream = this.#relation(relation.input);
        const table = this.#chains.table(relation.table.table);
        const schema = lookupSchema(stream.schema, table.schema, kind);
        return { op: 'lookup', scope, label: '', span, schema, inputs: [stream, table], kind, keys, residual };
      }
      // A table by itself is refused where it is read.
      case 'table':
      case 'unknown':
        return this.#empty(relation);
    }
  }

  /** Stands for what has an error; a plan with one is never lowered. */
  #empty(relation: TypedRelation): LogicalNode {
    const schema: Schema = relation.fields.map(({ name, type, nullable }) => ({ name, type, nullable }));
    return {
      op: 'union',
      scope: scopeStep(this.#stream.name),
      label: 'unknown',
      span: relation.span,
      schema,
      inputs: [],
    };
  }

  #window(relation: WindowRelation): LogicalNode {
    const { time: column, window, scope, span } = relation;
    let input = this.#relation(relation.input);
    const role = propertiesOf(input).times[column] ?? null;
    // Windows over another column than the watermark's never close: that watermark must not reach them.
    // (Windows that cut other windows are refused by a streaming rule.)
    const cuts = role?.kind === 'window_start' && role.covered;
    if (!isCovered(role, window) && !cuts) input = stripWatermarks(input);
    this.#pairs += 1;
    const pair = `${this.#stream.name}#${this.#pairs}`;
    const schema = windowSchema(input.schema, column);
    return { op: 'window', scope, label: 'window', span, schema, input, column, window, pair };
  }

  #union(query: TypedUnion): LogicalNode {
    const { scope, span } = query;
    const schema: Schema = query.fields.map(({ name, type, nullable }) => ({ name, type, nullable }));
    const inputs = query.inputs.map((input): LogicalNode =>
      this.#project(this.query(input.query), input.items, input.query.scope, 'align'),
    );
    const union: LogicalNode = { op: 'union', scope, label: 'union', span, schema, inputs };
    return query.all ? union : distinct(union, scope);
  }

  #select(query: TypedSelect): LogicalNode {
    const { scope } = query;
    let node = this.#relation(query.from);
    if (query.where !== null) node = filter(node, query.where.expression, scope, 'filter', query.where.span);
    if (query.grouping !== null) {
      const grouped = this.#group(node, query.grouping, scope);
      node = grouped.node;
      if (query.having !== null) {
        node = filter(node, grouped.shift(query.having.expression), scope, 'having', query.having.span);
      }
      const items = query.items.map((item) => ({ ...item, expression: grouped.shift(item.expression) }));
      node = this.#project(node, items, scope, 'project');
    } else node = this.#project(node, query.items, scope, 'project');
    return query.distinct ? distinct(node, scope) : node;
  }

  #project(input: LogicalNode, items: readonly TypedItem[], scope: string, label: string): ProjectNode {
    const [first] = items;
    return {
      op: 'project',
      scope,
      label,
      span: first?.span,
      schema: items.map(({ name, expression }) => ({ name, type: expression.type, nullable: expression.nullable })),
      input,
      expressions: items.map((item) => item.expression),
      claim: null,
    };
  }

  /**
   * A projection to the keys and what the aggregates need, and the aggregate. Where `window_start` is a key without its
   * `window_end`, that one is added: it closes the group. `shift` maps expressions over keys and aggregates to the
   * output.
   */
  #group(
    input: LogicalNode,
    grouping: TypedGrouping,
    scope: string,
  ): { readonly node: AggregateNode; readonly shift: (expression: Expression) => Expression } {
    const { times } = propertiesOf(input);
    const columns = new ProjectedColumns();
    for (const key of grouping.keys) columns.add(key.expression, key.name);
    const hidden = hiddenWindowEnds(grouping.keys, times, input.schema);
    for (const column of hidden) columns.add(column, column.kind === 'column' ? column.name : 'window_end');
    const group = [...grouping.keys.keys(), ...hidden.keys()].map((_, index) => index);
    const taken = new Set(group.map((index) => columns.names[index] ?? ''));
    const aggregates = grouping.aggregates.map((aggregate) => aggregateCall(aggregate, columns, taken));
    const before: ProjectNode = {
      op: 'project',
      scope,
      label: 'input',
      span: grouping.span,
      schema: columns.fields,
      input,
      expressions: columns.expressions,
      claim: null,
    };
    const schema = [
      ...group.flatMap((column) => before.schema[column] ?? []),
      ...aggregates.map((aggregate) => aggregate.field),
    ];
    const node: AggregateNode = {
      op: 'aggregate',
      scope,
      label: 'aggregate',
      span: grouping.span,
      schema,
      input: before,
      group,
      aggregates,
      pane: null,
      emit: this.#emitOf(before, group),
    };
    const keys = grouping.keys.length;
    const shift = (expression: Expression): Expression =>
      mapColumns(expression, (column) => {
        const index = column.index < keys ? column.index : column.index + hidden.length;
        const field = schema[index];
        return field === undefined ? column : { ...column, index, name: field.name };
      });
    return { node, shift };
  }

  /** FINAL for groups that a watermark closes; a streaming rule refuses FINAL where there are others. */
  #emitOf(input: LogicalNode, group: readonly number[]): AggregateNode['emit'] {
    if (this.#stream.emit.kind === 'changes') return 'changes';
    const { times } = propertiesOf(input);
    const closes = group.some((column) => {
      const role = times[column];
      return role?.kind === 'window_end' && role.covered;
    });
    return closes ? 'final' : 'changes';
  }
}

function filter(
  input: LogicalNode,
  predicate: Expression,
  scope: string,
  label: string,
  span: FilterNode['span'],
): FilterNode {
  return { op: 'filter', scope, label, span, schema: input.schema, input, predicate };
}

/** DISTINCT is grouping by all columns. */
function distinct(input: LogicalNode, scope: string): AggregateNode {
  const group = [...input.schema.keys()];
  const { schema, span } = input;
  return {
    op: 'aggregate',
    scope,
    label: 'distinct',
    span,
    schema,
    input,
    group,
    aggregates: [],
    pane: null,
    emit: 'changes',
  };
}

function hiddenWindowEnds(
  keys: readonly TypedItem[],
  times: readonly (TimeRole | null)[],
  schema: Schema,
): readonly Expression[] {
  const roleOf = (key: TypedItem): TimeRole | null =>
    key.expression.kind === 'column' ? (times[key.expression.index] ?? null) : null;
  const roles = keys.map(roleOf);
  return roles.flatMap((role): readonly Expression[] => {
    if (role?.kind !== 'window_start') return [];
    if (roles.some((other) => other?.kind === 'window_end' && other.pair === role.pair)) return [];
    const index = times.findIndex((other) => other?.kind === 'window_end' && other.pair === role.pair);
    const field = schema[index];
    return field === undefined ? [] : [{ kind: 'column', index, ...field }];
  });
}

/** The columns of a projection that is being put together; equal expressions share one. */
class ProjectedColumns {
  readonly expressions: Expression[] = [];
  readonly names: string[] = [];

  get fields(): Schema {
    return this.expressions.map((expression, index): Field => ({
      name: this.names[index] ?? '',
      type: expression.type,
      nullable: expression.nullable,
    }));
  }

  add(expression: Expression, name: string): number {
    this.names.push(uniqueName(name, new Set(this.names)));
    return this.expressions.push(expression) - 1;
  }

  /** A column that may be shared: bare columns are the same wherever they stand. */
  share(expression: Expression, name: string): number {
    const index = this.expressions.findIndex(
      (known) => known.kind === 'column' && expression.kind === 'column' && known.index === expression.index,
    );
    return index >= 0 ? index : this.add(expression, name);
  }
}

function aggregateCall(aggregate: TypedAggregate, columns: ProjectedColumns, taken: Set<string>): AggregateCall {
  const { argument, filter: condition, field } = aggregate;
  const name = uniqueName(field.name, taken);
  taken.add(name);
  const argumentName = argument?.kind === 'column' ? argument.name : `${name}_argument`;
  return {
    function: aggregate.function,
    argument: argument === null ? null : columns.share(argument, argumentName),
    distinct: aggregate.distinct,
    filter: condition === null ? null : columns.share(condition, `${name}_filter`),
    field: { ...field, name },
  };
}
