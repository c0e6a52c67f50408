/** Runs a query as `esql run` would, and times the job without its compilation. */
import { join } from 'node:path';
import { createEnv } from '../../cli/host/env.js';
import { compile } from '../../compiler/compile.js';
import { renderDiagnostic } from '../../grammar/diagnostics/render.js';
import { SourceFile } from '../../grammar/diagnostics/source.js';
import { run, type RunEvent } from '../../runtime/run.js';
import type { BenchOptions } from '../case.js';

export interface JobResult {
  readonly duration_ms: number;
  /** Rows that reached sinks. */
  readonly results: number;
}

/** Milliseconds from the start of the job to its last checkpoint. */
export async function timeJob(
  text: string,
  options: BenchOptions,
  event: (event: RunEvent) => void = () => undefined,
): Promise<number> {
  return (await measureJob(text, options, event)).duration_ms;
}

/** From the start of the job to its last checkpoint, and what came out of it. */
export async function measureJob(
  text: string,
  options: BenchOptions,
  event: (event: RunEvent) => void = () => undefined,
): Promise<JobResult> {
  const { plan, diagnostics } = compile({ source: new SourceFile('bench.esql', text), include: () => undefined });
  if (plan === undefined) throw new Error(diagnostics.map((found) => renderDiagnostic(found)).join('\n'));
  const sinks = plan.operators.filter((operator) => operator.op === 'sink').map((operator) => operator.id);
  let results = 0;
  const start_ms = performance.now();
  await run(plan, createEnv(), {
    checkpointUri: join(options.folder, 'checkpoint'),
    queryId: 'bench',
    workingDirectory: options.folder,
    observer: {
      event: (happened) => {
        if (happened.kind === 'batch') for (const id of sinks) results += happened.counters.get(id)?.rowsOut ?? 0;
        event(happened);
      },
    },
  });
  return { duration_ms: performance.now() - start_ms, results };
}
