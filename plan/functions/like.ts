/**
 * LIKE without a regular expression. Two pointers and the position of the last `%`: at most length × pattern steps,
 * where backtracking matchers need exponentially many (the classic greedy wildcard match; only the last `%` ever has to
 * move).
 */
import { isHighSurrogate, isLowSurrogate } from '../utf8.js';
import { fail } from './declare.js';

const ANY_ONE = -1;
const ANY_MANY = -2;

/** UTF-16 units, ANY_ONE or ANY_MANY. */
type LikePattern = Int32Array;

export const PATTERN_LENGTH_MAX = 1024;
const CACHE_ENTRIES_MAX = 256;
const cache = new Map<string, LikePattern>();
/** The last one: a query's pattern is nearly always the same for every row, and comparing is cheaper than hashing. */
let last = { pattern: '', escape: '', compiled: new Int32Array(0) as LikePattern };

/** `escape` is one character, or empty for none. */
function compileLike(pattern: string, escape: string): LikePattern {
  if (last.pattern === pattern && last.escape === escape) return last.compiled;
  const key = `${escape}\u0000${pattern}`;
  const compiled = cache.get(key) ?? parseLike(pattern, escape, key);
  last = { pattern, escape, compiled };
  return compiled;
}

function parseLike(pattern: string, escape: string, key: string): LikePattern {
  if (pattern.length > PATTERN_LENGTH_MAX) {
    return fail('too_long', `a pattern may have ${PATTERN_LENGTH_MAX} characters`);
  }
  if (Array.from(escape).length > 1) return fail('invalid_argument', 'ESCAPE takes one character');
  const tokens: number[] = [];
  for (let i = 0; i < pattern.length; i += 1) {
    if (escape !== '' && pattern.startsWith(escape, i)) {
      i += escape.length;
      if (i >= pattern.length) return fail('invalid_argument', 'a LIKE pattern ends with its escape character');
      tokens.push(pattern.charCodeAt(i));
      continue;
    }
    const character = pattern.charAt(i);
    if (character === '%') {
      if (tokens.at(-1) !== ANY_MANY) tokens.push(ANY_MANY);
    } else {
      tokens.push(character === '_' ? ANY_ONE : pattern.charCodeAt(i));
    }
  }
  const compiled = Int32Array.from(tokens);
  if (cache.size >= CACHE_ENTRIES_MAX) cache.clear();
  cache.set(key, compiled);
  return compiled;
}

/** How many units the character at `i` has. */
function characterUnits(text: string, i: number): number {
  return isHighSurrogate(text.charCodeAt(i)) && isLowSurrogate(text.charCodeAt(i + 1)) ? 2 : 1;
}

/** Whether the whole text matches. */
export function matchesLike(text: string, pattern: string, escape: string): boolean {
  const tokens = compileLike(pattern, escape);
  let i = 0;
  let p = 0;
  let afterMany = -1;
  let restart = 0;
  while (i < text.length) {
    const token = tokens[p];
    if (token === ANY_MANY) {
      p += 1;
      if (p === tokens.length) return true;
      afterMany = p;
      restart = i;
    } else if (token === ANY_ONE) {
      i += characterUnits(text, i);
      p += 1;
    } else if (token === text.charCodeAt(i)) {
      i += 1;
      p += 1;
    } else if (afterMany >= 0) {
      restart += characterUnits(text, restart);
      i = restart;
      p = afterMany;
    } else {
      return false;
    }
  }
  while (tokens[p] === ANY_MANY) p += 1;
  return p === tokens.length;
}
