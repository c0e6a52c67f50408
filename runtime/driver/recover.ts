/** A start, up to where new batches can be planned: register at the sinks, read the past, decide, restore, replay. */
import { DiagnosticError, type Diagnostic } from '../../grammar/diagnostics/diagnostic.js';
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import { isFinished } from '../checkpoint/manifest.js';
import { intentName } from '../checkpoint/paths.js';
import { loadSnapshot } from '../checkpoint/snapshot.js';
import type { BatchRunner } from './batch-runner.js';
import { readHistory, skippedWarning, type History } from './history.js';
import type { Job, JobParts } from './job.js';
import type { Resume, SinkFact } from './recovery.js';

export interface Recovered {
  /** Every source had ended and every batch was done. */
  readonly finished: boolean;
}

/** Rejects with a refusal (ESQL81xx, 8303) where going on can't be shown to be safe. */
export async function recover(job: Job, parts: JobParts, epoch: number, runner: BatchRunner): Promise<Recovered> {
  const sinks: SinkFact[] = [];
  for (const { id, sink, durable } of parts.sinks) sinks.push({ id, durable, progress: await sink.open(epoch) });
  const history = await readHistory(job.store, job.queryId, epoch, job.protocol.objectProblem);
  const decision = job.protocol.decideRecovery({
    queryId: job.queryId,
    epoch,
    planFingerprint: job.plan.fingerprint,
    engineVersion: job.engineVersion,
    history: { ...history, checkpoint: history.checkpoint?.manifest ?? null },
    sinks,
  });
  if (decision.kind === 'refuse') throw new DiagnosticError(inStore(decision.diagnostic, job.store.uri));
  await mend(job, history, decision);
  const manifest = history.checkpoint?.manifest ?? null;
  await runner.restore(manifest, { batch: decision.batch, intentHash: decision.intentHash });
  if (history.checkpoint !== null && history.checkpoint.manifest.batch > 0)
    loadSnapshot(parts.pipeline.states, history.checkpoint.state, decision.batch);
  const finished = manifest !== null && isFinished(manifest);
  invariant(!finished || decision.replay.length === 0, 'no batch behind the final checkpoint');
  job.observer.event({
    kind: 'recovered',
    epoch,
    batch: decision.batch,
    replayed: decision.replay.length,
    finished,
    warnings: history.skipped.map(skippedWarning),
  });
  if (!finished) await runner.replay(decision.replay);
  return { finished };
}

/** The decision knows objects by their names only; a person needs to know in which folder. */
function inStore(diagnostic: Diagnostic, uri: string): Diagnostic {
  return { ...diagnostic, place: diagnostic.place === undefined ? uri : `${uri}/${diagnostic.place}` };
}

/** Moves damaged objects away so that their names are free again, and publishes lost intents from the sinks' copies. */
async function mend(job: Job, history: History, decision: Resume): Promise<void> {
  for (const { objects } of history.skipped) for (const name of objects) await job.store.quarantine(name);
  for (const batch of decision.drop) await job.store.quarantine(intentName(batch));
  for (const sealed of decision.restore) {
    const name = intentName(sealed.intent.batch);
    await job.store.quarantine(name);
    await job.store.publish(name, [Buffer.from(sealed.text)]);
  }
}
