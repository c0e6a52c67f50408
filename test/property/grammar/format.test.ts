/** Formatting keeps the tree and the comments, and formatting twice changes nothing: on random text of the language. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printAst } from '../../../grammar/print-ast.js';
import { corpus, formatText, parseText } from '../../unit/grammar/corpus.js';

const runs = Number(process.env['FUZZ_ITERATIONS'] ?? 150);

const name = fc.constantFrom(
  'a',
  'b',
  'ts',
  'value',
  'key',
  'map',
  'array',
  'offset',
  '"Mixed x"',
  '"select"',
  '`t`',
  'date',
);
const leaf = fc.oneof(
  name,
  fc.tuple(name, name).map(([a, b]) => `${a}.${b}`),
  fc.constantFrom(
    '1',
    '0.50',
    '1e3',
    "'it''s'",
    'TRUE',
    'NULL',
    '30s',
    "INTERVAL '2' MONTH",
    "DATE '2024-01-01'",
    '.5',
    "''",
  ),
  fc.constantFrom("INTERVAL '-5' MINUTE", 'CURRENT_TIMESTAMP', 'COUNT(*)', "INTERVAL '1 day 02:03:04'", 'ARRAY[]'),
);
const binary = fc.constantFrom(
  '+',
  '-',
  '*',
  '/',
  '%',
  '||',
  '=',
  '<>',
  '<',
  '>=',
  'AND',
  'OR',
  '~',
  '!~*',
  '->',
  '->>',
);

const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const e = tie('expression');
  const p = e.map((text) => `(${text})`);
  return {
    expression: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      leaf,
      fc.tuple(p, binary, p).map((parts) => parts.join(' ')),
      fc.tuple(leaf, fc.constantFrom('+', '||', '*', 'AND', '->'), leaf).map((parts) => parts.join(' ')),
      fc.tuple(fc.constantFrom('NOT ', '- ', '+ '), p).map(([sign, x]) => sign + x),
      fc
        .tuple(p, fc.constantFrom('', 'NOT '), p, p)
        .map(([x, not, low, high]) => `${x} ${not}BETWEEN ${low} AND ${high}`),
      fc
        .tuple(p, fc.constantFrom('IN', 'NOT IN'), fc.array(e, { minLength: 1, maxLength: 3 }))
        .map(([x, is, items]) => `${x} ${is} (0, ${items.join(', ')})`),
      fc.tuple(p, fc.constantFrom('LIKE', 'NOT ILIKE', 'SIMILAR TO', 'RLIKE'), p).map((parts) => parts.join(' ')),
      fc.tuple(p, p, p).map(([x, y, z]) => `${x} LIKE ${y} ESCAPE ${z}`),
      fc
        .tuple(p, fc.constantFrom('IS NULL', 'IS NOT TRUE', 'IS JSON OBJECT', 'IS UNKNOWN'))
        .map((parts) => parts.join(' ')),
      fc.tuple(p, p).map(([x, y]) => `${x} IS NOT DISTINCT FROM ${y}`),
      fc.tuple(p, fc.constantFrom('ANY', 'ALL'), e).map(([x, quantifier, y]) => `${x} > ${quantifier} (${y})`),
      fc.tuple(e, e, e).map(([x, y, z]) => `CASE WHEN ${x} THEN ${y} ELSE ${z} END`),
      fc
        .tuple(e, fc.constantFrom('INT', 'DECIMAL(10,2)', 'ARRAY<MAP<STRING, ROW<a INT>>>'))
        .map(([x, type]) => `(${x})::${type}`),
      fc.tuple(fc.constantFrom('f', 'LEFT', 'position', 'sum', '"F"'), e, e).map(([f, x, y]) => `${f}(${x}, ${y})`),
      e.map((x) => `TRANSFORM(arr, x -> ${x})`),
      e.map((x) => `f(${x}, (k, v) -> ${x})`),
      fc.tuple(e, e).map(([x, y]) => `SUM(${x}) FILTER (WHERE ${y}) OVER (PARTITION BY ${y} ORDER BY ${x} DESC)`),
      fc.tuple(p, e).map(([x, y]) => `${x}[${y}]`),
      p.map((x) => `${x}.field`),
      fc.tuple(p, p).map(([x, y]) => `${x} AT TIME ZONE ${y}`),
      e.map((x) => `(SELECT ${x} FROM t WHERE ${x})`),
      e.map((x) => `EXISTS (SELECT ${x})`),
      fc.tuple(e, e).map(([x, y]) => `(${x}, ${y})`),
      e.map((x) => `TRIM(LEADING 'x' FROM ${x})`),
    ),
  };
});

const comment = fc.constantFrom(
  '-- line\n',
  '/* block */',
  '/* two\n lines */',
  '\n-- own line\n',
  '-- a\n-- b\n',
  '\n\n',
);

function roundTrip(text: string): void {
  const { script, diagnostics } = parseText(text);
  expect(diagnostics).toEqual([]);
  // `format` itself compares tree and comments and throws where they differ.
  const once = formatText(text);
  expect(printAst(parseText(once ?? '').script)).toBe(printAst(script));
  expect(formatText(once ?? '')).toBe(once);
}

describe('format', () => {
  test('random expressions', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(fc.array(expression, { minLength: 1, maxLength: 4 }), expression, (items, where) => {
        roundTrip(`SELECT ${items.join(', ')} FROM t WHERE ${where} AND TRUE;`);
      }),
      { numRuns: runs },
    );
  });

  // A comment may stand between any two words.
  const words = [...corpus('syntax'), ...corpus('format')].map(({ text }) =>
    text
      .replace(/--.*$/gmu, '')
      .replace(/\/\*[\s\S]*?\*\//gu, ' ')
      .split(/(?<=[\s,();])(?=(?:[^']*'[^']*')*[^']*$)/u)
      .filter((word) => word !== ''),
  );
  test('comments anywhere', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(
        fc.nat({ max: words.length - 1 }),
        fc.array(fc.tuple(fc.nat(), comment), { minLength: 1, maxLength: 12 }),
        (file, comments) => {
          const pieces = [...(words[file] ?? [])];
          for (const [at, text] of comments) pieces.splice(at % (pieces.length + 1), 0, text);
          const text = pieces.join(' ');
          roundTrip(text);
        },
      ),
      { numRuns: Math.max(20, runs / 5) },
    );
  });
});
