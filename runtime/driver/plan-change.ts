/** Whether this plan may go on from what the store holds (docs/exactly-once.md §6), and the very first checkpoint. */
import { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import { GENESIS_HASH } from '../wal/intent.js';
import { decodeManifest, encodeManifest, type Manifest } from '../checkpoint/manifest.js';
import { checkpointName, CHECKPOINTS, numberOf } from '../checkpoint/paths.js';
import { isUntouched } from './history.js';
import type { Job } from './job.js';

/**
 * In an untouched store publishes the checkpoint of batch 0, so that from then on a store without a valid checkpoint is
 * known to have lost one. Elsewhere compares plans, before anything is claimed: but for the beginning. Rejects with
 * ESQL5006, ESQL5007 or ESQL8304.
 */
export async function preparePlan(job: Job): Promise<void> {
  if (await isUntouched(job.store)) {
    await publishBeginning(job);
    return;
  }
  const stored = await newestManifest(job);
  if (stored === null || stored.planFingerprint === job.plan.fingerprint) return;
  // The very beginning holds no state, so any plan fits it; whether batches were begun with another plan, recovery
  // finds out. Without this a first start that failed at a misspelt path or table would bind the job to the mistake.
  if (stored.batch === 0) return;
  const place = `${job.store.uri}/${checkpointName(stored.batch)}`;
  const refusal = job.plan.takeover(stored.plan, job.settings.allowChange, place);
  if (refusal !== null) throw new DiagnosticError(refusal);
}

/** The same bytes whoever publishes it, so two first starts at once don't disturb each other. */
async function publishBeginning(job: Job): Promise<void> {
  const { text } = encodeManifest({
    queryId: job.queryId,
    batch: 0,
    epoch: 0,
    engineVersion: job.engineVersion,
    plan: job.plan.text,
    planFingerprint: job.plan.fingerprint,
    intentHash: GENESIS_HASH,
    now_us: 0n,
    sources: [],
    sinks: [],
    state: [],
    tables: [],
  });
  await job.store.publish(checkpointName(0), [Buffer.from(text)]);
}

async function newestManifest(job: Job): Promise<Manifest | null> {
  const batches = (await job.store.list(CHECKPOINTS))
    .map((object) => numberOf(CHECKPOINTS, object.name))
    .filter((batch) => batch !== null);
  for (const batch of batches.reverse()) {
    const bytes = await job.store.read(checkpointName(batch));
    const decoded = bytes === null ? null : decodeManifest(bytes);
    if (decoded?.ok === true && decoded.value.manifest.queryId === job.queryId) return decoded.value.manifest;
  }
  return null;
}
