/** T-SQL cut into tokens. */
import { syntaxNear, unclosedQuote } from './errors.js';

export type TokenKind = 'word' | 'quoted' | 'variable' | 'string' | 'number' | 'binary' | 'symbol' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As written; without quotes and escapes for names and strings. */
  readonly text: string;
  /** Upper case, for words. */
  readonly upper: string;
  readonly isUnicode: boolean;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

const SYMBOLS = [
  '<>',
  '!=',
  '<=',
  '>=',
  '!<',
  '!>',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '::',
  ...Array.from('()=<>+-*/%,;.&|^~:{}'),
];
const WORD = /[\p{L}_#$][\p{L}\p{N}_@#$]*/uy;
const VARIABLE = /@@?[\p{L}\p{N}_@#$]+/uy;
const BINARY = /0x[0-9a-f]*/iy;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d*)?/iy;

/** All tokens, with one of kind `end` last. Throws SqlError 102 or 105. */
export function tokenise(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  const push = (kind: TokenKind, end: number, text: string, isUnicode = false): void => {
    tokens.push({ kind, text, upper: kind === 'word' ? text.toUpperCase() : text, isUnicode, line, start: at, end });
    line += source.slice(at, end).split('\n').length - 1;
    at = end;
  };
  while (at < source.length) {
    const blank = skipBlank(source, at, line);
    if (blank > at) {
      line += source.slice(at, blank).split('\n').length - 1;
      at = blank;
      continue;
    }
    const character = source.charAt(at);
    const isUnicode = (character === 'N' || character === 'n') && source.charAt(at + 1) === "'";
    if (character === "'" || isUnicode) {
      const { text, end } = quoted(source, isUnicode ? at + 1 : at, "'", line);
      push('string', end, text, isUnicode);
    } else if (character === '[' || character === '"') {
      const { text, end } = quoted(source, at, character === '[' ? ']' : '"', line);
      push('quoted', end, text);
    } else {
      plainToken(source, at, line, push);
    }
  }
  push('end', at, '');
  return tokens;
}

function plainToken(
  source: string,
  at: number,
  line: number,
  push: (kind: TokenKind, end: number, text: string) => void,
): void {
  const kinds: readonly (readonly [TokenKind, RegExp])[] = [
    ['variable', VARIABLE],
    ['binary', BINARY],
    ['number', NUMBER],
    ['word', WORD],
  ];
  for (const [kind, pattern] of kinds) {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0];
    if (text !== undefined) return push(kind, at + text.length, text);
  }
  const symbol = SYMBOLS.find((candidate) => source.startsWith(candidate, at));
  if (symbol === undefined) throw syntaxNear(source.charAt(at), line);
  push('symbol', at + symbol.length, symbol);
}

/** Behind blanks and comments; block comments nest. */
function skipBlank(source: string, start: number, line: number): number {
  let at = start;
  while (/\s/u.test(source.charAt(at)) || source.charAt(at) === '\ufeff') at += 1;
  if (source.startsWith('--', at)) {
    const end = source.indexOf('\n', at);
    return end === -1 ? source.length : end + 1;
  }
  if (!source.startsWith('/*', at)) return at;
  let depth = 1;
  at += 2;
  while (depth > 0) {
    if (at >= source.length) throw syntaxNear('/*', line);
    if (source.startsWith('/*', at)) depth += 1;
    else if (source.startsWith('*/', at)) depth -= 1;
    else {
      at += 1;
      continue;
    }
    at += 2;
  }
  return at;
}

function quoted(
  source: string,
  at: number,
  quote: string,
  line: number,
): { readonly text: string; readonly end: number } {
  let end = at + 1;
  for (;;) {
    const close = source.indexOf(quote, end);
    if (close === -1) throw unclosedQuote(source.slice(at + 1), line);
    if (source.charAt(close + 1) !== quote) {
      return { text: source.slice(at + 1, close).replaceAll(quote + quote, quote), end: close + 1 };
    }
    end = close + 2;
  }
}

/** Words that can't be names or aliases without brackets. THROW isn't one of them, as in the real server. */
export const RESERVED = new Set(
  (
    'ADD ALL ALTER AND ANY AS ASC BEGIN BETWEEN BREAK BY CASE CHECK CLUSTERED COALESCE COLLATE COLUMN COMMIT ' +
    'CONSTRAINT CONTINUE CONVERT CREATE CROSS CURRENT_TIMESTAMP CURSOR DATABASE DECLARE DEFAULT DELETE DESC DISTINCT ' +
    'DROP ELSE END ESCAPE EXCEPT EXEC EXECUTE EXISTS EXIT FETCH FOR FOREIGN FROM FULL FUNCTION GOTO GRANT GROUP HAVING ' +
    'HOLDLOCK IDENTITY IDENTITY_INSERT IF IN INDEX INNER INSERT INTERSECT INTO IS JOIN KEY KILL LEFT LIKE MERGE NOT ' +
    'NULL NULLIF OF OFF ON OPEN OPTION OR ORDER OUTER OVER PERCENT PRIMARY PRINT PROC PROCEDURE RAISERROR RETURN ' +
    'RIGHT ROLLBACK SAVE SCHEMA SELECT SET SOME SYSTEM_USER TABLE THEN TO TOP TRAN TRANSACTION TRIGGER TRUNCATE UNION ' +
    'UNIQUE UPDATE USE USER VALUES VIEW WAITFOR WHEN WHERE WHILE WITH TRY_CONVERT'
  ).split(' '),
);
