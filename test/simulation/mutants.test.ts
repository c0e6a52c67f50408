import { describe, expect, it } from 'vitest';
import { runInterleaving, sampledInterleaving } from './drivers.js';
import { cleanRun, range, sampledFaults, singleFaults } from './explore.js';
import { modelScenario } from './model-scenario.js';
import { MUTANTS, OTHER_ON_REPLAY, type Mutant } from './mutants.js';
import { SOCKET_MUTANTS } from './socket-mutants.js';
import { socketScenario } from './socket-scenario.js';
import { SeededRandom } from './random.js';
import { runSchedule, type Scenario, type Schedule } from './scenario.js';

const SAMPLES_MAX = 2500;

/** What caught the mutant, or null if it lives. */
async function hunt(mutant: Mutant, scenario: Scenario): Promise<string | null> {
  const clean = await cleanRun(scenario);
  const own = await cleanRun(scenario, mutant.mutation);
  const steps = Math.max(clean.steps, own.steps);
  if (mutant.hunt === 'drivers') {
    for (let seed = 0; seed < SAMPLES_MAX; seed += 1) {
      const interleaving = sampledInterleaving(seed, (seed * 7919) % steps, steps);
      const [violation] = await runInterleaving(scenario, interleaving, clean.content, mutant.mutation);
      if (violation !== undefined) return violation;
    }
    return null;
  }
  for (const schedule of schedulesOf(mutant, steps)) {
    const [violation] = (await runSchedule(scenario, schedule, clean.content, mutant.mutation)).violations;
    if (violation !== undefined) return violation;
  }
  return null;
}

function schedulesOf(mutant: Mutant, steps: number): readonly Schedule[] {
  if (mutant.hunt === 'single') {
    // In an order that spreads over the run, so that a mutant dies soon.
    const all = [...singleFaults(steps)];
    const random = new SeededRandom(1);
    return all
      .map((schedule) => ({ schedule, at: random.u32() }))
      .sort((a, b) => a.at - b.at)
      .map(({ schedule }) => schedule);
  }
  return [...range(0, SAMPLES_MAX)].map((seed) => sampledFaults(seed, steps, mutant.hunt === 'rot' ? 1 : 0));
}

describe('a pipeline that computes otherwise on replay', () => {
  it('is refused where a sink has the batch, and nowhere silently wrong', { timeout: 120_000 }, async () => {
    const clean = await cleanRun(modelScenario);
    const endings = new Set<string>();
    for (const schedule of [...singleFaults(clean.steps)].filter((_, i) => i % 7 === 0)) {
      const { violations } = await runSchedule(modelScenario, schedule, clean.content, OTHER_ON_REPLAY);
      for (const violation of violations) endings.add(/ESQL[0-9]{4}/u.exec(violation)?.[0] ?? violation);
    }
    expect([...endings]).toEqual(['ESQL8442']);
  });
});

/** A mutant that only fails by itself has shown nothing; damaged JSON, on the other hand, is a find. */
function expectCaught(violation: string | null): void {
  expect(violation).not.toBeNull();
  expect(violation).not.toMatch(/ReferenceError|TypeError/u);
}

describe('wrong protocols', () => {
  it.each(MUTANTS)('$name is caught', { timeout: 120_000 }, async (mutant) => {
    expectCaught(await hunt(mutant, modelScenario));
  });

  it.each(SOCKET_MUTANTS)('$name is caught', { timeout: 120_000 }, async (mutant) => {
    expectCaught(await hunt(mutant, socketScenario));
  });
});
