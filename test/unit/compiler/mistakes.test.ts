/** Whatever is wrong with a text, the compiler reports and never throws: queries with pieces of others in the wrong places. */
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compileText } from './support.js';

const folder = join(import.meta.dirname, '../../golden/plans');
const texts = readdirSync(folder)
  .filter((name) => name.endsWith('.esql'))
  .map((name) => readFileSync(join(folder, name), 'utf8').match(/'[^']*'|[\w.]+|\s+|[^\w\s]/gu) ?? []);

const edit = fc.record({
  at: fc.nat(),
  from: fc.nat({ max: texts.length - 1 }),
  fromAt: fc.nat(),
  length: fc.integer({ min: 0, max: 12 }),
  removed: fc.integer({ min: 0, max: 6 }),
});

it('reports and does not throw', () => {
  let compiled = 0;
  fc.assert(
    fc.property(fc.nat({ max: texts.length - 1 }), fc.array(edit, { minLength: 1, maxLength: 3 }), (index, edits) => {
      const tokens = [...texts[index]!];
      for (const { at, from, fromAt, length, removed } of edits) {
        const donor = texts[from]!;
        const start = fromAt % donor.length;
        tokens.splice(at % tokens.length, removed, ...donor.slice(start, start + length));
      }
      const { plan, diagnostics } = compileText(tokens.join(''));
      if (plan !== undefined) compiled += 1;
      expect(plan === undefined).toBe(diagnostics.some((diagnostic) => diagnostic.severity === 'error'));
    }),
    { numRuns: 800, seed: 20_261_124 },
  );
  // Otherwise the edits only ever reach the parser.
  expect(compiled).toBeGreaterThan(20);
});
