/** Regular expressions with RE2's syntax. They look for a match anywhere in the text unless the pattern is anchored. */
import type { Matcher } from 're2js';
import { BOOLEAN, INT, VARCHAR } from '../types.js';
import { checkLength, fail, strict } from './declare.js';
import type { ScalarFunction } from './function.js';
import { compilePattern, subject } from './pattern-cache.js';

function isMatch(text: string, pattern: string, flags = ''): boolean {
  return compilePattern(pattern, flags).matcher(subject(text)).find();
}

function extract(text: string, pattern: string, group = 0n): string | null {
  const compiled = compilePattern(pattern, '');
  if (group < 0n || group > BigInt(compiled.groupCount())) {
    return fail('invalid_argument', `the pattern has no group ${String(group)}`);
  }
  const matcher = compiled.matcher(subject(text));
  return matcher.find() ? matcher.group(Number(group)) : null;
}

/** `\1` … `\9` and `\&` as in PostgreSQL; `\\` is a backslash. */
function expand(replacement: string, matcher: Matcher, groupCount: number): string {
  return replacement.replace(/\\([\d&\\])/gu, (_, which: string) => {
    if (which === '\\') return '\\';
    const group = which === '&' ? 0 : Number(which);
    return group > groupCount ? '' : (matcher.group(group) ?? '');
  });
}

function replace(text: string, pattern: string, replacement: string, flags = ''): string {
  const compiled = compilePattern(pattern, flags);
  const matcher = compiled.matcher(subject(text));
  const parts: string[] = [];
  let end = 0;
  let length = 0;
  while (matcher.find()) {
    const expanded = expand(replacement, matcher, compiled.groupCount());
    parts.push(text.slice(end, matcher.start()), expanded);
    length += matcher.start() - end + expanded.length;
    checkLength(length);
    end = matcher.end();
    if (!flags.includes('g')) break;
  }
  parts.push(text.slice(end));
  return parts.join('');
}

function count(text: string, pattern: string, flags = ''): number {
  const matcher = compilePattern(pattern, flags).matcher(subject(text));
  let found = 0;
  while (matcher.find()) found += 1;
  return found;
}

/** The standard's pattern language, as a regular expression: `%` and `_` as in LIKE, `| * + ? {} () []` as usual. */
export function similarToPattern(pattern: string, escape: string): string {
  let result = '';
  let inClass = false;
  for (let i = 0; i < pattern.length; i += 1) {
    const character = pattern.charAt(i);
    if (escape !== '' && pattern.startsWith(escape, i)) {
      i += escape.length;
      if (i >= pattern.length) return fail('invalid_argument', 'a pattern ends with its escape character');
      result += quoted(pattern.charAt(i));
    } else if (inClass) {
      inClass = character !== ']';
      result += character === '\\' ? '\\\\' : character;
    } else if (character === '[') {
      inClass = true;
      result += character;
    } else if (character === '%') {
      result += '.*';
    } else if (character === '_') {
      result += '.';
    } else {
      result += '|*+?{}(),'.includes(character) ? character : quoted(character);
    }
  }
  return `^(?:${result})$`;
}

function quoted(character: string): string {
  return /[\\^$.|?*+()[\]{}-]/u.test(character) ? `\\${character}` : character;
}

function similarTo(text: string, pattern: string, escape = '\\'): boolean {
  return isMatch(text, similarToPattern(pattern, escape), 's');
}

export const regexpFunctions: readonly ScalarFunction[] = [
  {
    name: 'REGEXP_LIKE',
    aliases: ['REGEXP', 'RLIKE', 'REGEXMATCH', 'REGEXP_MATCHES'],
    category: 'regexp',
    doc: 'Whether the pattern matches anywhere. Flags: `i` ignore case, `m` ^ and $ at line breaks, `s` dot matches line breaks.',
    example: { sql: "REGEXP_LIKE('flight 42', '[0-9]+')", result: 'TRUE' },
    spark: { template: 'regexp_like($1, $2)' },
    overloads: [
      strict(['varchar', 'varchar'], BOOLEAN, ([text, pattern]) => isMatch(text, pattern)),
      strict(['varchar', 'varchar', 'varchar'], BOOLEAN, ([text, pattern, flags]) => isMatch(text, pattern, flags)),
    ],
  },
  {
    name: 'REGEXP_EXTRACT',
    aliases: ['REGEXP_SUBSTR'],
    category: 'regexp',
    doc: 'The first match, or that group of it; NULL without a match.',
    example: { sql: "REGEXP_EXTRACT('flight 42', '([a-z]+) ([0-9]+)', 2)", result: "'42'" },
    spark: { unsupported: 'Spark gives an empty text without a match' },
    overloads: [
      strict(['varchar', 'varchar'], VARCHAR, ([text, pattern]) => extract(text, pattern), { mayReturnNull: true }),
      strict(['varchar', 'varchar', 'bigint'], VARCHAR, ([text, pattern, group]) => extract(text, pattern, group), {
        mayReturnNull: true,
      }),
    ],
  },
  {
    name: 'REGEXP_REPLACE',
    aliases: [],
    category: 'regexp',
    doc: 'The first match replaced, with the flag `g` all of them. `\\1` stands for a group and `\\&` for the match.',
    example: { sql: "REGEXP_REPLACE('a1b22', '[0-9]+', '#', 'g')", result: "'a#b#'" },
    spark: { unsupported: 'Spark always replaces all matches and writes groups as $1' },
    overloads: [
      strict(['varchar', 'varchar', 'varchar'], VARCHAR, ([text, pattern, replacement]) =>
        replace(text, pattern, replacement),
      ),
      strict(['varchar', 'varchar', 'varchar', 'varchar'], VARCHAR, ([text, pattern, replacement, flags]) =>
        replace(text, pattern, replacement, flags),
      ),
    ],
  },
  {
    name: 'REGEXP_COUNT',
    aliases: [],
    category: 'regexp',
    doc: 'How many matches follow one another.',
    example: { sql: "REGEXP_COUNT('a1b22', '[0-9]+')", result: '2' },
    spark: { template: 'regexp_count($1, $2)' },
    overloads: [
      strict(['varchar', 'varchar'], INT, ([text, pattern]) => count(text, pattern)),
      strict(['varchar', 'varchar', 'varchar'], INT, ([text, pattern, flags]) => count(text, pattern, flags)),
    ],
  },
  {
    name: 'SIMILAR_TO',
    aliases: [],
    category: 'regexp',
    doc: '`x SIMILAR TO pattern [ESCAPE c]`: the whole text matches; `%` and `_` as in LIKE, `| * + ? {} () []` as usual.',
    example: { sql: "SIMILAR_TO('abc', 'a(b|x)_')", result: 'TRUE' },
    spark: { unsupported: 'Spark has no SIMILAR TO' },
    overloads: [
      strict(['varchar', 'varchar'], BOOLEAN, ([text, pattern]) => similarTo(text, pattern)),
      strict(['varchar', 'varchar', 'varchar'], BOOLEAN, ([text, pattern, escape]) => similarTo(text, pattern, escape)),
    ],
  },
];
