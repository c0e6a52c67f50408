import { describe, expect, it } from 'vitest';
import { cleanRun, explore, range, sampledFaults, singleFaults } from './explore.js';
import { modelScenario } from './model-scenario.js';

const DOUBLE_SCHEDULES = Number(process.env['SIM_SCHEDULES'] ?? 6000);

describe('crashes of the model job', () => {
  it('gives the same trace for the same seed', async () => {
    const [one, two] = [await cleanRun(modelScenario), await cleanRun(modelScenario)];
    expect(one.report.violations).toEqual([]);
    expect(one.report.trace).toEqual(two.report.trace);
    expect(one.report.trace.length).toBeGreaterThan(100);
  });

  it('survives every single fault', { timeout: 120_000 }, async () => {
    const clean = await cleanRun(modelScenario);
    const found = await explore(modelScenario, singleFaults(clean.steps), clean.content);
    expect(found.failures).toEqual([]);
    expect(found.schedules).toBe(clean.steps * 15);
  });

  it('survives double and triple faults', { timeout: 240_000 }, async () => {
    const clean = await cleanRun(modelScenario);
    const schedules = [...range(0, DOUBLE_SCHEDULES)].map((seed) => sampledFaults(seed, clean.steps, 0));
    const found = await explore(modelScenario, schedules, clean.content);
    expect(found.failures).toEqual([]);
  });

  it('recovers from a flipped bit, or refuses', { timeout: 120_000 }, async () => {
    const clean = await cleanRun(modelScenario);
    const schedules = [...range(0, 1500)].map((seed) => sampledFaults(seed, clean.steps, 1));
    const found = await explore(modelScenario, schedules, clean.content);
    expect(found.failures).toEqual([]);
    expect(found.refused).toBeLessThan(found.schedules / 4);
  });
});
