/**
 * Whatever is wrong with a text, the compiler reports and never throws: queries with words of others in the wrong
 * places.
 */
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compileText } from './support.js';

const folder = join(import.meta.dirname, '../../golden/plans');
const texts = readdirSync(folder)
  .filter((name) => name.endsWith('.esql'))
  .map((name) => readFileSync(join(folder, name), 'utf8').match(/'[^']*'|[\w.]+|\s+|[^\w\s]/gu) ?? []);

/** Words, strings, blanks and signs: a word in the place of a word gets further than the parser. */
function kindOf(token: string): string {
  return /^\w/u.test(token) ? 'word' : token.startsWith("'") ? 'string' : /^\s/u.test(token) ? 'blank' : 'sign';
}

const swap = fc.record({ at: fc.nat(), donor: fc.nat() });
const splice = fc.record({ at: fc.nat(), donor: fc.nat(), length: fc.nat({ max: 12 }), removed: fc.nat({ max: 6 }) });
const whichText = fc.nat({ max: texts.length - 1 });

function swapped(
  tokens: string[],
  donor: readonly string[],
  { at, donor: number }: { at: number; donor: number },
): void {
  const place = at % tokens.length;
  const same = donor.filter((token) => kindOf(token) === kindOf(tokens[place]!));
  if (same.length > 0) tokens[place] = same[number % same.length]!;
}

/** Whether there was a plan. */
function compiles(tokens: readonly string[]): boolean {
  const { plan, diagnostics } = compileText(tokens.join(''));
  expect(plan === undefined).toBe(diagnostics.some((diagnostic) => diagnostic.severity === 'error'));
  return plan !== undefined;
}

it('takes words in the place of others', () => {
  let plans = 0;
  fc.assert(
    fc.property(whichText, whichText, fc.array(swap, { minLength: 1, maxLength: 3 }), (index, donor, swaps) => {
      const tokens = texts[index]!.filter((token) => !token.startsWith('INCLUDE'));
      for (const each of swaps) swapped(tokens, texts[donor]!, each);
      if (compiles(tokens)) plans += 1;
    }),
    { numRuns: 600, seed: 20_261_124 },
  );
  // Otherwise the words only ever reach the first stages.
  expect(plans).toBeGreaterThan(60);
});

it('takes pieces of other queries anywhere', () => {
  fc.assert(
    fc.property(whichText, whichText, fc.array(splice, { minLength: 1, maxLength: 3 }), (index, donor, splices) => {
      const tokens = [...texts[index]!];
      for (const { at, donor: from, length, removed } of splices) {
        const start = from % texts[donor]!.length;
        tokens.splice(at % tokens.length, removed, ...texts[donor]!.slice(start, start + length));
      }
      compiles(tokens);
    }),
    { numRuns: 400, seed: 20_261_124 },
  );
});
