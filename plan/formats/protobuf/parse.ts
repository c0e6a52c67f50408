/**
 * `.proto` text to declarations, whose types are names still. The grammar is that of the language specification for
 * proto2 and proto3; options, services and extensions are read over, because they say nothing about bytes, but for
 * `packed`. Editions are refused.
 */
import { ProtoSyntaxError, protoTokens, type ProtoToken } from './tokens.js';

export interface EnumDeclaration {
  readonly name: string;
  readonly values: readonly { readonly name: string; readonly number: number }[];
}

export interface FieldDeclaration {
  readonly name: string;
  readonly number: number;
  readonly line: number;
  readonly label: 'none' | 'optional' | 'required' | 'repeated';
  readonly type:
    | { readonly kind: 'named'; readonly name: string }
    | { readonly kind: 'group'; readonly message: MessageDeclaration }
    | { readonly kind: 'map'; readonly key: string; readonly value: string };
  readonly inOneof: boolean;
  readonly packed: boolean | null;
}

export interface MessageDeclaration {
  readonly name: string;
  readonly fields: readonly FieldDeclaration[];
  readonly messages: readonly MessageDeclaration[];
  readonly enums: readonly EnumDeclaration[];
}

export interface FileDeclaration {
  readonly syntax: 'proto2' | 'proto3';
  readonly package: string;
  readonly imports: readonly { readonly path: string; readonly public: boolean }[];
  readonly messages: readonly MessageDeclaration[];
  readonly enums: readonly EnumDeclaration[];
}

const DEPTH_MAX = 32;
const NUMBER_MAX = 2 ** 29 - 1;
const RESERVED_FIRST = 19_000;
const RESERVED_LAST = 19_999;

/** Throws ProtoSyntaxError. */
export function parseProto(text: string): FileDeclaration {
  return new ProtoParser(protoTokens(text)).file();
}

interface Body {
  readonly fields: FieldDeclaration[];
  readonly messages: MessageDeclaration[];
  readonly enums: EnumDeclaration[];
}

class ProtoParser {
  readonly #tokens: readonly ProtoToken[];
  readonly #end: ProtoToken;
  #at = 0;
  #syntax: 'proto2' | 'proto3' = 'proto2';

  constructor(tokens: readonly ProtoToken[]) {
    this.#tokens = tokens;
    this.#end = tokens.at(-1) ?? { kind: 'end', text: 'the end', line: 1 };
  }

  file(): FileDeclaration {
    const imports: { path: string; public: boolean }[] = [];
    const messages: MessageDeclaration[] = [];
    const enums: EnumDeclaration[] = [];
    let packageName = '';
    if (this.#isWord('edition')) throw this.#wrong('syntax = "proto2" or "proto3"', 'an edition');
    if (this.#takeWord('syntax')) this.#readSyntax();
    while (this.#token.kind !== 'end') {
      if (this.#take(';')) continue;
      const word = this.#name();
      switch (word) {
        case 'import': {
          const isPublic = this.#takeWord('public');
          if (!isPublic) this.#takeWord('weak');
          imports.push({ path: this.#string(), public: isPublic });
          this.#expect(';');
          break;
        }
        case 'package':
          packageName = this.#fullName();
          this.#expect(';');
          break;
        case 'option':
          this.#skipStatement();
          break;
        case 'message':
          messages.push(this.#message(0));
          break;
        case 'enum':
          enums.push(this.#enum());
          break;
        case 'service':
        case 'extend':
          this.#skipBlock();
          break;
        default:
          this.#at--;
          throw this.#wrong('a declaration', `\`${word}\``);
      }
    }
    return { syntax: this.#syntax, package: packageName, imports, messages, enums };
  }

  #readSyntax(): void {
    this.#expect('=');
    const found = this.#string();
    if (found !== 'proto2' && found !== 'proto3') throw this.#wrong('"proto2" or "proto3"', `"${found}"`);
    this.#syntax = found;
    this.#expect(';');
  }

  #message(depth: number): MessageDeclaration {
    const name = this.#name();
    return { name, ...this.#body(depth) };
  }

  #body(depth: number): Body {
    if (depth > DEPTH_MAX) throw this.#wrong(`at most ${String(DEPTH_MAX)} messages within each other`, 'more');
    const body: Body = { fields: [], messages: [], enums: [] };
    this.#expect('{');
    while (!this.#take('}')) if (!this.#take(';')) this.#element(body, depth);
    return body;
  }

  #element(body: Body, depth: number): void {
    // `message`, `enum` and the others are names of types, too, where a field's name follows.
    const next = this.#tokens[this.#at + 1];
    const after = this.#tokens[this.#at + 2];
    const isBlock = next?.kind === 'name' && after?.text === '{';
    if (isBlock && this.#takeWord('message')) body.messages.push(this.#message(depth + 1));
    else if (isBlock && this.#takeWord('enum')) body.enums.push(this.#enum());
    else if (isBlock && this.#takeWord('oneof')) this.#oneof(body, depth);
    else if (this.#isWord('extend') && next?.text !== '=') this.#skipBlock();
    else if (next?.kind === 'name' && this.#takeWord('option')) this.#skipStatement();
    else if (this.#isWord('option') && next?.text === '(') this.#skipStatement();
    else if (this.#startsRanges(next)) this.#skipStatement();
    else body.fields.push(this.#field(body, depth, false));
  }

  #startsRanges(next: ProtoToken | undefined): boolean {
    if (!this.#isWord('reserved') && !this.#isWord('extensions')) return false;
    return next?.kind === 'number' || next?.kind === 'string' || next?.text === '-' || this.#isReservedName(next);
  }

  /** `reserved foo, bar;` of newer texts; a field of a type `reserved` has `=` behind its name. */
  #isReservedName(next: ProtoToken | undefined): boolean {
    const after = this.#tokens[this.#at + 2]?.text;
    return next?.kind === 'name' && (after === ',' || after === ';');
  }

  #oneof(body: Body, depth: number): void {
    this.#name();
    this.#expect('{');
    while (!this.#take('}')) {
      if (this.#take(';')) continue;
      if (this.#isWord('option') && this.#tokens[this.#at + 2]?.text !== '=') this.#skipStatement();
      else if (this.#isWord('option') && this.#tokens[this.#at + 1]?.kind === 'name' && this.#isOption()) {
        this.#skipStatement();
      } else body.fields.push(this.#field(body, depth, true));
    }
  }

  /** `option name = value;` against a field `option name = 1;` of a type of that name. */
  #isOption(): boolean {
    return this.#tokens[this.#at + 3]?.kind !== 'number';
  }

  #field(body: Body, depth: number, inOneof: boolean): FieldDeclaration {
    const { line } = this.#token;
    const label = inOneof ? 'none' : this.#label();
    const map = !inOneof && label === 'none' && this.#isWord('map') && this.#tokens[this.#at + 1]?.text === '<';
    const isGroup = this.#isWord('group') && this.#tokens[this.#at + 2]?.text === '=';
    let type: FieldDeclaration['type'];
    let name: string;
    if (map) {
      this.#at++;
      this.#expect('<');
      const key = this.#name();
      this.#expect(',');
      const value = this.#fullName();
      this.#expect('>');
      type = { kind: 'map', key, value };
      name = this.#name();
    } else if (isGroup && this.#takeWord('group')) {
      const messageName = this.#name();
      name = messageName.toLowerCase();
      const number = this.#fieldNumber();
      const packed = this.#fieldOptions();
      const message = { name: messageName, ...this.#body(depth + 1) };
      body.messages.push(message);
      return { name, number, line, label, type: { kind: 'group', message }, inOneof, packed };
    } else {
      type = { kind: 'named', name: this.#fullName() };
      name = this.#name();
    }
    const number = this.#fieldNumber();
    const packed = this.#fieldOptions();
    this.#expect(';');
    if (label === 'none' && !inOneof && !map && this.#syntax === 'proto2') {
      throw new ProtoSyntaxError(line, `field \`${name}\` lacks required, optional or repeated (proto2)`);
    }
    if (label === 'required' && this.#syntax === 'proto3') {
      throw new ProtoSyntaxError(line, `field \`${name}\` is required, which proto3 does not have`);
    }
    return { name, number, line, label, type, inOneof, packed };
  }

  #label(): FieldDeclaration['label'] {
    const word = this.#token.text;
    if (this.#token.kind !== 'name' || (word !== 'optional' && word !== 'required' && word !== 'repeated'))
      return 'none';
    // A type may have such a name, too.
    if (this.#tokens[this.#at + 2]?.text === '=') return 'none';
    this.#at++;
    return word;
  }

  #fieldNumber(): number {
    this.#expect('=');
    const number = this.#integer();
    const isReserved = number >= RESERVED_FIRST && number <= RESERVED_LAST;
    if (number < 1 || number > NUMBER_MAX || isReserved) {
      throw this.#wrong(`the number of a field: 1 to ${String(NUMBER_MAX)} without 19000 to 19999`, String(number));
    }
    return number;
  }

  /** What `packed` says; all other options are read over. */
  #fieldOptions(): boolean | null {
    if (!this.#take('[')) return null;
    let packed: boolean | null = null;
    for (let depth = 1; depth > 0;) {
      if (depth === 1 && this.#isWord('packed') && this.#tokens[this.#at + 1]?.text === '=') {
        this.#at += 2;
        packed = this.#isWord('true');
      }
      const { kind, text } = this.#token;
      if (kind === 'end') throw this.#wrong('`]`', 'the end');
      if (kind === 'symbol' && (text === '[' || text === '{')) depth++;
      else if (kind === 'symbol' && (text === ']' || text === '}')) depth--;
      this.#at++;
    }
    return packed;
  }

  #enum(): EnumDeclaration {
    const name = this.#name();
    const values: { name: string; number: number }[] = [];
    this.#expect('{');
    while (!this.#take('}')) {
      if (this.#take(';')) continue;
      const next = this.#tokens[this.#at + 1]?.text;
      if (next !== '=' && (this.#isWord('option') || this.#isWord('reserved'))) {
        this.#skipStatement();
        continue;
      }
      const value = this.#name();
      this.#expect('=');
      values.push({ name: value, number: this.#integer() });
      this.#fieldOptions();
      this.#expect(';');
    }
    if (values.length === 0) throw this.#wrong(`values of enum ${name}`, 'none');
    return { name, values };
  }

  #integer(): number {
    const isNegative = this.#take('-');
    const { kind, text } = this.#token;
    const value = /^0[0-7]+$/u.test(text) ? Number.parseInt(text, 8) : Number(text);
    if (kind !== 'number' || !Number.isInteger(value) || value > 2 ** 31) throw this.#wrong('a whole number', text);
    this.#at++;
    return isNegative ? -value : value;
  }

  /** Up to the next semicolon outside of braces. */
  #skipStatement(): void {
    for (let depth = 0; ; this.#at++) {
      const { kind, text } = this.#token;
      if (kind === 'end') throw this.#wrong('`;`', 'the end');
      if (kind !== 'symbol') continue;
      if (text === '{' || text === '[') depth++;
      else if (text === '}' || text === ']') depth--;
      else if (text === ';' && depth === 0) break;
    }
    this.#at++;
  }

  /** Up to the end of the block that comes. */
  #skipBlock(): void {
    let depth = 0;
    do {
      const { kind, text } = this.#token;
      if (kind === 'end') throw this.#wrong('`}`', 'the end');
      if (kind === 'symbol' && text === '{') depth++;
      else if (kind === 'symbol' && text === '}') depth--;
      this.#at++;
    } while (depth > 0 || this.#tokens[this.#at - 1]?.text !== '}');
  }

  get #token(): ProtoToken {
    return this.#tokens[this.#at] ?? this.#end;
  }

  #isWord(word: string): boolean {
    return this.#token.kind === 'name' && this.#token.text === word;
  }

  #takeWord(word: string): boolean {
    const found = this.#isWord(word);
    if (found) this.#at++;
    return found;
  }

  #take(symbol: string): boolean {
    const found = this.#token.kind === 'symbol' && this.#token.text === symbol;
    if (found) this.#at++;
    return found;
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol)) throw this.#wrong(`\`${symbol}\``, `\`${this.#token.text}\``);
  }

  #name(): string {
    const { kind, text } = this.#token;
    if (kind !== 'name') throw this.#wrong('a name', `\`${text}\``);
    this.#at++;
    return text;
  }

  /** `a.b.c`, `.a.b.c` */
  #fullName(): string {
    let name = this.#take('.') ? '.' : '';
    name += this.#name();
    while (this.#take('.')) name += `.${this.#name()}`;
    return name;
  }

  #string(): string {
    const { kind, text } = this.#token;
    if (kind !== 'string') throw this.#wrong('a string', `\`${text}\``);
    this.#at++;
    return text;
  }

  #wrong(expected: string, found: string): ProtoSyntaxError {
    return new ProtoSyntaxError(this.#token.line, `expected ${expected}, found ${found.slice(0, 60)}`);
  }
}
