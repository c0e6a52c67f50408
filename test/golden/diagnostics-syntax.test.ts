/** diagnostics/syntax/*.esql → *.diag.txt */
import { expect, test } from 'vitest';
import { corpus, parseText, rendered } from '../unit/grammar/corpus.js';

test.each(corpus('diagnostics/syntax'))('diagnostics of $name', async ({ name, path, text }) => {
  const { diagnostics } = parseText(text, name);
  expect(diagnostics).not.toEqual([]);
  await expect(rendered(diagnostics)).toMatchFileSnapshot(`${path}.diag.txt`);
});
