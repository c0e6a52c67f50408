import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { cleanRun } from './explore.js';
import { runInterleaving, sampledInterleaving } from './drivers.js';
import { modelScenario } from './model-scenario.js';
import { planScenarioNamed } from './plan-scenarios.js';

/** The cascade has the real sinks, for files and for SQLite. */
const JOBS = [
  { scenario: modelScenario, interleavings: 1800 },
  { scenario: planScenarioNamed('cascade'), interleavings: 250 },
];
const INTERLEAVINGS_MIN = 2000;

describe.each(JOBS)('two drivers on the $scenario.name job', ({ scenario, interleavings }) => {
  it('give one history wherever they stand still', { timeout: 600_000 }, async () => {
    const clean = await cleanRun(scenario);
    const failures: unknown[] = [];
    for (let seed = 0; seed < interleavings && failures.length < 3; seed += 1) {
      // The first one stands still at every step in turn.
      const interleaving = sampledInterleaving(seed, seed % clean.steps, clean.steps);
      const violations = await runInterleaving(scenario, interleaving, clean.content);
      if (violations.length > 0) failures.push({ ...interleaving, violations });
    }
    expect(failures).toEqual([]);
    expect(interleavings).toBeGreaterThan(clean.steps);
  });
});

it('more than two thousand interleavings are tried', () => {
  const all = JOBS.reduce((sum, { interleavings }) => sum + interleavings, 0);
  process.stdout.write(`${String(all)} interleavings of two drivers\n`);
  expect(all).toBeGreaterThanOrEqual(INTERLEAVINGS_MIN);
});
