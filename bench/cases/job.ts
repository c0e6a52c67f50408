/** Runs a query as `esql run` would, and times the job without its compilation. */
import { join } from 'node:path';
import { createEnv } from '../../cli/host/env.js';
import { compile } from '../../compiler/compile.js';
import { renderDiagnostic } from '../../grammar/diagnostics/render.js';
import { SourceFile } from '../../grammar/diagnostics/source.js';
import { run, type RunEvent } from '../../runtime/run.js';
import type { BenchOptions } from '../case.js';

/** Milliseconds from the start of the job to its last checkpoint. */
export async function timeJob(
  text: string,
  options: BenchOptions,
  event: (event: RunEvent) => void = () => undefined,
): Promise<number> {
  const { plan, diagnostics } = compile({ source: new SourceFile('bench.esql', text), include: () => undefined });
  if (plan === undefined) throw new Error(diagnostics.map((found) => renderDiagnostic(found)).join('\n'));
  const start_ms = performance.now();
  await run(plan, createEnv(), {
    checkpointUri: join(options.folder, 'checkpoint'),
    queryId: 'bench',
    workingDirectory: options.folder,
    observer: { event },
  });
  return performance.now() - start_ms;
}
