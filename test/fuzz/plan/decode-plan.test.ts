/**
 * The plan decoder on damaged and random text: it answers with a plan or with diagnostics, and never throws or hangs.
 */
import { expect, test } from 'vitest';
import { decodePlan } from '../../../plan/decode.js';
import { encodePlan } from '../../../plan/encode.js';
import { comparePlans } from '../../../plan/compatible.js';
import { explainPlan } from '../../../plan/explain.js';
import { planToDot } from '../../../plan/dot.js';
import { overloadOf } from '../../../plan/functions/resolve.js';
import { expressionPlan, samplePlan } from '../../unit/plan/sample-plan.js';

const iterations = Number(process.env['FUZZ_ITERATIONS'] ?? 600);
const seed = Number(process.env['FUZZ_SEED'] ?? 1);

/** mulberry32: small, seeded, good enough to choose damage. */
function generator(state: number): (below: number) => number {
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const samples = [encodePlan(samplePlan()), encodePlan(expressionPlan())];
const hostile: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  0.5,
  9_007_199_254_740_993,
  '',
  '__proto__',
  '\u0000',
  '\ud800',
  'constructor',
  '30s',
  '-1s',
  [],
  {},
  [[]],
  { __proto__: null },
  { secret: 5 },
  { env: 'X', default: {} },
  'x'.repeat(2_000),
  'rows',
  'flights',
];

type Random = (below: number) => number;

function pick<T>(random: Random, items: readonly T[]): T {
  return items[random(items.length)]!;
}

/** Damages one value somewhere in a tree: replaces, removes, doubles or moves it. */
function damageTree(root: unknown, random: Random): unknown {
  const containers: object[] = [];
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    containers.push(value);
    for (const child of Object.values(value)) collect(child);
  };
  collect(root);
  const container = pick(random, containers) as Record<string, unknown>;
  const keys = Object.keys(container);
  const key = keys.length === 0 ? 'new' : pick(random, keys);
  const value = [
    pick(random, hostile),
    pick(random, containers),
    container[pick(random, keys.length === 0 ? [key] : keys)],
  ][random(3)];
  if (Array.isArray(container)) container.splice(random(container.length + 1), random(2), structuredClone(value));
  else if (random(4) === 0) Reflect.deleteProperty(container, key);
  else container[random(8) === 0 ? `${key}_` : key] = structuredClone(value);
  return root;
}

function damageText(text: string, random: Random): string {
  const at = random(text.length);
  const end = at + random(random(2) === 0 ? 4 : 400);
  const middle = pick(random, [
    '',
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    '\\',
    '\u0000',
    '1e999',
    '-',
    text.slice(random(text.length)).slice(0, 200),
  ]);
  return text.slice(0, at) + middle + text.slice(end);
}

test(`${String(iterations)} damaged plans, seed ${String(seed)}`, () => {
  const random = generator(seed);
  let accepted = 0;
  for (let run = 0; run < iterations; run += 1) {
    const sample = pick(random, samples);
    let text: string;
    if (random(2) === 0) text = damageText(sample, random);
    else {
      let tree: unknown = JSON.parse(sample);
      for (let times = 1 + random(3); times > 0; times -= 1) tree = damageTree(tree, random);
      text = JSON.stringify(tree);
    }
    const decoded = decodePlan(text, { functions: overloadOf });
    if (!decoded.ok) {
      expect(decoded.diagnostics.length).toBeGreaterThan(0);
      expect(decoded.diagnostics.length).toBeLessThanOrEqual(50);
      for (const item of decoded.diagnostics) expect(item.label.length).toBeLessThan(3_000);
      continue;
    }
    accepted += 1;
    // What was accepted can be used: printed, compared, and written so that it reads back equal.
    const again = decodePlan(encodePlan(decoded.plan));
    expect(again).toEqual(decoded);
    expect(comparePlans(decoded.plan, decoded.plan).takeover).toBe('same');
    expect(explainPlan(decoded.plan)).toBeTypeOf('string');
    expect(planToDot(decoded.plan)).toBeTypeOf('string');
  }
  // Damage in a sentence for people leaves a good plan: if nothing is accepted, the damage is too great to test
  // anything.
  expect(accepted).toBeGreaterThan(0);
  expect(({} as Record<string, unknown>)['env']).toBeUndefined();
});
