import { describe, expect, it } from 'vitest';
import { cleanRun, explore, range, sampledFaults, singleFaults } from './explore.js';
import { PLAN_SCENARIOS } from './plan-scenarios.js';

/** Per scenario, on top of every single fault. */
const SCHEDULES = Number(process.env['SIM_SCHEDULES'] ?? 600);

describe.each(PLAN_SCENARIOS)('crashes of the $name job', (scenario) => {
  it('finishes without faults, the same way each time', async () => {
    const [one, two] = [await cleanRun(scenario), await cleanRun(scenario)];
    expect(one.report.violations).toEqual([]);
    expect(one.report.trace).toEqual(two.report.trace);
    expect(one.content).toMatchSnapshot();
  });

  it('survives every single fault', { timeout: 240_000 }, async () => {
    const clean = await cleanRun(scenario);
    expect((await explore(scenario, singleFaults(clean.steps), clean.content)).failures).toEqual([]);
  });

  it('survives double and triple faults', { timeout: 240_000 }, async () => {
    const clean = await cleanRun(scenario);
    const schedules = [...range(0, SCHEDULES)].map((seed) => sampledFaults(seed, clean.steps, 0.1));
    expect((await explore(scenario, schedules, clean.content)).failures).toEqual([]);
  });
});
