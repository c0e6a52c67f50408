/**
 * What a dead process had done and not synced is there for the next start, and may go with the power after it: the
 * start that finds it has to make it durable before anything is built on it.
 */
import { expect, it } from 'vitest';
import { cleanRun, range } from './explore.js';
import { runSchedule, type Scenario, type Schedule } from './scenario.js';

const SEEDS = 3;

/** `first`: the steps that a sync has to follow. The power fails at every `stride`-th step of the next start. */
export function describeUnsynced(scenario: Scenario, first: RegExp, stride: number): void {
  it('relies on nothing that a dead process had not synced', { timeout: 600_000 }, async () => {
    const clean = await cleanRun(scenario);
    const steps = clean.report.trace.flatMap((line, step) => (first.test(line) ? [step] : []));
    expect(steps.length).toBeGreaterThan(2);
    for (const schedule of schedules(steps, clean.steps, stride)) {
      const { violations } = await runSchedule(scenario, schedule, clean.content);
      expect({ schedule, violations }).toEqual({ schedule, violations: [] });
    }
  });
}

function* schedules(firsts: readonly number[], steps: number, stride: number): Generator<Schedule> {
  for (const step of firsts)
    for (let second = stride; second < steps; second += stride)
      for (const seed of range(step, SEEDS)) {
        const persistence = seed === step ? 'none' : 'part';
        yield {
          seed,
          incarnations: [
            { fault: { step, mode: 'after' }, persistence: 'process' },
            { fault: { step: second, mode: 'before' }, persistence },
          ],
        };
      }
}
