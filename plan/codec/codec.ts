/**
 * Codecs: one description of a piece of the plan from which its JSON, its checked decoding and its JSON Schema follow,
 * so that the three can't drift apart. An object codec names every member of its type: a new member without a codec
 * does not compile.
 *
 * Decoding never throws. A problem is reported with its path, and what could be read goes on being checked.
 */
import type { Json } from '../canonical-json.js';

/** The path to a value, as a list from the inside out; text is made only for messages. */
export type Path = { readonly parent: Path; readonly step: string | number } | null;

export function pathText(path: Path): string {
  const steps: string[] = [];
  for (let at = path; at !== null; at = at.parent) {
    steps.push(
      typeof at.step === 'number'
        ? `[${String(at.step)}]`
        : /^\w+$/u.test(at.step)
          ? `.${at.step}`
          : `.${JSON.stringify(at.step)}`,
    );
  }
  return steps.reverse().join('').replace(/^\./u, '') || 'plan';
}

/** Takes what is wrong; `full` tells that no more is wanted. */
export interface Problems {
  wrong(path: Path, expected: string, found: string): void;
  readonly full: boolean;
}

/** A JSON Schema (draft 2020-12). */
export type JsonSchema = { readonly [keyword: string]: Json };
/** Collects the named schemas that others refer to. */
export type Definitions = Map<string, JsonSchema>;

export interface Codec<T> {
  encode(value: T): Json;
  /** Undefined if something was wrong, and then it was reported. */
  decode(json: unknown, path: Path, problems: Problems): T | undefined;
  schema(definitions: Definitions): JsonSchema;
}

/** What was found, short, for messages: text of a plan may be long and hostile. */
export function describeJson(json: unknown): string {
  if (json === undefined) return 'nothing';
  if (json === null) return 'null';
  if (Array.isArray(json)) return 'a list';
  if (typeof json === 'object') return 'an object';
  const text = JSON.stringify(json);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

export function isJsonObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** A value that stands in JSON as a string, by a pair of conversions; `read` gives undefined for text that is none. */
export function textOf<T>(
  expected: string,
  write: (value: T) => string,
  read: (text: string) => T | undefined,
  schema: JsonSchema = {},
): Codec<T> {
  return {
    encode: write,
    decode(json, path, problems) {
      const value = typeof json === 'string' ? read(json) : undefined;
      if (value === undefined) problems.wrong(path, expected, describeJson(json));
      return value;
    },
    schema: () => ({ type: 'string', ...schema }),
  };
}

export const text: Codec<string> = textOf(
  'a string',
  (value) => value,
  (value) => value,
);

/** Text that matches a pattern. */
export function textLike(expected: string, pattern: RegExp): Codec<string> {
  const read = (value: string): string | undefined => (pattern.test(value) ? value : undefined);
  return textOf(expected, (value) => value, read, { pattern: pattern.source });
}

export const boolean: Codec<boolean> = {
  encode: (value) => value,
  decode(json, path, problems) {
    if (typeof json === 'boolean') return json;
    problems.wrong(path, 'true or false', describeJson(json));
    return undefined;
  },
  schema: () => ({ type: 'boolean' }),
};

/** A whole number that a double holds exactly. */
export function integer(min: number, max: number): Codec<number> {
  return {
    encode: (value) => value,
    decode(json, path, problems) {
      if (typeof json === 'number' && Number.isSafeInteger(json) && json >= min && json <= max) return json;
      problems.wrong(path, `a whole number from ${String(min)} to ${String(max)}`, describeJson(json));
      return undefined;
    },
    schema: () => ({ type: 'integer', minimum: min, maximum: max }),
  };
}

/** One of some fixed values. */
export function oneOf<const T extends string | number>(...choices: readonly T[]): Codec<T> {
  return {
    encode: (value) => value,
    decode(json, path, problems) {
      const found = choices.find((choice) => choice === json);
      if (found === undefined) {
        problems.wrong(path, choices.map((choice) => JSON.stringify(choice)).join(' or '), describeJson(json));
      }
      return found;
    },
    schema: () => (choices.length === 1 ? { const: choices[0] ?? null } : { enum: choices }),
  };
}

export function nullable<T>(codec: Codec<T>): Codec<T | null> {
  return {
    encode: (value) => (value === null ? null : codec.encode(value)),
    decode: (json, path, problems) => (json === null ? null : codec.decode(json, path, problems)),
    schema: (definitions) => ({ anyOf: [codec.schema(definitions), { type: 'null' }] }),
  };
}

export function list<T>(codec: Codec<T>, itemsMin: number, itemsMax: number): Codec<readonly T[]> {
  return {
    encode: (values) => values.map((value) => codec.encode(value)),
    decode(json, path, problems) {
      if (!Array.isArray(json) || json.length < itemsMin || json.length > itemsMax) {
        const found = Array.isArray(json) ? `a list of ${String(json.length)}` : describeJson(json);
        problems.wrong(path, `a list of ${String(itemsMin)} to ${String(itemsMax)} items`, found);
        return undefined;
      }
      const values: T[] = [];
      for (const [step, item] of (json as readonly unknown[]).entries()) {
        if (problems.full) return undefined;
        const value = codec.decode(item, { parent: path, step }, problems);
        if (value !== undefined) values.push(value);
      }
      return values.length === json.length ? values : undefined;
    },
    schema: (definitions) => ({
      type: 'array',
      items: codec.schema(definitions),
      ...(itemsMin > 0 ? { minItems: itemsMin } : {}),
      maxItems: itemsMax,
    }),
  };
}

/** One codec per member; the order of the members is the order in JSON. */
export type MemberCodecs<T> = { readonly [K in keyof T]-?: Codec<T[K]> };

export function object<T extends object>(members: MemberCodecs<T>): Codec<T> {
  // Object.entries forgets the relation between a member's name and its codec; MemberCodecs has checked it.
  const entries = Object.entries(members) as [string & keyof T, Codec<T[keyof T]>][];
  const names = new Set<string>(entries.map(([name]) => name));
  return {
    encode: (value) => Object.fromEntries(entries.map(([name, codec]) => [name, codec.encode(value[name])])),
    decode(json, path, problems) {
      if (!isJsonObject(json)) {
        problems.wrong(path, 'an object', describeJson(json));
        return undefined;
      }
      let complete = true;
      const decoded: [string, unknown][] = [];
      for (const [name, codec] of entries) {
        const member = Object.hasOwn(json, name) ? json[name] : undefined;
        const value = codec.decode(member, { parent: path, step: name }, problems);
        if (value === undefined) complete = false;
        else decoded.push([name, value]);
      }
      for (const name of Object.keys(json)) {
        if (names.has(name) || problems.full) continue;
        complete = false;
        problems.wrong({ parent: path, step: name }, `only the members ${[...names].join(', ')}`, 'this one');
      }
      // Every member was decoded by the codec of its name.
      return complete ? (Object.fromEntries(decoded) as T) : undefined;
    },
    schema: (definitions) => ({
      type: 'object',
      properties: Object.fromEntries(entries.map(([name, codec]) => [name, codec.schema(definitions)])),
      required: [...names],
      additionalProperties: false,
    }),
  };
}

/** A closed union by its discriminant: one codec per member of the union, all of them. */
export function union<D extends string, T extends { readonly [K in D]: string }>(
  discriminant: D,
  members: { readonly [K in T[D]]: Codec<Extract<T, { readonly [P in D]: K }>> },
): Codec<T> {
  // As in `object`: the table was checked by its mapped type.
  const table = members as Readonly<Record<string, Codec<T>>>;
  const kinds = Object.keys(table);
  const codecOf = (kind: unknown): Codec<T> | undefined =>
    typeof kind === 'string' && Object.hasOwn(table, kind) ? table[kind] : undefined;
  return {
    encode: (value) => codecOf(value[discriminant])?.encode(value) ?? null,
    decode(json, path, problems) {
      if (!isJsonObject(json)) {
        problems.wrong(path, 'an object', describeJson(json));
        return undefined;
      }
      const kind = Object.hasOwn(json, discriminant) ? json[discriminant] : undefined;
      const codec = codecOf(kind);
      if (codec === undefined) {
        problems.wrong({ parent: path, step: discriminant }, `one of ${kinds.join(', ')}`, describeJson(kind));
        return undefined;
      }
      return codec.decode(json, path, problems);
    },
    schema: (definitions) => ({ oneOf: kinds.map((kind) => codecOf(kind)?.schema(definitions) ?? {}) }),
  };
}

/**
 * A part with a name of its own in the schema; `make` is called late, so that it may refer to itself. Depth is bounded.
 */
export function named<T>(name: string, depthMax: number, make: () => Codec<T>): Codec<T> {
  let codec: Codec<T> | undefined;
  let depth = 0;
  const inner = (): Codec<T> => (codec ??= make());
  return {
    encode: (value) => inner().encode(value),
    decode(json, path, problems) {
      if (depth >= depthMax) {
        problems.wrong(path, `at most ${String(depthMax)} levels of nesting`, 'more');
        return undefined;
      }
      depth += 1;
      try {
        return inner().decode(json, path, problems);
      } finally {
        depth -= 1;
      }
    },
    schema(definitions) {
      if (!definitions.has(name)) {
        // Entered before it is made: the reference to itself ends the recursion.
        definitions.set(name, {});
        definitions.set(name, inner().schema(definitions));
      }
      return { $ref: `#/$defs/${name}` };
    },
  };
}
