/**
 * Typed expressions: plain data, as they stand in the plan. Every node carries its type and whether it can be NULL;
 * operands have been brought to the types the node needs by explicit casts, so an evaluator never coerces.
 */
import type { SqlType } from './types.js';

interface ExpressionBase {
  readonly type: SqlType;
  readonly nullable: boolean;
}

/** A column of the operator's input, by position; the name is there for the reader of a plan. */
export interface ColumnExpression extends ExpressionBase {
  readonly kind: 'column';
  readonly index: number;
  readonly name: string;
}

/**
 * `value` is null for NULL, a JSON boolean for BOOLEAN, and canonical text otherwise: digits for INT and BIGINT, the
 * shortest text that reads back equal for DOUBLE (`NaN`, `Infinity`, `-Infinity` too), exactly `scale` decimals for
 * DECIMAL, the text itself for VARCHAR and JSON, lower-case hex for VARBINARY, `2026-01-31` for DATE, `13:00:00.000001`
 * for TIME, `2026-01-31T13:00:00.000001` for TIMESTAMP (with a final Z for TIMESTAMPTZ; fraction only if not zero),
 * and the number of microseconds or months for INTERVAL.
 */
export interface LiteralExpression extends ExpressionBase {
  readonly kind: 'literal';
  readonly value: string | boolean | null;
}

export type ArithmeticOperator = 'add' | 'subtract' | 'multiply' | 'divide' | 'modulo';

/**
 * Both operands have the same kind, one of INT, BIGINT, DOUBLE, DECIMAL (decimals may differ in precision and scale;
 * the result type says what to compute: add/subtract at the result's scale, multiply exact, divide rounded half away
 * from zero to the result's scale). Overflow and division by zero are errors of the record. INT and BIGINT division
 * truncates towards zero; modulo has the sign of the dividend. (PostgreSQL.)
 */
export interface ArithmeticExpression extends ExpressionBase {
  readonly kind: 'arithmetic';
  readonly operator: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface NegateExpression extends ExpressionBase {
  readonly kind: 'negate';
  readonly operand: Expression;
}

export type ComparisonOperator = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'distinct' | 'not_distinct';

/**
 * Operands have equal types. Text compares by UTF-8 bytes (ordinal), FALSE < TRUE, NaN equals itself and is greater
 * than every other DOUBLE, -0 equals 0. `distinct` and `not_distinct` are never NULL.
 */
export interface ComparisonExpression extends ExpressionBase {
  readonly kind: 'comparison';
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
}

/** Two or more operands, three-valued, evaluated from the left and stopped as soon as the result is known. */
export interface LogicalExpression extends ExpressionBase {
  readonly kind: 'logical';
  readonly operator: 'and' | 'or';
  readonly operands: readonly Expression[];
}

export interface NotExpression extends ExpressionBase {
  readonly kind: 'not';
  readonly operand: Expression;
}

export interface IsNullExpression extends ExpressionBase {
  readonly kind: 'is_null';
  readonly negated: boolean;
  readonly operand: Expression;
}

/** The searched form only; the compiler rewrites `CASE x WHEN …`. Branches are evaluated only as far as needed. */
export interface CaseExpression extends ExpressionBase {
  readonly kind: 'case';
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
  readonly otherwise: Expression;
}

/** The first operand that is not NULL; later ones are not evaluated. */
export interface CoalesceExpression extends ExpressionBase {
  readonly kind: 'coalesce';
  readonly operands: readonly Expression[];
}

/** `strict`: a value that doesn't fit is an error of the record. `try`: it becomes NULL. */
export interface CastExpression extends ExpressionBase {
  readonly kind: 'cast';
  readonly mode: 'strict' | 'try';
  readonly operand: Expression;
}

/** `operand IN (list)`, three-valued; list members have the operand's type. */
export interface InExpression extends ExpressionBase {
  readonly kind: 'in';
  readonly negated: boolean;
  readonly operand: Expression;
  readonly list: readonly Expression[];
}

/** `function` is a canonical name of the catalogue (plan/functions); argument types equal the overload's. */
export interface CallExpression extends ExpressionBase {
  readonly kind: 'call';
  readonly function: string;
  readonly arguments: readonly Expression[];
}

/**
 * A value fixed per batch by the intent. `now` is the batch's time (TIMESTAMPTZ). `random` (DOUBLE in [0,1)) and `uuid`
 * (VARCHAR) differ per row: a function of the intent's seed, `site` (which tells occurrences apart) and the row's
 * ordinal.
 */
export interface BatchValueExpression extends ExpressionBase {
  readonly kind: 'batch_value';
  readonly value: 'now' | 'random' | 'uuid';
  readonly site: string;
}

export type Expression =
  | ColumnExpression
  | LiteralExpression
  | ArithmeticExpression
  | NegateExpression
  | ComparisonExpression
  | LogicalExpression
  | NotExpression
  | IsNullExpression
  | CaseExpression
  | CoalesceExpression
  | CastExpression
  | InExpression
  | CallExpression
  | BatchValueExpression;

export type ExpressionKind = Expression['kind'];
export type ExpressionOf<K extends ExpressionKind> = Extract<Expression, { kind: K }>;
/** One handler per kind of expression: a new kind does not compile until every table has it. */
export type ExpressionTable<C, R> = { readonly [K in ExpressionKind]: (expression: ExpressionOf<K>, context: C) => R };

export function dispatchExpression<C, R>(table: ExpressionTable<C, R>, expression: Expression, context: C): R {
  // The only cast: TypeScript cannot correlate a key of the table with the member of the union.
  const handler = table[expression.kind] as (expression: Expression, context: C) => R;
  return handler(expression, context);
}

/** The direct operands of an expression, in evaluation order. */
export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'column':
    case 'literal':
    case 'batch_value':
      return [];
    case 'arithmetic':
    case 'comparison':
      return [expression.left, expression.right];
    case 'negate':
    case 'not':
    case 'is_null':
    case 'cast':
      return [expression.operand];
    case 'logical':
    case 'coalesce':
      return expression.operands;
    case 'case':
      return [...expression.branches.flatMap((branch) => [branch.when, branch.then]), expression.otherwise];
    case 'in':
      return [expression.operand, ...expression.list];
    case 'call':
      return expression.arguments;
  }
}
