/** Each optimiser rule: the logical plans of `plans/rules/<rule>.esql` as the rules before it leave them, and after it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compile } from '../../compiler/compile.js';
import { logicalToText } from '../../compiler/logical/print.js';
import { optimise, optimiserRules } from '../../compiler/optimise/pipeline.js';
import { SourceFile } from '../../grammar/diagnostics/source.js';

const folder = join(import.meta.dirname, 'plans/rules');

it.each([...new Set(optimiserRules)])('$name', async (rule) => {
  const file = `${rule.name}.esql`;
  const source = new SourceFile(file, readFileSync(join(folder, file), 'utf8'));
  const { logical, diagnostics } = compile({ source, include: () => undefined });
  expect(diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toEqual([]);
  const input = optimise(logical, optimiserRules.slice(0, optimiserRules.indexOf(rule)));
  const before = logicalToText(input);
  const after = logicalToText(rule.apply(input));
  expect(after).not.toBe(before);
  await expect(before).toMatchFileSnapshot(join(folder, `${rule.name}.before.txt`));
  await expect(after).toMatchFileSnapshot(join(folder, `${rule.name}.after.txt`));
});
