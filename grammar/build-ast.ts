/** Parse tree to syntax tree. `build-ast/` is the only code that knows the shapes of the parse tree. */
import type { CstNode } from 'chevrotain';
import type { Statement } from './ast.js';
import type { Builder } from './build-ast/builder.js';
import { buildDuration, buildInterval } from './build-ast/literals.js';
import { buildExpression } from './build-ast/operators.js';
import { buildOperand } from './build-ast/primaries.js';
import { buildQuery } from './build-ast/queries.js';
import { buildStatement } from './build-ast/statements.js';
import { buildType } from './build-ast/types.js';
import type { StatementCstNode } from './cst.generated.js';
import type { Diagnostic, DiagnosticSink } from './diagnostics/diagnostic.js';
import type { SourceFile } from './diagnostics/source.js';

/** The statement, or undefined where it has a mistake the grammar lets through; that is reported then. */
export function cstToAst(node: CstNode, file: SourceFile, sink: DiagnosticSink): Statement | undefined {
  const reported: Diagnostic[] = [];
  const builder: Builder = {
    file,
    sinksBeforeFrom: [],
    report: (diagnostic) => {
      reported.push(diagnostic);
      sink.report(diagnostic);
    },
    expression: (expression) => buildExpression(builder, expression),
    operand: (operand) => buildOperand(builder, operand),
    query: (query) => buildQuery(builder, query),
    type: (type) => buildType(builder, type),
    interval: (interval) => buildInterval(builder, interval),
    duration: (duration) => buildDuration(builder, duration),
  };
  // The rule `statement` gives a node of this type; the parser's own types do not say so.
  const statement = buildStatement(builder, node as StatementCstNode);
  return reported.length > 0 ? undefined : statement;
}
