/** Double and triple faults by seed; `npm run sim` runs more of them. */
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { CRASHES_PER_STEP, cleanRun, explore, range, sampledFaults } from './explore.js';
import { SAMPLINGS } from './scenarios.js';

const CRASH_SCHEDULES_MIN = 10_000;

describe.each(SAMPLINGS)('samples of the $scenario.name job', ({ scenario, samples, rotShare }) => {
  it('survives double and triple faults, or refuses for a reason', { timeout: 600_000 }, async () => {
    const clean = await cleanRun(scenario);
    function* schedules() {
      for (const seed of range(0, samples)) yield sampledFaults(seed, clean.steps, rotShare);
    }
    const found = await explore(scenario, schedules(), clean.content);
    expect(found.failures).toEqual([]);
    expect(found.schedules).toBe(samples);
    expect(found.refused).toBeLessThanOrEqual(found.schedules * rotShare);
  });
});

describe('all jobs together', () => {
  // Each job's own test makes sure that it explores all that are counted here.
  it('are crashed in more than ten thousand ways', async () => {
    let crashes = 0;
    for (const { scenario, samples } of SAMPLINGS)
      crashes += (await cleanRun(scenario)).steps * CRASHES_PER_STEP + samples;
    process.stdout.write(`${String(crashes)} crash schedules over ${String(SAMPLINGS.length)} jobs\n`);
    expect(crashes).toBeGreaterThanOrEqual(CRASH_SCHEDULES_MIN);
  });
});
