/** Expressions. Parentheses are not kept: the tree shows the grouping and the formatter puts back what is needed. */
import type { Span } from '../diagnostics/source.js';
import type { Identifier, TypeNode } from './names-and-types.js';
import type { Query } from './queries.js';

export interface NumberLiteral {
  readonly kind: 'NumberLiteral';
  readonly span: Span;
  /** As written, so that integers and decimals lose nothing: `10`, `0.10`, `1e-3`. Option values may start with `-`. */
  readonly text: string;
}

export interface StringLiteral {
  readonly kind: 'StringLiteral';
  readonly span: Span;
  readonly value: string;
}

export interface BooleanLiteral {
  readonly kind: 'BooleanLiteral';
  readonly span: Span;
  readonly value: boolean;
}

export interface NullLiteral {
  readonly kind: 'NullLiteral';
  readonly span: Span;
}

/** `DATE '2024-01-31'`; the text is not checked here. */
export interface DateTimeLiteral {
  readonly kind: 'DateTimeLiteral';
  readonly span: Span;
  readonly type: 'DATE' | 'TIME' | 'TIMESTAMP' | 'TIMESTAMPTZ';
  readonly text: string;
}

export type DurationUnit = 'us' | 'ms' | 's' | 'm' | 'h' | 'd';

/** `30s`; also every `INTERVAL` that is a fixed length of time. Never negative: a sign is a `Unary` around it. */
export interface DurationLiteral {
  readonly kind: 'DurationLiteral';
  readonly span: Span;
  /** A whole number of `unit`. */
  readonly amount: bigint;
  readonly unit: DurationUnit;
  /** `amount` × `unit`. */
  readonly microseconds: bigint;
}

/** An interval with calendar months in it (`INTERVAL '2' YEAR`), which is not a fixed length of time. */
export interface IntervalLiteral {
  readonly kind: 'IntervalLiteral';
  readonly span: Span;
  readonly months: bigint;
  readonly microseconds: bigint;
}

/** `amount`, `o.amount`, `o.address.city`: which part is a table, a column or a field is for the binder to find. */
export interface ColumnReference {
  readonly kind: 'ColumnReference';
  readonly span: Span;
  readonly parts: readonly Identifier[];
}

/** `*` or `t.*`; in a select list or as the argument of `COUNT`. */
export interface Star {
  readonly kind: 'Star';
  readonly span: Span;
  readonly qualifier: Identifier | undefined;
}

export type UnaryOperator = '-' | '+' | 'NOT';

export interface Unary {
  readonly kind: 'Unary';
  readonly span: Span;
  readonly operator: UnaryOperator;
  readonly operand: Expression;
}

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type RegexpOperator = '~' | '~*' | '!~' | '!~*';
export type BinaryOperator =
  'AND' | 'OR' | ComparisonOperator | RegexpOperator | '+' | '-' | '*' | '/' | '%' | '||' | '->' | '->>';

export interface Binary {
  readonly kind: 'Binary';
  readonly span: Span;
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Between {
  readonly kind: 'Between';
  readonly span: Span;
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
  readonly negated: boolean;
  /** `BETWEEN SYMMETRIC`: the bounds may stand in either order. */
  readonly symmetric: boolean;
}

export interface InList {
  readonly kind: 'InList';
  readonly span: Span;
  readonly operand: Expression;
  readonly items: readonly Expression[];
  readonly negated: boolean;
}

export interface InSubquery {
  readonly kind: 'InSubquery';
  readonly span: Span;
  readonly operand: Expression;
  readonly query: Query;
  readonly negated: boolean;
}

export interface Like {
  readonly kind: 'Like';
  readonly span: Span;
  readonly operator: 'LIKE' | 'ILIKE' | 'SIMILAR TO';
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly escape: Expression | undefined;
  readonly negated: boolean;
}

export interface IsNull {
  readonly kind: 'IsNull';
  readonly span: Span;
  readonly operand: Expression;
  readonly negated: boolean;
}

export interface IsTruth {
  readonly kind: 'IsTruth';
  readonly span: Span;
  readonly operand: Expression;
  readonly truth: 'TRUE' | 'FALSE' | 'UNKNOWN';
  readonly negated: boolean;
}

export interface IsDistinctFrom {
  readonly kind: 'IsDistinctFrom';
  readonly span: Span;
  readonly left: Expression;
  readonly right: Expression;
  readonly negated: boolean;
}

export interface IsJson {
  readonly kind: 'IsJson';
  readonly span: Span;
  readonly operand: Expression;
  readonly jsonKind: 'VALUE' | 'OBJECT' | 'ARRAY' | 'SCALAR';
  readonly negated: boolean;
}

export interface Case {
  readonly kind: 'Case';
  readonly span: Span;
  /** Present in `CASE x WHEN 1 …`, absent in `CASE WHEN x = 1 …`. */
  readonly operand: Expression | undefined;
  readonly branches: readonly CaseBranch[];
  readonly otherwise: Expression | undefined;
}

export interface CaseBranch {
  readonly kind: 'CaseBranch';
  readonly span: Span;
  readonly when: Expression;
  readonly then: Expression;
}

/** `CAST(x AS t)`, `x::t`, and with `safe` `TRY_CAST(x AS t)`. */
export interface Cast {
  readonly kind: 'Cast';
  readonly span: Span;
  readonly operand: Expression;
  readonly type: TypeNode;
  readonly safe: boolean;
}

/**
 * A call, aggregate or window function. The standard's special forms are calls too after parsing:
 * `EXTRACT(HOUR FROM ts)` → `extract('hour', ts)`; `SUBSTRING(s FROM a FOR n)` → `substring(s, a, n)`;
 * `TRIM([BOTH|LEADING|TRAILING] [c] FROM s)` → `trim|ltrim|rtrim(s [, c])`; `POSITION(a IN s)` → `position(a, s)`;
 * `OVERLAY(s PLACING r FROM a FOR n)` → `overlay(s, r, a, n)`; `CURRENT_TIMESTAMP` → `current_timestamp()`.
 */
export interface FunctionCall {
  readonly kind: 'FunctionCall';
  readonly span: Span;
  readonly name: Identifier;
  readonly arguments: readonly Argument[];
  readonly distinct: boolean;
  /** `ARRAY_AGG(x ORDER BY y)` */
  readonly orderBy: readonly OrderItem[];
  /** `PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x)` */
  readonly withinGroup: readonly OrderItem[];
  readonly filter: Expression | undefined;
  readonly nullTreatment: 'IGNORE NULLS' | 'RESPECT NULLS' | undefined;
  /** The name of a `WINDOW` definition, or one in place. */
  readonly over: Identifier | WindowSpecification | undefined;
}

export type Argument = Expression | NamedArgument | Lambda;

/** `name => value` */
export interface NamedArgument {
  readonly kind: 'NamedArgument';
  readonly span: Span;
  readonly name: Identifier;
  readonly value: Expression;
}

/** `x -> x + 1` or `(k, v) -> v`; only as an argument of a call. */
export interface Lambda {
  readonly kind: 'Lambda';
  readonly span: Span;
  readonly parameters: readonly Identifier[];
  readonly body: Expression;
}

export interface OrderItem {
  readonly kind: 'OrderItem';
  readonly span: Span;
  readonly expression: Expression;
  readonly descending: boolean;
  /** Undefined where the text says nothing: NULLs count as largest then, as in PostgreSQL. */
  readonly nulls: 'FIRST' | 'LAST' | undefined;
}

export interface WindowSpecification {
  readonly kind: 'WindowSpecification';
  readonly span: Span;
  /** The name of another window this one extends. */
  readonly base: Identifier | undefined;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  readonly frame: WindowFrame | undefined;
}

export interface WindowFrame {
  readonly kind: 'WindowFrame';
  readonly span: Span;
  readonly unit: 'ROWS' | 'RANGE' | 'GROUPS';
  readonly start: FrameBound;
  /** Undefined: the current row. */
  readonly end: FrameBound | undefined;
  readonly exclude: 'CURRENT ROW' | 'GROUP' | 'TIES' | undefined;
}

export interface FrameBound {
  readonly kind: 'FrameBound';
  readonly span: Span;
  readonly bound: 'UNBOUNDED PRECEDING' | 'PRECEDING' | 'CURRENT ROW' | 'FOLLOWING' | 'UNBOUNDED FOLLOWING';
  /** Present exactly for `PRECEDING` and `FOLLOWING`. */
  readonly offset: Expression | undefined;
}

export interface AtTimeZone {
  readonly kind: 'AtTimeZone';
  readonly span: Span;
  readonly operand: Expression;
  readonly zone: Expression;
}

/** `ARRAY[1, 2]` */
export interface ArrayConstructor {
  readonly kind: 'ArrayConstructor';
  readonly span: Span;
  readonly items: readonly Expression[];
}

/** `MAP['a', 1, 'b', 2]` */
export interface MapConstructor {
  readonly kind: 'MapConstructor';
  readonly span: Span;
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly kind: 'MapEntry';
  readonly span: Span;
  readonly key: Expression;
  readonly value: Expression;
}

/** `ROW(a, b)` or `(a, b)` */
export interface RowConstructor {
  readonly kind: 'RowConstructor';
  readonly span: Span;
  readonly items: readonly Expression[];
}

export interface Subscript {
  readonly kind: 'Subscript';
  readonly span: Span;
  readonly operand: Expression;
  readonly index: Expression;
}

/** `f(x).a`, `(r).a`, `m['k'].a`; a plain dotted name is a `ColumnReference`. */
export interface FieldAccess {
  readonly kind: 'FieldAccess';
  readonly span: Span;
  readonly operand: Expression;
  readonly field: Identifier;
}

export interface ScalarSubquery {
  readonly kind: 'ScalarSubquery';
  readonly span: Span;
  readonly query: Query;
}

export interface Exists {
  readonly kind: 'Exists';
  readonly span: Span;
  readonly query: Query;
}

/** `x > ALL (SELECT …)`, `x = ANY (array)`; `SOME` is `ANY`. */
export interface QuantifiedComparison {
  readonly kind: 'QuantifiedComparison';
  readonly span: Span;
  readonly left: Expression;
  readonly operator: ComparisonOperator;
  readonly quantifier: 'ANY' | 'ALL';
  readonly right: Query | Expression;
}

export type Literal =
  NumberLiteral | StringLiteral | BooleanLiteral | NullLiteral | DateTimeLiteral | DurationLiteral | IntervalLiteral;

export type Expression =
  | Literal
  | ColumnReference
  | Star
  | Unary
  | Binary
  | Between
  | InList
  | InSubquery
  | Like
  | IsNull
  | IsTruth
  | IsDistinctFrom
  | IsJson
  | Case
  | Cast
  | FunctionCall
  | AtTimeZone
  | ArrayConstructor
  | MapConstructor
  | RowConstructor
  | Subscript
  | FieldAccess
  | ScalarSubquery
  | Exists
  | QuantifiedComparison;
