import { describe, expect, it } from 'vitest';
import { cleanRun } from './explore.js';
import { runInterleaving } from './drivers.js';
import { modelScenario } from './model-scenario.js';
import { SeededRandom } from './random.js';

const INTERLEAVINGS = Number(process.env['SIM_INTERLEAVINGS'] ?? 1000);

describe('two drivers on one query', () => {
  it('give one history wherever they stand still', { timeout: 240_000 }, async () => {
    const clean = await cleanRun(modelScenario);
    const failures: unknown[] = [];
    for (let seed = 0; seed < INTERLEAVINGS && failures.length < 3; seed += 1) {
      const random = new SeededRandom(seed);
      const firstPause = random.below(clean.steps);
      const secondPause = random.chance(0.2) ? Number.POSITIVE_INFINITY : random.below(clean.steps);
      const violations = await runInterleaving(modelScenario, { seed, firstPause, secondPause }, clean.content);
      if (violations.length > 0) failures.push({ seed, firstPause, secondPause, violations });
    }
    expect(failures).toEqual([]);
  });
});
