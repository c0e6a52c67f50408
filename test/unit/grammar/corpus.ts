/** The .esql files of the golden tests, and helpers that parse and format them. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Script } from '../../../grammar/ast.js';
import { DiagnosticList, type Diagnostic } from '../../../grammar/diagnostics/diagnostic.js';
import { renderDiagnostic } from '../../../grammar/diagnostics/render.js';
import { SourceFile } from '../../../grammar/diagnostics/source.js';
import { format } from '../../../grammar/format.js';
import { parse } from '../../../grammar/parse.js';

const goldenFolder = fileURLToPath(new URL('../../golden/', import.meta.url));

export interface CorpusFile {
  readonly name: string;
  /** Absolute, without `.esql`. */
  readonly path: string;
  readonly text: string;
}

/** Files of a folder below test/golden, in order of their names. */
export function corpus(folder: 'syntax' | 'format' | 'diagnostics/syntax'): readonly CorpusFile[] {
  const base = `${goldenFolder}${folder}`;
  return readdirSync(base)
    .filter((file) => file.endsWith('.esql') && !file.endsWith('.formatted.esql'))
    .sort()
    .map((file) => ({
      name: file,
      path: `${base}/${file.replace(/\.esql$/u, '')}`,
      text: readFileSync(`${base}/${file}`, 'utf8'),
    }));
}

export function parseText(text: string, name = 'test.esql'): { script: Script; diagnostics: readonly Diagnostic[] } {
  const problems = new DiagnosticList();
  const script = parse(new SourceFile(name, text), problems);
  return { script, diagnostics: problems.sorted() };
}

export function formatText(text: string, name = 'test.esql'): string | undefined {
  return format(new SourceFile(name, text), new DiagnosticList());
}

export function rendered(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic)).join('\n');
}

export function codesOf(text: string): readonly string[] {
  return parseText(text).diagnostics.map((diagnostic) => diagnostic.code);
}
