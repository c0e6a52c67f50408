/** Checks of the tokens that come before parsing: how deep they nest, and whether brackets match. */
import type { IToken } from 'chevrotain';
import type { Diagnostic } from './diagnostics/diagnostic.js';
import type { SourceFile } from './diagnostics/source.js';
import { tokenSpan } from './lexer.js';
import { limits } from './limits.js';
import { syntaxDiagnostic } from './messages.js';
import * as t from './tokens.js';

const k = t.keyword;

/** The parser and all later stages recurse along the nesting; this bounds it before the first of them runs. */
export function nestingProblem(file: SourceFile, tokens: readonly IToken[]): Diagnostic | undefined {
  let brackets = 0;
  let types = 0;
  let prefixes = 0;
  for (const [index, token] of tokens.entries()) {
    const type = token.tokenType;
    const prefix = type === k.NOT || type === t.Minus || type === t.Plus;
    prefixes = prefix ? prefixes + 1 : 0;
    if (type === t.LeftParen || type === t.LeftBracket || type === k.CASE) brackets += 1;
    else if (type === t.RightParen || type === t.RightBracket || type === k.END) brackets = Math.max(0, brackets - 1);
    else if (type === t.Less) {
      const before = tokens[index - 1]?.tokenType;
      if (before === k.ARRAY || before === k.MAP || before === k.ROW) types += 1;
    } else if (type === t.Greater) types = Math.max(0, types - 1);
    if (brackets + types + prefixes > limits.nesting) {
      return syntaxDiagnostic(
        'ESQL1091',
        { limit: String(limits.nesting) },
        { span: tokenSpan(file, token), hint: 'Name parts of the query with WITH or CREATE VIEW.' },
      );
    }
  }
  return undefined;
}

/** A bracket without its partner, or undefined. */
export function bracketProblem(file: SourceFile, tokens: readonly IToken[]): Diagnostic | undefined {
  const open: IToken[] = [];
  for (const token of tokens) {
    const type = token.tokenType;
    if (type === t.LeftParen || type === t.LeftBracket) open.push(token);
    if (type !== t.RightParen && type !== t.RightBracket) continue;
    const partner = open.pop();
    if (partner === undefined) {
      const hint = `Remove it, or open it with \`${type === t.RightParen ? '(' : '['}\`.`;
      return syntaxDiagnostic(
        'ESQL1006',
        { sign: token.image, problem: 'close' },
        { span: tokenSpan(file, token), hint },
      );
    }
    if ((partner.tokenType === t.LeftParen) !== (type === t.RightParen)) return unclosed(file, partner, token);
  }
  const last = open.at(-1);
  return last === undefined ? undefined : unclosed(file, last, undefined);
}

function unclosed(file: SourceFile, token: IToken, closer: IToken | undefined): Diagnostic {
  const sign = token.tokenType === t.LeftParen ? ')' : ']';
  return syntaxDiagnostic(
    'ESQL1006',
    { sign: token.image, problem: 'open' },
    {
      span: tokenSpan(file, token),
      related:
        closer === undefined ? [] : [{ span: tokenSpan(file, closer), label: `\`${sign}\` is expected before this` }],
      hint: `Close it with \`${sign}\`.`,
    },
  );
}
