/**
 * Regular expressions of queries, through RE2 (re2js): its time grows linearly with the text, whatever the pattern. The
 * platform's own engine backtracks and never sees a pattern of a user.
 */
import { RE2JS } from 're2js';
import { fail } from './declare.js';

const PATTERN_BYTES_MAX = 1024;
const SUBJECT_LENGTH_MAX = 65_536;
const CACHE_ENTRIES_MAX = 256;
/** Instructions of the compiled pattern: `(a{1,999}){9}` is short and large. */
const PROGRAM_SIZE_MAX = 5_000;

const cache = new Map<string, RE2JS>();
/** The last one: a query's pattern is nearly always the same for every row, and comparing is cheaper than hashing. */
let last: { readonly pattern: string; readonly flags: string; readonly compiled: RE2JS } | undefined;

/**
 * `flags`: `i` ignores case, `m` and `n` let ^ and $ match at line breaks, `s` lets the dot match them, `g` is the
 * caller's.
 */
export function compilePattern(pattern: string, flags: string): RE2JS {
  if (last?.pattern === pattern && last.flags === flags) return last.compiled;
  const key = `${flags}\u0000${pattern}`;
  const compiled = cache.get(key) ?? compileNew(pattern, flags, key);
  last = { pattern, flags, compiled };
  return compiled;
}

function compileNew(pattern: string, flags: string, key: string): RE2JS {
  if (pattern.length > PATTERN_BYTES_MAX) {
    return fail('too_long', `a pattern may have ${PATTERN_BYTES_MAX} characters`);
  }
  const compiled = compile(pattern, flagBits(flags));
  if (cache.size >= CACHE_ENTRIES_MAX) cache.clear();
  cache.set(key, compiled);
  return compiled;
}

function flagBits(flags: string): number {
  let bits = 0;
  for (const flag of flags) {
    if (flag === 'i') bits |= RE2JS.CASE_INSENSITIVE;
    else if (flag === 'm' || flag === 'n') bits |= RE2JS.MULTILINE;
    else if (flag === 's') bits |= RE2JS.DOTALL;
    else if (flag !== 'g' && flag !== 'c') fail('invalid_argument', `'${flag}' is not a flag: g, i, m, s, c`);
  }
  return bits;
}

function compile(pattern: string, bits: number): RE2JS {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern, bits);
  } catch (error) {
    return fail('invalid_argument', error instanceof Error ? error.message : 'malformed pattern');
  }
  if (compiled.programSize() > PROGRAM_SIZE_MAX) {
    return fail('invalid_argument', 'the pattern is too large: its repetitions multiply');
  }
  return compiled;
}

/** The text if it is short enough to search. */
export function subject(text: string): string {
  if (text.length > SUBJECT_LENGTH_MAX) {
    fail('too_long', `a text to search may have ${SUBJECT_LENGTH_MAX} characters`);
  }
  return text;
}
