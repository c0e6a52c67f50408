import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compile } from '../../../compiler/compile.js';
import { renderDiagnostic } from '../../../grammar/diagnostics/render.js';
import { SourceFile } from '../../../grammar/diagnostics/source.js';
import { encodePlan } from '../../../plan/encode.js';

it('compiles the quickstart', () => {
  const path = 'queries/quickstart.esql';
  const result = compile({ source: new SourceFile(path, readFileSync(path, 'utf8')), include: () => undefined });
  expect(result.diagnostics.map((d) => renderDiagnostic(d)).join('\n')).toBe('');
  expect(encodePlan(result.plan!)).toContain('per_airport/aggregate');
});
