/** Every prefix of the optimiser's rules gives a valid plan with the same streams and sinks. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compile } from '../../../compiler/compile.js';
import { optimiserRules } from '../../../compiler/optimise/pipeline.js';
import { SourceFile } from '../../../grammar/diagnostics/source.js';
import type { Plan } from '../../../plan/plan.js';

const folder = join(import.meta.dirname, '../../golden/plans');
const files = readdirSync(folder).filter((name) => name.endsWith('.esql'));

function include(path: string): SourceFile {
  return new SourceFile(path, readFileSync(join(folder, path), 'utf8'));
}

/** What a sink is promised: no rule may change it. */
function promises(plan: Plan): unknown {
  return plan.operators.flatMap((operator) => {
    if (operator.op !== 'sink') return [];
    const { schema, changelog } = operator.output;
    return [{ id: operator.id, key: operator.key, schema, changelog }];
  });
}

it.each(files)('%s', (file) => {
  const source = new SourceFile(file, readFileSync(join(folder, file), 'utf8'));
  const compileWith = (count: number): Plan => {
    const { plan } = compile({ source, include, options: { optimiserRules: optimiserRules.slice(0, count) } });
    expect(plan).toBeDefined();
    return plan!;
  };
  const plain = promises(compileWith(0));
  for (let count = 1; count <= optimiserRules.length; count += 1) expect(promises(compileWith(count))).toEqual(plain);
});
