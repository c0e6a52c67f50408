/**
 * What is known of the rows that leave a node: key, changes, event time, columns without NULL, and whose records they
 * are.
 */
import { operandsOf, type Expression } from '../../plan/expression.js';
import { givesChanges } from '../../plan/formats/index.js';
import { sameValueColumn } from '../../plan/lookups.js';
import type { Changelog, ErrorPolicy, WindowSpec } from '../../plan/plan.js';
import { aggregateInputSchema, type AggregateNode, type LogicalNode, type LookupNode } from './logical.js';

/** One part of a key: any of `columns` says it (window_start and window_end say the same). Empty: no column is left. */
export interface KeyPart {
  readonly name: string;
  readonly columns: readonly number[];
}

/** What a column means for event time. `covered`: a watermark bounds it. */
export type TimeRole =
  | { readonly kind: 'event' }
  | {
      readonly kind: 'window_start' | 'window_end';
      readonly pair: string;
      readonly window: WindowSpec;
      readonly covered: boolean;
    };

/** Rows that are still one to one with the records of a source, and what its ON ERROR says; null: they are not. */
export interface RecordOrigin {
  readonly policy: ErrorPolicy;
  readonly source: string;
}

export interface Properties {
  /** Null: no columns are known to identify a row. */
  readonly key: readonly KeyPart[] | null;
  readonly changelog: Changelog;
  readonly times: readonly (TimeRole | null)[];
  readonly notNull: ReadonlySet<number>;
  readonly records: RecordOrigin | null;
}

const known = new WeakMap<LogicalNode, Properties>();

export function propertiesOf(node: LogicalNode): Properties {
  const before = known.get(node);
  if (before !== undefined) return before;
  const found = derive(node);
  known.set(node, found);
  return found;
}

function derive(node: LogicalNode): Properties {
  const declared = new Set(node.schema.flatMap((field, index) => (field.nullable ? [] : [index])));
  switch (node.op) {
    case 'scan':
      return {
        key: node.claim === null ? null : claimedKey(node.claim, node),
        changelog: givesChanges(node.source.format?.name ?? null) ? 'changes' : 'append',
        times: node.schema.map(() => null),
        notNull: declared,
        records: { policy: node.source.onError, source: node.source.name },
      };
    case 'table':
      return {
        key: node.claim === null ? null : claimedKey(node.claim, node),
        changelog: 'append',
        times: node.schema.map(() => null),
        notNull: declared,
        records: null,
      };
    case 'lookup':
      return lookedUp(node);
    case 'errors':
      return { key: null, changelog: 'append', times: node.schema.map(() => null), notNull: declared, records: null };
    case 'filter': {
      const input = propertiesOf(node.input);
      return { ...input, notNull: new Set([...input.notNull, ...columnsWithoutNull(node.predicate)]) };
    }
    case 'project':
      return projected(propertiesOf(node.input), node.expressions, node.claim, node, declared);
    case 'watermark': {
      const input = propertiesOf(node.input);
      return { ...input, times: input.times.map((role, index) => (index === node.column ? { kind: 'event' } : role)) };
    }
    case 'window': {
      const input = propertiesOf(node.input);
      const width = node.input.schema.length;
      const isTumbling = node.window.slide_us === node.window.size_us;
      return {
        ...input,
        key: isTumbling || input.key === null ? input.key : [...input.key, windowPart([width, width + 1])],
        times: [...input.times, ...windowRoles(input.times[node.column] ?? null, node.window, node.pair)],
        notNull: new Set([...input.notNull, node.column, width, width + 1]),
        records: isTumbling ? input.records : null,
      };
    }
    case 'late': {
      const input = propertiesOf(node.input);
      return { ...input, times: [...input.times.map(() => null), null] };
    }
    case 'aggregate':
      return aggregated(node, declared);
    case 'union':
      return united(node.inputs.map(propertiesOf), declared);
    case 'stream':
      return propertiesOf(node.input);
  }
}

/** Whether a row has at most one match: the keys cover the table's own. */
export function matchesOf({ inputs, keys }: LookupNode): 'one' | 'many' {
  const [, table] = inputs;
  const covered = new Set(keys.flatMap((key) => sameValueColumn(key.table, table.schema) ?? []));
  const isCovered = table.claim?.every((column) => covered.has(table.schema[column]?.name ?? '')) ?? false;
  return isCovered ? 'one' : 'many';
}

function lookedUp(node: LookupNode): Properties {
  const [stream, table] = node.inputs;
  const input = propertiesOf(stream);
  const width = stream.schema.length;
  const isOne = matchesOf(node) === 'one';
  const beside = table.claim?.map((column): KeyPart => {
    const index = width + column;
    return { name: node.schema[index]?.name ?? '', columns: [index] };
  });
  const many = input.key === null || beside === undefined ? null : [...input.key, ...beside];
  const isInner = node.kind === 'inner';
  const equal = isInner ? bareColumns(node.keys.map((key) => key.stream)) : [];
  const ofTable = isInner ? [...propertiesOf(table).notNull, ...bareColumns(node.keys.map((key) => key.table))] : [];
  return {
    key: isOne ? input.key : many,
    changelog: input.changelog,
    times: [...input.times, ...table.schema.map(() => null)],
    notNull: new Set([...input.notNull, ...equal, ...ofTable.map((column) => width + column)]),
    records: isOne ? input.records : null,
  };
}

function claimedKey(claim: readonly number[], node: LogicalNode): readonly KeyPart[] {
  return claim.map((column) => ({ name: node.schema[column]?.name ?? '', columns: [column] }));
}

function windowPart(columns: readonly number[]): KeyPart {
  return { name: 'window_start', columns };
}

function windowRoles(time: TimeRole | null, window: WindowSpec, pair: string): readonly TimeRole[] {
  const covered = isCovered(time, window);
  return [
    { kind: 'window_start', pair, window, covered },
    { kind: 'window_end', pair, window, covered },
  ];
}

/** Whether a watermark closes the windows over a column of this role. */
export function isCovered(time: TimeRole | null, window: WindowSpec): boolean {
  if (time === null) return false;
  if (time.kind === 'event') return true;
  return time.covered && (time.kind === 'window_end' || isAligned(window, time.window));
}

/**
 * Rows with `window_start` s of inner windows come when the watermark passes their end. An outer window that holds s
 * must not have closed by then: its end must not lie inside an inner window, so all ends lie on the inner windows'
 * grid.
 */
export function isAligned(outer: WindowSpec, inner: WindowSpec): boolean {
  if (inner.slide_us !== inner.size_us) return false;
  const onGrid = (value: bigint): boolean => value % inner.size_us === 0n;
  return onGrid(outer.slide_us) && onGrid(outer.offset_us + outer.size_us - inner.offset_us);
}

function projected(
  input: Properties,
  expressions: readonly Expression[],
  claim: readonly number[] | null,
  node: LogicalNode,
  declared: ReadonlySet<number>,
): Properties {
  const outputsOf = (column: number): readonly number[] =>
    expressions.flatMap((expression, index) =>
      expression.kind === 'column' && expression.index === column ? [index] : [],
    );
  const inherited =
    input.key?.map((part): KeyPart => {
      const columns = part.columns.flatMap(outputsOf);
      const [first] = columns;
      return { name: first === undefined ? part.name : (node.schema[first]?.name ?? part.name), columns };
    }) ?? null;
  const bare = (index: number): number | null => {
    const expression = expressions[index];
    return expression?.kind === 'column' ? expression.index : null;
  };
  const passes = (index: number): boolean => {
    const column = bare(index);
    return column !== null && input.notNull.has(column);
  };
  return {
    key: claim === null ? inherited : claimedKey(claim, node),
    changelog: input.changelog,
    times: expressions.map((_, index) => {
      const column = bare(index);
      return column === null ? null : (input.times[column] ?? null);
    }),
    notNull: new Set(expressions.flatMap((_, index) => (declared.has(index) || passes(index) ? [index] : []))),
    records: input.records,
  };
}

function aggregated(node: AggregateNode, declared: ReadonlySet<number>): Properties {
  const input = propertiesOf(node.input);
  const roles: readonly (TimeRole | null)[] =
    node.pane === null
      ? input.times
      : [...input.times, ...windowRoles(input.times[node.pane.column] ?? null, node.pane.window, node.pane.pair)];
  const width = node.input.schema.length;
  const times: (TimeRole | null)[] = node.group.map((column) => {
    const role = roles[column] ?? null;
    return role?.kind === 'event' ? null : role;
  });
  const parts: KeyPart[] = [];
  const schema = aggregateInputSchema(node);
  node.group.forEach((column, index) => {
    const role = times[index];
    const name = schema[column]?.name ?? '';
    const twin = parts.findIndex((part) =>
      part.columns.some((other) => {
        const pair = pairOf(times[other]);
        return pair !== undefined && pair === pairOf(role);
      }),
    );
    const found = parts[twin];
    if (found === undefined) parts.push({ name, columns: [index] });
    else parts[twin] = { name: found.name, columns: [...found.columns, index] };
  });
  const grouped = node.group.flatMap((column, index) => (column >= width || input.notNull.has(column) ? [index] : []));
  // DISTINCT over rows that only come never takes a row back.
  const isDistinct = node.aggregates.length === 0 && node.group.length > 0 && input.changelog === 'append';
  return {
    key: parts,
    changelog: node.emit === 'final' || isDistinct ? 'append' : 'changes',
    times: [...times, ...node.aggregates.map(() => null)],
    notNull: new Set([...declared, ...grouped, ...aggregatesWithoutNull(node, input.notNull)]),
    records: null,
  };
}

/**
 * A group that exists has a row, so an aggregate over a column without NULL has a value; all rows as one group may be
 * no rows, and FILTER may leave none.
 */
function aggregatesWithoutNull(node: AggregateNode, notNull: ReadonlySet<number>): readonly number[] {
  if (node.group.length === 0) return [];
  const width = node.input.schema.length;
  return node.aggregates.flatMap((aggregate, index) => {
    const { argument } = aggregate;
    const hasValue = argument !== null && aggregate.filter === null && (argument >= width || notNull.has(argument));
    return hasValue ? [node.group.length + index] : [];
  });
}

function pairOf(role: TimeRole | null | undefined): string | undefined {
  return role?.kind === 'window_start' || role?.kind === 'window_end' ? role.pair : undefined;
}

function united(inputs: readonly Properties[], declared: ReadonlySet<number>): Properties {
  const [first] = inputs;
  const times = first?.times.map((_, column) => joinRoles(inputs.map((input) => input.times[column] ?? null))) ?? [];
  const origin = first?.records ?? null;
  const samePolicy = inputs.every(
    ({ records }) =>
      records !== null &&
      records.policy === origin?.policy &&
      (records.policy !== 'into' || records.source === origin.source),
  );
  return {
    key: null,
    changelog: inputs.some((input) => input.changelog === 'changes') ? 'changes' : 'append',
    times,
    notNull: new Set(
      first?.times.flatMap((_, column) =>
        declared.has(column) || inputs.every((input) => input.notNull.has(column)) ? [column] : [],
      ),
    ),
    records: samePolicy ? origin : null,
  };
}

/** The role that all branches share; windows of equal length and start are the same windows. */
function joinRoles(roles: readonly (TimeRole | null)[]): TimeRole | null {
  const [first] = roles;
  if (first === null || first === undefined) return null;
  if (first.kind === 'event') return roles.every((role) => role?.kind === 'event') ? first : null;
  const pairs: string[] = [];
  let covered = true;
  for (const role of roles) {
    if (role === null || role.kind !== first.kind) return null;
    const { window } = role;
    const sameWindow =
      window.size_us === first.window.size_us &&
      window.slide_us === first.window.slide_us &&
      window.offset_us === first.window.offset_us;
    if (!sameWindow) return null;
    covered = covered && role.covered;
    pairs.push(role.pair);
  }
  return { ...first, pair: pairs.join('|'), covered };
}

/** Columns that can't be NULL in a row for which the predicate is TRUE. */
function columnsWithoutNull(predicate: Expression): readonly number[] {
  if (predicate.kind === 'logical' && predicate.operator === 'and') {
    return predicate.operands.flatMap(columnsWithoutNull);
  }
  if (predicate.kind === 'is_null') return predicate.negated ? bareColumns([predicate.operand]) : [];
  if (predicate.kind === 'comparison') {
    const isTotal = predicate.operator === 'distinct' || predicate.operator === 'not_distinct';
    return isTotal ? [] : bareColumns(operandsOf(predicate));
  }
  if (predicate.kind === 'in') return bareColumns([predicate.operand]);
  if (predicate.kind === 'column') return [predicate.index];
  return [];
}

/** A cast of a column is NULL exactly where the column is, if it is strict. */
function bareColumns(operands: readonly Expression[]): readonly number[] {
  return operands.flatMap((operand) => {
    if (operand.kind === 'column') return [operand.index];
    return operand.kind === 'cast' && operand.mode === 'strict' ? bareColumns([operand.operand]) : [];
  });
}
