/**
 * Canonical text of a file: keywords in capitals, one clause a line, one spelling where several are accepted.
 *
 * Formatting twice changes nothing, the syntax tree stays the same, and no comment is lost. The result is parsed again
 * and compared before it is handed out: a formatter that changes what a file means must fail instead.
 */
import type { Node, Script, Statement } from './ast.js';
import { DiagnosticList, type DiagnosticSink } from './diagnostics/diagnostic.js';
import { invariant } from './diagnostics/internal-error.js';
import { SourceFile } from './diagnostics/source.js';
import { placeComments, type CommentPlaces } from './format/comments.js';
import { concat, layout } from './format/doc.js';
import { withTrailing, type Printer } from './format/printer.js';
import { printQuery } from './format/queries.js';
import { printStatement } from './format/statements.js';
import type { Comment } from './lexer.js';
import { parseWithComments } from './parse.js';
import { printAst } from './print-ast.js';

const LINE_WIDTH = 100;

/** Undefined if the file has syntax errors; they are reported then. */
export function format(source: SourceFile, sink: DiagnosticSink): string | undefined {
  const problems = new DiagnosticList();
  const { script, comments, tokens } = parseWithComments(source, problems);
  if (!problems.isEmpty) {
    for (const problem of problems.sorted()) sink.report(problem);
    return undefined;
  }
  const formatted = formatScript(source, script, placeComments(source, script, tokens, comments));
  const again = parseWithComments(new SourceFile(source.path, formatted), problems);
  invariant(problems.isEmpty, 'formatted text is correct');
  invariant(printAst(again.script) === printAst(script), 'formatting keeps the syntax tree');
  invariant(sortedTexts(again.comments) === sortedTexts(comments), 'formatting keeps all comments');
  return formatted;
}

function sortedTexts(comments: readonly Comment[]): string {
  return comments
    .map((comment) => comment.text)
    .sort()
    .join('\n');
}

function formatScript(source: SourceFile, script: Script, comments: CommentPlaces): string {
  const printer: Printer = { comments, query: (query, broken) => printQuery(printer, query, broken) };
  let output = '';
  let previous: Statement | undefined;
  for (const statement of script.statements) {
    const above = comments.byHost.get(statement)?.leading ?? [];
    const first = above[0]?.span.start ?? statement.span.start;
    if (previous !== undefined) output += blankLineBefore(source, previous, statement, first) ? '\n' : '';
    output += commentLines(source, above, statement);
    const doc = withTrailing(printer, statement, concat(printStatement(printer, statement), ';'));
    output += `${layout(doc, LINE_WIDTH)}\n`;
    previous = statement;
  }
  const [firstAtEnd] = comments.atEnd;
  if (firstAtEnd !== undefined && previous !== undefined) {
    output += hasBlankLine(source, previous.span.end, firstAtEnd.span.start) ? '\n' : '';
  }
  return output + commentLines(source, comments.atEnd, undefined);
}

/** Comments above a statement keep the blank lines between them: a licence stays apart from a description. */
function commentLines(source: SourceFile, comments: readonly Comment[], next: Node | undefined): string {
  let output = '';
  comments.forEach((comment, index) => {
    const following = comments[index + 1]?.span.start ?? next?.span.start;
    const blank = following !== undefined && hasBlankLine(source, comment.span.end, following);
    output += `${comment.text}\n${blank ? '\n' : ''}`;
  });
  return output;
}

/** Short statements of one kind may stand close together; all others have a blank line between them. */
function blankLineBefore(source: SourceFile, previous: Statement, statement: Statement, start: number): boolean {
  const short =
    previous.kind === statement.kind && !statement.kind.startsWith('Create') && statement.kind !== 'QueryStatement';
  return !short || hasBlankLine(source, previous.span.end, start);
}

function hasBlankLine(source: SourceFile, start: number, end: number): boolean {
  return /^[^\n]*\n[^\S\n]*\n/u.test(source.text.slice(start, end));
}
