import { describe, expect, it } from 'vitest';
import type { Source, SourceRange } from '../../../runtime/connectors/connector.js';
import type { SourceTime } from '../../../runtime/driver/job.js';
import { SourceTrack } from '../../../runtime/driver/source-track.js';

const SECOND_US = 1_000_000n;

const source: Source = {
  open: () => Promise.resolve(),
  plan: () => Promise.resolve([]),
  seek: () => undefined,
  read: () => Promise.resolve(),
  advance: (_cursor, ranges) => ranges.at(-1)?.end ?? null,
  trim: () => Promise.resolve(),
  wait: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

function range(partition: number, final = false): SourceRange {
  return { partition, name: `p${String(partition)}`, start: 0, end: 1, final };
}

function track(bounded: boolean, time: Partial<SourceTime> = {}): SourceTrack {
  const windows = [{ slide_us: 10n * SECOND_US, end_us: 0n }];
  return new SourceTrack({
    id: 's',
    source,
    bounded,
    tolerant: false,
    time: { idle_us: 30n * SECOND_US, timeout_us: null, windows, ...time },
  });
}

/** Plans and applies a batch at a second. */
function batch(of: SourceTrack, second: bigint, ...ranges: SourceRange[]) {
  const planned = of.plan(ranges, second * SECOND_US);
  of.apply(planned.intent, second * SECOND_US);
  return planned;
}

describe('the end of a source', () => {
  it('comes when it is bounded, all partitions are final and nothing waits', () => {
    const followed = track(true);
    expect(batch(followed, 1n, range(0), range(1, true)).intent.ended).toBe(false);
    expect(batch(followed, 2n)).toMatchObject({ needed: false, intent: { ended: false } });
    expect(batch(followed, 3n, range(0, true)).intent.ended).toBe(false);
    expect(batch(followed, 4n)).toMatchObject({ needed: true, intent: { ended: true } });
    expect(followed.ended).toBe(true);
    expect(batch(followed, 5n)).toMatchObject({ needed: false, intent: { ended: true } });
  });

  it('never comes for an unbounded source', () => {
    const followed = track(false);
    batch(followed, 1n, range(0, true));
    expect(batch(followed, 2n)).toMatchObject({ needed: false, intent: { ended: false } });
  });
});

describe('idle partitions', () => {
  it('are those that are silent for longer than the limit, and are worth one batch', () => {
    const followed = track(false);
    batch(followed, 0n, range(0), range(1));
    batch(followed, 20n, range(1));
    expect(batch(followed, 30n)).toMatchObject({ needed: false, intent: { idlePartitions: [] } });
    expect(batch(followed, 31n)).toMatchObject({ needed: true, intent: { idlePartitions: [0] } });
    expect(batch(followed, 32n)).toMatchObject({ needed: false, intent: { idlePartitions: [0] } });
    expect(batch(followed, 33n, range(0))).toMatchObject({ needed: true, intent: { idlePartitions: [] } });
  });

  it('are not those that are complete', () => {
    const followed = track(false);
    batch(followed, 0n, range(0, true));
    expect(batch(followed, 100n).intent.idlePartitions).toEqual([]);
  });

  it('count their silence from the start of the run at the earliest', () => {
    const followed = track(false);
    batch(followed, 0n, range(0));
    const restarted = track(false);
    restarted.restore(followed.manifest());
    restarted.listen(1000n * SECOND_US);
    expect(batch(restarted, 1001n).intent.idlePartitions).toEqual([]);
    expect(batch(restarted, 1031n).intent.idlePartitions).toEqual([0]);
  });
});

describe('EMIT FINAL TIMEOUT', () => {
  it('moves the watermark with the clock once the source is silent, at ends of windows only', () => {
    const followed = track(false, { idle_us: 1000n * SECOND_US, timeout_us: 60n * SECOND_US });
    batch(followed, 5n, range(0));
    expect(batch(followed, 64n).intent.advanceTo_us).toBeNull();
    expect(batch(followed, 65n)).toMatchObject({ needed: true, intent: { advanceTo_us: 5n * SECOND_US } });
    expect(batch(followed, 69n)).toMatchObject({ needed: false, intent: { advanceTo_us: null } });
    expect(batch(followed, 70n)).toMatchObject({ needed: true, intent: { advanceTo_us: 10n * SECOND_US } });
    expect(batch(followed, 71n, range(0)).intent.advanceTo_us).toBeNull();
  });

  it('says when to look again', () => {
    const followed = track(false, { idle_us: 1000n * SECOND_US, timeout_us: 60n * SECOND_US });
    batch(followed, 5n, range(0));
    expect(followed.nextDeadline_ms(64n * SECOND_US)).toBe(1000);
    batch(followed, 65n);
    expect(followed.nextDeadline_ms(66n * SECOND_US)).toBe(4000);
    expect(track(false).nextDeadline_ms(0n)).toBe(Infinity);
  });
});

describe('open partitions', () => {
  it('are those of the history and of the batch itself that may still deliver', () => {
    const followed = track(false);
    const intent = followed.plan([range(2), range(0), range(1, true)], 0n).intent;
    expect(followed.openPartitions(intent)).toEqual([0, 2]);
    followed.apply(intent, 0n);
    const next = followed.plan([range(0, true), range(7)], 0n).intent;
    expect(followed.openPartitions(next)).toEqual([2, 7]);
    const restarted = track(false);
    restarted.restore(followed.manifest());
    expect(restarted.openPartitions(next)).toEqual([2, 7]);
  });
});
