/** Query and plan files to plans, for every command that needs one. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import process from 'node:process';
import { compile, type Compilation } from '../compiler/compile.js';
import { SourceFile } from '../grammar/diagnostics/source.js';
import { decodePlan } from '../plan/decode.js';
import { overloadOf } from '../plan/functions/resolve.js';
import type { Plan } from '../plan/plan.js';
import type { Terminal } from './command.js';
import { readTextFile, STANDARD_INPUT } from './files.js';
import { VERSION } from './version.js';

/** Compiles a query file and reports what is found. Throws a DiagnosticError when the file can't be read. */
export async function compileFile(path: string, terminal: Terminal): Promise<Compilation> {
  const compilation = compile({ source: await readTextFile(path), include, options: { version: VERSION } });
  for (const diagnostic of compilation.diagnostics) terminal.diagnostics.report(diagnostic);
  return compilation;
}

/** INCLUDE paths are relative to the file they stand in. */
function include(path: string, from: SourceFile): SourceFile | undefined {
  const base = from.path === STANDARD_INPUT ? process.cwd() : dirname(from.path);
  const target = resolve(base, path);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(target));
    return new SourceFile(target, text);
  } catch {
    // The compiler reports ESQL2008 at the INCLUDE: missing, unreadable and not UTF-8 alike can't be included.
    return undefined;
  }
}

/** The plan of a query file, or the decoded plan file; undefined when diagnostics were reported. */
export async function loadPlan(path: string, terminal: Terminal): Promise<Plan | undefined> {
  if (!path.endsWith('.json')) return (await compileFile(path, terminal)).plan;
  const decoded = decodePlan((await readTextFile(path)).text, { place: path, functions: overloadOf });
  if (decoded.ok) return decoded.plan;
  for (const diagnostic of decoded.diagnostics) terminal.diagnostics.report(diagnostic);
  return undefined;
}
