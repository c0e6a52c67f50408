/** Each query of `plans/` as its logical plan, the optimised one, the plan and its explanation. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile } from '../../compiler/compile.js';
import { emitStage, type Stage } from '../../compiler/stages.js';
import { renderDiagnostic } from '../../grammar/diagnostics/render.js';
import { SourceFile } from '../../grammar/diagnostics/source.js';
import { decodePlan } from '../../plan/decode.js';
import { encodePlan } from '../../plan/encode.js';

const folder = join(import.meta.dirname, 'plans');
const files = readdirSync(folder).filter((name) => name.endsWith('.esql'));
const outputs: readonly (readonly [Stage, string])[] = [
  ['logical', 'logical.txt'],
  ['optimised', 'optimised.txt'],
  ['plan', 'plan.json'],
  ['explain', 'explain.txt'],
];

function include(path: string): SourceFile | undefined {
  return path === 'common/orders.sql' ? new SourceFile(path, readFileSync(join(folder, path), 'utf8')) : undefined;
}

describe('golden plans', () => {
  it('has enough of them', () => {
    expect(files.length).toBeGreaterThanOrEqual(25);
  });

  for (const file of files) {
    it(file, async () => {
      const source = new SourceFile(file, readFileSync(join(folder, file), 'utf8'));
      const compilation = compile({ source, include });
      const errors = compilation.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
      expect(errors.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n')).toBe('');
      for (const [stage, extension] of outputs) {
        await expect(emitStage(compilation, stage)).toMatchFileSnapshot(
          join(folder, file.replace(/esql$/u, extension)),
        );
      }
      const text = emitStage(compilation, 'plan') ?? '';
      const decoded = decodePlan(text, { place: file });
      expect(decoded.ok && encodePlan(decoded.plan)).toBe(text);
    });
  }
});
