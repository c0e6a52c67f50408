/**
 * Double and triple faults by seed. `npm run sim -- --schedules 1000000` runs as many as wanted on all cores, and
 * `npm run sim -- --seed N` runs the one of that seed again and prints it.
 */
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { cleanRun, explore, range, sampledFaults } from './explore.js';
import { modelScenario } from './model-scenario.js';
import { PLAN_SCENARIOS } from './plan-scenarios.js';

const FROM = Number(process.env['SIM_SEED'] ?? 0);
const only = process.env['SIM_SCENARIO'];
const COUNT = process.env['SIM_SCHEDULES'];

/** The small job is fast: it takes most of the samples. */
const SCENARIOS = [
  { scenario: modelScenario, count: 2500, rotShare: 0.4 },
  ...PLAN_SCENARIOS.map((scenario) => ({ scenario, count: 100, rotShare: 0.1 })),
].filter(({ scenario }) => only === undefined || scenario.name === only);

describe.each(SCENARIOS)('samples of the $scenario.name job', ({ scenario, count, rotShare }) => {
  it('survives double and triple faults, or refuses for a reason', { timeout: 86_400_000 }, async () => {
    const clean = await cleanRun(scenario);
    const wanted = COUNT === undefined ? count : Number(COUNT);
    function* schedules() {
      for (const seed of range(FROM, wanted)) yield sampledFaults(seed, clean.steps, rotShare);
    }
    if (wanted === 1) process.stdout.write(`${JSON.stringify(sampledFaults(FROM, clean.steps, rotShare), null, 2)}\n`);
    const found = await explore(scenario, schedules(), clean.content);
    expect(found.failures).toEqual([]);
    expect(found.refused).toBeLessThanOrEqual(found.schedules * rotShare);
  });
});
