/**
 * The typed query: names are resolved, every expression has a type, and the shape is still that of the SQL text.
 * Expressions are those of the plan; columns count from the relation they are read from.
 */
import type { Span } from '../grammar/diagnostics/source.js';
import type { Expression } from '../plan/expression.js';
import type { AggregateName, LookupKey, WindowSpec } from '../plan/plan.js';
import type { Field } from '../plan/types.js';
import type { SourceDeclaration, TableDeclaration } from './declare/declarations.js';

/** A column that can be referred to. */
export interface RelationField extends Field {
  /** Its expression has an error that is already reported: whatever uses it is not reported again. */
  readonly unknown: boolean;
  /** Where it is declared, for messages. */
  readonly span: Span | undefined;
}

interface RelationBase {
  readonly span: Span;
  readonly fields: readonly RelationField[];
}

export interface SourceRelation extends RelationBase {
  readonly kind: 'source';
  readonly source: SourceDeclaration;
}

/** The dead letters of one or more sources (`ON ERROR INTO name`). */
export interface ErrorsRelation extends RelationBase {
  readonly kind: 'errors';
  readonly name: string;
  readonly sources: readonly SourceDeclaration[];
}

/** The late rows of a source (`ON LATE INTO name`). */
export interface LateRelation extends RelationBase {
  readonly kind: 'late';
  readonly name: string;
  readonly source: SourceDeclaration;
}

/** Another stream: its content, as it leaves that stream. */
export interface StreamRelation extends RelationBase {
  readonly kind: 'stream';
  readonly name: string;
}

/** A view, a common table expression or a subquery in FROM: its query stands in the reader's place. */
export interface QueryRelation extends RelationBase {
  readonly kind: 'query';
  readonly query: TypedQuery;
}

/** TUMBLE or HOP: the input's columns, `window_start` and `window_end`. */
export interface WindowRelation extends RelationBase {
  readonly kind: 'window';
  readonly input: TypedRelation;
  /** Column of the input. */
  readonly time: number;
  readonly timeSpan: Span;
  readonly window: WindowSpec;
  readonly scope: string;
}

/** Reference data; stands only on the right of a lookup. */
export interface TableRelation extends RelationBase {
  readonly kind: 'table';
  readonly table: TableDeclaration;
}

/** A stream JOIN a table: the columns of the input, then those of the table. */
export interface LookupRelation extends RelationBase {
  readonly kind: 'lookup';
  readonly input: TypedRelation;
  readonly table: TableRelation;
  readonly join: 'inner' | 'left';
  /** `stream` over the columns of the input, `table` over those of the table. */
  readonly keys: readonly LookupKey[];
  /** What else ON says, over the columns of both. */
  readonly residual: Expression | null;
  readonly scope: string;
}

/** What has an error that is already reported. Every column of it is unknown. */
export interface UnknownRelation extends RelationBase {
  readonly kind: 'unknown';
}

export type TypedRelation =
  | SourceRelation
  | ErrorsRelation
  | LateRelation
  | StreamRelation
  | QueryRelation
  | WindowRelation
  | TableRelation
  | LookupRelation
  | UnknownRelation;

/** An expression with the place it comes from. */
export interface Placed {
  readonly expression: Expression;
  readonly span: Span;
}

export interface TypedItem extends Placed {
  readonly name: string;
}

export interface TypedAggregate {
  readonly function: AggregateName;
  readonly distinct: boolean;
  /** Over the columns of FROM; null for COUNT(*). */
  readonly argument: Expression | null;
  readonly filter: Expression | null;
  /** Type and nullability of the result; the name is the alias where the aggregate is a whole column of SELECT. */
  readonly field: Field;
  readonly span: Span;
}

/** `keys` are over the columns of FROM. HAVING and the items are over the keys followed by the aggregates. */
export interface TypedGrouping {
  readonly keys: readonly TypedItem[];
  readonly aggregates: readonly TypedAggregate[];
  readonly span: Span;
}

export interface TypedSelect {
  readonly kind: 'select';
  readonly span: Span;
  /** The names that lead here, for operator ids: `per_airport`, `per_airport/daily`. */
  readonly scope: string;
  readonly from: TypedRelation;
  readonly where: Placed | null;
  readonly grouping: TypedGrouping | null;
  readonly having: Placed | null;
  readonly items: readonly TypedItem[];
  readonly distinct: boolean;
  readonly fields: readonly RelationField[];
}

export interface TypedUnion {
  readonly kind: 'union';
  readonly span: Span;
  readonly scope: string;
  readonly all: boolean;
  /** `items` bring the columns of the query to the common types. */
  readonly inputs: readonly { readonly query: TypedQuery; readonly items: readonly TypedItem[] }[];
  readonly fields: readonly RelationField[];
}

export type TypedQuery = TypedSelect | TypedUnion;
