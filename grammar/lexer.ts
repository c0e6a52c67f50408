/**
 * Text to tokens, and the comments beside them.
 *
 * Written by hand rather than with Chevrotain's lexer: keywords are looked up in a map instead of tried as 200
 * patterns, a duration is one token only when its unit follows without a blank, and an unclosed string or comment gets
 * its own diagnostic and ends where reading can go on. One pass without backtracking; the tokens are Chevrotain's.
 */
import type { IToken, TokenType } from 'chevrotain';
import type { DiagnosticSink } from './diagnostics/diagnostic.js';
import type { SourceFile, Span } from './diagnostics/source.js';
import { limits } from './limits.js';
import { syntaxDiagnostic } from './messages.js';
import {
  DurationToken,
  Identifier,
  keywordType,
  NumberToken,
  QuotedIdentifier,
  signsByText,
  SizeToken,
  StringToken,
} from './tokens.js';

export interface Comment {
  readonly span: Span;
  /** With its marks, without blanks at its end, with `\n` for every line break. */
  readonly text: string;
  /** `--`, which ends with its line. */
  readonly toLineEnd: boolean;
}

export interface LexResult {
  readonly tokens: IToken[];
  readonly comments: readonly Comment[];
}

/** A half-open span of a token. */
export function tokenSpan(file: SourceFile, token: IToken): Span {
  return { file, start: token.startOffset, end: (token.endOffset ?? token.startOffset) + 1 };
}

/** Never throws: what cannot be read is reported and left out. */
export function lex(file: SourceFile, sink: DiagnosticSink): LexResult {
  if (file.text.length > limits.textCharacters) {
    const first: Span = { file, start: 0, end: Math.min(1, file.text.length) };
    const limit = `${String(limits.textCharacters)} characters`;
    sink.report(
      syntaxDiagnostic(
        'ESQL1090',
        { limit, found: `${String(file.text.length)} characters` },
        { span: first, hint: 'Split the file and join the parts with INCLUDE.' },
      ),
    );
    return { tokens: [], comments: [] };
  }
  return new Scanner(file, sink).run();
}

const wordPattern = /[\p{L}_][\p{L}\p{M}\p{N}_$]*/uy;
const numberPattern = /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/uy;
const durationUnit = /^(?:us|ms|s|m|h|d)$/iu;
const sizeUnit = /^(?:b|kb|mb|gb|tb)$/iu;
const blankPattern = /[\s\uFEFF]+/uy;
const strangePattern = /[^\s'"`\p{L}\p{N}_;,.()[\]:=<>+*/%|~!-]+/uy;

class Scanner {
  readonly #file: SourceFile;
  readonly #text: string;
  readonly #sink: DiagnosticSink;
  readonly #tokens: IToken[] = [];
  readonly #comments: Comment[] = [];
  #at = 0;

  constructor(file: SourceFile, sink: DiagnosticSink) {
    this.#file = file;
    this.#text = file.text;
    this.#sink = sink;
  }

  run(): LexResult {
    while (this.#at < this.#text.length) {
      if (this.#tokens.length >= limits.tokens) {
        this.#sink.report(
          syntaxDiagnostic(
            'ESQL1090',
            { limit: `${String(limits.tokens)} tokens`, found: 'more' },
            { span: this.#spanFrom(this.#at, this.#at + 1), hint: 'Split the file and join the parts with INCLUDE.' },
          ),
        );
        return { tokens: [], comments: [] };
      }
      this.#next();
    }
    return { tokens: this.#tokens, comments: this.#comments };
  }

  #next(): void {
    const text = this.#text;
    const character = text[this.#at] ?? '';
    if (this.#match(blankPattern) !== undefined) return;
    if (text.startsWith('--', this.#at)) this.#lineComment();
    else if (text.startsWith('/*', this.#at)) this.#blockComment();
    else if (character === "'") this.#quoted("'", StringToken);
    else if (character === '"' || character === '`') this.#quoted(character, QuotedIdentifier);
    else if (/[0-9]/u.test(character) || (character === '.' && /[0-9]/u.test(text[this.#at + 1] ?? ''))) this.#number();
    else this.#wordOrSign();
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #spanFrom(start: number, end: number): Span {
    return { file: this.#file, start, end: Math.min(end, this.#text.length) };
  }

  #push(type: TokenType, start: number, payload?: string): void {
    const token: IToken = {
      image: this.#text.slice(start, this.#at),
      startOffset: start,
      endOffset: this.#at - 1,
      tokenType: type,
      tokenTypeIdx: type.tokenTypeIdx ?? 0,
    };
    if (payload !== undefined) token.payload = payload;
    this.#tokens.push(token);
  }

  #lineComment(): void {
    const start = this.#at;
    const lineEnd = this.#text.indexOf('\n', start);
    this.#at = lineEnd < 0 ? this.#text.length : lineEnd;
    this.#comment(start, true);
  }

  /** `/*` inside a comment opens another one: a piece of text with comments in it can be commented out. */
  #blockComment(): void {
    const start = this.#at;
    let depth = 0;
    const mark = /\/\*|\*\//gu;
    mark.lastIndex = start;
    for (let found = mark.exec(this.#text); found !== null; found = mark.exec(this.#text)) {
      depth += found[0] === '/*' ? 1 : -1;
      if (depth === 0) {
        this.#at = mark.lastIndex;
        this.#comment(start, false);
        return;
      }
    }
    this.#sink.report(
      syntaxDiagnostic('ESQL1004', {}, { span: this.#spanFrom(start, start + 2), hint: 'End the comment with `*/`.' }),
    );
    this.#at = this.#text.length;
  }

  #comment(start: number, toLineEnd: boolean): void {
    const text = this.#text.slice(start, this.#at).trimEnd();
    const span = this.#spanFrom(start, start + text.length);
    this.#comments.push({ span, text: text.replaceAll('\r\n', '\n'), toLineEnd });
  }

  /** A quote is doubled to stand inside. The payload is the text without quotes. */
  #quoted(quote: string, type: TokenType): void {
    const start = this.#at;
    let end = this.#text.indexOf(quote, start + 1);
    while (end >= 0 && this.#text[end + 1] === quote) end = this.#text.indexOf(quote, end + 2);
    if (end < 0) {
      // The rest of the file is not swallowed: reading goes on after the line, so that other errors are found too.
      this.#sink.report(
        syntaxDiagnostic(
          'ESQL1003',
          { quote: `\`${quote}\`` },
          {
            span: this.#spanFrom(start, start + 1),
            hint: `Close it with \`${quote}\`; a \`${quote}\` inside is written twice.`,
          },
        ),
      );
      const lineEnd = this.#text.indexOf('\n', start);
      this.#at = lineEnd < 0 ? this.#text.length : lineEnd;
      this.#push(type, start, this.#text.slice(start + 1, this.#at));
      return;
    }
    this.#at = end + 1;
    this.#push(type, start, this.#text.slice(start + 1, end).replaceAll(quote + quote, quote));
  }

  #number(): void {
    const start = this.#at;
    const digits = this.#match(numberPattern) ?? '';
    const unit = this.#match(wordPattern);
    if (unit === undefined) this.#push(NumberToken, start);
    else if (durationUnit.test(unit) && !/e/iu.test(digits)) this.#push(DurationToken, start);
    else if (sizeUnit.test(unit) && !/e/iu.test(digits)) this.#push(SizeToken, start);
    else {
      this.#sink.report(
        syntaxDiagnostic(
          'ESQL1005',
          { found: this.#text.slice(start, this.#at) },
          {
            span: this.#spanFrom(start, this.#at),
            facts: ['Units of durations: us, ms, s, m, h, d. Units of sizes: B, KB, MB, GB, TB.'],
            hint: `A name cannot start with a digit; quotes make it one: "${this.#text.slice(start, this.#at)}".`,
          },
        ),
      );
      this.#push(NumberToken, start);
    }
  }

  #wordOrSign(): void {
    const start = this.#at;
    const word = this.#match(wordPattern);
    if (word !== undefined) {
      this.#push(keywordType(word) ?? Identifier, start);
      return;
    }
    for (let length = 3; length > 0; length -= 1) {
      const sign = this.#text.slice(start, start + length);
      const type = signsByText.get(sign);
      if (type === undefined) continue;
      this.#at += sign.length;
      if (sign === '==') {
        this.#sink.report(
          syntaxDiagnostic(
            'ESQL1012',
            { found: '==' },
            { span: this.#spanFrom(start, this.#at), hint: 'Equality is a single `=`.' },
          ),
        );
      }
      this.#push(type, start);
      return;
    }
    this.#strange(start);
  }

  #strange(start: number): void {
    if (this.#match(strangePattern) === undefined) this.#at += 1;
    const found = this.#text.slice(start, this.#at);
    const shown = Array.from(found).slice(0, 10).join('');
    this.#sink.report(
      syntaxDiagnostic(
        'ESQL1002',
        { found: `\`${shown}\`` },
        { span: this.#spanFrom(start, this.#at), ...strangeHint(found) },
      ),
    );
  }
}

function strangeHint(found: string): { readonly hint?: string } {
  if (/[\u2018\u2019\u201C\u201D\u201E\u00B4]/u.test(found)) return { hint: "Strings stand in straight quotes: '…'." };
  if (/[\u2010-\u2015\u2212]/u.test(found)) return { hint: 'The minus sign is `-`.' };
  if (found.startsWith('#')) return { hint: 'A comment starts with `--`.' };
  if (found.startsWith('{') || found.startsWith('$')) {
    return { hint: "Values from outside are written env('NAME') or secret('NAME') as an option's value." };
  }
  if (found === ':') return { hint: 'Options are written key = value; a type follows `::` or stands in CAST.' };
  if (found.startsWith('&')) return { hint: 'Conditions are joined with AND.' };
  return {};
}
