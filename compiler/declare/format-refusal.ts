/** How a FORMAT's options are refused: at the option that is wrong, or at the clause. */
import type { FormatClause } from '../../grammar/ast.js';
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import type { FormatSpec } from '../../plan/plan.js';
import { nameDiagnostic } from '../messages/names.js';

/** Reports ESQL2024 and is false. */
export type RefuseFormat = (problem: string, hint: string, option?: string, facts?: readonly string[]) => false;

export function formatRefusal(clause: FormatClause, sink: DiagnosticSink): RefuseFormat {
  return (problem, hint, option, facts) => {
    const span = clause.options.find(({ key }) => key.name === option)?.key.span ?? clause.span;
    sink.report(nameDiagnostic('ESQL2024', { problem }, { span, hint, ...(facts === undefined ? {} : { facts }) }));
    return false;
  };
}

/** What messages can't be read without: `schema`, written as `example`, or `registry`. False after a report. */
export function checkSchemaOrRegistry(
  { options }: FormatSpec,
  refuse: RefuseFormat,
  { format, example }: { readonly format: string; readonly example: string },
): boolean {
  const { schema, registry } = options;
  if (schema === undefined && registry === undefined) {
    return refuse(`messages in ${format} can only be read with their schema`, example);
  }
  if (schema === undefined || registry === undefined) return true;
  return refuse('`schema` and `registry` exclude each other', 'Remove one of them.', 'registry');
}
