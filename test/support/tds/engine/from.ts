/** FROM: sources one after the other, each looked up by what is known already. */
import { unify } from './arithmetic.js';
import { TableReader, type AccessHost, type Candidate } from './access.js';
import { type Condition, type Expression, type ObjectName, type Query, type Source } from './ast.js';
import {
  Binder,
  type BindHost,
  type Bound,
  type BoundCondition,
  type Env,
  type PlannedQuery,
  type Scope,
  type ScopeSource,
} from './bind.js';
import { joinKeys, keyOf } from './compare.js';
import { convert } from './convert.js';
import { SqlError } from './errors.js';
import { planOpenJson } from './openjson.js';
import { familyOf } from './sql-type.js';
import { type Index, type Row, type Table, type Values } from './storage.js';

/** What planning a FROM needs of the session. */
export interface FromHost extends BindHost, AccessHost {
  readonly databaseName: string;
  /** A table or table variable; null where the name is that of a view of the system or a common table. */
  findTable(name: ObjectName): Table | null;
  findTableVariable(name: string): Table;
  /** A common table or a view of the system. Throws SqlError 208. */
  planNamed(name: ObjectName): PlannedQuery;
  planDerived(query: Query, outer: Scope | null): PlannedQuery;
}

/** One combination of rows. */
export interface Tuple {
  readonly env: Env;
  readonly rows: readonly (Row | null)[];
}

interface Step {
  readonly source: ScopeSource;
  readonly join: 'inner' | 'left';
  readonly on: Condition | null;
  readonly candidates: (env: Env, lookups: readonly Lookup[]) => readonly Candidate[];
}

/** `column = value`, the value known before the source is read. */
interface Lookup {
  readonly column: number;
  readonly value: Bound;
}

export interface FromPlan {
  readonly scope: Scope;
  /** All combinations for which the condition of WHERE is true. */
  readonly tuples: (outer: Env | null) => readonly Tuple[];
}

export interface TargetWish {
  /** The table that the statement changes. */
  readonly table: Table;
}

/** Plans a FROM with its WHERE. */
export function planFrom(
  host: FromHost,
  source: Source | null,
  where: Condition | null,
  outer: Scope | null,
  target: TargetWish | null = null,
): FromPlan {
  const steps: Step[] = [];
  const sources: ScopeSource[] = [];
  const scope: Scope = { sources, outer };
  if (source !== null) collect(host, source, scope, sources, steps, target);
  const binder = new Binder(host, scope);
  const conjuncts = where === null ? [] : splitAnd(where);
  const condition = where === null ? null : binder.condition(where);
  const plans = steps.map((step, slot) => ({
    ...step,
    condition: step.on === null ? null : binder.condition(step.on),
    lookups: lookupsOf(binder, slot, [
      ...(step.on === null ? [] : splitAnd(step.on)),
      ...(step.join === 'inner' ? conjuncts : []),
    ]),
  }));
  return {
    scope,
    tuples: (outerEnv) => {
      let tuples: readonly Tuple[] = [{ env: { rows: [], outer: outerEnv, computed: [] }, rows: [] }];
      for (const plan of plans) tuples = tuples.flatMap((tuple) => extend(tuple, plan));
      return condition === null ? tuples : tuples.filter(({ env }) => condition(env) === true);
    },
  };
}

function extend(
  tuple: Tuple,
  step: Step & { readonly condition: BoundCondition | null; readonly lookups: readonly Lookup[] },
): readonly Tuple[] {
  const found: Tuple[] = [];
  for (const { values, row } of step.candidates(tuple.env, step.lookups)) {
    const env: Env = { ...tuple.env, rows: [...tuple.env.rows, values] };
    if (step.condition === null || step.condition(env) === true) found.push({ env, rows: [...tuple.rows, row] });
  }
  if (found.length > 0 || step.join === 'inner') return found;
  const empty: Values = step.source.columns.map(() => null);
  return [{ env: { ...tuple.env, rows: [...tuple.env.rows, empty] }, rows: [...tuple.rows, null] }];
}

function collect(
  host: FromHost,
  source: Source,
  scope: Scope,
  sources: ScopeSource[],
  steps: Step[],
  target: TargetWish | null,
  isApplied = false,
): void {
  if (source.kind !== 'join') {
    // Only what is applied sees the rows before it.
    const before: Scope = { sources: isApplied ? [...sources] : [], outer: scope.outer };
    const step = planSource(host, source, before, target);
    sources.push(step.source);
    steps.push(step);
    return;
  }
  collect(host, source.left, scope, sources, steps, target);
  if (source.right.kind === 'join') {
    if (source.join !== 'inner' && source.join !== 'cross') {
      throw new SqlError(40517, 'Joins nested at the right of an outer join are no part of this server.', 16);
    }
  }
  const isApply = source.join === 'cross-apply' || source.join === 'outer-apply';
  collect(host, source.right, scope, sources, steps, target, isApply);
  const last = steps.pop()!;
  const isOuter = source.join === 'left' || source.join === 'outer-apply';
  if (isOuter) nullable(sources);
  steps.push({ ...last, join: isOuter ? 'left' : 'inner', on: source.on, source: sources.at(-1)! });
}

/** Columns of an outer join's right side may be null. */
function nullable(sources: ScopeSource[]): void {
  const last = sources.pop()!;
  sources.push({ ...last, columns: last.columns.map((column) => ({ ...column, isNullable: true })) });
}

function planSource(
  host: FromHost,
  source: Exclude<Source, { kind: 'join' }>,
  before: Scope,
  target: TargetWish | null,
): Step {
  switch (source.kind) {
    case 'variable':
      return tableStep(host, host.findTableVariable(source.name), source.alias ?? source.name, null, [], null);
    case 'table': {
      const name = source.name.parts.at(-1)!;
      const table = host.findTable(source.name);
      if (table !== null) return tableStep(host, table, source.alias ?? name, table.schema, source.hints, target);
      return derivedStep(host.planNamed(source.name), source.alias ?? name, null, before);
    }
    case 'query':
      return derivedStep(host.planDerived(source.query, before), source.alias, source.columns, before);
    case 'openjson':
      return derivedStep(planOpenJson(host, source, before), source.alias ?? 'OPENJSON', null, before);
  }
}

function derivedStep(plan: PlannedQuery, alias: string, names: readonly string[] | null, before: Scope): Step {
  const columns = plan.columns.map((column, at) => ({ ...column, name: names?.[at] ?? column.name }));
  let known: { readonly outer: Env | null; readonly rows: readonly Candidate[] } | null = null;
  return {
    source: { alias, schema: null, columns, table: null },
    join: 'inner',
    on: null,
    candidates: (env) => {
      if (known !== null && known.outer === env.outer) return known.rows;
      const isApplied = before.sources.length > 0;
      const seen = isApplied ? env : { rows: [], outer: env.outer, computed: [] };
      const rows = plan.run(seen).map((values) => ({ values, row: null }));
      if (!isApplied) known = { outer: env.outer, rows };
      return rows;
    },
  };
}

const HASH_FROM_ROWS = 8;

function tableStep(
  host: FromHost,
  table: Table,
  alias: string,
  schema: string | null,
  hints: readonly string[],
  target: TargetWish | null,
): Step {
  const reader = new TableReader(host, table, hints, target?.table === table);
  let scanned: readonly Candidate[] | null = null;
  let hashed: ReadonlyMap<string, readonly Candidate[]> | null = null;
  const { columns } = table;
  return {
    source: {
      alias,
      schema,
      columns: columns.map((column) => ({ ...column, isIdentity: column.identity !== null })),
      table,
    },
    join: 'inner',
    on: null,
    candidates: (env, lookups) => {
      const index = indexFor(table, lookups);
      if (index !== null) {
        const key = keyFrom(index.definition.columns, lookups, table, env);
        return key === null ? [] : reader.seek(index, key);
      }
      scanned ??= reader.scan();
      if (lookups.length === 0 || scanned.length < HASH_FROM_ROWS) return scanned;
      const at = [...new Set(lookups.map(({ column }) => column))];
      hashed ??= hash(scanned, at, table);
      const key = keyFrom(at, lookups, table, env);
      return key === null ? [] : (hashed.get(key) ?? []);
    },
  };
}

function indexFor(table: Table, lookups: readonly Lookup[]): Index | null {
  const isCovered = (index: Index): boolean =>
    index.definition.columns.every((at) => lookups.some(({ column }) => column === at));
  return table.indexes.find((index) => index.isUnique && isCovered(index)) ?? table.indexes.find(isCovered) ?? null;
}

/** The key that the lookups ask for; null where one of them is NULL and so equals nothing. */
function keyFrom(at: readonly number[], lookups: readonly Lookup[], table: Table, env: Env): string | null {
  const keys: string[] = [];
  for (const column of at) {
    const { value } = lookups.find((lookup) => lookup.column === column)!;
    const { type } = table.columns[column]!;
    const found = value.evaluate(env);
    if (found === null) return null;
    const common = unify(type, value.type);
    const isSame = familyOf(value.type) === familyOf(type);
    keys.push(
      isSame
        ? keyOf(found, value.type, type.collation)
        : keyOf(convert(found, value.type, common), common, type.collation),
    );
  }
  return joinKeys(keys);
}

function hash(
  all: readonly Candidate[],
  at: readonly number[],
  table: Table,
): ReadonlyMap<string, readonly Candidate[]> {
  const map = new Map<string, Candidate[]>();
  for (const candidate of all) {
    const key = joinKeys(at.map((column) => keyOf(candidate.values[column]!, table.columns[column]!.type)));
    const same = map.get(key);
    if (same === undefined) map.set(key, [candidate]);
    else same.push(candidate);
  }
  return map;
}

export const splitAnd = (condition: Condition): readonly Condition[] =>
  condition.kind === 'and' ? [...splitAnd(condition.left), ...splitAnd(condition.right)] : [condition];

/** Conditions `column of this source = something known before`. */
function lookupsOf(binder: Binder, slot: number, conjuncts: readonly Condition[]): readonly Lookup[] {
  const { scope } = binder;
  const source = scope.sources[slot]!;
  if (source.table === null) return [];
  const found: Lookup[] = [];
  for (const conjunct of conjuncts) {
    if (conjunct.kind !== 'compare' || conjunct.operator !== '=') continue;
    for (const [side, other] of [
      [conjunct.left, conjunct.right],
      [conjunct.right, conjunct.left],
    ] as const) {
      if (side.kind !== 'column' || slotOf(side.parts, scope) !== slot) continue;
      if (!isKnownBefore(other, scope, slot)) continue;
      const column = source.table.columnAt(side.parts.at(-1)!);
      const value = binder.expression(other);
      const { type } = source.table.columns[column]!;
      // The column itself must not have to be converted.
      if (!value.isNullLiteral && familyOf(unify(type, value.type)) === familyOf(type)) found.push({ column, value });
    }
  }
  return found;
}

/** The source of this scope that a name belongs to, or -1. */
function slotOf(parts: readonly string[], scope: Scope): number {
  const name = parts.at(-1)!.toLowerCase();
  const qualifier = parts.length > 1 ? parts.at(-2)!.toLowerCase() : null;
  return scope.sources.findIndex(
    (source) =>
      (qualifier === null || source.alias.toLowerCase() === qualifier) &&
      source.columns.some((column) => column.name.toLowerCase() === name),
  );
}

function isKnownBefore(expression: Expression, scope: Scope, slot: number): boolean {
  switch (expression.kind) {
    case 'literal':
    case 'variable':
      return true;
    case 'column': {
      const at = slotOf(expression.parts, scope);
      return at < slot;
    }
    case 'cast':
    case 'negate':
    case 'collate':
      return isKnownBefore(expression.operand, scope, slot);
    case 'arithmetic':
      return isKnownBefore(expression.left, scope, slot) && isKnownBefore(expression.right, scope, slot);
    case 'call':
      return expression.over === null && expression.args.every((argument) => isKnownBefore(argument, scope, slot));
    case 'complement':
    case 'case':
    case 'subquery':
      return false;
  }
}
