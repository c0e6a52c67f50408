/** `.proto` text to tokens. */

export interface ProtoToken {
  readonly kind: 'name' | 'number' | 'string' | 'symbol' | 'end';
  /** A string without its quotes, its escapes as they stand. */
  readonly text: string;
  readonly line: number;
}

export class ProtoSyntaxError extends Error {
  constructor(line: number, what: string) {
    super(`line ${String(line)}: ${what}`);
    this.name = 'ProtoSyntaxError';
  }
}

const BLANKS = /(?:\s+|\/\/[^\n]*|\/\*[^]*?\*\/)+/uy;
const TOKEN =
  /([A-Za-z_][A-Za-z0-9_]*)|(0[xX][0-9A-Fa-f]+|\.?\d(?:[eE][+-]?\d|[0-9A-Za-z_.])*)|"((?:[^"\\\n]|\\[^\n])*)"|'((?:[^'\\\n]|\\[^\n])*)'|([-+{}[\]()<>;:,.=/])/uy;
const TOKENS_MAX = 500_000;

/** Ends with a token `end`. Throws ProtoSyntaxError. */
export function protoTokens(text: string): readonly ProtoToken[] {
  const tokens: ProtoToken[] = [];
  let at = 0;
  let line = 1;
  const pass = (to: number): void => {
    for (; at < to; at++) if (text.charCodeAt(at) === 0x0a) line++;
  };
  for (;;) {
    BLANKS.lastIndex = at;
    if (BLANKS.test(text)) pass(BLANKS.lastIndex);
    if (at >= text.length) break;
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) {
      const found = text.slice(at, at + 1).replace(/[^ -~]/u, 'another character');
      throw new ProtoSyntaxError(line, `found ${found}`);
    }
    const [all, name, number, double, single, symbol] = match;
    if (name !== undefined) tokens.push({ kind: 'name', text: name, line });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, line });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol, line });
    else tokens.push({ kind: 'string', text: double ?? single ?? '', line });
    if (tokens.length > TOKENS_MAX) throw new ProtoSyntaxError(line, 'the schema is too long');
    pass(at + all.length);
  }
  tokens.push({ kind: 'end', text: 'the end', line });
  return tokens;
}
