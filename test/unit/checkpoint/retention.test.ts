import { describe, expect, it } from 'vitest';
import { DEFAULT_RETENTION, retainedCheckpoints } from '../../../runtime/checkpoint/retention.js';

const MINUTE_US = 60_000_000n;
const HOUR_US = 60n * MINUTE_US;

function every(step_us: bigint, count: number) {
  return Array.from({ length: count }, (_, i) => ({ batch: i, now_us: BigInt(i) * step_us }));
}

describe('checkpoints that are kept', () => {
  it('are at least three, whatever their age', () => {
    const kept = retainedCheckpoints(every(MINUTE_US, 10), 1000n * HOUR_US, DEFAULT_RETENTION);
    expect([...kept].sort()).toEqual([7, 8, 9]);
  });

  it('reach back a day, about one an hour', () => {
    // As a job does it: after every checkpoint what is not kept goes.
    let present: { batch: number; now_us: bigint }[] = [];
    for (const checkpoint of every(MINUTE_US, 3 * 24 * 60)) {
      present.push(checkpoint);
      const kept = retainedCheckpoints(present, checkpoint.now_us, DEFAULT_RETENTION);
      present = present.filter(({ batch }) => kept.has(batch));
    }
    const now_us = present.at(-1)?.now_us ?? 0n;
    expect(now_us - (present[0]?.now_us ?? 0n)).toBeGreaterThanOrEqual(24n * HOUR_US);
    expect(present.length).toBeLessThan(60);
    const gaps = present.slice(1).map(({ now_us: later }, i) => later - (present[i]?.now_us ?? 0n));
    expect(gaps.every((gap) => gap <= HOUR_US)).toBe(true);
  });

  it('are all of them while there are few', () => {
    expect(retainedCheckpoints(every(MINUTE_US, 2), HOUR_US, DEFAULT_RETENTION).size).toBe(2);
  });
});
