/** Columns that a declaration names: PRIMARY KEY and others. */
import type * as ast from '../../grammar/ast.js';
import type { DiagnosticSink } from '../../grammar/diagnostics/diagnostic.js';
import { suggestionHint } from '../../grammar/diagnostics/suggest.js';
import { columnsFact } from '../check/scope.js';
import { nameDiagnostic } from '../messages/names.js';
import { typeDiagnostic } from '../messages/types.js';
import type { RelationField } from '../typed.js';

/** How messages call what is declared: ``source `orders` ``. */
export function relationLabel(node: ast.CreateSource | ast.CreateTable): string {
  return `${whatOf(node)} \`${node.name.name}\``;
}

function whatOf(node: ast.CreateSource | ast.CreateTable): 'source' | 'table' {
  return node.kind === 'CreateSource' ? 'source' : 'table';
}

export function columnNamed(
  name: ast.Identifier,
  node: ast.CreateSource | ast.CreateTable,
  fields: readonly RelationField[],
  sink: DiagnosticSink,
): number | undefined {
  const index = fields.findIndex((field) => field.name === name.name);
  if (index >= 0) return index;
  const relation = relationLabel(node);
  sink.report(
    nameDiagnostic(
      'ESQL2001',
      { name: name.name, relation },
      {
        span: name.span,
        facts: fields.length === 0 ? [] : [columnsFact(fields, relation)],
        hint: suggestionHint(
          name.name,
          fields.map((field) => field.name),
        ),
      },
    ),
  );
  return undefined;
}

/** Null without one, undefined after a report. */
export function checkPrimaryKey(
  node: ast.CreateSource | ast.CreateTable,
  fields: readonly RelationField[],
  sink: DiagnosticSink,
): readonly number[] | null | undefined {
  const [first, second] = node.elements.filter((element) => element.kind === 'PrimaryKeyDefinition');
  if (first === undefined) return null;
  if (second !== undefined) {
    const related = [{ span: first.span, label: 'the first one' }];
    sink.report(
      typeDiagnostic('ESQL3025', { problem: `a ${whatOf(node)} has one primary key` }, { span: second.span, related }),
    );
    return undefined;
  }
  const columns = first.columns.map((name) => columnNamed(name, node, fields, sink));
  const known = columns.filter((column) => column !== undefined);
  return known.length === columns.length ? [...new Set(known)] : undefined;
}
