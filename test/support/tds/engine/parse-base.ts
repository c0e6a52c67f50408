/** What every part of the parser stands on: the tokens, and where in them it is. */
import { type ObjectName, type TypeName } from './ast.js';
import { syntaxNear, syntaxNearKeyword, undeclared } from './errors.js';
import { RESERVED, type Token, tokenise } from './lexer.js';

export class TokenCursor {
  readonly source: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  /** Variables that are declared so far, lower case; null where it doesn't matter. */
  readonly declared: Set<string>;

  constructor(source: string, declared: Iterable<string>) {
    this.source = source;
    this.#tokens = tokenise(source);
    this.declared = new Set(declared);
  }

  get token(): Token {
    return this.#tokens[this.#at]!;
  }
  peek(offset = 1): Token {
    return this.#tokens[Math.min(this.#at + offset, this.#tokens.length - 1)]!;
  }
  get isAtEnd(): boolean {
    return this.token.kind === 'end';
  }
  get position(): number {
    return this.#at;
  }
  set position(at: number) {
    this.#at = at;
  }

  next(): Token {
    const token = this.token;
    if (token.kind !== 'end') this.#at += 1;
    return token;
  }

  /** Where the token before this one ends in the source. */
  get endOfPrevious(): number {
    return this.#at === 0 ? 0 : this.#tokens[this.#at - 1]!.end;
  }

  isWord(...words: readonly string[]): boolean {
    return this.token.kind === 'word' && words.includes(this.token.upper);
  }
  isSymbol(symbol: string): boolean {
    return this.token.kind === 'symbol' && this.token.text === symbol;
  }
  /** Words one after the other. */
  isPhrase(...words: readonly string[]): boolean {
    return words.every((word, index) => this.peek(index).kind === 'word' && this.peek(index).upper === word);
  }

  takeWord(...words: readonly string[]): boolean {
    const found = this.isWord(...words);
    if (found) this.next();
    return found;
  }
  takePhrase(...words: readonly string[]): boolean {
    const found = this.isPhrase(...words);
    if (found) this.#at += words.length;
    return found;
  }
  takeSymbol(symbol: string): boolean {
    const found = this.isSymbol(symbol);
    if (found) this.next();
    return found;
  }
  expectWord(...words: readonly string[]): Token {
    if (!this.isWord(...words)) this.fail();
    return this.next();
  }
  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) this.fail();
  }

  fail(): never {
    const token = this.token;
    if (token.kind === 'word' && RESERVED.has(token.upper)) throw syntaxNearKeyword(token.text, token.line);
    // At the end the last thing written is named.
    const near = token.kind === 'end' && this.#at > 0 ? this.#tokens[this.#at - 1]! : token;
    throw syntaxNear(near.text, near.line);
  }

  isName(): boolean {
    const { kind, upper } = this.token;
    return kind === 'quoted' || (kind === 'word' && !RESERVED.has(upper));
  }
  name(): string {
    if (!this.isName()) this.fail();
    return this.next().text;
  }

  /** `a.b.c`; empty parts (`db..name`) stay empty. */
  objectName(): ObjectName {
    const parts = [this.name()];
    while (this.takeSymbol('.')) {
      if (this.isSymbol('.')) parts.push('');
      // Behind a dot even reserved words are names.
      else if (this.token.kind === 'word') parts.push(this.next().text);
      else parts.push(this.name());
    }
    return { parts };
  }

  typeName(): TypeName {
    const { line } = this.token;
    const { parts } = this.objectName();
    let name = parts.at(-1)!.toLowerCase();
    if (name === 'double' && this.takeWord('PRECISION')) name = 'float';
    if (this.takeWord('VARYING')) name = name.replace('char', 'varchar');
    const args: string[] = [];
    if (this.takeSymbol('(')) {
      do args.push(this.next().text.toLowerCase());
      while (this.takeSymbol(','));
      this.expectSymbol(')');
    }
    return { schema: parts.length > 1 ? parts.at(-2)! : '', name, args, line };
  }

  declaredVariable(): string {
    const token = this.next();
    if (token.kind !== 'variable') throw syntaxNear(token.text, token.line);
    const name = token.text.toLowerCase();
    if (!this.declared.has(name)) throw undeclared(token.text, token.line);
    return name;
  }

  /** `(a, b, c)` of names. */
  nameList(): readonly string[] {
    this.expectSymbol('(');
    const names: string[] = [];
    do names.push(this.name());
    while (this.takeSymbol(','));
    this.expectSymbol(')');
    return names;
  }
}
