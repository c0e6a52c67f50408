/** What an expression is checked against: the columns in reach and what may stand there. */
import type { ColumnReference, Expression as Node } from '../../grammar/ast.js';
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import type { Span } from '../../grammar/diagnostics/source.js';
import type { Expression } from '../../plan/expression.js';
import type { TypedAggregate } from '../typed.js';

/** Whether aggregates may stand here, and where they go. */
export type AggregatePlace =
  | { readonly kind: 'collect'; readonly add: (aggregate: TypedAggregate) => Expression }
  /** Inside the arguments of an aggregate. */
  | { readonly kind: 'nested' }
  /** `where` names the place: `WHERE`, `a computed column`. */
  | { readonly kind: 'nowhere'; readonly where: string };

export interface ExpressionContext {
  /**
   * Checks an operand; undefined after a report. Part of the context because operands hold every kind of expression.
   */
  readonly check: (node: Node, context: ExpressionContext) => Expression | undefined;
  readonly sink: DiagnosticSink;
  /** The column, or undefined after a report. */
  readonly resolve: (reference: ColumnReference) => Expression | undefined;
  readonly aggregates: AggregatePlace;
  /** Where each column expression stands, so that a later stage of the check can point at it. */
  readonly columnSpans: WeakMap<Expression, Span>;
  /** A name for an occurrence of RANDOM() or UUID() that stays when other parts of the file change. */
  readonly nextSite: (value: string) => string;
  readonly depth: number;
}

/** Levels of an expression; the parser's own limit is lower for text, this one holds for what rewriting makes of it. */
export const EXPRESSION_DEPTH_MAX = 500;
