/** What parses and is not compiled yet: one diagnostic that names it. */
import type { Expression as Node } from '../../grammar/ast.js';
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import type { Span } from '../../grammar/diagnostics/source.js';
import { nameDiagnostic } from '../messages/names.js';

/** Always undefined, as the result of what would have been checked: `return notSupported(…)`. */
export function notSupported<T>(construct: string, span: Span, sink: DiagnosticSink, hint?: string): T | undefined {
  sink.report(nameDiagnostic('ESQL2090', { construct }, { span, hint }));
  return undefined;
}

/** Kinds of expressions that come later. */
export const laterExpressions = {
  InSubquery: 'IN (subquery)',
  ScalarSubquery: 'a subquery as a value',
  Exists: 'EXISTS',
  QuantifiedComparison: 'ANY and ALL',
  ArrayConstructor: 'ARRAY',
  MapConstructor: 'MAP',
  RowConstructor: 'ROW',
  Subscript: 'a subscript',
  FieldAccess: 'access to a field of a ROW',
} as const satisfies Partial<Record<Node['kind'], string>>;
