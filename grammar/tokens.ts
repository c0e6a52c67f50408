/**
 * Every token of the language; keywords stand in one table.
 *
 * Three sets decide where a keyword may be a name without quotes. Reserved words never; clause starters anywhere but as
 * an alias without AS (`FROM orders EMIT FINAL` has no alias); all others everywhere. The sets are token categories, so
 * the grammar asks for a `Name` or a `BareAlias` and needs no list of its own.
 */
import { createToken, type TokenType } from 'chevrotain';

const reservedWords = [
  'ALL',
  'AND',
  'AS',
  'ASC',
  'BETWEEN',
  'CASE',
  'CAST',
  'CREATE',
  'CROSS',
  'CURRENT_DATE',
  'CURRENT_TIME',
  'CURRENT_TIMESTAMP',
  'DESC',
  'DISTINCT',
  'ELSE',
  'END',
  'EXCEPT',
  'EXISTS',
  'FALSE',
  'FOR',
  'FROM',
  'FULL',
  'GROUP',
  'HAVING',
  'IN',
  'INNER',
  'INTERSECT',
  'INTO',
  'IS',
  'JOIN',
  'LATERAL',
  'LEFT',
  'LIKE',
  'LIMIT',
  'NOT',
  'NULL',
  'ON',
  'OR',
  'ORDER',
  'OUTER',
  'QUALIFY',
  'RIGHT',
  'SELECT',
  'TABLE',
  'THEN',
  'TRUE',
  'UNION',
  'USING',
  'VALUES',
  'WHEN',
  'WHERE',
  'WITH',
] as const;

/** Names everywhere except as an alias without AS. */
const clauseStarters = [
  'ASOF',
  'AT',
  'EMIT',
  'ESCAPE',
  'FETCH',
  'FILTER',
  'GROUPS',
  'IGNORE',
  'ILIKE',
  'MATCH_RECOGNIZE',
  'NATURAL',
  'OFFSET',
  'OVER',
  'PARTITION',
  'RANGE',
  'REGEXP',
  'RESPECT',
  'RLIKE',
  'ROWS',
  'SIMILAR',
  'WINDOW',
  'WITHIN',
] as const;

const freeWords = [
  'AFTER',
  'ALWAYS',
  'ANY',
  'ARRAY',
  'ASSERT',
  'AUTO',
  'BATCH',
  'BOTH',
  'BY',
  'CHANGES',
  'CHECKPOINT',
  'CLOSE',
  'CONFLICT',
  'CUBE',
  'CURRENT',
  'DATE',
  'DELIVERY',
  'DESCRIBE',
  'DETERMINISTIC',
  'DOT',
  'DROP',
  'ENFORCED',
  'ERROR',
  'EVERY',
  'EXACTLY',
  'EXCLUDE',
  'EXPLAIN',
  'EXPORT',
  'EXTRACT',
  'FAIL',
  'FINAL',
  'FIRST',
  'FOLLOWING',
  'FORMAT',
  'FUNCTION',
  'FUNCTIONS',
  'GENERATED',
  'GROUPING',
  'IDLE',
  'IF',
  'INCLUDE',
  'INTERVAL',
  'JSON',
  'KEY',
  'LAST',
  'LATE',
  'LEADING',
  'LOCAL',
  'MAP',
  'METADATA',
  'NEXT',
  'NO',
  'NULLS',
  'OBJECT',
  'OF',
  'OFFSETS',
  'ONCE',
  'ONLY',
  'ORDINALITY',
  'OTHERS',
  'OVERLAY',
  'PLACING',
  'PLAN',
  'POSITION',
  'PRECEDING',
  'PRECISION',
  'PRIMARY',
  'RECURSIVE',
  'RETURNS',
  'ROLLUP',
  'ROW',
  'SCALAR',
  'SET',
  'SETS',
  'SHOW',
  'SINK',
  'SINKS',
  'SKIP',
  'SOME',
  'SOURCE',
  'SOURCES',
  'STATE',
  'STREAM',
  'STREAMS',
  'SUBSTRING',
  'SYMMETRIC',
  'SYSTEM_TIME',
  'TABLES',
  'TIES',
  'TIME',
  'TIMEOUT',
  'TIMESTAMP',
  'TIMESTAMPTZ',
  'TO',
  'TRAILING',
  'TRIM',
  'TRY_CAST',
  'TTL',
  'UNBOUNDED',
  'UNKNOWN',
  'UPDATE',
  'VALUE',
  'VIEW',
  'VIEWS',
  'VIRTUAL',
  'WAL',
  'WATERMARK',
  'WITHOUT',
  'ZONE',
] as const;

export type Keyword = (typeof reservedWords)[number] | (typeof clauseStarters)[number] | (typeof freeWords)[number];

/** Any keyword, name or quoted name: option keys and labels after AS. */
export const AnyWord = createToken({ name: 'AnyWord', label: 'a name' });
/** What may name a column or a table. */
export const Name = createToken({ name: 'Name', label: 'a name', categories: [AnyWord] });
/** A name that needs no AS before it. */
export const BareAlias = createToken({ name: 'BareAlias', label: 'a name', categories: [Name] });
/** NOT and the signs, which stand before an operand in any number. */
export const PrefixOperator = createToken({ name: 'PrefixOperator', label: 'an operator' });
/** Operators between two operands that need no further words. */
export const InfixOperator = createToken({ name: 'InfixOperator', label: 'an operator' });
export const ComparisonSign = createToken({
  name: 'ComparisonSign',
  label: 'a comparison',
  categories: [InfixOperator],
});
/** LEFT and RIGHT are reserved for joins and are functions before a parenthesis. */
export const FunctionWord = createToken({ name: 'FunctionWord', label: 'a function', categories: [AnyWord] });

const extraCategories: Partial<Record<Keyword, TokenType[]>> = {
  NOT: [PrefixOperator],
  AND: [InfixOperator],
  OR: [InfixOperator],
  LEFT: [FunctionWord],
  RIGHT: [FunctionWord],
};

function keywordTokens<K extends Keyword>(words: readonly K[], category: TokenType): [K, TokenType][] {
  return words.map((word) => [
    word,
    createToken({ name: word, label: word, categories: [category, ...(extraCategories[word] ?? [])] }),
  ]);
}

/** The token type of each keyword. */
export const keyword = Object.fromEntries([
  ...keywordTokens(reservedWords, AnyWord),
  ...keywordTokens(clauseStarters, Name),
  ...keywordTokens(freeWords, BareAlias),
]) as Readonly<Record<Keyword, TokenType>>;

const keywordsBySpelling: ReadonlyMap<string, TokenType> = new Map(Object.entries(keyword));
const reserved: ReadonlySet<string> = new Set(reservedWords);

export const keywordSpellings: readonly string[] = [...keywordsBySpelling.keys()];

/** The token type of a keyword in any case, or undefined for an ordinary name. */
export function keywordType(text: string): TokenType | undefined {
  return keywordsBySpelling.get(text.toUpperCase());
}

/** Whether the word, in any case, needs quotes to be a name. */
export function isReserved(text: string): boolean {
  return reserved.has(text.toUpperCase());
}

export const Identifier = createToken({ name: 'Identifier', label: 'a name', categories: [BareAlias] });
export const QuotedIdentifier = createToken({
  name: 'QuotedIdentifier',
  label: 'a name in quotes',
  categories: [BareAlias],
});
export const StringToken = createToken({ name: 'StringToken', label: "a string in '…'" });
export const NumberToken = createToken({ name: 'NumberToken', label: 'a number' });
export const DurationToken = createToken({ name: 'DurationToken', label: 'a duration such as 30s' });
export const SizeToken = createToken({ name: 'SizeToken', label: 'a size such as 64MB' });

function sign(name: string, text: string, categories: TokenType[] = []): TokenType {
  return createToken({ name, label: `\`${text}\``, categories });
}

export const Semicolon = sign('Semicolon', ';');
export const Comma = sign('Comma', ',');
export const Dot = sign('Dot', '.');
export const LeftParen = sign('LeftParen', '(');
export const RightParen = sign('RightParen', ')');
export const LeftBracket = sign('LeftBracket', '[');
export const RightBracket = sign('RightBracket', ']');
export const DoubleColon = sign('DoubleColon', '::');
export const NamedArrow = sign('NamedArrow', '=>');
export const Arrow = sign('Arrow', '->', [InfixOperator]);
export const Equal = sign('Equal', '=', [ComparisonSign]);
export const Less = sign('Less', '<', [ComparisonSign]);
export const Greater = sign('Greater', '>', [ComparisonSign]);
export const Plus = sign('Plus', '+', [PrefixOperator, InfixOperator]);
export const Minus = sign('Minus', '-', [PrefixOperator, InfixOperator]);
export const Asterisk = sign('Asterisk', '*', [InfixOperator]);

/** Signs by their text; the lexer takes the longest that matches. */
export const signsByText: ReadonlyMap<string, TokenType> = new Map([
  [';', Semicolon],
  [',', Comma],
  ['.', Dot],
  ['(', LeftParen],
  [')', RightParen],
  ['[', LeftBracket],
  [']', RightBracket],
  ['::', DoubleColon],
  ['=>', NamedArrow],
  ['->', Arrow],
  ['->>', sign('LongArrow', '->>', [InfixOperator])],
  ['=', Equal],
  // Reported by the lexer as `=` written twice, and then read as `=`.
  ['==', Equal],
  ['<>', sign('NotEqual', '<>', [ComparisonSign])],
  ['!=', sign('BangEqual', '!=', [ComparisonSign])],
  ['<', Less],
  ['>', Greater],
  ['<=', sign('LessEqual', '<=', [ComparisonSign])],
  ['>=', sign('GreaterEqual', '>=', [ComparisonSign])],
  ['+', Plus],
  ['-', Minus],
  ['*', Asterisk],
  ['/', sign('Slash', '/', [InfixOperator])],
  ['%', sign('Percent', '%', [InfixOperator])],
  ['||', sign('Concatenation', '||', [InfixOperator])],
  ['~', sign('Matches', '~', [InfixOperator])],
  ['~*', sign('MatchesAnyCase', '~*', [InfixOperator])],
  ['!~', sign('MatchesNot', '!~', [InfixOperator])],
  ['!~*', sign('MatchesNotAnyCase', '!~*', [InfixOperator])],
]);

/** What a parser needs to know of the vocabulary. */
export const allTokens: TokenType[] = [
  AnyWord,
  Name,
  BareAlias,
  PrefixOperator,
  InfixOperator,
  ComparisonSign,
  FunctionWord,
  ...Object.values(keyword),
  Identifier,
  QuotedIdentifier,
  StringToken,
  NumberToken,
  DurationToken,
  SizeToken,
  ...new Set(signsByText.values()),
];

/** Whether the key of an option needs no quotes. */
export function isBareOptionKey(key: string): boolean {
  return /^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*$/u.test(key);
}
