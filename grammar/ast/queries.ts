/** Queries: what may stand after `AS` in a view or a stream. */
import type { Span } from '../diagnostics/source.js';
import type { DurationLiteral, Expression, FunctionCall, OrderItem, WindowSpecification } from './expressions.js';
import type { Identifier } from './names-and-types.js';

export interface Query {
  readonly kind: 'Query';
  readonly span: Span;
  readonly with: readonly CommonTable[];
  readonly recursive: boolean;
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  /** `LIMIT n` and `FETCH FIRST n ROWS ONLY`. */
  readonly limit: Expression | undefined;
  /** `FETCH FIRST n ROWS WITH TIES` */
  readonly withTies: boolean;
  readonly offset: Expression | undefined;
  readonly emit: EmitClause | undefined;
}

/** A `Query` here is one in parentheses, with its own ORDER BY or LIMIT. */
export type QueryBody = Select | Values | SetOperation | Query;

/** `name (columns) AS (query)` after `WITH`. */
export interface CommonTable {
  readonly kind: 'CommonTable';
  readonly span: Span;
  readonly name: Identifier;
  /** Empty: the query's own names. */
  readonly columns: readonly Identifier[];
  readonly query: Query;
}

export interface SetOperation {
  readonly kind: 'SetOperation';
  readonly span: Span;
  readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT';
  readonly all: boolean;
  readonly left: QueryBody;
  readonly right: QueryBody;
}

export interface Values {
  readonly kind: 'Values';
  readonly span: Span;
  readonly rows: readonly ValuesRow[];
}

export interface ValuesRow {
  readonly kind: 'ValuesRow';
  readonly span: Span;
  readonly items: readonly Expression[];
}

export interface Select {
  readonly kind: 'Select';
  readonly span: Span;
  readonly distinct: boolean;
  readonly items: readonly SelectItem[];
  /** Several entries are a comma list, that is a cross join. Empty: no FROM. */
  readonly from: readonly TableExpression[];
  readonly where: Expression | undefined;
  /** Empty: no GROUP BY. A number literal is an ordinal. */
  readonly groupBy: readonly GroupingElement[];
  readonly having: Expression | undefined;
  readonly windows: readonly NamedWindow[];
  readonly qualify: Expression | undefined;
}

export interface SelectItem {
  readonly kind: 'SelectItem';
  readonly span: Span;
  readonly expression: Expression;
  readonly alias: Identifier | undefined;
}

export type GroupingElement = Expression | GroupingSets | Rollup | Cube | GroupingSet;

export interface GroupingSets {
  readonly kind: 'GroupingSets';
  readonly span: Span;
  readonly sets: readonly GroupingElement[];
}

export interface Rollup {
  readonly kind: 'Rollup';
  readonly span: Span;
  readonly items: readonly GroupingElement[];
}

export interface Cube {
  readonly kind: 'Cube';
  readonly span: Span;
  readonly items: readonly GroupingElement[];
}

/** `()` or, inside GROUPING SETS, ROLLUP and CUBE, `(a, b)`. */
export interface GroupingSet {
  readonly kind: 'GroupingSet';
  readonly span: Span;
  readonly items: readonly Expression[];
}

/** `WINDOW name AS (…)` */
export interface NamedWindow {
  readonly kind: 'NamedWindow';
  readonly span: Span;
  readonly name: Identifier;
  readonly specification: WindowSpecification;
}

export interface TableAlias {
  readonly kind: 'TableAlias';
  readonly span: Span;
  readonly name: Identifier;
  /** Empty: the table's own names. */
  readonly columns: readonly Identifier[];
}

export interface TableReference {
  readonly kind: 'TableReference';
  readonly span: Span;
  readonly name: Identifier;
  /** `FOR SYSTEM_TIME AS OF expression` */
  readonly asOf: Expression | undefined;
  readonly alias: TableAlias | undefined;
}

/** A query in parentheses in FROM. */
export interface DerivedTable {
  readonly kind: 'DerivedTable';
  readonly span: Span;
  readonly lateral: boolean;
  readonly query: Query;
  readonly alias: TableAlias | undefined;
}

interface WindowTableBase {
  readonly span: Span;
  /** What the window is put over; it has no alias of its own. */
  readonly input: TableReference | DerivedTable;
  /** `PARTITION BY` after the input; only SESSION gives it a meaning. */
  readonly partitionBy: readonly Expression[];
  /** The event-time column. */
  readonly time: Expression;
  readonly offset: Expression | undefined;
  readonly alias: TableAlias | undefined;
}

/** `TUMBLE(input, time, size)` */
export interface TumbleTable extends WindowTableBase {
  readonly kind: 'TumbleTable';
  readonly size: Expression;
}

/** `HOP(input, time, SIZE => …, SLIDE => …)`; by position it is (slide, size). */
export interface HopTable extends WindowTableBase {
  readonly kind: 'HopTable';
  readonly size: Expression;
  readonly slide: Expression;
}

/** `SESSION(input PARTITION BY …, time, gap)` */
export interface SessionTable extends WindowTableBase {
  readonly kind: 'SessionTable';
  readonly gap: Expression;
}

/** `CUMULATE(input, time, STEP => …, SIZE => …)`; by position it is (step, size). */
export interface CumulateTable extends WindowTableBase {
  readonly kind: 'CumulateTable';
  readonly size: Expression;
  readonly step: Expression;
}

export type WindowTable = TumbleTable | HopTable | SessionTable | CumulateTable;

/** `UNNEST(array [, …]) [WITH ORDINALITY]` */
export interface Unnest {
  readonly kind: 'Unnest';
  readonly span: Span;
  readonly lateral: boolean;
  readonly items: readonly Expression[];
  readonly withOrdinality: boolean;
  readonly alias: TableAlias | undefined;
}

/** Any other function in FROM. */
export interface TableFunction {
  readonly kind: 'TableFunction';
  readonly span: Span;
  readonly lateral: boolean;
  readonly call: FunctionCall;
  readonly withOrdinality: boolean;
  readonly alias: TableAlias | undefined;
}

export interface Join {
  readonly kind: 'Join';
  readonly span: Span;
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS';
  /** `ASOF [LEFT] JOIN` */
  readonly asof: boolean;
  readonly left: TableExpression;
  readonly right: TableExpression;
  readonly on: Expression | undefined;
  /** Empty: no USING. */
  readonly using: readonly Identifier[];
}

export type TableExpression = TableReference | DerivedTable | WindowTable | Unnest | TableFunction | Join;

/** `ON WINDOW CLOSE` and `AFTER WATERMARK` are FINAL, `ON UPDATE` is CHANGES. */
export interface EmitClause {
  readonly kind: 'EmitClause';
  readonly span: Span;
  readonly mode: 'CHANGES' | 'FINAL' | 'EVERY';
  /** Present exactly for EVERY. */
  readonly every: DurationLiteral | undefined;
  /** `EMIT FINAL TIMEOUT d` */
  readonly timeout: DurationLiteral | undefined;
}
