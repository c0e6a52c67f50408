/** LIKE patterns as regular expressions. */
import { type Collation } from './sql-type.js';

const cache = new Map<string, RegExp>();
const CACHED_MAX = 500;

/** `%`, `_`, `[set]`, `[^set]`, and a character that takes their meaning away. */
export function likePattern(pattern: string, escape: string, collation: Collation): RegExp {
  const key = `${collation}${escape}\u0000${pattern}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  if (cache.size > CACHED_MAX) cache.clear();
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    const close = character === '[' ? pattern.indexOf(']', at + 1) : -1;
    if (escape !== '' && character === escape) {
      at += 1;
      source += literal(pattern.charAt(at));
    } else if (character === '%') source += '.*';
    else if (character === '_') source += '.';
    else if (close > at) {
      source += `[${pattern.slice(at + 1, close).replace(/[\\\]]/gu, '\\$&')}]`;
      at = close;
    } else source += literal(character);
  }
  const made = new RegExp(`^${source} *$`, collation === 'ci' ? 'isu' : 'su');
  cache.set(key, made);
  return made;
}

const literal = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&');
