/** INSERT, UPDATE and DELETE. */
import { insertRow, lockRows, writeRows } from './access.js';
import { arithmetic } from './arithmetic.js';
import {
  type Expression,
  type OutputClause,
  type SelectItem,
  type Source,
  type Statement,
  type Target,
} from './ast.js';
import {
  Binder,
  type Bound,
  EMPTY_ENV,
  type Env,
  implicitly,
  type PlannedQuery,
  type ScopeColumn,
  type ScopeSource,
} from './bind.js';
import { checkImplicit, convert } from './convert.js';
import * as errors from './errors.js';
import { SqlError } from './errors.js';
import { type FromHost, planFrom } from './from.js';
import { hostWith, planQuery, type QueryHost } from './query.js';
import * as sql from './sql-type.js';
import { type SqlType, type SqlValue } from './sql-type.js';
import { type Column, type Row, type Table, type Values } from './storage.js';

/** What a change did: how many rows, what OUTPUT returns, the identity given last. */
export interface Changed {
  readonly count: number;
  readonly output: { readonly columns: readonly ScopeColumn[]; readonly rows: readonly Values[] } | null;
  readonly identity: bigint | null;
}

export interface ModifyHost extends QueryHost {
  /** SET IDENTITY_INSERT is on for that table. */
  allowsIdentity(table: Table): boolean;
}

type Insert = Extract<Statement, { kind: 'insert' }>;
type Update = Extract<Statement, { kind: 'update' }>;
type Delete = Extract<Statement, { kind: 'delete' }>;

/** The table that a statement changes. Throws SqlError 208. */
export function targetTable(host: FromHost, target: Target): Table {
  if (target.kind === 'variable') return host.findTableVariable(target.name);
  const table = host.findTable(target.name);
  if (table === null) throw errors.invalidObject(target.name.parts.join('.'));
  return table;
}

/**
 * A value as a column stores it: converted, and nothing cut off but spaces. Throws SqlError 2628 and those of
 * conversions.
 */
export function stored(
  host: { readonly databaseName: string },
  value: SqlValue,
  from: SqlType,
  column: Column,
  table: Table,
): SqlValue {
  const { type } = column;
  if (value === null) return null;
  const length = sql.isString(from) && sql.isString(type) ? (value as string).replace(/ +$/u, '').length : 0;
  const size = sql.isBinary(from) && sql.isBinary(type) ? (value as Uint8Array).length : 0;
  if (type.length > 0 && Math.max(length, size) > type.length) {
    const shown = typeof value === 'string' ? value.slice(0, Math.min(100, type.length)) : '';
    throw errors.truncated(tableText(host.databaseName, table), column.name, shown);
  }
  return convert(value, from, type);
}

const tableText = (database: string, table: Table): string =>
  table.kind === 'base' ? `${database}.${table.schema}.${table.name}` : `tempdb.dbo.${table.name}`;

function checkRow(host: FromHost, table: Table, values: Values, what: 'INSERT' | 'UPDATE'): void {
  table.columns.forEach((column, at) => {
    if (values[at] === null && !column.isNullable)
      throw errors.nullNotAllowed(column.name, tableText(host.databaseName, table), what);
  });
  if (table.checks.length === 0) return;
  const binder = new Binder(host, { sources: [sourceOf(table, table.name)], outer: null });
  for (const check of table.checks) {
    if (binder.condition(check.condition)({ rows: [values], outer: null, computed: [] }) === false) {
      throw new SqlError(
        547,
        `The ${what} statement conflicted with the CHECK constraint "${check.name ?? `CK__${table.name}`}". The conflict occurred in database "${host.databaseName}", table "${table.schema}.${table.name}".`,
        16,
        0,
      );
    }
  }
}

const sourceOf = (table: Table, alias: string): ScopeSource => ({
  alias,
  schema: table.schema,
  columns: table.columns.map((column) => ({ ...column, isIdentity: column.identity !== null })),
  table,
});

/** OUTPUT: what `inserted` and `deleted` hold. */
function outputOf(
  host: FromHost,
  clause: OutputClause | null,
  table: Table,
  changes: readonly (readonly [Values | null, Values | null])[],
): Changed['output'] {
  if (clause === null) return null;
  const empty: Values = table.columns.map(() => null);
  const sources = [sourceOf(table, 'inserted'), sourceOf(table, 'deleted')];
  const binder = new Binder(host, { sources, outer: null });
  const items = clause.items.flatMap((item): readonly { readonly name: string; readonly bound: Bound }[] => {
    if (item.kind === 'value') {
      const name = item.alias ?? (item.expression.kind === 'column' ? item.expression.parts.at(-1)! : '');
      return [{ name, bound: binder.expression(item.expression) }];
    }
    if (item.kind === 'assign') return [];
    return starOf(binder, item, table);
  });
  const rows = changes.map(([after, before]) => {
    const env: Env = { rows: [after ?? empty, before ?? empty], outer: null, computed: [] };
    return items.map(({ bound }) => bound.evaluate(env));
  });
  const columns = items.map(({ name, bound: { type, isNullable, isIdentity } }) => ({
    name,
    type,
    isNullable,
    isIdentity,
  }));
  return { columns, rows };
}

const starOf = (
  binder: Binder,
  item: Extract<SelectItem, { kind: 'star' }>,
  table: Table,
): readonly { readonly name: string; readonly bound: Bound }[] =>
  table.columns.map(({ name }) => ({
    name,
    bound: binder.expression({ kind: 'column', parts: [item.qualifier ?? 'inserted', name] }),
  }));

/** Throws SqlError, MustWait. `rows` are those of INSERT … EXEC. */
export function insert(
  host: ModifyHost,
  statement: Insert,
  given: { readonly types: readonly SqlType[]; readonly rows: readonly Values[] } | null,
): Changed {
  const from = hostWith(host, statement.with);
  const table = targetTable(from, statement.target);
  const columns = insertColumns(host, table, statement.columns);
  const source = given ?? insertSource(host, statement, table, columns);
  const { types } = source;
  if (types.length !== columns.length && types.length + source.rows.length > 0 && statement.source !== null) {
    throw types.length > columns.length
      ? new SqlError(
          121,
          'The select list for the INSERT statement contains more items than the insert list. The number of SELECT values must match the number of INSERT columns.',
          15,
        )
      : new SqlError(
          120,
          'The select list for the INSERT statement contains fewer items than the insert list. The number of SELECT values must match the number of INSERT columns.',
          15,
        );
  }
  columns.forEach((at, index) => {
    const type = types[index];
    if (type !== undefined) checkImplicit(type, table.columns[at]!.type);
  });
  return insertRows(from, table, columns, source, statement.output);
}

/** Stores rows, column by column. */
export function insertRows(
  host: FromHost,
  table: Table,
  columns: readonly number[],
  source: { readonly types: readonly SqlType[]; readonly rows: readonly Values[] },
  output: OutputClause | null,
): Changed {
  const defaults = table.columns.map((column) => (column.default === null ? null : defaultOf(host, column, table)));
  let identity: bigint | null = null;
  const changes: (readonly [Values | null, Values | null])[] = [];
  for (const row of source.rows) {
    const values = table.columns.map((column, at) => {
      const index = columns.indexOf(at);
      const value = index === -1 ? undefined : row[index];
      if (value === DEFAULT_MARK || value === undefined) {
        if (column.identity !== null) {
          identity = column.identity.next;
          column.identity.next += column.identity.step;
          return identity;
        }
        return defaults[at]?.() ?? null;
      }
      return stored(host, value, source.types[index]!, column, table);
    });
    checkRow(host, table, values, 'INSERT');
    insertRow(host, table, values);
    changes.push([values, null]);
  }
  return { count: changes.length, output: outputOf(host, output, table, changes), identity };
}

function defaultOf(host: FromHost, column: Column, table: Table): () => SqlValue {
  const value = new Binder(host, { sources: [], outer: null }).expression(column.default!.expression);
  return () => stored(host, value.evaluate(EMPTY_ENV), value.type, column, table);
}

/** Stands in a row where DEFAULT was written. */
const DEFAULT_MARK: SqlValue = { type: sql.INT, value: '\u0000default' };

const isDefault = (expression: Expression): boolean =>
  expression.kind === 'column' &&
  expression.parts.length === 2 &&
  expression.parts[0] === '' &&
  expression.parts[1] === 'DEFAULT';

function insertColumns(host: ModifyHost, table: Table, names: readonly string[] | null): readonly number[] {
  const allows = host.allowsIdentity(table);
  if (names === null) {
    return table.columns.flatMap((column, at) => (column.identity === null || allows ? [at] : []));
  }
  return names.map((name, index) => {
    const at = table.columnAt(name);
    if (at === -1) throw errors.invalidColumn(name);
    if (names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) !== index) {
      throw new SqlError(
        264,
        `The column name '${name}' is specified more than once in the SET clause or column list of an INSERT.`,
      );
    }
    if (table.columns[at]!.identity !== null && !allows) {
      throw new SqlError(
        544,
        `Cannot insert explicit value for identity column in table '${table.name}' when IDENTITY_INSERT is set to OFF.`,
      );
    }
    return at;
  });
}

function insertSource(
  host: ModifyHost,
  statement: Insert,
  table: Table,
  columns: readonly number[],
): { readonly types: readonly SqlType[]; readonly rows: readonly Values[] } {
  const { source } = statement;
  if (source === null) return { types: [], rows: [[]] };
  if ('kind' in source) return { types: [], rows: [] };
  if (source.body.kind === 'values') {
    // Each value goes straight to its column: VALUES of INSERT needs no common type.
    const binder = new Binder(hostWith(host, statement.with), { sources: [], outer: null });
    const rows = source.body.rows.map((row) => {
      if (row.length !== columns.length) {
        throw new SqlError(
          row.length > columns.length ? 110 : 109,
          `There are ${row.length > columns.length ? 'fewer' : 'more'} columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.`,
          15,
        );
      }
      return row.map((expression, index) => {
        if (isDefault(expression)) return DEFAULT_MARK;
        const value = binder.expression(expression);
        const column = table.columns[columns[index]!]!;
        if (value.isNullLiteral) return null;
        checkImplicit(value.type, column.type);
        return stored(host, value.evaluate(EMPTY_ENV), value.type, column, table);
      });
    });
    return { types: columns.map((at) => table.columns[at]!.type), rows };
  }
  const planned: PlannedQuery = planQuery(host, source, null, statement.with);
  return { types: planned.columns.map(({ type }) => type), rows: planned.run(EMPTY_ENV) };
}

interface Targeted {
  readonly table: Table;
  readonly slot: number;
  readonly source: Source;
}

/** Where in FROM the target stands: by alias, by name, or beside it. */
function targetOf(host: FromHost, target: Target, from: Source | null): Targeted {
  if (from !== null && target.kind === 'table' && target.name.parts.length === 1) {
    const aliased = flatten(from).findIndex(
      (source) => aliasOf(source)?.toLowerCase() === target.name.parts[0]!.toLowerCase(),
    );
    const source = flatten(from)[aliased];
    const table =
      source?.kind === 'table'
        ? host.findTable(source.name)
        : source?.kind === 'variable'
          ? host.findTableVariable(source.name)
          : null;
    if (table !== null) return { table, slot: aliased, source: from };
  }
  const table = targetTable(host, target);
  const own: Source =
    target.kind === 'variable'
      ? { kind: 'variable', name: target.name, alias: null }
      : { kind: 'table', name: target.name, alias: null, hints: target.hints };
  if (from === null) return { table, slot: 0, source: own };
  const slot = flatten(from).findIndex((source) => source.kind === 'table' && host.findTable(source.name) === table);
  if (slot !== -1) return { table, slot, source: from };
  return { table, slot: 0, source: { kind: 'join', join: 'cross', left: own, right: from, on: null } };
}

const flatten = (source: Source): readonly Source[] =>
  source.kind === 'join' ? [...flatten(source.left), ...flatten(source.right)] : [source];

function aliasOf(source: Source): string | null {
  if (source.kind === 'join') return null;
  return source.alias ?? (source.kind === 'table' ? source.name.parts.at(-1)! : null);
}

/** Rows found, each once, at most `top` of them. */
function targetRows(
  host: ModifyHost,
  statement: Update | Delete,
): {
  readonly targeted: Targeted;
  readonly scope: ReturnType<typeof planFrom>['scope'];
  readonly found: ReadonlyMap<Row, Env>;
  readonly from: FromHost;
} {
  const from = hostWith(host, statement.with);
  const targeted = targetOf(from, statement.target, statement.from);
  const plan = planFrom(from, targeted.source, statement.where, null, { table: targeted.table });
  const limit =
    statement.top === null
      ? Infinity
      : Number(implicitly(new Binder(from, plan.scope).expression(statement.top), sql.BIGINT).evaluate(EMPTY_ENV));
  const found = new Map<Row, Env>();
  for (const { env, rows } of plan.tuples(null)) {
    const row = rows[targeted.slot];
    if (found.size >= limit) break;
    if (row !== null && row !== undefined && !found.has(row)) found.set(row, env);
  }
  return { targeted, scope: plan.scope, found, from };
}

/** Throws SqlError, MustWait. */
export function update(host: ModifyHost, statement: Update): Changed {
  const { targeted, scope, found, from } = targetRows(host, statement);
  const { table } = targeted;
  const binder = new Binder(from, scope);
  const sets = statement.set.map((assignment) => {
    const at = assignment.column === null ? -1 : table.columnAt(assignment.column);
    if (assignment.column !== null && at === -1) throw errors.invalidColumn(assignment.column);
    if (at !== -1 && table.columns[at]!.identity !== null)
      throw new SqlError(8102, `Cannot update identity column '${table.columns[at]!.name}'.`);
    if (isDefault(assignment.value)) {
      const column = table.columns[at]!;
      const value = column.default === null ? () => null : defaultOf(from, column, table);
      return { assignment, at, value: null, byDefault: value };
    }
    const value = binder.expression(assignment.value);
    if (at !== -1 && !value.isNullLiteral) checkImplicit(value.type, table.columns[at]!.type);
    return { assignment, at, value, byDefault: () => null };
  });
  const changes: { row: Row; after: Values; before: Values }[] = [];
  for (const [row, env] of found) {
    const before = row.values!;
    const after = [...before];
    for (const { assignment, at, value, byDefault } of sets) {
      if (at === -1) {
        const variable = from.variable(assignment.variable!);
        variable.value = convert(value!.evaluate(env), value!.type, variable.type);
        continue;
      }
      const column = table.columns[at]!;
      if (value === null) after[at] = byDefault();
      else if (assignment.operator === null) after[at] = stored(host, value.evaluate(env), value.type, column, table);
      else
        after[at] = arithmetic(
          assignment.operator,
          before[at]!,
          column.type,
          value.evaluate(env),
          value.type,
          column.type,
        );
    }
    checkRow(from, table, after, 'UPDATE');
    changes.push({ row, after, before });
  }
  lockRows(from, table, changes);
  writeRows(from, table, changes);
  const output = outputOf(
    from,
    statement.output,
    table,
    changes.map(({ after, before }) => [after, before] as const),
  );
  return { count: changes.length, output, identity: null };
}

/** Throws SqlError, MustWait. */
export function remove(host: ModifyHost, statement: Delete): Changed {
  const { targeted, found, from } = targetRows(host, statement);
  const changes = [...found.keys()].map((row) => ({ row, after: null, before: row.values! }));
  lockRows(from, targeted.table, changes);
  writeRows(from, targeted.table, changes);
  const output = outputOf(
    from,
    statement.output,
    targeted.table,
    changes.map(({ before }) => [null, before] as const),
  );
  return { count: changes.length, output, identity: null };
}
