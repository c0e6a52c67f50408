/**
 * Hostile text: random characters, random tokens, mutated files. Nothing throws, nothing hangs, and what parses
 * formats.
 * `FUZZ_ITERATIONS=100000 npx vitest run test/fuzz/grammar.test.ts` runs longer.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DiagnosticList } from '../../grammar/diagnostics/diagnostic.js';
import { renderDiagnostic } from '../../grammar/diagnostics/render.js';
import { SourceFile } from '../../grammar/diagnostics/source.js';
import { format } from '../../grammar/format.js';
import { keywordSpellings, signsByText } from '../../grammar/tokens.js';
import { corpus } from '../unit/grammar/corpus.js';

const runs = Number(process.env['FUZZ_ITERATIONS'] ?? 300);
const timeout = 60_000 + runs * 200;

function survives(text: string): void {
  const problems = new DiagnosticList();
  const source = new SourceFile('fuzz.esql', text);
  const formatted = format(source, problems);
  for (const problem of problems.sorted()) {
    expect(problem.code).toMatch(/^ESQL1\d{3}$/u);
    expect(renderDiagnostic(problem)).toContain(problem.code);
    expect(problem.span?.end).toBeLessThanOrEqual(text.length);
  }
  expect(formatted === undefined).toBe(!problems.isEmpty);
  if (formatted !== undefined) expect(format(new SourceFile('again.esql', formatted), problems)).toBe(formatted);
}

const token = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...keywordSpellings) },
  { weight: 4, arbitrary: fc.constantFrom(...signsByText.keys()) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('a', 'b', '"Q"', "'s'", '1', '0.5', '30s', '64MB', '\n', '-- c\n', '/* c */'),
  },
  { weight: 1, arbitrary: fc.constantFrom("'", '"', '`', '/*', '*/', '@', '1x', '’', '\u0000', '\uD800') },
);

const statements = [...corpus('syntax'), ...corpus('format'), ...corpus('diagnostics/syntax')].flatMap(({ text }) =>
  text.split(/(?<=;)/u),
);

describe('hostile text', () => {
  test('random characters', { timeout }, () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), survives), { numRuns: runs });
  });

  test('random tokens', { timeout }, () => {
    fc.assert(
      fc.property(fc.array(token, { maxLength: 60 }), (tokens) => {
        survives(tokens.join(' '));
      }),
      { numRuns: runs },
    );
  });

  test('statements with pieces cut out, doubled and exchanged', { timeout }, () => {
    const edit = fc.record({ at: fc.nat(), length: fc.nat({ max: 20 }), insert: fc.oneof(token, fc.constant('')) });
    fc.assert(
      fc.property(
        fc.constantFrom(...statements),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        (statement, edits) => {
          let text = statement;
          for (const { at, length, insert } of edits) {
            const start = at % (text.length + 1);
            text = text.slice(0, start) + insert + text.slice(start + (insert === '' ? length : 0));
          }
          survives(text);
        },
      ),
      { numRuns: runs },
    );
  });

  test('two statements grown together', { timeout }, () => {
    const part = fc.tuple(fc.constantFrom(...statements), fc.nat());
    fc.assert(
      fc.property(part, part, ([first, cutFirst], [second, cutSecond]) => {
        survives(first.slice(0, cutFirst % (first.length + 1)) + second.slice(cutSecond % (second.length + 1)));
      }),
      { numRuns: runs },
    );
  });
});
