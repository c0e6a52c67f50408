/** format/*.esql → *.formatted.esql, and the files of syntax/ too: formatting twice changes nothing. */
import { expect, test } from 'vitest';
import { corpus, formatText } from '../unit/grammar/corpus.js';

test.each([...corpus('format'), ...corpus('syntax')])('formatted text of $name', async ({ path, text }) => {
  const formatted = formatText(text);
  await expect(formatted).toMatchFileSnapshot(`${path}.formatted.esql`);
  expect(formatText(formatted ?? '')).toBe(formatted);
});
