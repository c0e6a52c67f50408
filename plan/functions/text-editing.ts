/** Text from text: case, trimming, padding, cutting, replacing. */
import { VARCHAR } from '../types.js';
import { characterCount, clampPosition, hasSurrogates, sliceCharacters } from './characters.js';
import { checkLength, fail, strict } from './declare.js';
import type { FunctionOverload, ScalarFunction } from './function.js';

type Side = 'both' | 'start' | 'end';

function trim(text: string, characters: string, side: Side): string {
  const removed = new Set(characters);
  const all = hasSurrogates(text) || hasSurrogates(characters) ? Array.from(text) : text;
  let start = 0;
  let end = all.length;
  if (side !== 'end') while (start < end && removed.has(all[start] ?? '')) start += 1;
  if (side !== 'start') while (end > start && removed.has(all[end - 1] ?? '')) end -= 1;
  const kept = all.slice(start, end);
  return typeof kept === 'string' ? kept : kept.join('');
}

function trimOverloads(side: Side): readonly FunctionOverload[] {
  return [
    strict(['varchar'], VARCHAR, ([text]) => trim(text, ' ', side)),
    strict(['varchar', 'varchar'], VARCHAR, ([text, characters]) => trim(text, characters, side)),
  ];
}

function padding(missing: number, fill: string): string {
  const fillCount = characterCount(fill);
  const repeated = fill.repeat(Math.ceil(missing / fillCount));
  return sliceCharacters(repeated, 0, missing);
}

function pad(text: string, length: bigint, fill: string, side: 'start' | 'end'): string {
  const wanted = length < 0n ? 0 : checkLength(length);
  const missing = wanted - characterCount(text);
  if (missing <= 0) return sliceCharacters(text, 0, wanted);
  if (fill === '') return text;
  return side === 'start' ? padding(missing, fill) + text : text + padding(missing, fill);
}

function padOverloads(side: 'start' | 'end'): readonly FunctionOverload[] {
  return [
    strict(['varchar', 'bigint'], VARCHAR, ([text, length]) => pad(text, length, ' ', side)),
    strict(['varchar', 'bigint', 'varchar'], VARCHAR, ([text, length, fill]) => pad(text, length, fill, side)),
  ];
}

/** PostgreSQL: the characters from `start` on, `length` of them; positions before the first one count, too. */
function substring(text: string, start: bigint, length?: bigint): string {
  if (length !== undefined && length < 0n) return fail('invalid_argument', 'SUBSTRING with a negative length');
  const from = start < 1n ? 1n : start;
  const end = length === undefined ? 2n ** 31n : start + length;
  if (end <= from) return '';
  return sliceCharacters(text, clampPosition(from) - 1, clampPosition(end) - 1);
}

function overlay(text: string, replacement: string, start: bigint, length: bigint): string {
  if (start < 1n || length < 0n) {
    return fail('invalid_argument', 'OVERLAY starts at 1 or later and its length is not negative');
  }
  const from = clampPosition(start) - 1;
  return sliceCharacters(text, 0, from) + replacement + sliceCharacters(text, from + clampPosition(length), 2 ** 31);
}

function translate(text: string, from: string, to: string): string {
  const targets = Array.from(to);
  const map = new Map<string, string>();
  for (const [index, character] of Array.from(from).entries()) {
    if (!map.has(character)) map.set(character, targets[index] ?? '');
  }
  let result = '';
  for (const character of text) result += map.get(character) ?? character;
  return result;
}

function initcap(text: string): string {
  return text.toLowerCase().replace(/[\p{L}\p{N}]+/gu, (word) => word.replace(/^./u, (first) => first.toUpperCase()));
}

function replaceAll(text: string, from: string, to: string): string {
  if (from === '' || !text.includes(from)) return text;
  const parts = text.split(from);
  checkLength(text.length + (parts.length - 1) * (to.length - from.length));
  return parts.join(to);
}

export const editingFunctions: readonly ScalarFunction[] = [
  {
    name: 'UPPER',
    aliases: ['UCASE'],
    category: 'text',
    doc: 'In capital letters (Unicode’s default mapping).',
    example: { sql: "UPPER('abc')", result: "'ABC'" },
    spark: { template: 'upper($1)' },
    overloads: [strict(['varchar'], VARCHAR, ([text]) => text.toUpperCase())],
  },
  {
    name: 'LOWER',
    aliases: ['LCASE'],
    category: 'text',
    doc: 'In small letters (Unicode’s default mapping).',
    example: { sql: "LOWER('ABC')", result: "'abc'" },
    spark: { template: 'lower($1)' },
    overloads: [strict(['varchar'], VARCHAR, ([text]) => text.toLowerCase())],
  },
  {
    name: 'INITCAP',
    aliases: [],
    category: 'text',
    doc: 'The first letter of every word in capitals, the others in small letters.',
    example: { sql: "INITCAP('hello bIG world')", result: "'Hello Big World'" },
    spark: { unsupported: 'Spark’s initcap splits words at blanks only' },
    overloads: [strict(['varchar'], VARCHAR, ([text]) => initcap(text))],
  },
  {
    name: 'TRIM',
    aliases: ['BTRIM'],
    category: 'text',
    doc: 'Without blanks, or without the characters of the second argument, at both ends.',
    example: { sql: "TRIM('xxaxx', 'x')", result: "'a'" },
    spark: { template: 'btrim($@)' },
    overloads: trimOverloads('both'),
  },
  {
    name: 'LTRIM',
    aliases: [],
    category: 'text',
    doc: 'Without blanks, or without the characters of the second argument, at the start.',
    example: { sql: "LTRIM('  a ')", result: "'a '" },
    spark: { unsupported: 'Spark’s ltrim takes its arguments the other way round' },
    overloads: trimOverloads('start'),
  },
  {
    name: 'RTRIM',
    aliases: [],
    category: 'text',
    doc: 'Without blanks, or without the characters of the second argument, at the end.',
    example: { sql: "RTRIM(' a  ')", result: "' a'" },
    spark: { unsupported: 'Spark’s rtrim takes its arguments the other way round' },
    overloads: trimOverloads('end'),
  },
  {
    name: 'LPAD',
    aliases: [],
    category: 'text',
    doc: 'Filled up at the start to a length, with blanks or the third argument; a longer text is cut at its end.',
    example: { sql: "LPAD('7', 3, '0')", result: "'007'" },
    spark: { template: 'lpad($@)' },
    overloads: padOverloads('start'),
  },
  {
    name: 'RPAD',
    aliases: [],
    category: 'text',
    doc: 'Filled up at the end to a length, with blanks or the third argument; a longer text is cut at its end.',
    example: { sql: "RPAD('ab', 5, 'xy')", result: "'abxyx'" },
    spark: { template: 'rpad($@)' },
    overloads: padOverloads('end'),
  },
  {
    name: 'LEFT',
    aliases: [],
    category: 'text',
    doc: 'The first characters; all but the last ones if the number is negative.',
    example: { sql: "LEFT('abcde', 2)", result: "'ab'" },
    spark: { unsupported: 'Spark’s left gives an empty text for a negative number' },
    overloads: [
      strict(['varchar', 'bigint'], VARCHAR, ([text, count]) => {
        const wanted = clampPosition(count);
        return sliceCharacters(text, 0, wanted >= 0 ? wanted : Math.max(0, characterCount(text) + wanted));
      }),
    ],
  },
  {
    name: 'RIGHT',
    aliases: [],
    category: 'text',
    doc: 'The last characters; all but the first ones if the number is negative.',
    example: { sql: "RIGHT('abcde', 2)", result: "'de'" },
    spark: { unsupported: 'Spark’s right gives an empty text for a negative number' },
    overloads: [
      strict(['varchar', 'bigint'], VARCHAR, ([text, count]) => {
        const wanted = clampPosition(count);
        const length = characterCount(text);
        return sliceCharacters(text, wanted >= 0 ? Math.max(0, length - wanted) : Math.min(length, -wanted), length);
      }),
    ],
  },
  {
    name: 'SUBSTRING',
    aliases: ['SUBSTR'],
    category: 'text',
    doc: 'The characters from a position on, counted from 1, at most as many as the third argument says.',
    example: { sql: "SUBSTRING('abcde', 2, 3)", result: "'bcd'" },
    spark: { unsupported: 'Spark counts a negative position from the end' },
    overloads: [
      strict(['varchar', 'bigint'], VARCHAR, ([text, start]) => substring(text, start)),
      strict(['varchar', 'bigint', 'bigint'], VARCHAR, ([text, start, length]) => substring(text, start, length)),
    ],
  },
  {
    name: 'OVERLAY',
    aliases: [],
    category: 'text',
    doc: 'With the second text in place of characters from a position on: as many as it has, or as the fourth argument says.',
    example: { sql: "OVERLAY('abcdef', 'XY', 3, 2)", result: "'abXYef'" },
    spark: { template: 'overlay($@)' },
    overloads: [
      strict(['varchar', 'varchar', 'bigint'], VARCHAR, ([text, replacement, start]) =>
        overlay(text, replacement, start, BigInt(characterCount(replacement))),
      ),
      strict(['varchar', 'varchar', 'bigint', 'bigint'], VARCHAR, ([text, replacement, start, length]) =>
        overlay(text, replacement, start, length),
      ),
    ],
  },
  {
    name: 'REPLACE',
    aliases: [],
    category: 'text',
    doc: 'Every occurrence of the second text replaced by the third.',
    example: { sql: "REPLACE('a-b-c', '-', '+')", result: "'a+b+c'" },
    spark: { template: 'replace($1, $2, $3)' },
    overloads: [strict(['varchar', 'varchar', 'varchar'], VARCHAR, ([text, from, to]) => replaceAll(text, from, to))],
  },
  {
    name: 'TRANSLATE',
    aliases: [],
    category: 'text',
    doc: 'Every character of the second text replaced by the one at its place in the third, or removed where there is none.',
    example: { sql: "TRANSLATE('12345', '143', 'ax')", result: "'a2x5'" },
    spark: { template: 'translate($1, $2, $3)' },
    overloads: [strict(['varchar', 'varchar', 'varchar'], VARCHAR, ([text, from, to]) => translate(text, from, to))],
  },
  {
    name: 'REVERSE',
    aliases: [],
    category: 'text',
    doc: 'The characters from last to first.',
    example: { sql: "REVERSE('abc')", result: "'cba'" },
    spark: { template: 'reverse($1)' },
    overloads: [strict(['varchar'], VARCHAR, ([text]) => Array.from(text).reverse().join(''))],
  },
  {
    name: 'REPEAT',
    aliases: ['REPLICATE'],
    category: 'text',
    doc: 'The text that many times; empty for zero or less.',
    example: { sql: "REPEAT('ab', 3)", result: "'ababab'" },
    spark: { template: 'repeat($1, $2)' },
    overloads: [
      strict(['varchar', 'bigint'], VARCHAR, ([text, count]) => {
        if (count <= 0n || text === '') return '';
        checkLength(count * BigInt(text.length));
        return text.repeat(Number(count));
      }),
    ],
  },
];
