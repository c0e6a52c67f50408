import { describe, expect, it } from 'vitest';
import type { SinkProgress } from '../../../runtime/connectors/connector.js';
import type { IntentFact } from '../../../runtime/driver/history.js';
import {
  decideCollision,
  decideRecovery,
  type RecoveryFacts,
  type SinkFact,
} from '../../../runtime/driver/recovery.js';
import { encodeIntent, GENESIS_HASH, type Intent, type SealedIntent } from '../../../runtime/wal/intent.js';

const PLAN = 'a'.repeat(64);

function intent(batch: number, previous: string, changes: Partial<Intent> = {}): SealedIntent {
  return encodeIntent({
    queryId: 'q',
    batch,
    previous,
    epoch: 1,
    planFingerprint: PLAN,
    engineVersion: '0.1.0',
    now_us: BigInt(batch),
    seed: 7n,
    sources: [],
    tables: [],
    ...changes,
  });
}

/** Intents of batches 1 … count. */
function chain(count: number): SealedIntent[] {
  const all: SealedIntent[] = [];
  for (let batch = 1; batch <= count; batch += 1) all.push(intent(batch, all.at(-1)?.hash ?? GENESIS_HASH));
  return all;
}

function good(sealed: SealedIntent): IntentFact {
  return { batch: sealed.intent.batch, ok: true, sealed };
}

function bad(batch: number): IntentFact {
  return { batch, ok: false, why: 'its checksum does not hold' };
}

function sinkAt(sealed: SealedIntent | null, changes: Partial<SinkProgress> = {}, durable = true): SinkFact {
  const progress =
    sealed === null
      ? { epoch: 2, batch: 0, digest: '', intentHash: '', intent: '' }
      : { epoch: 2, batch: sealed.intent.batch, digest: 'd', intentHash: sealed.hash, intent: sealed.text };
  return { id: 's', durable, progress: { ...progress, ...changes } };
}

const all = chain(4);
const [one, two, three, four] = all as [SealedIntent, SealedIntent, SealedIntent, SealedIntent];

/** A checkpoint at batch 2, intents 3 and 4. */
function facts(changes: Partial<RecoveryFacts> = {}, history: Partial<RecoveryFacts['history']> = {}): RecoveryFacts {
  return {
    queryId: 'q',
    epoch: 2,
    planFingerprint: PLAN,
    engineVersion: '0.1.0',
    sinks: [sinkAt(three)],
    ...changes,
    history: {
      checkpoint: { batch: 2, intentHash: two.hash },
      checkpointBatches: [0, 2],
      intents: [good(three), good(four)],
      hasPast: true,
      ...history,
    },
  };
}

function summary(given: RecoveryFacts): unknown {
  const decision = decideRecovery(given);
  if (decision.kind === 'refuse') {
    expect(decision.diagnostic.hint).toBeDefined();
    return decision.diagnostic.code;
  }
  const batches = (sealed: readonly SealedIntent[]): number[] => sealed.map((s) => s.intent.batch);
  return {
    from: decision.batch,
    replay: batches(decision.replay),
    restore: batches(decision.restore),
    drop: decision.drop,
  };
}

describe('where to go on', () => {
  it.each<[string, RecoveryFacts, unknown]>([
    ['replays behind the checkpoint', facts(), { from: 2, replay: [3, 4], restore: [], drop: [] }],
    [
      'starts at the beginning of a fresh store',
      facts({ sinks: [sinkAt(null)] }, { checkpoint: null, checkpointBatches: [], intents: [], hasPast: false }),
      { from: 0, replay: [], restore: [], drop: [] },
    ],
    [
      'replays everything when all checkpoints are bad but no intent is missing',
      facts({}, { checkpoint: null, intents: all.map(good) }),
      { from: 0, replay: [1, 2, 3, 4], restore: [], drop: [] },
    ],
    [
      'begins anew when only the first checkpoint is bad and nothing was begun',
      facts({ sinks: [sinkAt(null)] }, { checkpoint: null, checkpointBatches: [0], intents: [] }),
      { from: 0, replay: [], restore: [], drop: [] },
    ],
    ['refuses without a checkpoint where history shows', facts({}, { checkpoint: null }), 'ESQL8101'],
    [
      'refuses when the store shows a past and nothing else is left',
      facts({ sinks: [sinkAt(null)] }, { checkpoint: null, checkpointBatches: [], intents: [] }),
      'ESQL8101',
    ],
    ['refuses a sink behind the checkpoint', facts({ sinks: [sinkAt(one)] }), 'ESQL8102'],
    ['refuses a sink far ahead', facts({ sinks: [sinkAt(three, { batch: 9 })] }), 'ESQL8102'],
    [
      'refuses a sink with another intent of the checkpoint',
      facts({ sinks: [sinkAt(two, { intentHash: one.hash })] }),
      'ESQL8102',
    ],
    [
      'refuses a sink with another intent of a later batch',
      facts({ sinks: [sinkAt(three, { intentHash: one.hash })] }),
      'ESQL8102',
    ],
    [
      'takes no notice of a sink that keeps nothing',
      facts({ sinks: [sinkAt(null, {}, false)] }),
      { from: 2, replay: [3, 4], restore: [], drop: [] },
    ],
    [
      'drops a damaged last intent that no sink has seen',
      facts({}, { intents: [good(three), bad(4)] }),
      { from: 2, replay: [3], restore: [], drop: [4] },
    ],
    [
      'restores a damaged intent from the sink',
      facts({ sinks: [sinkAt(four)] }, { intents: [good(three), bad(4)] }),
      { from: 2, replay: [3, 4], restore: [4], drop: [] },
    ],
    [
      'restores a missing intent from the sink',
      facts({ sinks: [sinkAt(four)] }, { intents: [good(three)] }),
      { from: 2, replay: [3, 4], restore: [4], drop: [] },
    ],
    [
      'refuses a damaged intent whose copy is damaged too',
      facts({ sinks: [sinkAt(four, { intent: 'x' })] }, { intents: [good(three), bad(4)] }),
      'ESQL8103',
    ],
    ['refuses a gap', facts({ sinks: [sinkAt(four)] }, { intents: [good(four)] }), 'ESQL8104'],
    [
      'refuses a gap before a sound intent that no sink has',
      facts({ sinks: [sinkAt(two)] }, { intents: [bad(3), good(four)] }),
      'ESQL8103',
    ],
    ['refuses a fork', facts({ sinks: [sinkAt(two)] }, { intents: [good(intent(3, one.hash))] }), 'ESQL8104'],
    [
      'refuses an intent of another query',
      facts({ sinks: [sinkAt(two)] }, { intents: [good(intent(3, two.hash, { queryId: 'other' }))] }),
      'ESQL8104',
    ],
    [
      'is superseded by an intent of a newer epoch',
      facts({ sinks: [sinkAt(two)] }, { intents: [good(intent(3, two.hash, { epoch: 3 }))] }),
      'ESQL8201',
    ],
    ['refuses another plan while batches are unfinished', facts({ planFingerprint: 'b'.repeat(64) }), 'ESQL8303'],
    [
      'takes another plan when nothing is unfinished',
      facts({ planFingerprint: 'b'.repeat(64), sinks: [sinkAt(two)] }, { intents: [] }),
      { from: 2, replay: [], restore: [], drop: [] },
    ],
    ['refuses another engine while a sink lacks a batch', facts({ engineVersion: '0.2.0' }), 'ESQL8108'],
    [
      'takes another engine when every sink has every batch',
      facts({ engineVersion: '0.2.0', sinks: [sinkAt(four)] }),
      { from: 2, replay: [3, 4], restore: [], drop: [] },
    ],
  ])('%s', (_name, given, expected) => {
    expect(summary(given)).toEqual(expected);
  });
});

describe('what to do about a sink of another history', () => {
  const hintOf = (given: RecoveryFacts): string | undefined => {
    const decision = decideRecovery(given);
    return decision.kind === 'refuse' ? decision.diagnostic.hint : undefined;
  };

  it('is about the sink when the sink was emptied, and about the store when the store is older', () => {
    expect(hintOf(facts({ sinks: [sinkAt(null)] }))).toContain('Put back the sink');
    expect(hintOf(facts({ sinks: [sinkAt(three, { batch: 9 })] }))).toContain('Put back the checkpoint store');
  });
});

describe('an intent that is there already', () => {
  const own = intent(3, two.hash, { epoch: 2, seed: 1n });

  it.each<[string, SealedIntent]>([
    ['ours', own],
    ['adopt', intent(3, two.hash, { epoch: 1 })],
    ['superseded', intent(3, two.hash, { epoch: 3 })],
    ['broken', intent(3, one.hash, { epoch: 1 })],
    ['broken', intent(3, two.hash, { epoch: 1, planFingerprint: 'b'.repeat(64) })],
  ])('is %s', (expected, found) => {
    expect(decideCollision(own, found)).toBe(expected);
  });
});
