/** Implicit conversions: literals without a type, and the common type of several operands. */
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import type { Span } from '../../grammar/diagnostics/source.js';
import { castValue } from '../../plan/casts.js';
import type { Expression } from '../../plan/expression.js';
import { valueToLiteral } from '../../plan/literals.js';
import { typeToText, VARCHAR, type SqlType } from '../../plan/types.js';
import { RecordError } from '../../plan/values.js';
import { commonType } from '../../plan/widening.js';
import { typeDiagnostic } from '../messages/types.js';
import { castTo, isUntypedNull, isUntypedText, literal } from './build.js';

export interface Operand {
  readonly expression: Expression;
  readonly span: Span;
}

/** A string of the text read as a literal of `type`; undefined after a report. */
export function textLiteralAs(text: string, type: SqlType, span: Span, sink: DiagnosticSink): Expression | undefined {
  try {
    return literal(valueToLiteral(castValue(text, VARCHAR, type), type), type);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    sink.report(typeDiagnostic('ESQL3011', { text: `'${text}'`, type: typeToText(type) }, { span }));
    return undefined;
  }
}

/** How a type is called in messages; a NULL or text without a type says so. */
export function describeType(expression: Expression): string {
  return isUntypedNull(expression) ? 'NULL' : typeToText(expression.type);
}

export type Unified =
  | { readonly ok: true; readonly type: SqlType; readonly operands: readonly Expression[] }
  /** Reported already. */
  | { readonly ok: false; readonly clash: { readonly first: Operand; readonly other: Operand } | null };

/** Brings operands to their common type: NULLs and strings of the text take the type of the others. */
export function unify(operands: readonly Operand[], sink: DiagnosticSink): Unified {
  const isTyped = ({ expression }: Operand): boolean => !isUntypedNull(expression) && !isUntypedText(expression);
  const leaders = operands.filter(isTyped);
  let type: SqlType | undefined;
  for (const leader of leaders) {
    const joined: SqlType | undefined =
      type === undefined ? leader.expression.type : commonType(type, leader.expression.type);
    if (joined === undefined) return { ok: false, clash: { first: leaders[0] ?? leader, other: leader } };
    type = joined;
  }
  const common = type ?? VARCHAR;
  const converted: Expression[] = [];
  for (const { expression, span } of operands) {
    const adapted =
      isUntypedText(expression) && common.kind !== 'varchar'
        ? textLiteralAs(expression.value, common, span, sink)
        : castTo(expression, common);
    if (adapted === undefined) return { ok: false, clash: null };
    converted.push(adapted);
  }
  return { ok: true, type: common, operands: converted };
}
