/** SELECT: rows combined, grouped, computed, ordered and cut. */
import { unify } from './arithmetic.js';
import {
  type CommonTable,
  type Expression,
  type ObjectName,
  type OrderItem,
  type Query,
  type QueryBody,
  type SelectCore,
  type SelectItem,
} from './ast.js';
import {
  Binder,
  type Bound,
  bound,
  EMPTY_ENV,
  type Env,
  type Grouping,
  implicitly,
  type PlannedQuery,
  type Scope,
  type ScopeColumn,
  unifyAll,
} from './bind.js';
import { arithmetic } from './arithmetic.js';
import { compareValues, joinKeys, keyOf } from './compare.js';
import { convert } from './convert.js';
import * as errors from './errors.js';
import { SqlError } from './errors.js';
import { type FromHost, planFrom } from './from.js';
import { isAggregate } from './aggregate.js';
import * as sql from './sql-type.js';
import { type SqlValue } from './sql-type.js';
import { type Values } from './storage.js';
import { bindWindow, windowValues } from './window.js';

/** Common tables in sight, the innermost last. */
export type CommonTables = readonly CommonTable[];

/** What planning a query needs of the session. */
export type QueryHost = Omit<FromHost, 'planQuery' | 'planNamed' | 'planDerived'> & {
  /** A view of the system, or null. */
  systemView(name: ObjectName): PlannedQuery | null;
};

export interface PlannedSelect extends PlannedQuery {
  /** It sets variables and returns nothing. */
  readonly isAssignment: boolean;
}

/** The host of a query's parts: the session's, with the common tables that are in sight. */
export function hostWith(host: QueryHost, common: CommonTables): FromHost {
  const own: FromHost = {
    ...host,
    variable: (name) => host.variable(name),
    resolveType: (name) => host.resolveType(name),
    systemFunction: (name, args) => host.systemFunction(name, args),
    findTable: (name) => (commonNamed(common, name) === undefined ? host.findTable(name) : null),
    findTableVariable: (name) => host.findTableVariable(name),
    planQuery: (query, outer) => planQuery(host, query, outer, common),
    planDerived: (query, outer) => planQuery(host, query, outer, common),
    planNamed: (name) => {
      const table = commonNamed(common, name);
      if (table !== undefined) {
        // A common table sees those before it, not itself.
        const planned = planQuery(host, table.query, null, common.slice(0, common.indexOf(table)));
        return {
          ...planned,
          columns: planned.columns.map((column, at) => ({ ...column, name: table.columns?.[at] ?? column.name })),
        };
      }
      const view = host.systemView(name);
      if (view === null) throw errors.invalidObject(name.parts.join('.'));
      return view;
    },
  };
  return own;
}

const commonNamed = (common: CommonTables, { parts }: ObjectName): CommonTable | undefined =>
  parts.length > 1 ? undefined : common.findLast(({ name }) => name.toLowerCase() === parts[0]!.toLowerCase());

/** A query ready to run, as often as there are outer rows. Throws SqlError for names and types. */
export function planQuery(host: QueryHost, query: Query, outer: Scope | null, around: CommonTables): PlannedSelect {
  const common = [...around, ...query.with];
  const limits = { offset: query.offset, fetch: query.fetch };
  const planned =
    query.body.kind === 'select'
      ? planSelect(hostWith(host, common), query.body, query.orderBy, outer)
      : orderedByName(hostWith(host, common), planBody(host, query.body, outer, common), query.orderBy);
  if (limits.offset === null) return planned;
  const binder = new Binder(hostWith(host, common), { sources: [], outer });
  const count = (expression: Expression | null): number => {
    const value =
      expression === null ? null : implicitly(binder.expression(expression), sql.BIGINT).evaluate(EMPTY_ENV);
    return value === null ? Infinity : Number(value);
  };
  return {
    ...planned,
    run: (env) => {
      const from = count(limits.offset);
      return planned.run(env).slice(from, from + count(limits.fetch));
    },
  };
}

function planBody(host: QueryHost, body: QueryBody, outer: Scope | null, common: CommonTables): PlannedSelect {
  switch (body.kind) {
    case 'select':
      return planSelect(hostWith(host, common), body, [], outer);
    case 'values':
      return planValues(hostWith(host, common), body.rows, outer);
    case 'union': {
      const [left, right] = [planBody(host, body.left, outer, common), planBody(host, body.right, outer, common)];
      return planUnion(left, right, body.isAll);
    }
  }
}

function planValues(host: FromHost, rows: readonly (readonly Expression[])[], outer: Scope | null): PlannedSelect {
  const binder = new Binder(host, { sources: [], outer });
  const all = rows.map((row) => row.map((expression) => binder.expression(expression)));
  const width = all[0]!.length;
  if (all.some((row) => row.length !== width)) {
    throw new SqlError(10709, 'The number of columns for each row in a table value constructor must be the same.');
  }
  const types = all[0]!.map((_, at) => unifyAll(all.map((row) => row[at]!)));
  const values = all.map((row) => row.map((value, at) => implicitly(value, types[at]!)));
  return {
    columns: types.map((type, at) => ({ name: `c${at}`, type, isNullable: true, isIdentity: false })),
    isAssignment: false,
    run: (env) => {
      const inner: Env = { rows: [], outer: env, computed: [] };
      return values.map((row) => row.map((value) => value.evaluate(inner)));
    },
  };
}

function planUnion(left: PlannedSelect, right: PlannedSelect, isAll: boolean): PlannedSelect {
  if (left.columns.length !== right.columns.length) {
    throw new SqlError(
      205,
      'All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.',
    );
  }
  const columns = left.columns.map((column, at) => ({
    ...column,
    type: unify(column.type, right.columns[at]!.type),
    isNullable: column.isNullable || right.columns[at]!.isNullable,
  }));
  const adapted = ({ columns: from, run }: PlannedSelect, env: Env): readonly Values[] =>
    run(env).map((row) => row.map((value, at) => convert(value, from[at]!.type, columns[at]!.type)));
  return {
    columns,
    isAssignment: false,
    run: (env) => {
      const all = [...adapted(left, env), ...adapted(right, env)];
      return isAll ? all : distinct(all, columns);
    },
  };
}

function distinct(rows: readonly Values[], columns: readonly ScopeColumn[]): readonly Values[] {
  const seen = new Map<string, Values>();
  for (const row of rows) {
    const key = joinKeys(row.map((value, at) => keyOf(value, columns[at]!.type)));
    if (!seen.has(key)) seen.set(key, row);
  }
  return [...seen.values()];
}

/** ORDER BY of a union: by names and numbers of its columns. */
function orderedByName(host: FromHost, planned: PlannedSelect, order: readonly OrderItem[]): PlannedSelect {
  if (order.length === 0) return planned;
  const scope: Scope = { sources: [{ alias: '', schema: null, columns: planned.columns, table: null }], outer: null };
  const binder = new Binder(host, scope);
  const keys = order.map(({ expression, isDescending }) => ({
    isDescending,
    bound: byOrdinal(expression, planned.columns) ?? binder.expression(expression),
  }));
  return {
    ...planned,
    run: (env) =>
      sorted(
        planned.run(env).map((values) => ({ values, env: { rows: [values], outer: env, computed: [] } })),
        keys,
      ).map(({ values }) => values),
  };
}

function byOrdinal(expression: Expression, columns: readonly ScopeColumn[]): Bound | null {
  if (expression.kind !== 'literal' || typeof expression.value !== 'bigint') return null;
  const at = Number(expression.value) - 1;
  const column = columns[at];
  if (column === undefined) {
    throw new SqlError(
      108,
      `The ORDER BY position number ${at + 1} is out of range of the number of items in the select list.`,
    );
  }
  return bound(column.type, (env) => env.rows[0]![at]!);
}

interface SortKey {
  readonly bound: Bound;
  readonly isDescending: boolean;
}

export function sorted<T extends { readonly env: Env }>(rows: readonly T[], keys: readonly SortKey[]): readonly T[] {
  if (keys.length === 0) return rows;
  const keyed = rows.map((row) => ({ row, values: keys.map(({ bound: key }) => key.evaluate(row.env)) }));
  keyed.sort((a, b) => {
    for (const [at, { bound: key, isDescending }] of keys.entries()) {
      const order = nullsFirst(a.values[at]!, b.values[at]!, key);
      if (order !== 0) return isDescending ? -order : order;
    }
    return 0;
  });
  return keyed.map(({ row }) => row);
}

function nullsFirst(a: SqlValue, b: SqlValue, { type }: Bound): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return compareValues(a, type, b, type);
}

interface Item {
  readonly column: ScopeColumn;
  readonly bound: Bound;
}

function planSelect(host: FromHost, core: SelectCore, order: readonly OrderItem[], outer: Scope | null): PlannedSelect {
  const from = planFrom(host, core.from, core.where, outer);
  const isGrouped = core.groupBy.length > 0 || hasAggregate(core) || core.having !== null;
  const plain = new Binder(host, from.scope);
  const grouping: Grouping | null = isGrouped
    ? { keys: core.groupBy.map((expression) => ({ expression, bound: plain.expression(expression) })), aggregates: [] }
    : null;
  const windows: Extract<Expression, { kind: 'call' }>[] = [];
  const binder = new Binder(host, from.scope, grouping, windows);
  const items = core.items.flatMap((item) => planItem(host, binder, item));
  const having = core.having === null ? null : binder.condition(core.having);
  const keys = order.map(({ expression, isDescending }) => ({
    isDescending,
    bound: orderKey(expression, core.items, items, binder),
  }));
  const boundWindows = windows.map((call) => bindWindow(call, (expression) => binder.expression(expression)));
  const top = core.top === null ? null : implicitly(plain.expression(core.top), sql.BIGINT);
  const columns = items.map(({ column }) => column);
  return {
    columns,
    isAssignment: core.items.some(({ kind }) => kind === 'assign'),
    run: (outerEnv) => {
      let envs: readonly Env[] = from.tuples(outerEnv).map(({ env }) => env);
      if (grouping !== null) envs = grouped(envs, grouping, core.groupBy.length === 0, outerEnv);
      if (having !== null) envs = envs.filter((env) => having(env) === true);
      envs = windowValues(envs, boundWindows);
      const rows = sorted(
        envs.map((env) => ({ env })),
        keys,
      );
      const limit = top === null ? Infinity : Number(top.evaluate({ ...EMPTY_ENV, outer: outerEnv }) ?? 0n);
      const cut = core.isDistinct || limit === Infinity ? rows : rows.slice(0, limit);
      const values = cut.map(({ env }) => items.map((item) => item.bound.evaluate(env)));
      return core.isDistinct ? distinct(values, columns).slice(0, limit) : values;
    },
  };
}

/** Names of the select list first, then numbers, then anything. */
function orderKey(
  expression: Expression,
  written: readonly SelectItem[],
  items: readonly Item[],
  binder: Binder,
): Bound {
  if (expression.kind === 'literal' && typeof expression.value === 'bigint') {
    const item = items[Number(expression.value) - 1];
    if (item !== undefined) return item.bound;
  }
  if (expression.kind === 'column' && expression.parts.length === 1) {
    const name = expression.parts[0]!.toLowerCase();
    const isAlias = written.some((item) => item.kind === 'value' && item.alias?.toLowerCase() === name);
    const item = isAlias ? items.find(({ column }) => column.name.toLowerCase() === name) : undefined;
    if (item !== undefined) return item.bound;
  }
  return binder.expression(expression);
}

function planItem(host: FromHost, binder: Binder, item: SelectItem): readonly Item[] {
  switch (item.kind) {
    case 'star':
      return starItems(binder, item.qualifier);
    case 'value': {
      const value = binder.expression(item.expression);
      const name = item.alias ?? (item.expression.kind === 'column' ? item.expression.parts.at(-1)! : '');
      return [{ column: columnOf(name, value), bound: value }];
    }
    case 'assign': {
      const variable = host.variable(item.variable);
      const value = binder.expression(item.expression);
      const { operator } = item;
      const evaluate = (env: Env): SqlValue => {
        const now = value.evaluate(env);
        const next =
          operator === null ? now : arithmetic(operator, variable.value, variable.type, now, value.type, variable.type);
        variable.value = convert(next, operator === null ? value.type : variable.type, variable.type);
        return null;
      };
      return [{ column: columnOf('', value), bound: { ...value, evaluate } }];
    }
  }
}

const columnOf = (name: string, { type, isNullable, isIdentity }: Bound): ScopeColumn => ({
  name,
  type,
  isNullable,
  isIdentity,
});

function starItems(binder: Binder, qualifier: string | null): readonly Item[] {
  const wanted = qualifier?.toLowerCase();
  const items = binder.scope.sources.flatMap((source, slot) => {
    if (wanted !== undefined && source.alias.toLowerCase() !== wanted) return [];
    return source.columns.map((column, at) => ({
      column,
      bound: { ...bound(column.type, (env) => env.rows[slot]![at]!, column.isNullable), isIdentity: column.isIdentity },
    }));
  });
  if (items.length > 0) return items;
  if (qualifier === null) throw new SqlError(263, 'Must specify table to select from.');
  throw new SqlError(
    107,
    `The column prefix '${qualifier}' does not match with a table name or alias name used in the query.`,
    15,
  );
}

function hasAggregate(core: SelectCore): boolean {
  return core.items.some((item) => item.kind !== 'star' && containsAggregate(item.expression));
}

function containsAggregate(expression: Expression): boolean {
  switch (expression.kind) {
    case 'call':
      if (expression.over !== null) return false;
      return isAggregate(expression.name) || expression.args.some(containsAggregate);
    case 'negate':
    case 'complement':
    case 'cast':
    case 'collate':
      return containsAggregate(expression.operand);
    case 'arithmetic':
      return containsAggregate(expression.left) || containsAggregate(expression.right);
    case 'case':
      return (
        expression.whens.some(({ result }) => containsAggregate(result)) ||
        (expression.otherwise !== null && containsAggregate(expression.otherwise))
      );
    case 'literal':
    case 'variable':
    case 'column':
    case 'subquery':
      return false;
  }
}

/** One row per group: keys, then aggregates. Without GROUP BY there is one group, even of no rows. */
function grouped(envs: readonly Env[], grouping: Grouping, isWhole: boolean, outer: Env | null): readonly Env[] {
  const groups = new Map<string, Env[]>();
  if (isWhole) groups.set('', [...envs]);
  else {
    for (const env of envs) {
      const key = joinKeys(grouping.keys.map(({ bound: value }) => keyOf(value.evaluate(env), value.type)));
      const members = groups.get(key);
      if (members === undefined) groups.set(key, [env]);
      else members.push(env);
    }
  }
  return [...groups.values()].map((members) => {
    const first: Env = members[0] ?? { rows: [], outer, computed: [] };
    const keys = grouping.keys.map(({ bound: value }) => value.evaluate(first));
    const aggregates = grouping.aggregates.map((spec) => spec.compute(members));
    return { rows: first.rows, outer, computed: [...keys, ...aggregates] };
  });
}
