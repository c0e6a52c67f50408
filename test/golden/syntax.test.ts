/** syntax/*.esql → *.ast.txt */
import { expect, test } from 'vitest';
import { printAst } from '../../grammar/print-ast.js';
import { corpus, parseText, rendered } from '../unit/grammar/corpus.js';

test.each(corpus('syntax'))('syntax tree of $name', async ({ name, path, text }) => {
  const { script, diagnostics } = parseText(text, name);
  expect(rendered(diagnostics)).toBe('');
  await expect(printAst(script)).toMatchFileSnapshot(`${path}.ast.txt`);
});
