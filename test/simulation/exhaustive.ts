/** What every scenario must survive, in one place; a file per scenario lets them run side by side. */
import { describe, expect, it } from 'vitest';
import { CRASHES_PER_STEP, ERRORS_PER_STEP, cleanRun, explore, singleFaults } from './explore.js';
import type { Scenario } from './scenario.js';

export function describeExhaustive(scenario: Scenario): void {
  describe(`the ${scenario.name} job`, () => {
    it('finishes without faults, the same way each time', async () => {
      const [one, two] = [await cleanRun(scenario), await cleanRun(scenario)];
      expect(one.report.violations).toEqual([]);
      expect(one.report.trace).toEqual(two.report.trace);
      expect(one.content).toMatchSnapshot();
    });

    it('survives every single fault', { timeout: 600_000 }, async () => {
      const clean = await cleanRun(scenario);
      const found = await explore(scenario, singleFaults(clean.steps), clean.content);
      expect(found.failures).toEqual([]);
      expect(found.schedules).toBe(clean.steps * (CRASHES_PER_STEP + ERRORS_PER_STEP));
      expect(found.unreached).toBe(0);
      expect(clean.steps).toBeGreaterThan(100);
    });
  });
}
