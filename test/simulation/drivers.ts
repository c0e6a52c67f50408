/**
 * Two drivers on one query: the first stands still at some step for so long that its lock is lost, the second takes
 * over and stands still in turn, the first wakes up as a zombie and goes on, then the second does, or has died where it
 * stood. Whatever they do, the sinks must show one history.
 */
import { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import { decodeIntent } from '../../runtime/wal/intent.js';
import { SeededRandom } from './random.js';
import { describe, runOnce, type Mutation, type Scenario } from './scenario.js';
import { World, type Process } from './world.js';

export interface Interleaving {
  readonly seed: number;
  readonly firstPause: number;
  /** Infinity: the second driver runs to its end before the first wakes up. */
  readonly secondPause: number;
  /** It does not wake up: what it left, and what the zombie did to that, a third driver has to make good. */
  readonly secondDies: boolean;
}

/** The first pause is given, all else is drawn. */
export function sampledInterleaving(seed: number, firstPause: number, steps: number): Interleaving {
  const random = new SeededRandom(seed);
  const secondPause = random.chance(0.2) ? Number.POSITIVE_INFINITY : random.below(steps);
  return { seed, firstPause, secondPause, secondDies: random.chance(0.4) };
}

export async function runInterleaving(
  scenario: Scenario,
  { seed, firstPause, secondPause, secondDies }: Interleaving,
  expected: string,
  mutation: Mutation = {},
): Promise<readonly string[]> {
  const world = new World(seed);
  const violations: string[] = [];
  scenario.prepare(world);
  watchFencing(scenario, world, violations);
  try {
    const first = world.spawn({ step: firstPause, mode: 'pause' });
    const firstRun = settle(scenario, first, mutation);
    await Promise.race([firstRun, first.stopped]);
    world.loseLocks(first);
    const second = world.spawn({ step: secondPause, mode: 'pause' });
    const secondRun = settle(scenario, second, mutation);
    await Promise.race([secondRun, second.stopped]);
    first.resume();
    violations.push(...(await firstRun), ...newerIntent(first));
    world.bury(first);
    if (!secondDies) {
      second.resume();
      violations.push(...(await secondRun), ...newerIntent(second));
    }
    second.dead = true;
    world.bury(second);
    const last = world.spawn(null);
    const ending = await runOnce(scenario, last, mutation);
    if (ending.kind !== 'done')
      violations.push(`the last driver: ${ending.kind === 'failed' ? describe(ending.error) : ending.kind}`);
    const content = scenario.content(world);
    if (content !== expected) violations.push(`other content: ${content.slice(0, 300)}`);
    violations.push(...scenario.inspect(world));
  } finally {
    world.dispose();
  }
  return violations;
}

/**
 * A driver that finds a newer driver's intent where it wanted its own must stop there, not only when a sink stops it.
 */
function newerIntent(process: Process): readonly string[] {
  if (process.failure !== 'ESQL8440') return [];
  const last = process.trace.findLast((step) => step.startsWith('link ') && step.includes('/intents/'));
  const path = last?.slice('link '.length);
  const epoch = process.trace.findLast((step) => step.startsWith('link ') && step.includes('/epochs/'));
  if (path === undefined || process.world.disk.status(path) === null) return [];
  const found = decodeIntent(process.world.disk.file(path).data);
  if (!found.ok || found.value.intent.epoch <= Number(epoch?.slice(-8))) return [];
  return [
    `driver ${String(process.number)} went on with an intent of the newer epoch ${String(found.value.intent.epoch)}`,
  ];
}

/** Waits for the end of a run; only a diagnostic may end it early. */
async function settle(scenario: Scenario, process: Process, mutation: Mutation): Promise<readonly string[]> {
  try {
    await scenario.run(process, mutation);
    return [];
  } catch (error) {
    if (error instanceof DiagnosticError) process.failure = error.diagnostic.code;
    return error instanceof DiagnosticError ? [] : [`driver ${String(process.number)}: ${describe(error)}`];
  }
}

/** I5: once an epoch has registered at a sink, no lower one changes it. I3: batches follow each other. */
function watchFencing(scenario: Scenario, world: World, violations: string[]): void {
  const epochs = new Map<Process, number>();
  const registered = new Map<string, number>();
  const batches = new Map<string, number>();
  world.afterStep = (process, kind, path) => {
    const claimed = /\/epochs\/([0-9]+)$/u.exec(path)?.[1];
    if (claimed !== undefined && (kind === 'link' || kind === 'rename')) epochs.set(process, Number(claimed));
    if (kind !== 'commit') return;
    const own = epochs.get(process) ?? 0;
    const newest = registered.get(path) ?? 0;
    const before = batches.get(path) ?? 0;
    const batch = scenario.sinkBatch(world, path);
    if (own < newest) violations.push(`I5: epoch ${String(own)} changed ${path} after epoch ${String(newest)}`);
    if (batch !== before && batch !== before + 1)
      violations.push(`I3: ${path} went from batch ${String(before)} to ${String(batch)}`);
    registered.set(path, Math.max(newest, own));
    batches.set(path, batch);
  };
}
