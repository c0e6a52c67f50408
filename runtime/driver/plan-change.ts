/** Whether this plan may go on from what the store holds (exactly-once.md §6), and the very first checkpoint. */
import { GENESIS_HASH } from '../wal/intent.js';
import { decodeManifest, encodeManifest, type Manifest } from '../checkpoint/manifest.js';
import { checkpointName, CHECKPOINTS, numberOf } from '../checkpoint/paths.js';
import { runtimeError } from '../messages.js';
import { isUntouched } from './history.js';
import type { Job } from './job.js';

/**
 * In an untouched store publishes the checkpoint of batch 0, so that from then on a store without a valid checkpoint is known
 * to have lost one. Elsewhere compares plans, before anything is claimed. Rejects with ESQL8301, 8302 or 8304.
 */
export async function preparePlan(job: Job): Promise<void> {
  if (await isUntouched(job.store)) {
    await publishBeginning(job);
    return;
  }
  const stored = await newestManifest(job);
  if (stored === null || stored.planFingerprint === job.plan.fingerprint) return;
  const change = job.plan.compare(stored.plan);
  const place = `${job.store.uri}/${checkpointName(stored.batch)}`;
  switch (change.kind) {
    case 'same':
      return;
    case 'unreadable':
      throw runtimeError(
        'ESQL8304',
        { why: change.why },
        { place, hint: 'Run the job with the version of esql that wrote the checkpoint.' },
      );
    case 'compatible':
      if (job.settings.allowChange) return;
      throw runtimeError(
        'ESQL8302',
        { operators: change.operators.join(', ') },
        { place, hint: 'Check the change with `esql diff`, then run it with --allow-change.' },
      );
    case 'incompatible':
      throw runtimeError(
        'ESQL8301',
        { operators: change.operators.join(', ') },
        {
          place,
          facts: ['The state in the checkpoint was made by the old plan and has no meaning in the new one.'],
          hint: 'Start the new plan afresh with another --query-id and other sinks, or run the old plan.',
        },
      );
  }
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
