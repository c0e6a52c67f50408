/**
 * Claiming an epoch (docs/exactly-once.md P2): the next number, by create-if-absent. A number whose driver dies is
 * burnt.
 */
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import { runtimeError } from '../messages.js';
import type { Clock, RandomSource } from '../env.js';
import type { ObjectStore } from '../storage/object-store.js';
import { epochName, EPOCHS, numberOf } from '../checkpoint/paths.js';
import { seal } from '../wal/sealed.js';

const ATTEMPTS_MAX = 50;
const BACK_OFF_MIN_MS = 5;
const BACK_OFF_MAX_MS = 1000;

export interface EpochClaim {
  readonly queryId: string;
  readonly planFingerprint: string;
}

/** Rejects with ESQL8204 when other drivers win every attempt. */
export async function claimEpoch(
  store: ObjectStore,
  clock: Clock,
  random: RandomSource,
  claim: EpochClaim,
): Promise<number> {
  const driverId = Buffer.from(random.bytes(16)).toString('hex');
  const startedAt_us = String(clock.now_us());
  let epoch = (await latestEpoch(store)) + 1;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const { text } = seal('esql-epoch', 1, { ...claim, epoch, driverId, startedAt_us });
    const bytes = Buffer.from(text);
    if ((await store.publish(epochName(epoch), [bytes])) === 'created') return epoch;
    // A lost response looks like a lost race; only the content tells.
    const found = await store.read(epochName(epoch));
    if (found !== null && bytes.equals(found)) return epoch;
    await clock.sleep(Math.min(BACK_OFF_MAX_MS, BACK_OFF_MIN_MS * 2 ** attempt));
    epoch = Math.max(epoch, await latestEpoch(store)) + 1;
  }
  throw runtimeError(
    'ESQL8204',
    { attempts: ATTEMPTS_MAX },
    { place: store.uri, hint: 'Make sure that only one supervisor starts this job.' },
  );
}

/** 0 if there is none. A damaged epoch object counts: its name alone burns the number. */
export async function latestEpoch(store: ObjectStore): Promise<number> {
  let latest = 0;
  for (const object of await store.list(EPOCHS)) latest = Math.max(latest, numberOf(EPOCHS, object.name) ?? 0);
  invariant(Number.isSafeInteger(latest), 'epochs are numbers');
  return latest;
}
