/**
 * The driver: one run of one query, from the lock to the last checkpoint (docs/exactly-once.md §3). Every batch goes
 * intent → compute → sinks with progress → checkpoint → trim. Any error ends the run without clean-up writes: the next
 * start recovers from what is durable.
 */
import { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import { runtimeError } from '../messages.js';
import type { StoreLock } from '../storage/object-store.js';
import type { Job, JobParts, RunOutcome } from './job.js';
import { BatchRunner } from './batch-runner.js';
import { claimEpoch } from './epoch.js';
import { preparePlan } from './plan-change.js';
import { recover } from './recover.js';

/**
 * Runs until every source has ended or the signal asks to stop. Rejects with a diagnostic when it can't go on, or with
 * whatever a part threw.
 */
export async function drive(job: Job): Promise<RunOutcome> {
  const lock = await acquireLock(job);
  let parts: JobParts | null = null;
  try {
    await preparePlan(job);
    const { queryId, plan } = job;
    const epoch = await claimEpoch(job.store, job.clock, job.random, { queryId, planFingerprint: plan.fingerprint });
    parts = await job.build(epoch);
    const runner = new BatchRunner(job, parts, epoch);
    const recovered = await recover(job, parts, epoch, runner);
    if (recovered.finished) return { kind: 'finished', already: true, epoch, batch: runner.batch };
    return await runner.runToEnd();
  } finally {
    await closeParts(parts);
    await lock.release();
  }
}

async function acquireLock(job: Job): Promise<StoreLock> {
  const lock = await job.store.acquireLock();
  if (lock !== null) return lock;
  throw runtimeError(
    'ESQL8003',
    { query: job.queryId },
    {
      place: job.store.uri,
      facts: ['One driver at a time keeps two of them from taking the job from each other for ever.'],
      hint: 'Stop the other driver, or run this query with another --query-id and other sinks.',
    },
  );
}

/** Connections only; an error in closing must not hide the one that ended the run. */
async function closeParts(parts: JobParts | null): Promise<void> {
  if (parts === null) return;
  for (const part of [...parts.sources.map((s) => s.source), ...parts.sinks.map((s) => s.sink), ...parts.tables]) {
    try {
      await part.close();
    } catch (error) {
      if (error instanceof DiagnosticError) continue;
    }
  }
}
