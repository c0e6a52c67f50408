/** Text. Lengths and positions count characters (code points) from 1. Nothing here depends on a locale. */
import { valueToPlainText } from '../casts.js';
import { BIGINT, BOOLEAN, INT, VARBINARY, VARCHAR, type SqlType } from '../types.js';
import { utf8Length } from '../utf8.js';
import type { Value } from '../values.js';
import { characterCount, charactersBefore, clampPosition, hasSurrogates, sliceCharacters } from './characters.js';
import { called, checkLength, fail, strict } from './declare.js';
import type { CallTypes, FunctionOverload, ScalarFunction } from './function.js';
import { matchesLike } from './like.js';
import { editingFunctions } from './text-editing.js';

export function textOf(value: Value, types: CallTypes, index: number): string {
  const type: SqlType = types.argumentTypes[index] ?? VARCHAR;
  return value === null ? '' : valueToPlainText(value, type);
}

function joined(parts: readonly string[], separator: string): string {
  let length = separator.length * parts.length;
  for (const part of parts) length += part.length;
  checkLength(length);
  return parts.join(separator);
}

/** Position of `part` in `text` at or after character `from` (1 = first); 0 if it is not there. */
function position(part: string, text: string, from = 1n): number {
  if (from < 1n) return 0;
  const skipped = clampPosition(from) - 1;
  const start = hasSurrogates(text) ? sliceCharacters(text, 0, skipped).length : skipped;
  if (start > text.length) return 0;
  const found = text.indexOf(part, start);
  return found < 0 ? 0 : charactersBefore(text, found) + 1;
}

function splitPart(text: string, separator: string, index: bigint): string {
  if (index === 0n) return fail('invalid_argument', 'SPLIT_PART counts fields from 1 (or from -1, backwards)');
  const parts = separator === '' ? [text] : text.split(separator);
  const at = clampPosition(index);
  return parts[at > 0 ? at - 1 : parts.length + at] ?? '';
}

function like(matches: (text: string, pattern: string, escape: string) => boolean): readonly FunctionOverload[] {
  return [
    strict(['varchar', 'varchar'], BOOLEAN, ([text, pattern]) => matches(text, pattern, '\\')),
    strict(['varchar', 'varchar', 'varchar'], BOOLEAN, ([text, pattern, escape]) => matches(text, pattern, escape)),
  ];
}

const measuringFunctions: readonly ScalarFunction[] = [
  {
    name: 'CHAR_LENGTH',
    aliases: ['LENGTH', 'LEN', 'CHARACTER_LENGTH'],
    category: 'text',
    doc: 'Number of characters; of bytes for VARBINARY.',
    example: { sql: "CHAR_LENGTH('straße')", result: '6' },
    spark: { template: 'char_length($1)' },
    overloads: [
      strict(['varchar'], INT, ([text]) => characterCount(text)),
      strict(['varbinary'], INT, ([bytes]) => bytes.length),
    ],
  },
  {
    name: 'OCTET_LENGTH',
    aliases: [],
    category: 'text',
    doc: 'Number of bytes in UTF-8.',
    example: { sql: "OCTET_LENGTH('straße')", result: '7' },
    spark: { template: 'octet_length($1)' },
    overloads: [
      strict(['varchar'], INT, ([text]) => utf8Length(text)),
      strict(['varbinary'], INT, ([bytes]) => bytes.length),
    ],
  },
  {
    name: 'POSITION',
    aliases: ['CHARINDEX', 'LOCATE'],
    category: 'text',
    doc: 'Where the first text starts in the second, at or after the third argument; 0 if nowhere.',
    example: { sql: "POSITION('b', 'abcb')", result: '2' },
    spark: { template: 'locate($@)' },
    overloads: [
      strict(['varchar', 'varchar'], INT, ([part, text]) => position(part, text)),
      strict(['varchar', 'varchar', 'bigint'], INT, ([part, text, from]) => position(part, text, from)),
    ],
  },
  {
    name: 'INSTR',
    aliases: ['STRPOS'],
    category: 'text',
    doc: 'Where the second text starts in the first; 0 if nowhere. (POSITION has them the other way round.)',
    example: { sql: "INSTR('abcb', 'b')", result: '2' },
    spark: { template: 'instr($1, $2)' },
    overloads: [strict(['varchar', 'varchar'], INT, ([text, part]) => position(part, text))],
  },
  {
    name: 'STARTSWITH',
    aliases: ['STARTS_WITH'],
    category: 'text',
    doc: 'Whether the first text starts with the second.',
    example: { sql: "STARTSWITH('abc', 'ab')", result: 'TRUE' },
    spark: { template: 'startswith($1, $2)' },
    overloads: [strict(['varchar', 'varchar'], BOOLEAN, ([text, part]) => text.startsWith(part))],
  },
  {
    name: 'ENDSWITH',
    aliases: ['ENDS_WITH'],
    category: 'text',
    doc: 'Whether the first text ends with the second.',
    example: { sql: "ENDSWITH('abc', 'bc')", result: 'TRUE' },
    spark: { template: 'endswith($1, $2)' },
    overloads: [strict(['varchar', 'varchar'], BOOLEAN, ([text, part]) => text.endsWith(part))],
  },
  {
    name: 'CONTAINS',
    aliases: [],
    category: 'text',
    doc: 'Whether the second text stands in the first.',
    example: { sql: "CONTAINS('abc', 'x')", result: 'FALSE' },
    spark: { template: 'contains($1, $2)' },
    overloads: [strict(['varchar', 'varchar'], BOOLEAN, ([text, part]) => text.includes(part))],
  },
  {
    name: 'LIKE',
    aliases: [],
    category: 'text',
    doc: '`x LIKE pattern [ESCAPE c]`: `%` stands for any text, `_` for one character; the escape character is `\\` unless given.',
    example: { sql: "LIKE('streams', 's%m_')", result: 'TRUE' },
    spark: { template: '($1 LIKE $2)' },
    overloads: like(matchesLike),
  },
  {
    name: 'ILIKE',
    aliases: [],
    category: 'text',
    doc: 'LIKE without regard to case.',
    example: { sql: "ILIKE('Streams', 'S%M_')", result: 'TRUE' },
    spark: { template: '($1 ILIKE $2)' },
    overloads: like((text, pattern, escape) => matchesLike(text.toLowerCase(), pattern.toLowerCase(), escape)),
  },
  {
    name: 'ASCII',
    aliases: ['UNICODE'],
    category: 'text',
    doc: 'Code point of the first character; 0 for an empty text.',
    example: { sql: "ASCII('A')", result: '65' },
    spark: { template: 'ascii($1)' },
    overloads: [strict(['varchar'], INT, ([text]) => text.codePointAt(0) ?? 0)],
  },
];

const composingFunctions: readonly ScalarFunction[] = [
  {
    name: 'CONCAT',
    aliases: [],
    category: 'text',
    doc: 'All arguments as one text; NULLs count as nothing.',
    example: { sql: "CONCAT('a', 1, NULL, 'b')", result: "'a1b'" },
    spark: { unsupported: 'Spark’s concat is NULL as soon as one argument is' },
    overloads: [
      called(
        ['any'],
        VARCHAR,
        (values, types) =>
          joined(
            values.map((value, index) => textOf(value, types, index)),
            '',
          ),
        { variadic: true },
      ),
    ],
  },
  {
    name: 'CONCAT_WS',
    aliases: [],
    category: 'text',
    doc: 'All arguments but the first, with the first between them; NULLs are left out, a NULL separator gives NULL.',
    example: { sql: "CONCAT_WS('-', 'a', NULL, 'b')", result: "'a-b'" },
    spark: { template: 'concat_ws($@)' },
    overloads: [
      called(
        ['varchar', 'any'],
        VARCHAR,
        (values, types) => {
          const separator = values[0] ?? null;
          if (separator === null) return null;
          const parts = values.flatMap((value, index) =>
            index === 0 || value === null ? [] : [textOf(value, types, index)],
          );
          return joined(parts, textOf(separator, types, 0));
        },
        { variadic: true, mayReturnNull: true },
      ),
    ],
  },
  {
    name: 'TEXT_CONCAT',
    aliases: [],
    category: 'text',
    doc: 'What `a || b` means: one text, NULL if one side is. One side at least is text (or both are bytes).',
    example: { sql: "TEXT_CONCAT('a', 'b')", result: "'ab'" },
    spark: { template: '($1 || $2)' },
    overloads: [
      strict(['varchar', 'varchar'], VARCHAR, ([a, b]) => joined([a, b], '')),
      strict(['varbinary', 'varbinary'], VARBINARY, ([a, b]) => {
        const bytes = new Uint8Array(checkLength(a.length + b.length));
        bytes.set(a);
        bytes.set(b, a.length);
        return bytes;
      }),
      strict(['varchar', 'any'], VARCHAR, ([a, b], types) => joined([a, textOf(b, types, 1)], '')),
      strict(['any', 'varchar'], VARCHAR, ([a, b], types) => joined([textOf(a, types, 0), b], '')),
    ],
  },
  {
    name: 'FORMAT',
    aliases: [],
    category: 'text',
    doc: 'The first text with each `%s` replaced by the next argument (NULL as nothing) and `%%` by `%`.',
    example: { sql: "FORMAT('%s of %s', 1, 'two')", result: "'1 of two'" },
    spark: { unsupported: 'Spark’s format_string knows other rules for NULL and types' },
    overloads: [
      called(
        ['varchar', 'any'],
        VARCHAR,
        (values, types) => (typeof values[0] === 'string' ? format(values[0], values, types) : null),
        { variadic: true, mayReturnNull: true },
      ),
    ],
  },
  {
    name: 'SPLIT_PART',
    aliases: [],
    category: 'text',
    doc: 'The n-th field of a text cut at a separator, from 1; from the end if negative; empty if there is none.',
    example: { sql: "SPLIT_PART('a,b,c', ',', 2)", result: "'b'" },
    spark: { template: 'split_part($1, $2, $3)' },
    overloads: [
      strict(['varchar', 'varchar', 'bigint'], VARCHAR, ([text, separator, index]) =>
        splitPart(text, separator, index),
      ),
    ],
  },
  {
    name: 'SPLIT_INDEX',
    aliases: [],
    category: 'text',
    doc: 'The field with that index, from 0, of a text cut at a separator; NULL if there is none. (Flink)',
    example: { sql: "SPLIT_INDEX('a,b,c', ',', 1)", result: "'b'" },
    spark: { unsupported: 'split_part counts from 1' },
    overloads: [
      strict(
        ['varchar', 'varchar', 'bigint'],
        VARCHAR,
        ([text, separator, index]) => {
          if (index < 0n) return null;
          return (separator === '' ? [text] : text.split(separator))[clampPosition(index)] ?? null;
        },
        { mayReturnNull: true },
      ),
    ],
  },
  {
    name: 'CHR',
    aliases: ['NCHAR'],
    category: 'text',
    doc: 'The character with that code point.',
    example: { sql: 'CHR(65)', result: "'A'" },
    spark: { unsupported: 'Spark’s chr takes the number modulo 256' },
    overloads: [
      strict(['bigint'], VARCHAR, ([point]) => {
        if (point <= 0n || point > 0x10ffffn || (point >= 0xd800n && point <= 0xdfffn)) {
          return fail('invalid_argument', `${String(point)} is not the code point of a character`);
        }
        return String.fromCodePoint(Number(point));
      }),
    ],
  },
];

function format(template: string, values: readonly Value[], types: CallTypes): string {
  let next = 1;
  const result = template.replace(/%(.?)/gsu, (_, letter: string) => {
    if (letter === '%') return '%';
    if (letter !== 's') return fail('invalid_argument', `FORMAT knows %s and %%, not %${letter}`);
    if (next >= values.length) return fail('invalid_argument', 'FORMAT has fewer arguments than %s');
    const text = textOf(values[next] ?? null, types, next);
    next += 1;
    return text;
  });
  checkLength(result.length);
  return result;
}

export const textFunctions: readonly ScalarFunction[] = [
  ...measuringFunctions,
  ...editingFunctions,
  ...composingFunctions,
  {
    name: 'BIT_LENGTH',
    aliases: [],
    category: 'text',
    doc: 'Number of bits in UTF-8.',
    example: { sql: "BIT_LENGTH('ab')", result: '16' },
    spark: { template: 'bit_length($1)' },
    overloads: [
      strict(['varchar'], BIGINT, ([text]) => BigInt(utf8Length(text)) * 8n),
      strict(['varbinary'], BIGINT, ([bytes]) => BigInt(bytes.length) * 8n),
    ],
  },
];
