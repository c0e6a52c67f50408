/**
 * JSON as text: checking it and finding parts of it by position, so that a number keeps all its digits and no object is
 * ever built from foreign keys.
 */

/** Deeper nesting counts as malformed. */
export const JSON_DEPTH_MAX = 256;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/uy;

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

/** A value inside a text: `text.slice(start, end)`. */
export interface JsonPart {
  readonly start: number;
  readonly end: number;
}

function skipBlanks(text: string, at: number): number {
  let i = at;
  while (i < text.length) {
    const unit = text.charCodeAt(i);
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) break;
    i += 1;
  }
  return i;
}

/** The end of the string that starts at `at`, or -1. */
function skipString(text: string, at: number): number {
  if (text.charCodeAt(at) !== 0x22) return -1;
  let i = at + 1;
  while (i < text.length) {
    const unit = text.charCodeAt(i);
    if (unit === 0x22) return i + 1;
    if (unit < 0x20) return -1;
    if (unit !== 0x5c) {
      i += 1;
      continue;
    }
    const escape = text.charAt(i + 1);
    if (escape === 'u') {
      if (!/^[\da-f]{4}$/iu.test(text.slice(i + 2, i + 6))) return -1;
      i += 6;
    } else if (escape !== '' && '"\\/bfnrt'.includes(escape)) {
      i += 2;
    } else {
      return -1;
    }
  }
  return -1;
}

/** Called for every member or element of the value that is being skipped, with its key or index. */
type Visit = (key: string | number, part: JsonPart) => void;

function skipContainer(text: string, at: number, depth: number, visit: Visit | undefined): number {
  if (depth >= JSON_DEPTH_MAX) return -1;
  const isObject = text.charAt(at) === '{';
  const close = isObject ? '}' : ']';
  let i = skipBlanks(text, at + 1);
  if (text.charAt(i) === close) return i + 1;
  for (let index = 0; ; index += 1) {
    let key: string | number = index;
    if (isObject) {
      const keyEnd = skipString(text, i);
      if (keyEnd < 0) return -1;
      if (visit !== undefined) key = JSON.parse(text.slice(i, keyEnd)) as string;
      i = skipBlanks(text, keyEnd);
      if (text.charAt(i) !== ':') return -1;
      i = skipBlanks(text, i + 1);
    }
    const end = skipValue(text, i, depth + 1);
    if (end < 0) return -1;
    visit?.(key, { start: i, end });
    i = skipBlanks(text, end);
    const separator = text.charAt(i);
    if (separator === close) return i + 1;
    if (separator !== ',') return -1;
    i = skipBlanks(text, i + 1);
  }
}

/** The end of the value that starts at `at` (no blanks before it), or -1 if it is malformed. */
function skipValue(text: string, at: number, depth: number, visit?: Visit): number {
  switch (text.charAt(at)) {
    case '{':
    case '[':
      return skipContainer(text, at, depth, visit);
    case '"':
      return skipString(text, at);
    case 't':
      return text.startsWith('true', at) ? at + 4 : -1;
    case 'f':
      return text.startsWith('false', at) ? at + 5 : -1;
    case 'n':
      return text.startsWith('null', at) ? at + 4 : -1;
    default:
      NUMBER.lastIndex = at;
      return NUMBER.test(text) ? NUMBER.lastIndex : -1;
  }
}

/** The whole value of a text, or undefined if the text is not JSON. */
export function wholeJson(text: string): JsonPart | undefined {
  const start = skipBlanks(text, 0);
  const end = skipValue(text, start, 0);
  return end >= 0 && skipBlanks(text, end) === text.length ? { start, end } : undefined;
}

export function isJsonText(text: string): boolean {
  return wholeJson(text) !== undefined;
}

export function jsonKindAt(text: string, part: JsonPart): JsonKind {
  switch (text.charAt(part.start)) {
    case '{':
      return 'object';
    case '[':
      return 'array';
    case '"':
      return 'string';
    case 't':
    case 'f':
      return 'boolean';
    case 'n':
      return 'null';
    default:
      return 'number';
  }
}

/** A member (the last one of that name, as in PostgreSQL) or an element (negative: from the end). */
export function jsonChild(text: string, parent: JsonPart, key: string | number): JsonPart | undefined {
  const kind = jsonKindAt(text, parent);
  if (kind !== (typeof key === 'string' ? 'object' : 'array')) return undefined;
  const wanted = typeof key === 'number' && key < 0 ? jsonLength(text, parent) + key : key;
  let found: JsonPart | undefined;
  skipValue(text, parent.start, 0, (childKey, part) => {
    if (childKey === wanted) found = part;
  });
  return found;
}

/** How many elements or members a container has. */
export function jsonLength(text: string, parent: JsonPart): number {
  let count = 0;
  skipValue(text, parent.start, 0, () => {
    count += 1;
  });
  return count;
}

/** The text a scalar stands for: a string without quotes and escapes, anything else as written. */
export function jsonScalarText(text: string, part: JsonPart): string {
  const raw = text.slice(part.start, part.end);
  if (!raw.startsWith('"')) return raw;
  // A lone surrogate written as an escape has no UTF-8.
  return (JSON.parse(raw) as string).replace(/\p{Surrogate}/gu, '\ufffd');
}
