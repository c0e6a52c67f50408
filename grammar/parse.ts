/**
 * Text to syntax tree, with every mistake reported and none thrown.
 *
 * The tokens are cut into statements first, at semicolons and where a CREATE begins; each is parsed by itself, so that
 * a mistake in one never hides a mistake in the next. Only statements without mistakes become part of the tree.
 */
import type { IToken } from 'chevrotain';
import type { Script, Statement } from './ast.js';
import { cstToAst } from './build-ast.js';
import type { Diagnostic, DiagnosticSink } from './diagnostics/diagnostic.js';
import type { SourceFile, Span } from './diagnostics/source.js';
import { lex, tokenSpan, type Comment } from './lexer.js';
import { limits } from './limits.js';
import { syntaxDiagnostic } from './messages.js';
import { bracketProblem, nestingProblem } from './nesting.js';
import { describeParseError, shownToken } from './parse-errors.js';
import { sharedParser } from './parser.js';
import * as t from './tokens.js';
import { treeDepth } from './visit.js';

const k = t.keyword;

/** The tokens of one statement without its semicolon, and where it ends. */
interface StatementTokens {
  readonly tokens: IToken[];
  /** The semicolon, or an empty span at the end of the text. */
  readonly end: Span;
  /** The statement that follows without a semicolon, if one does. */
  readonly followedBy: IToken | undefined;
}

export interface ParseResult {
  readonly script: Script;
  readonly comments: readonly Comment[];
  readonly tokens: readonly IToken[];
}

export function parse(source: SourceFile, sink: DiagnosticSink): Script {
  return parseWithComments(source, sink).script;
}

export function parseWithComments(source: SourceFile, sink: DiagnosticSink): ParseResult {
  const lexical: Diagnostic[] = [];
  const { tokens, comments } = lex(source, { report: (problem) => void lexical.push(problem) });
  for (const problem of lexical) sink.report(problem);
  // What cannot be read in a line makes what follows there look wrong too.
  const unreadable: ReadonlySet<number> = new Set(
    lexical.flatMap(({ span }) => (span === undefined ? [] : [source.position(span.start).line])),
  );
  const script = (statements: readonly Statement[]): Script => ({
    kind: 'Script',
    span: { file: source, start: 0, end: source.text.length },
    statements,
  });
  const tooDeep = nestingProblem(source, tokens);
  if (tooDeep !== undefined) {
    sink.report(tooDeep);
    return { script: script([]), comments, tokens };
  }
  const statements: Statement[] = [];
  for (const part of splitAtSemicolons(source, tokens)) statements.push(...parsePart(source, part, unreadable, sink));
  return { script: script(statements), comments, tokens };
}

function splitAtSemicolons(file: SourceFile, tokens: readonly IToken[]): StatementTokens[] {
  const parts: StatementTokens[] = [];
  let start = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.tokenType !== t.Semicolon) continue;
    parts.push({ tokens: tokens.slice(start, index), end: tokenSpan(file, token), followedBy: undefined });
    start = index + 1;
  }
  const at = tokens.at(-1)?.endOffset;
  const end: Span = { file, start: (at ?? -1) + 1, end: (at ?? -1) + 1 };
  parts.push({ tokens: tokens.slice(start), end, followedBy: undefined });
  return parts.filter((part) => part.tokens.length > 0);
}

function parsePart(
  file: SourceFile,
  part: StatementTokens,
  unreadable: ReadonlySet<number>,
  sink: DiagnosticSink,
): Statement[] {
  const report = (problem: Diagnostic): void => {
    const line = file.position(problem.span?.start ?? 0).line;
    if (!unreadable.has(line)) sink.report(problem);
  };
  const certain = splitAt(part, startsCreate);
  return certain.flatMap((piece) => {
    const whole = parseStatement(file, piece, { report });
    if (!('problems' in whole)) return whole.statement === undefined ? [] : [whole.statement];
    const pieces = splitAt(piece, (tokens, index) => startsOther(file, tokens, index));
    const results = pieces.length === 1 ? [whole] : pieces.map((smaller) => parseStatement(file, smaller, { report }));
    return results.flatMap((result) => {
      if ('problems' in result) for (const problem of result.problems) report(problem);
      return 'statement' in result && result.statement !== undefined ? [result.statement] : [];
    });
  });
}

type Start = (tokens: readonly IToken[], index: number) => boolean;

function splitAt(part: StatementTokens, isStart: Start): StatementTokens[] {
  const starts = part.tokens.flatMap((_, index) => (index > 0 && isStart(part.tokens, index) ? [index] : []));
  const bounds = [0, ...starts];
  return bounds.map((start, i) => {
    const next = bounds[i + 1];
    const followedBy = next === undefined ? part.followedBy : part.tokens[next];
    return { tokens: part.tokens.slice(start, next), end: part.end, followedBy };
  });
}

const createKinds = [k.SOURCE, k.SINK, k.TABLE, k.VIEW, k.FUNCTION, k.STREAM];

/** CREATE and a kind of object stand nowhere but at the start of a statement. */
function startsCreate(tokens: readonly IToken[], index: number): boolean {
  const next = tokens[index + 1];
  return tokens[index]?.tokenType === k.CREATE && next !== undefined && createKinds.includes(next.tokenType);
}

const otherStarts = [k.SET, k.INCLUDE, k.ASSERT, k.EXPLAIN, k.SHOW, k.DESCRIBE, k.DROP, k.SELECT];

/**
 * The other statements start with words that may be names. At the start of a line, where the statement before cannot be
 * read as it stands, they are taken for statements.
 */
function startsOther(file: SourceFile, tokens: readonly IToken[], index: number): boolean {
  const token = tokens[index];
  if (token === undefined || !otherStarts.includes(token.tokenType)) return false;
  if (file.position(token.startOffset).column !== 1) return false;
  const previous = tokens[index - 1]?.tokenType;
  const continues = [k.AS, k.UNION, k.INTERSECT, k.EXCEPT, k.ALL, k.DISTINCT, t.LeftParen, k.EXPLAIN, t.RightParen];
  return token.tokenType !== k.SELECT || previous === undefined || !continues.includes(previous);
}

type StatementResult = { readonly statement: Statement | undefined } | { readonly problems: readonly Diagnostic[] };

function parseStatement(file: SourceFile, part: StatementTokens, sink: DiagnosticSink): StatementResult {
  const brackets = bracketProblem(file, part.tokens);
  if (brackets !== undefined) return { problems: [brackets] };
  const patterns = withoutMatchRecognize(file, part.tokens, sink);
  try {
    const parser = sharedParser();
    parser.input = patterns.tokens;
    const cst = parser.statement();
    if (parser.errors.length > 0) {
      return { problems: problemsOf(parser.errors, patterns.tokens, file, part) };
    }
    if (part.followedBy !== undefined) sink.report(missingSemicolon(file, part, part.followedBy));
    const statement = cstToAst(cst, file, sink);
    if (patterns.found || statement === undefined) return { statement: undefined };
    if (treeDepth(statement) > limits.treeDepth) {
      sink.report(chainTooLong(statement.span));
      return { statement: undefined };
    }
    return { statement };
  } catch (error) {
    // The stack is bounded by the nesting limit; a caller that already stands deep may still run out of it.
    if (!(error instanceof RangeError)) throw error;
    const first = part.tokens[0];
    sink.report(chainTooLong(first === undefined ? part.end : tokenSpan(file, first)));
    return { statement: undefined };
  }
}

function chainTooLong(span: Span): Diagnostic {
  const hint = 'Shorten chains of operators, for example with IN instead of many ORs.';
  return syntaxDiagnostic('ESQL1091', { limit: String(limits.treeDepth) }, { span, hint });
}

function missingSemicolon(file: SourceFile, part: StatementTokens, next: IToken): Diagnostic {
  const last = part.tokens.at(-1) ?? next;
  const after = tokenSpan(file, last);
  return syntaxDiagnostic(
    'ESQL1007',
    { next: shownToken(next) },
    {
      span: { ...after, start: after.end },
      hint: 'Statements end with `;`.',
      fix: { title: 'add `;`', edits: [{ span: { ...after, start: after.end }, text: ';' }] },
    },
  );
}

const problemsPerStatementMax = 5;

/**
 * The first mistake of a statement is certain. Further ones come from reading on after it and are kept only where they
 * stand in later lines, since in the same line they are mostly its echo.
 */
function problemsOf(
  errors: readonly Parameters<typeof describeParseError>[0][],
  tokens: readonly IToken[],
  file: SourceFile,
  part: StatementTokens,
): readonly Diagnostic[] {
  const kept: Diagnostic[] = [];
  let line = 0;
  for (const error of errors) {
    const diagnostic = describeParseError(error, tokens, file, part.end);
    const at = file.position(diagnostic.span?.start ?? 0).line;
    if (kept.length > 0 && (at <= line || isEcho(error, tokens))) continue;
    line = at;
    kept.push(diagnostic);
    if (kept.length === problemsPerStatementMax) break;
  }
  return kept;
}

/** After a mistake the rest of a statement often reads as surplus. */
function isEcho(error: Parameters<typeof describeParseError>[0], tokens: readonly IToken[]): boolean {
  return error.name === 'NotAllInputParsedException' || !tokens.includes(error.token);
}

/** MATCH_RECOGNIZE is reported as one construct; the rest of the query is parsed as if it were not there. */
function withoutMatchRecognize(
  file: SourceFile,
  tokens: IToken[],
  sink: DiagnosticSink,
): { readonly tokens: IToken[]; readonly found: boolean } {
  const start = tokens.findIndex(
    (token, index) => token.tokenType === k.MATCH_RECOGNIZE && tokens[index + 1]?.tokenType === t.LeftParen,
  );
  const keywordToken = tokens[start];
  if (keywordToken === undefined) return { tokens, found: false };
  let depth = 0;
  let end = start + 1;
  for (; end < tokens.length; end += 1) {
    const type = tokens[end]?.tokenType;
    if (type === t.LeftParen) depth += 1;
    if (type === t.RightParen) depth -= 1;
    if (depth === 0) break;
  }
  sink.report(
    syntaxDiagnostic(
      'ESQL1016',
      { construct: 'MATCH_RECOGNIZE' },
      {
        span: tokenSpan(file, keywordToken),
        hint: 'LAG and LEAD over a window compare neighbouring rows, and a self join with BETWEEN finds sequences.',
      },
    ),
  );
  const rest = withoutMatchRecognize(file, tokens.slice(end + 1), { report: () => undefined });
  return { tokens: [...tokens.slice(0, start), ...rest.tokens], found: true };
}
