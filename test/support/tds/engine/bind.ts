/** Names looked up, types found, and expressions turned into functions of the rows they see. */
import { arithmetic, arithmeticType, unify } from './arithmetic.js';
import { type Comparison, type Condition, type Expression, type Query, type TypeName } from './ast.js';
import { aggregateOf, type AggregateSpec, isAggregate } from './aggregate.js';
import { compareValues, mergeCollations } from './compare.js';
import { checkImplicit, convert } from './convert.js';
import * as errors from './errors.js';
import { SqlError } from './errors.js';
import { bindFunction } from './functions.js';
import { likePattern } from './like.js';
import { collationNamed } from './type-names.js';
import * as sql from './sql-type.js';
import { type SqlType, type SqlValue } from './sql-type.js';
import { type Table, type Values } from './storage.js';

/** The rows that an expression sees: one per source, and those of the queries around it. */
export interface Env {
  readonly rows: readonly Values[];
  readonly outer: Env | null;
  /** Keys, then aggregates, then window values, where rows are grouped. */
  readonly computed: Values;
}

export const EMPTY_ENV: Env = { rows: [], outer: null, computed: [] };

export interface Bound {
  readonly type: SqlType;
  readonly isNullable: boolean;
  readonly isNullLiteral: boolean;
  readonly isIdentity: boolean;
  readonly evaluate: (env: Env) => SqlValue;
}

/** True, false, or unknown. */
export type BoundCondition = (env: Env) => boolean | null;

export interface ScopeColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly isNullable: boolean;
  readonly isIdentity: boolean;
}

export interface ScopeSource {
  readonly alias: string;
  /** The schema, where the source is called by its table's name. */
  readonly schema: string | null;
  readonly columns: readonly ScopeColumn[];
  readonly table: Table | null;
}

export interface Scope {
  readonly sources: readonly ScopeSource[];
  readonly outer: Scope | null;
}

export interface PlannedQuery {
  readonly columns: readonly ScopeColumn[];
  readonly run: (env: Env) => readonly Values[];
}

/** What expressions need of the session that runs them. */
export interface BindHost {
  variable(name: string): { readonly type: SqlType; value: SqlValue };
  resolveType(name: TypeName): SqlType;
  planQuery(query: Query, outer: Scope): PlannedQuery;
  /** Functions about the session and the catalogue; null where there is no such function. */
  systemFunction(name: string, args: readonly Bound[]): Bound | null;
}

/** What a grouped query's items may refer to. */
export interface Grouping {
  readonly keys: readonly { readonly expression: Expression; readonly bound: Bound }[];
  readonly aggregates: AggregateSpec[];
}

export const bound = (type: SqlType, evaluate: (env: Env) => SqlValue, isNullable = true): Bound => ({
  type,
  isNullable,
  isNullLiteral: false,
  isIdentity: false,
  evaluate,
});

/** The value of `operand` in another type. */
export function converted(operand: Bound, to: SqlType, style = 0): Bound {
  const from = operand.type;
  if (from === to || operand.isNullLiteral) return { ...operand, type: to };
  return bound(to, (env) => convert(operand.evaluate(env), from, to, style), operand.isNullable);
}

/** As `converted`, where nobody wrote CAST. Throws SqlError 206 or 257. */
export function implicitly(operand: Bound, to: SqlType): Bound {
  if (!operand.isNullLiteral) checkImplicit(operand.type, to);
  return converted(operand, to);
}

/** One type for all of them; NULL literals have no say. */
export function unifyAll(operands: readonly Bound[]): SqlType {
  const types = operands.filter(({ isNullLiteral }) => !isNullLiteral).map(({ type }) => type);
  return types.length === 0 ? sql.INT : types.reduce(unify);
}

const COMPARE: Readonly<Record<Comparison, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

export class Binder {
  readonly host: BindHost;
  readonly scope: Scope;
  readonly #grouping: Grouping | null;
  /** Window functions met on the way; their values follow the aggregates. */
  readonly windows: Extract<Expression, { kind: 'call' }>[] | null;

  constructor(
    host: BindHost,
    scope: Scope,
    grouping: Grouping | null = null,
    windows: Extract<Expression, { kind: 'call' }>[] | null = null,
  ) {
    this.host = host;
    this.scope = scope;
    this.#grouping = grouping;
    this.windows = windows;
  }

  expression(expression: Expression): Bound {
    const key = this.#keyOf(expression);
    if (key !== null) return key;
    switch (expression.kind) {
      case 'literal': {
        const { value, type } = expression;
        return { ...bound(type, () => value, value === null), isNullLiteral: value === null };
      }
      case 'variable': {
        const variable = this.host.variable(expression.name);
        return bound(variable.type, () => variable.value);
      }
      case 'column':
        return this.#column(expression.parts);
      case 'negate': {
        const operand = this.expression(expression.operand);
        const type = sql.isString(operand.type) ? sql.INT : operand.type;
        return this.#arithmetic(
          '-',
          bound(type, () => zeroOf(type), false),
          operand,
        );
      }
      case 'complement': {
        const operand = this.expression(expression.operand);
        return bound(operand.type, (env) => {
          const value = operand.evaluate(env);
          return value === null ? null : operand.type.name === 'bit' ? 1n - (value as bigint) : ~(value as bigint);
        });
      }
      case 'arithmetic': {
        const [left, right] = [this.expression(expression.left), this.expression(expression.right)];
        return this.#arithmetic(
          expression.operator,
          narrowed(left, expression.left, right.type),
          narrowed(right, expression.right, left.type),
        );
      }
      case 'case':
        return this.#case(expression);
      case 'cast':
        return this.#cast(expression);
      case 'call':
        return this.#call(expression);
      case 'collate': {
        const operand = this.expression(expression.operand);
        return { ...operand, type: { ...operand.type, collation: collationNamed(expression.collation) } };
      }
      case 'subquery':
        return this.#subquery(expression.query);
    }
  }

  #keyOf(expression: Expression): Bound | null {
    const keys = this.#grouping?.keys ?? [];
    const at = keys.findIndex((key) => this.#isSame(key.expression, expression));
    if (at === -1) return null;
    return { ...keys[at]!.bound, evaluate: (env) => env.computed[at]! };
  }

  #isSame(left: Expression, right: Expression): boolean {
    if (left.kind === 'column' && right.kind === 'column') {
      const [a, b] = [this.#find(left.parts, this.scope), this.#find(right.parts, this.scope)];
      return a !== null && b !== null && a.slot === b.slot && a.column === b.column;
    }
    return left.kind === right.kind && left.kind !== 'literal' && treeText(left) === treeText(right);
  }

  /** Where in one scope a name points; null where nothing has it. */
  #find(parts: readonly string[], scope: Scope): { readonly slot: number; readonly column: number } | null {
    const name = parts.at(-1)!.toLowerCase();
    const qualifier = parts.length > 1 ? parts.at(-2)!.toLowerCase() : null;
    const schema = parts.length > 2 ? parts.at(-3)!.toLowerCase() : null;
    const found: { slot: number; column: number }[] = [];
    scope.sources.forEach((source, slot) => {
      if (qualifier !== null && source.alias.toLowerCase() !== qualifier) return;
      if (schema !== null && schema !== '' && source.schema?.toLowerCase() !== schema) return;
      const column = source.columns.findIndex((candidate) => candidate.name.toLowerCase() === name);
      if (column !== -1) found.push({ slot, column });
    });
    if (found.length > 1) throw errors.ambiguousColumn(parts.at(-1)!);
    return found[0] ?? null;
  }

  #column(parts: readonly string[]): Bound {
    let depth = 0;
    for (let scope: Scope | null = this.scope; scope !== null; scope = scope.outer, depth += 1) {
      const place = this.#find(parts, scope);
      if (place === null) continue;
      if (depth === 0 && this.#grouping !== null) {
        throw new SqlError(
          8120,
          `Column '${parts.join('.')}' is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause.`,
        );
      }
      const { type, isNullable, isIdentity } = scope.sources[place.slot]!.columns[place.column]!;
      return { ...bound(type, readerOf(depth, place.slot, place.column), isNullable), isIdentity };
    }
    if (parts.length > 1) throw errors.unboundName(parts.join('.'));
    throw errors.invalidColumn(parts[0]!);
  }

  #arithmetic(operator: Extract<Expression, { kind: 'arithmetic' }>['operator'], a: Bound, b: Bound): Bound {
    const left = a.isNullLiteral ? { ...a, type: b.type } : a;
    const right = b.isNullLiteral ? { ...b, type: a.type } : b;
    const type = arithmeticType(operator, left.type, right.type);
    return bound(
      type,
      (env) => arithmetic(operator, left.evaluate(env), left.type, right.evaluate(env), right.type, type),
      left.isNullable || right.isNullable || operator === '/' || operator === '%',
    );
  }

  #case(expression: Extract<Expression, { kind: 'case' }>): Bound {
    const conditions = expression.whens.map(({ condition }) => this.condition(condition));
    const results = expression.whens.map(({ result }) => this.expression(result));
    const otherwise = expression.otherwise === null ? null : this.expression(expression.otherwise);
    const all = otherwise === null ? results : [...results, otherwise];
    const type = unifyAll(all);
    const values = all.map((result) => implicitly(result, type));
    const isNullable = otherwise === null || all.some((result) => result.isNullable);
    return bound(
      type,
      (env) => {
        const at = conditions.findIndex((condition) => condition(env) === true);
        return (at === -1 ? values[conditions.length] : values[at])?.evaluate(env) ?? null;
      },
      isNullable,
    );
  }

  #cast(expression: Extract<Expression, { kind: 'cast' }>): Bound {
    const operand = this.expression(expression.operand);
    const to = this.host.resolveType(expression.to);
    const style = expression.style === null ? null : converted(this.expression(expression.style), sql.INT);
    const from = operand.type;
    return bound(
      to,
      (env) => {
        try {
          return convert(operand.evaluate(env), from, to, Number(style?.evaluate(env) ?? 0));
        } catch (error) {
          if (expression.isTry && error instanceof SqlError) return null;
          throw error;
        }
      },
      operand.isNullable || expression.isTry,
    );
  }

  #call(expression: Extract<Expression, { kind: 'call' }>): Bound {
    const { name, args } = expression;
    if (expression.over !== null) {
      if (this.windows === null) {
        throw new SqlError(4108, 'Windowed functions can only appear in the SELECT or ORDER BY clauses.', 15);
      }
      const at = this.windows.push(expression) - 1;
      const isBig = !['ROW_NUMBER', 'RANK', 'DENSE_RANK', 'COUNT_BIG'].includes(name);
      const argument = args[0] === undefined ? null : new Binder(this.host, this.scope).expression(args[0]);
      const type = isBig ? (name === 'COUNT' ? sql.INT : (argument?.type ?? sql.INT)) : sql.BIGINT;
      return bound(type, (env) => env.computed[env.computed.length - 1 - at]!);
    }
    if (isAggregate(name)) {
      if (this.#grouping === null) {
        throw new SqlError(147, 'An aggregate may not appear in the WHERE clause.', 15);
      }
      const inner = new Binder(this.host, this.scope);
      const spec = aggregateOf(expression, (operand) => inner.expression(operand));
      const at = this.#grouping.keys.length + this.#grouping.aggregates.push(spec) - 1;
      return bound(spec.type, (env) => env.computed[at]!, !name.startsWith('COUNT'));
    }
    const values = args.map((operand) => this.expression(operand));
    return bindFunction(name, values) ?? this.host.systemFunction(name, values) ?? fail(errors.unknownFunction(name));
  }

  #subquery(query: Query): Bound {
    const planned = this.host.planQuery(query, this.scope);
    const column = planned.columns[0];
    if (column === undefined || planned.columns.length > 1) {
      throw new SqlError(
        116,
        'Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.',
      );
    }
    return bound(column.type, (env) => {
      const rows = planned.run(env);
      if (rows.length > 1) {
        throw new SqlError(
          512,
          'Subquery returned more than 1 value. This is not permitted when the subquery follows =, !=, <, <= , >, >= or when the subquery is used as an expression.',
        );
      }
      return rows[0]?.[0] ?? null;
    });
  }

  condition(condition: Condition): BoundCondition {
    switch (condition.kind) {
      case 'and': {
        const [left, right] = [this.condition(condition.left), this.condition(condition.right)];
        return (env) => {
          const first = left(env);
          if (first === false) return false;
          const second = right(env);
          return second === false ? false : first === null ? null : second;
        };
      }
      case 'or': {
        const [left, right] = [this.condition(condition.left), this.condition(condition.right)];
        return (env) => {
          const first = left(env);
          if (first === true) return true;
          const second = right(env);
          return second === true ? true : first === null ? null : second;
        };
      }
      case 'not': {
        const operand = this.condition(condition.operand);
        return (env) => negated(operand(env), true);
      }
      case 'compare':
        return this.compare(condition.operator, this.expression(condition.left), this.expression(condition.right));
      case 'is-null': {
        const operand = this.expression(condition.operand);
        return (env) => (operand.evaluate(env) === null) !== condition.isNegated;
      }
      case 'exists': {
        const planned = this.host.planQuery(condition.query, this.scope);
        return (env) => planned.run(env).length > 0;
      }
      case 'between':
      case 'in-list':
      case 'in-query':
      case 'like':
        return this.#membership(condition);
    }
  }

  compare(operator: Comparison, left: Bound, right: Bound): BoundCondition {
    if (left.isNullLiteral || right.isNullLiteral) return () => null;
    const common = unify(left.type, right.type);
    const collation = mergeCollations(left.type.collation, right.type.collation);
    const isKept = sql.familyOf(left.type) === sql.familyOf(right.type) && sql.familyOf(left.type) !== 'variant';
    const target = sql.isString(common) ? { ...common, length: -1, collation } : common;
    const [a, b] = isKept ? [left, right] : [implicitly(left, target), implicitly(right, target)];
    const [aType, bType] = [
      { ...a.type, collation },
      { ...b.type, collation },
    ];
    const holds = COMPARE[operator];
    return (env) => {
      const x = a.evaluate(env);
      if (x === null) return null;
      const y = b.evaluate(env);
      return y === null ? null : holds(compareValues(x, aType, y, bType));
    };
  }

  #membership(condition: Extract<Condition, { readonly isNegated: boolean }>): BoundCondition {
    const operand = this.expression(condition.operand);
    switch (condition.kind) {
      case 'is-null':
        return (env) => (operand.evaluate(env) === null) !== condition.isNegated;
      case 'between': {
        const low = this.compare('>=', operand, this.expression(condition.low));
        const high = this.compare('<=', operand, this.expression(condition.high));
        return (env) => {
          const [first, second] = [low(env), high(env)];
          const both = first === false || second === false ? false : first === null ? null : second;
          return negated(both, condition.isNegated);
        };
      }
      case 'in-list': {
        const tests = condition.items.map((item) => this.compare('=', operand, this.expression(item)));
        return (env) => negated(any(tests.map((test) => test(env))), condition.isNegated);
      }
      case 'in-query': {
        const planned = this.host.planQuery(condition.query, this.scope);
        const { type } = planned.columns[0]!;
        let candidate: SqlValue = null;
        const test = this.compare(
          '=',
          operand,
          bound(type, () => candidate),
        );
        return (env) => {
          const results = planned.run(env).map((row) => {
            candidate = row[0]!;
            return test(env);
          });
          return negated(any(results), condition.isNegated);
        };
      }
      case 'like': {
        const text = converted(operand, sql.nvarchar(-1, operand.type.collation));
        const pattern = converted(this.expression(condition.pattern), sql.nvarchar(-1));
        const escape = condition.escape === null ? null : this.expression(condition.escape);
        return (env) => {
          const [value, shape] = [text.evaluate(env), pattern.evaluate(env)];
          if (value === null || shape === null) return null;
          const mark = (escape?.evaluate(env) ?? '') as string;
          const isMatch = likePattern(shape as string, mark, operand.type.collation).test(value as string);
          return isMatch !== condition.isNegated;
        };
      }
    }
  }
}

function readerOf(depth: number, slot: number, column: number): (env: Env) => SqlValue {
  if (depth === 0) return (env) => env.rows[slot]![column]!;
  if (depth === 1) return (env) => env.outer!.rows[slot]![column]!;
  return (env) => {
    let at: Env = env;
    for (let step = 0; step < depth; step += 1) at = at.outer!;
    return at.rows[slot]![column]!;
  };
}

const zeroOf = (type: SqlType): bigint | number => (sql.familyOf(type) === 'float' ? 0 : 0n);

/** Beside a decimal, a whole number that is written out has only the digits that it shows. */
function narrowed(operand: Bound, written: Expression, beside: SqlType): Bound {
  if (written.kind !== 'literal' || typeof written.value !== 'bigint' || beside.name !== 'decimal') return operand;
  if (!sql.isInteger(operand.type)) return operand;
  return { ...operand, type: sql.decimal(written.value.toString().replace('-', '').length, 0) };
}

const negated = (value: boolean | null, isNegated: boolean): boolean | null =>
  value === null ? null : value !== isNegated;

const any = (results: readonly (boolean | null)[]): boolean | null =>
  results.includes(true) ? true : results.includes(null) ? null : false;

function fail(error: SqlError): never {
  throw error;
}

const treeText = (expression: Expression): string =>
  JSON.stringify(expression, (key, value: unknown) =>
    key === 'line'
      ? 0
      : typeof value === 'bigint'
        ? `${value}n`
        : typeof value === 'string'
          ? value.toLowerCase()
          : value,
  );
