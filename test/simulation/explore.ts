/** The enumerator: single faults exhaustively, double faults sampled by seed. */
import { SeededRandom } from './random.js';
import { runSchedule, type Incarnation, type Mutation, type Report, type Scenario, type Schedule } from './scenario.js';
import type { Persistence } from './sim-disk.js';
import type { FaultMode } from './world.js';

const CRASH_MODES: readonly FaultMode[] = ['before', 'torn', 'after'];
const ERROR_MODES: readonly FaultMode[] = ['error', 'error-after', 'no-space'];
const PERSISTENCES: readonly Persistence[] = ['none', 'all', 'part', 'process'];

export interface Clean {
  readonly content: string;
  readonly steps: number;
}

/** The run without faults; its result is what every other run must give. */
export async function cleanRun(
  scenario: Scenario,
  mutation: Mutation = {},
): Promise<Clean & { readonly report: Report }> {
  const report = await runSchedule(scenario, { seed: 1, incarnations: [] }, null, mutation);
  const content = report.trace.at(-1)?.slice('content '.length) ?? '';
  return { content, steps: report.steps[0] ?? 0, report };
}

/** Of the single faults of one step, those that are crashes and those that are errors. */
export const CRASHES_PER_STEP = CRASH_MODES.length * PERSISTENCES.length;
export const ERRORS_PER_STEP = ERROR_MODES.length;

/** Every step × every way to die there × what the disk keeps, and every step × every error. */
export function* singleFaults(steps: number): Generator<Schedule> {
  for (let step = 0; step < steps; step += 1) {
    for (const mode of CRASH_MODES)
      for (const persistence of PERSISTENCES)
        yield { seed: step * 31 + 7, incarnations: [{ fault: { step, mode }, persistence }] };
    for (const mode of ERROR_MODES)
      yield { seed: step * 31 + 7, incarnations: [{ fault: { step, mode }, persistence: 'process' }] };
  }
}

/** Two or three faults, sometimes with a flipped bit before a restart. The same seed gives the same schedule. */
export function sampledFaults(seed: number, steps: number, rotShare: number): Schedule {
  const random = new SeededRandom(seed);
  const incarnations: Incarnation[] = [];
  const count = random.chance(0.15) ? 3 : 2;
  for (let i = 0; i < count; i += 1) {
    const mode = random.chance(0.85) ? random.pick(CRASH_MODES) : random.pick(ERROR_MODES);
    // A restart does less than a whole run before it goes on: short faults hit recovery.
    const limit = i === 0 || random.chance(0.4) ? steps : Math.min(steps, 60);
    incarnations.push({ fault: { step: random.below(limit), mode }, persistence: random.pick(PERSISTENCES) });
  }
  if (random.chance(rotShare)) {
    const last = incarnations.pop();
    if (last !== undefined) incarnations.push({ ...last, rot: random.below(1000) });
  }
  return { seed, incarnations };
}

export interface Exploration {
  readonly schedules: number;
  readonly refused: number;
  /** Schedules whose first fault was past the end of the run. */
  readonly unreached: number;
  readonly failures: readonly { readonly schedule: Schedule; readonly violations: readonly string[] }[];
}

const FAILURES_MAX = 5;

/** Stops after a few failures: they are to be read. */
export async function explore(
  scenario: Scenario,
  schedules: Iterable<Schedule>,
  expected: string,
  mutation: Mutation = {},
): Promise<Exploration> {
  let count = 0;
  let refused = 0;
  let unreached = 0;
  const failures: { schedule: Schedule; violations: readonly string[] }[] = [];
  for (const schedule of schedules) {
    count += 1;
    const report = await runSchedule(scenario, schedule, expected, mutation);
    if (report.refused) refused += 1;
    if (!report.reached) unreached += 1;
    if (report.violations.length > 0) failures.push({ schedule, violations: report.violations });
    if (failures.length >= FAILURES_MAX) break;
  }
  return { schedules: count, refused, unreached, failures };
}

export function* range(from: number, count: number): Generator<number> {
  for (let i = from; i < from + count; i += 1) yield i;
}
