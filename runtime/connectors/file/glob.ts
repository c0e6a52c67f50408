/**
 * File patterns: `*` and `?` within a name, `**` for any folders, `[a-z]` and `[!a-z]`, `{a,b}`. A pattern is matched
 * by states that move over the text together, so the time is bounded by length of pattern × length of path, whatever
 * the pattern. A name that begins with `.` is matched only by a pattern that spells the point.
 */

type Token =
  | { readonly kind: 'character'; readonly code: number }
  /** `?` */
  | { readonly kind: 'any' }
  /** `*`: any characters but `/`. */
  | { readonly kind: 'star' }
  /** `[a-z]`: never a `/`. */
  | { readonly kind: 'class'; readonly ranges: readonly (readonly [number, number])[]; readonly negated: boolean };

type Segment = { readonly kind: 'folders' } | { readonly kind: 'name'; readonly tokens: readonly Token[] };

export interface Glob {
  /** The folder in front of the first name with a wildcard; empty for a pattern that begins with one. */
  readonly root: string;
  /** Whether files may lie in folders below `root`. */
  readonly deep: boolean;
  /** `path` is relative to the root. */
  matches(path: string): boolean;
}

/** Why a pattern can't be read; a sentence part. */
export interface GlobError {
  readonly error: string;
}

const ALTERNATIVES_MAX = 256;
const PATTERN_LENGTH_MAX = 1000;

export function hasWildcard(pattern: string): boolean {
  return /[*?[{]/u.test(pattern);
}

export function parseGlob(pattern: string): Glob | GlobError {
  if (pattern.length > PATTERN_LENGTH_MAX) return { error: `a pattern has at most ${PATTERN_LENGTH_MAX} characters` };
  if (pattern.includes('\0')) return { error: 'a pattern has no NUL character' };
  const parts = pattern.split('/');
  const first = parts.findIndex(hasWildcard);
  const root = parts.slice(0, Math.max(0, first)).join('/') || (pattern.startsWith('/') ? '/' : '');
  const alternatives = expandBraces(parts.slice(first).join('/'));
  if (!Array.isArray(alternatives)) return alternatives;
  const compiled: Segment[][] = [];
  for (const alternative of alternatives) {
    const segments: Segment[] = [];
    for (const part of alternative.split('/')) {
      const segment = parseSegment(part);
      if ('error' in segment) return segment;
      segments.push(segment);
    }
    compiled.push(segments);
  }
  return {
    root,
    deep: compiled.some((segments) => segments.length > 1 || segments[0]?.kind === 'folders'),
    matches: (path) => {
      const names = path.split('/').map((name) => Array.from(name, (character) => character.codePointAt(0) ?? 0));
      return compiled.some((segments) => matchSegments(segments, names));
    },
  };
}

function parseSegment(part: string): Segment | GlobError {
  if (part === '') return { error: 'it has an empty name between two `/`' };
  if (part === '.' || part === '..') return { error: `\`${part}\` cannot stand behind a wildcard` };
  if (part === '**') return { kind: 'folders' };
  if (part.includes('**')) return { error: '`**` stands for whole folder names and cannot be part of one' };
  const tokens: Token[] = [];
  const characters = Array.from(part);
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] ?? '';
    if (character === '*') tokens.push({ kind: 'star' });
    else if (character === '?') tokens.push({ kind: 'any' });
    else if (character === '[') {
      const parsed = parseClass(characters, i + 1);
      if ('error' in parsed) return parsed;
      tokens.push(parsed.token);
      i = parsed.end;
    } else tokens.push({ kind: 'character', code: character.codePointAt(0) ?? 0 });
  }
  return { kind: 'name', tokens };
}

function parseClass(characters: readonly string[], start: number): { token: Token; end: number } | GlobError {
  const negated = characters[start] === '!' || characters[start] === '^';
  const ranges: (readonly [number, number])[] = [];
  let i = negated ? start + 1 : start;
  const first = i;
  for (; i < characters.length && (characters[i] !== ']' || i === first); i++) {
    const low = characters[i]?.codePointAt(0) ?? 0;
    const end = characters[i + 2];
    if (characters[i + 1] === '-' && end !== undefined && end !== ']') {
      const high = end.codePointAt(0) ?? 0;
      if (high < low) return { error: `\`${characters[i] ?? ''}-${end}\` runs backwards` };
      ranges.push([low, high]);
      i += 2;
    } else ranges.push([low, low]);
  }
  if (i >= characters.length) return { error: '`[` has no closing `]`' };
  return { token: { kind: 'class', ranges, negated }, end: i };
}

/** Every choice of `{a,b}` written out; nested braces too. Breadth-first, first brace first. */
function expandBraces(pattern: string): string[] | GlobError {
  const done: string[] = [];
  const waiting = [pattern];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const open = next.indexOf('{');
    if (open < 0) {
      if (next.includes('}')) return { error: '`}` has no opening `{`' };
      done.push(next);
      continue;
    }
    const choices: string[] = [];
    let depth = 0;
    let choiceStart = open + 1;
    let close = -1;
    for (let i = open; i < next.length && close < 0; i++) {
      const character = next[i];
      if (character === '{') depth += 1;
      else if (character === '}') depth -= 1;
      if ((character === ',' && depth === 1) || depth === 0) {
        choices.push(next.slice(choiceStart, i));
        choiceStart = i + 1;
        if (depth === 0) close = i;
      }
    }
    if (close < 0) return { error: '`{` has no closing `}`' };
    for (const choice of choices) waiting.push(next.slice(0, open) + choice + next.slice(close + 1));
    if (waiting.length + done.length > ALTERNATIVES_MAX)
      return { error: `it has more than ${ALTERNATIVES_MAX} alternatives` };
  }
  return done;
}

type Name = readonly number[];

/** Segments against names: a set of positions in `segments` is moved over the names. */
function matchSegments(segments: readonly Segment[], names: readonly Name[]): boolean {
  let states = closure(new Set([0]), segments);
  for (const name of names) {
    const next = new Set<number>();
    for (const state of states) {
      const segment = segments[state];
      if (segment === undefined) continue;
      if (segment.kind === 'folders') {
        if (!isHidden(name)) next.add(state);
      } else if (matchName(segment.tokens, name)) next.add(state + 1);
    }
    states = closure(next, segments);
    if (states.size === 0) return false;
  }
  // A pattern that ends in `**` matches what lies below, which `folders` has consumed.
  return states.has(segments.length);
}

/** `**` also stands for no folder at all. */
function closure(states: Set<number>, segments: readonly Segment[]): Set<number> {
  for (const state of states) if (segments[state]?.kind === 'folders') states.add(state + 1);
  return states;
}

function isHidden(name: Name): boolean {
  return name[0] === 46;
}

function matchName(tokens: readonly Token[], name: Name): boolean {
  const first = tokens[0];
  if (isHidden(name) && !(first?.kind === 'character' && first.code === 46)) return false;
  let position = 0;
  let token = 0;
  let starToken = -1;
  let starPosition = 0;
  // Two pointers: on a mismatch the last star takes one character more. Earlier stars never need to be tried again.
  while (position < name.length) {
    const current = tokens[token];
    if (current?.kind === 'star') {
      starToken = token;
      starPosition = position;
      token += 1;
    } else if (current !== undefined && matchesOne(current, name[position] ?? 0)) {
      token += 1;
      position += 1;
    } else if (starToken >= 0) {
      token = starToken + 1;
      starPosition += 1;
      position = starPosition;
    } else return false;
  }
  while (tokens[token]?.kind === 'star') token += 1;
  return token === tokens.length;
}

function matchesOne(token: Token, code: number): boolean {
  switch (token.kind) {
    case 'character':
      return token.code === code;
    case 'any':
    case 'star':
      return true;
    case 'class':
      return token.ranges.some(([low, high]) => code >= low && code <= high) !== token.negated;
  }
}
