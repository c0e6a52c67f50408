/** Each bad file of `diagnostics/{names,types,streaming}` with everything that is reported about it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile } from '../../compiler/compile.js';
import { renderDiagnostic } from '../../grammar/diagnostics/render.js';
import { SourceFile } from '../../grammar/diagnostics/source.js';
import { nameMessages } from '../../compiler/messages/names.js';
import { streamingMessages } from '../../compiler/messages/streaming.js';
import { typeMessages } from '../../compiler/messages/types.js';

const folder = join(import.meta.dirname, 'diagnostics');
const areas = ['names', 'types', 'streaming'] as const;

/** Files by path, for INCLUDE: `loop.sql` includes itself, `deep_1.sql` the next one, and so on. */
function include(path: string): SourceFile | undefined {
  if (path === 'loop.sql') return new SourceFile(path, "INCLUDE 'loop.sql';\n");
  const deep = /^deep_(\d+)\.sql$/u.exec(path);
  return deep === null ? undefined : new SourceFile(path, `INCLUDE 'deep_${Number(deep[1]) + 1}.sql';\n`);
}

const seen = new Set<string>();

describe.each(areas)('bad files: %s', (area) => {
  const files = readdirSync(join(folder, area)).filter((name) => name.endsWith('.esql'));
  for (const file of files) {
    it(file, async () => {
      const source = new SourceFile(file, readFileSync(join(folder, area, file), 'utf8'));
      const { diagnostics, plan } = compile({ source, include });
      for (const diagnostic of diagnostics) seen.add(diagnostic.code);
      const isBad = diagnostics.some((diagnostic) => diagnostic.severity === 'error');
      expect(plan === undefined).toBe(isBad);
      const text = diagnostics.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n');
      await expect(text).toMatchFileSnapshot(join(folder, area, file.replace(/esql$/u, 'txt')));
    });
  }
});

describe('every code', () => {
  const codes = [nameMessages, typeMessages, streamingMessages].flatMap((table) => Object.keys(table));

  it('occurs in a bad file', () => {
    expect(codes.filter((code) => !seen.has(code))).toEqual([]);
  });

  it('has a page', () => {
    const pages = new Set(readdirSync(join(import.meta.dirname, '../../docs/diagnostics')));
    expect(codes.filter((code) => !pages.has(`${code}.md`))).toEqual([]);
  });
});
