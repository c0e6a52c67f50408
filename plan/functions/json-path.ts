/** The part of JSONPath that leads to one value: `$`, `.name`, `."any name"`, `['any name']`, `[3]`, `[-1]`. */
import { jsonChild, type JsonPart } from '../json-text.js';
import { fail } from './declare.js';

type Step = string | number;

const PATH_LENGTH_MAX = 1024;
const CACHE_ENTRIES_MAX = 256;
const cache = new Map<string, readonly Step[]>();

const STEP =
  /\.\s*([\p{L}_][\p{L}\p{N}_$]*)|\.\s*"((?:[^"\\]|\\.)*)"|\[\s*(-?\d{1,9})\s*\]|\[\s*'([^']*)'\s*\]|\[\s*"([^"]*)"\s*\]/uy;

function parsePath(path: string): readonly Step[] {
  const known = cache.get(path);
  if (known !== undefined) return known;
  if (path.length > PATH_LENGTH_MAX) return fail('too_long', `a path may have ${PATH_LENGTH_MAX} characters`);
  const start = /^\s*(?:(?:lax|strict)\s+)?\$/u.exec(path);
  if (start === null) return malformed(path);
  const steps: Step[] = [];
  STEP.lastIndex = start[0].length;
  while (STEP.lastIndex < path.length) {
    const at = STEP.lastIndex;
    const match = STEP.exec(path);
    if (match === null) {
      if (path.slice(at).trim() === '') break;
      return malformed(path);
    }
    const [, name, quoted, index, single, double] = match;
    steps.push(
      index === undefined ? (name ?? quoted?.replace(/\\(.)/gu, '$1') ?? single ?? double ?? '') : Number(index),
    );
  }
  if (cache.size >= CACHE_ENTRIES_MAX) cache.clear();
  cache.set(path, steps);
  return steps;
}

function malformed(path: string): never {
  const shown = path.length > 60 ? `${path.slice(0, 60)}…` : path;
  return fail('invalid_argument', `'${shown}' is no path: $ followed by .name, ['name'] and [index]`);
}

/** Where the path leads from the whole value, or undefined if nowhere. */
export function followPath(text: string, whole: JsonPart, path: string): JsonPart | undefined {
  let at: JsonPart | undefined = whole;
  for (const step of parsePath(path)) {
    if (at === undefined) return undefined;
    at = jsonChild(text, at, step);
  }
  return at;
}
