/** JSON read exactly: numbers stay the text they are, and keys may come twice (the first counts). */

export type Json =
  | { readonly kind: 'null' | 'true' | 'false' }
  | { readonly kind: 'number' | 'string'; readonly text: string }
  | { readonly kind: 'array'; readonly items: readonly Json[]; readonly start: number; readonly end: number }
  | {
      readonly kind: 'object';
      readonly fields: ReadonlyMap<string, Json>;
      readonly start: number;
      readonly end: number;
    };

/** The text is no JSON; `at` counts characters. */
export class JsonError extends Error {
  readonly at: number;
  constructor(at: number) {
    super(`at ${at}`);
    this.at = at;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/uy;
const PLAIN = /[^"\\\u0000-\u001f]*/uy;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Json {
    const value = this.#value();
    this.#blank();
    if (this.#at < this.#text.length) throw new JsonError(this.#at);
    return value;
  }

  #blank(): void {
    while (' \t\r\n'.includes(this.#text.charAt(this.#at)) && this.#at < this.#text.length) this.#at += 1;
  }

  #take(text: string): boolean {
    this.#blank();
    const found = this.#text.startsWith(text, this.#at);
    if (found) this.#at += text.length;
    return found;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw new JsonError(this.#at);
  }

  #value(): Json {
    this.#blank();
    switch (this.#text.charAt(this.#at)) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"':
        return { kind: 'string', text: this.#string() };
      case 't':
      case 'f':
      case 'n': {
        const kind = (['true', 'false', 'null'] as const).find((word) => this.#take(word));
        if (kind === undefined) throw new JsonError(this.#at);
        return { kind };
      }
      default: {
        NUMBER.lastIndex = this.#at;
        const text = NUMBER.exec(this.#text)?.[0];
        if (text === undefined) throw new JsonError(this.#at);
        this.#at += text.length;
        return { kind: 'number', text };
      }
    }
  }

  #object(): Json {
    const start = this.#at;
    const fields = new Map<string, Json>();
    this.#expect('{');
    if (!this.#take('}')) {
      do {
        this.#blank();
        const key = this.#string();
        this.#expect(':');
        const value = this.#value();
        if (!fields.has(key)) fields.set(key, value);
      } while (this.#take(','));
      this.#expect('}');
    }
    return { kind: 'object', fields, start, end: this.#at };
  }

  #array(): Json {
    const start = this.#at;
    const items: Json[] = [];
    this.#expect('[');
    if (!this.#take(']')) {
      do items.push(this.#value());
      while (this.#take(','));
      this.#expect(']');
    }
    return { kind: 'array', items, start, end: this.#at };
  }

  #string(): string {
    this.#expect('"');
    let value = '';
    for (;;) {
      PLAIN.lastIndex = this.#at;
      const plain = PLAIN.exec(this.#text)![0];
      value += plain;
      this.#at += plain.length;
      const next = this.#text.charAt(this.#at);
      if (next === '"') {
        this.#at += 1;
        return value;
      }
      if (next !== '\\') throw new JsonError(this.#at);
      value += this.#escape();
    }
  }

  #escape(): string {
    const code = this.#text.charAt(this.#at + 1);
    if (code === 'u') {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9a-f]{4}$/iu.test(digits)) throw new JsonError(this.#at);
      this.#at += 6;
      return String.fromCharCode(parseInt(digits, 16));
    }
    const plain = ESCAPES[code];
    if (plain === undefined) throw new JsonError(this.#at);
    this.#at += 2;
    return plain;
  }
}

/** Throws JsonError. */
export const parseJson = (text: string): Json => new JsonReader(text).whole();

export function isJson(text: string): boolean {
  try {
    const { kind } = parseJson(text);
    return kind === 'object' || kind === 'array';
  } catch {
    return false;
  }
}

export interface JsonPath {
  readonly isStrict: boolean;
  readonly steps: readonly (string | number)[];
}

const STEP = /\.(?:"((?:[^"\\]|\\.)*)"|([\p{L}_$][\p{L}\p{N}_$]*))|\[(\d+)\]/uy;

/** `$`, `$.a."b c"[0]`, `strict $.a`; null where it is no path. */
export function parsePath(text: string): JsonPath | null {
  const [, mode, rest] = /^\s*(?:(lax|strict)\s+)?\$(.*)$/su.exec(text) ?? [];
  if (rest === undefined) return null;
  const steps: (string | number)[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < rest.length) {
    const match = STEP.exec(rest);
    if (match === null) return null;
    const [, quoted, plain, index] = match;
    steps.push(index === undefined ? (plain ?? unescaped(quoted ?? '')) : Number(index));
  }
  return { isStrict: mode === 'strict', steps };
}

const unescaped = (text: string): string =>
  new JsonReader(`"${text}"`).whole().kind === 'string' ? (JSON.parse(`"${text}"`) as string) : text;

/** What a path leads to, or undefined. */
export function follow(value: Json, { steps }: JsonPath): Json | undefined {
  let at: Json | undefined = value;
  for (const step of steps) {
    if (at.kind === 'object' && typeof step === 'string') at = at.fields.get(step);
    else if (at.kind === 'array' && typeof step === 'number') at = at.items[step];
    else return undefined;
    if (at === undefined) return undefined;
  }
  return at;
}
