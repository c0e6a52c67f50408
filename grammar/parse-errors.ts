/**
 * What the parser stumbled over, as ESQL1xxx diagnostics with one next step.
 *
 * Chevrotain's errors carry their facts only through the message provider. The provider here writes the expected thing
 * into the message, and `describeParseError` finds the mistake people most likely made.
 */
import {
  EOF,
  tokenLabel,
  type IParserErrorMessageProvider,
  type IRecognitionException,
  type IToken,
  type TokenType,
} from 'chevrotain';
import type { Diagnostic, Fix } from './diagnostics/diagnostic.js';
import { spanText, type SourceFile, type Span } from './diagnostics/source.js';
import { nearest } from './diagnostics/suggest.js';
import { INTERVAL_UNITS_HINT } from './interval-text.js';
import { tokenSpan } from './lexer.js';
import { syntaxDiagnostic } from './messages.js';
import { isSystemTimestamp, SYSTEM_TIMESTAMP_HINT } from './other-systems.js';
import * as t from './tokens.js';

/** Rules whose alternatives have one name for people. */
const ruleNouns: Readonly<Record<string, string>> = {
  expression: 'an expression',
  operand: 'an expression',
  primary: 'an expression',
  argument: 'an expression',
  selectItem: 'an expression',
  groupingElement: 'an expression',
  parenthesised: 'an expression or a query',
  queryTerm: 'a query',
  tablePrimary: 'a table',
  type: 'a type',
  tableElement: 'a column',
  columnDefinition: 'a type, or AS and an expression',
  optionKey: "an option's name",
  optionValue: "an option's value",
  duration: 'a duration such as 30s',
  explainStatement: 'a stream or a query',
  statement: 'a statement',
};

/** Rules in which `)` ends a list, so that a comma is possible too. */
const listRules: ReadonlySet<string> = new Set([
  'createRelation',
  'optionList',
  'nameList',
  'functionCall',
  'tableFunction',
  'valuesRow',
  'groupingList',
  'createFunction',
  'parenthesised',
  'matchTail',
  'rowConstructor',
  'rowType',
]);

function alternatives(labels: readonly string[]): string {
  const unique = [...new Set(labels)];
  if (unique.length > 8) return `${unique.slice(0, 7).join(', ')} or other words`;
  return unique.length < 2 ? (unique[0] ?? 'nothing') : `${unique.slice(0, -1).join(', ')} or ${unique.at(-1) ?? ''}`;
}

/** The first words of the paths; all that an expression or a table may start with goes by one name. */
function describePaths(paths: readonly (readonly TokenType[])[], ruleName: string): string {
  const noun = ruleNouns[ruleName];
  if (noun !== undefined) return noun;
  const first = paths.flatMap((path) => (path[0] === undefined ? [] : [path[0]]));
  if (first.includes(t.NumberToken) && first.includes(t.keyword.CASE)) return 'an expression';
  if (first.includes(t.keyword.LATERAL)) return 'a table';
  return alternatives(first.map((type) => tokenLabel(type)));
}

/** The message of each error is the phrase for what was expected. */
export const expectationProvider: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, ruleName }) =>
    expected === t.RightParen && listRules.has(ruleName) ? '`,` or `)`' : tokenLabel(expected),
  buildNotAllInputParsedMessage: () => '`;`',
  buildNoViableAltMessage: ({ expectedPathsPerAlt, ruleName }) => describePaths(expectedPathsPerAlt.flat(), ruleName),
  buildEarlyExitMessage: ({ expectedIterationPaths, ruleName }) => describePaths(expectedIterationPaths, ruleName),
};

interface Place {
  readonly file: SourceFile;
  readonly error: IRecognitionException;
  readonly expected: string;
  readonly tokens: readonly IToken[];
  /** Index of the token that could not be read; `tokens.length` at the end of the statement. */
  readonly index: number;
  readonly found: IToken | undefined;
  readonly previous: IToken | undefined;
  readonly span: Span;
  readonly shown: string;
}

/** `tokens` are those of the statement; `end` is where it ends (its semicolon, or the end of the file). */
export function describeParseError(
  error: IRecognitionException,
  tokens: readonly IToken[],
  file: SourceFile,
  end: Span,
): Diagnostic {
  const index = error.token.tokenType === EOF ? tokens.length : tokens.indexOf(error.token);
  const found = tokens[index];
  const place: Place = {
    file,
    error,
    expected: error.message,
    tokens,
    index,
    found,
    previous: tokens[index - 1],
    span: found === undefined ? end : tokenSpan(file, found),
    shown: found === undefined ? endLabel(end) : shownToken(found),
  };
  for (const guess of guesses) {
    const diagnostic = guess(place);
    if (diagnostic !== undefined) return diagnostic;
  }
  return syntaxDiagnostic(
    'ESQL1001',
    { expected: place.expected, found: place.shown },
    { span: place.span, ...generalHint(place) },
  );
}

function endLabel(end: Span): string {
  return spanText(end) === ';' ? '`;`' : 'the end of the file';
}

export function shownToken(token: IToken): string {
  const image = token.image.length > 40 ? `${token.image.slice(0, 39)}…` : token.image;
  return `\`${image}\``;
}

function isWord(token: IToken | undefined): boolean {
  return token !== undefined && /^[\p{L}_]/u.test(token.image);
}

function startsItem(token: IToken | undefined): boolean {
  if (token === undefined) return false;
  if (isWord(token)) return !t.isReserved(token.image) || !clauseWords.has(token.image.toUpperCase());
  return [t.QuotedIdentifier, t.StringToken, t.NumberToken].includes(token.tokenType);
}

/** Words that begin a clause: after a comma they mean that the comma is one too many. */
const clauseWords: ReadonlySet<string> = new Set([
  'FROM',
  'WHERE',
  'GROUP',
  'HAVING',
  'WINDOW',
  'QUALIFY',
  'ORDER',
  'LIMIT',
  'EMIT',
  'WITH',
  'INTO',
  'UNION',
  'INTERSECT',
  'EXCEPT',
  'FORMAT',
  'ON',
]);

/** Words people misspell: those that begin a clause or a statement. */
const suggestedWords: readonly string[] = [
  ...clauseWords,
  'SELECT',
  'CREATE',
  'SOURCE',
  'SINK',
  'STREAM',
  'VIEW',
  'TABLE',
  'FUNCTION',
  'JOIN',
  'LEFT',
  'RIGHT',
  'INNER',
  'OUTER',
  'CROSS',
  'OFFSET',
  'FETCH',
  'CHECKPOINT',
  'BATCH',
  'STATE',
  'DISTINCT',
  'VALUES',
  'WATERMARK',
  'PRIMARY',
  'METADATA',
  'ERROR',
  'LATE',
  'IDLE',
  'FINAL',
  'CHANGES',
  'EVERY',
  'TIMEOUT',
  'CONFLICT',
  'RETURNS',
  'INCLUDE',
  'EXPLAIN',
  'ASSERT',
  'DELIVERY',
  'DESCRIBE',
  'BETWEEN',
  'PARTITION',
];

type Guess = (place: Place) => Diagnostic | undefined;

const unknownStatement: Guess = ({ index, found, span, shown, expected }) => {
  if (index !== 0 || found === undefined || expected !== 'a statement') return undefined;
  const meant = nearest(found.image, statementWords);
  const hint =
    replacedStatements.get(found.image.toUpperCase()) ??
    (meant === undefined ? undefined : `\`${meant}\` might be meant.`);
  const facts = [`Statements start with ${statementWords.join(', ')}.`];
  return syntaxDiagnostic('ESQL1015', { found: shown }, { span, facts, hint });
};

const statementWords = [
  'CREATE',
  'SELECT',
  'WITH',
  'VALUES',
  'SET',
  'INCLUDE',
  'ASSERT',
  'EXPLAIN',
  'SHOW',
  'DESCRIBE',
  'DROP',
];

const replacedStatements: ReadonlyMap<string, string> = new Map([
  ['INSERT', 'A stream writes to a sink: CREATE STREAM name AS SELECT … INTO sink.'],
  ['DELETE', 'Rows are chosen in the query of a stream; nothing is deleted by statement.'],
  ['UPDATE', 'Rows change with the results of a stream; nothing is updated by statement.'],
  ['MERGE', 'CREATE STREAM … INTO sink KEY column merges by key.'],
  ['ALTER', 'Change the CREATE statement itself; `esql diff` tells what becomes of the state.'],
  ['USE', 'There are no databases to choose from; INCLUDE brings in another file.'],
]);

const trailingComma: Guess = ({ file, found, previous, shown }) => {
  if (previous?.tokenType !== t.Comma) return undefined;
  const clause = found === undefined || found.tokenType === t.RightParen || clauseWords.has(found.image.toUpperCase());
  if (!clause) return undefined;
  const span = tokenSpan(file, previous);
  const fix: Fix = { title: 'remove the comma', edits: [{ span, text: '' }] };
  return syntaxDiagnostic('ESQL1009', { found: shown }, { span, hint: 'Remove the comma.', fix });
};

const doubleQuotedString: Guess = ({ found, span, expected }) => {
  if (found?.tokenType !== t.QuotedIdentifier || expected !== tokenLabel(t.StringToken)) return undefined;
  const name = String(found.payload);
  const text = `'${name.replaceAll("'", "''")}'`;
  const fix: Fix = { title: `write ${text}`, edits: [{ span, text }] };
  return syntaxDiagnostic('ESQL1013', { name }, { span, hint: `Strings stand in single quotes: ${text}.`, fix });
};

const splitDuration: Guess = ({ file, found, previous }) => {
  if (found === undefined || previous?.tokenType !== t.NumberToken) return undefined;
  const unit = /^(us|ms|s|m|h|d)(?:ec|econds?|in|inutes?|ours?|ays?)?$/iu.exec(found.image)?.[1];
  if (unit === undefined) return undefined;
  const span: Span = { ...tokenSpan(file, previous), end: tokenSpan(file, found).end };
  const text = `${previous.image}${unit.toLowerCase()}`;
  const hint = `The unit follows the number without a blank: ${text}.`;
  const fix: Fix = { title: `write ${text}`, edits: [{ span, text }] };
  return syntaxDiagnostic('ESQL1014', { found: `\`${spanText(span)}\`` }, { span, hint, fix });
};

const keywordAsName: Guess = ({ file, found, previous, span, expected, tokens, index }) => {
  // TABLE is read as the beginning of TABLE(…) before anything can be wrong.
  if (previous?.tokenType === t.keyword.TABLE && expected === tokenLabel(t.LeftParen)) {
    return quoteKeyword(previous, tokenSpan(file, previous));
  }
  if (found === undefined || !isWord(found) || !t.isReserved(found.image)) return undefined;
  const asName = expected === tokenLabel(t.Name) || expected === 'a column';
  const next = tokens[index + 1];
  const standsAlone =
    next === undefined || [t.Comma, t.Dot, t.RightParen].includes(next.tokenType) || next.tokenType === t.keyword.FROM;
  const asExpression = expected === 'an expression' && standsAlone && found.tokenType !== t.keyword.FROM;
  return asName || asExpression ? quoteKeyword(found, span) : undefined;
};

function quoteKeyword(word: IToken, span: Span): Diagnostic {
  const text = `"${word.image.toLowerCase()}"`;
  const fix: Fix = { title: `write ${text}`, edits: [{ span, text }] };
  return syntaxDiagnostic('ESQL1010', { word: word.image }, { span, hint: `Quotes make it a name: ${text}.`, fix });
}

const declares: ReadonlySet<string> = new Set(['SOURCE', 'SINK', 'STREAM', 'VIEW', 'TABLE', 'FUNCTION']);

/** The word that could not be read, or one of the two before it, is nearly a keyword. */
const misspelledKeyword: Guess = ({ file, found, tokens, index, expected }) => {
  for (const candidate of [found, tokens[index - 1], tokens[index - 2]]) {
    if (candidate?.tokenType !== t.Identifier || candidate.image.length < 3) continue;
    // The name that a CREATE declares is read as it is, whatever it resembles.
    if (candidate !== found && declares.has(tokens[tokens.indexOf(candidate) - 1]?.image.toUpperCase() ?? '')) continue;
    if (candidate !== found && isWord(found) && t.isReserved(found?.image ?? '')) continue;
    const meant = nearest(candidate.image, suggestedWords);
    if (meant === undefined) continue;
    const span = tokenSpan(file, candidate);
    const fix: Fix = { title: `write ${meant}`, edits: [{ span, text: meant }] };
    const phrase = candidate === found && expected !== '`;`' ? expected : 'a keyword';
    const hint = `\`${meant}\` might be meant.`;
    return syntaxDiagnostic('ESQL1011', { expected: phrase, found: candidate.image }, { span, hint, fix });
  }
  return undefined;
};

const missingComma: Guess = ({ file, error, found, previous, shown, expected }) => {
  const list = expected === '`,` or `)`' && listRules.has(error.context.ruleStack.at(-1) ?? '');
  const selectList = expected === '`;`' && error.context.ruleStack.length <= 1;
  if (!(list || selectList) || found === undefined || previous === undefined || !startsItem(found)) return undefined;
  if (selectList && !/\n/u.test(file.text.slice(previous.startOffset, found.startOffset))) return undefined;
  const end = tokenSpan(file, previous).end;
  const fix: Fix = { title: 'add a comma', edits: [{ span: { file, start: end, end }, text: ',' }] };
  return syntaxDiagnostic(
    'ESQL1008',
    { found: shown },
    { span: tokenSpan(file, found), hint: `Add a comma after ${shownToken(previous)}.`, fix },
  );
};

/** `INTERVAL '5' FORTNIGHT`: the word is read as an alias, so what follows it is what cannot be read. */
const unknownIntervalUnit: Guess = ({ file, tokens, index }) => {
  for (const at of [index, index - 1]) {
    const [unit, text, interval] = [tokens[at], tokens[at - 1], tokens[at - 2]];
    if (unit?.tokenType !== t.Identifier || text?.tokenType !== t.StringToken) continue;
    if (interval?.tokenType !== t.keyword.INTERVAL) continue;
    return syntaxDiagnostic(
      'ESQL1019',
      { problem: `${shownToken(unit)} is no unit of time` },
      { span: tokenSpan(file, unit), hint: INTERVAL_UNITS_HINT },
    );
  }
  return undefined;
};

const guesses: readonly Guess[] = [
  unknownStatement,
  trailingComma,
  doubleQuotedString,
  splitDuration,
  unknownIntervalUnit,
  keywordAsName,
  misspelledKeyword,
  missingComma,
];

function generalHint({ found, previous, expected, error, tokens, index }: Place): { readonly hint?: string } {
  const word = found?.image.toUpperCase();
  const before = previous?.image.toUpperCase();
  const rule = error.context.ruleStack.at(-1);
  if (before === 'CREATE' && word === 'OR') {
    return { hint: 'Leave out OR REPLACE: a file declares what there is, and `esql diff` compares versions.' };
  }
  if (before === 'IF' && word === 'NOT') {
    return { hint: 'Leave out IF NOT EXISTS: a file declares each name once.' };
  }
  if (expected === 'AS' && found?.tokenType === t.LeftParen && rule === 'createStream') {
    return { hint: 'A stream is a query, CREATE STREAM name AS SELECT …; columns with a connector are CREATE SOURCE.' };
  }
  if (expected === 'AS' && /^(?:TUMBLING|HOPPING|SESSION)$/u.test(before ?? '')) {
    return { hint: 'Windows stand in FROM: FROM TUMBLE(input, time, 1h), grouped by window_start, window_end.' };
  }
  if (found?.tokenType === t.LeftParen && previous !== undefined && isWord(previous)) {
    const [dot, qualifier] = [tokens[index - 2], tokens[index - 3]];
    if (dot?.tokenType === t.Dot && isSystemTimestamp(qualifier?.image ?? '', previous.image)) {
      return { hint: SYSTEM_TIMESTAMP_HINT };
    }
    if (dot?.tokenType === t.Dot) return { hint: `Functions stand without a qualifier: ${previous.image}(…).` };
  }
  if (word === 'NATURAL') return { hint: 'Name the columns: JOIN … USING (id).' };
  if (found?.tokenType === t.StringToken && expected === tokenLabel(t.Name)) {
    return { hint: `Names stand without quotes or in double quotes: "${String(found.payload)}".` };
  }
  if (found?.tokenType === t.SizeToken) return { hint: 'A size may only be the value of an option.' };
  if (expected === tokenLabel(t.StringToken)) return { hint: "Strings stand in single quotes: '…'." };
  return {};
}
