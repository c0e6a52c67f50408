/** A job in a world, and how to run it through a schedule of faults. */
import { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import { decodeManifest, stateObjects, tableObjects } from '../../runtime/checkpoint/manifest.js';
import type { RunOutcome } from '../../runtime/driver/job.js';
import type { Protocol } from '../../runtime/driver/protocol.js';
import type { Env } from '../../runtime/env.js';
import type { Persistence } from './sim-disk.js';
import { World, type Fault, type Process } from './world.js';

export interface Scenario {
  readonly name: string;
  /** Puts the input into an empty world. */
  prepare(world: World): void;
  run(process: Process, mutation: Mutation): Promise<RunOutcome>;
  /** What readers of the sinks see, and only what does not depend on when batches were planned. */
  content(world: World): string;
  /** Violations of what must hold at the end, besides the content. */
  inspect(world: World): readonly string[];
  /** Folder of the query's store. */
  readonly store: string;
  /** The newest batch that any sink has. */
  appliedBatch(world: World): number;
  /** The newest batch in the database at `path`. */
  sinkBatch(world: World, path: string): number;
}

/** A wrong protocol, put in through the seams that production code has anyway. */
export interface Mutation {
  readonly env?: (env: Env, process: Process) => Env;
  readonly protocol?: Partial<Protocol>;
  readonly parts?: PartsMutation;
}

export interface PartsMutation {
  readonly wrap: <T extends object>(kind: 'store' | 'sink' | 'pipeline' | 'source', part: T, process: Process) => T;
}

export interface Incarnation {
  readonly fault: Fault | null;
  readonly persistence: Persistence;
  /** A bit of this many-th durable object flips before the next start. */
  readonly rot?: number;
}

export interface Schedule {
  readonly seed: number;
  readonly incarnations: readonly Incarnation[];
}

export interface Report {
  readonly violations: readonly string[];
  readonly refused: boolean;
  /** Whether the first start got as far as its fault. */
  readonly reached: boolean;
  readonly steps: readonly number[];
  readonly trace: readonly string[];
}

/** More than any schedule needs: a job that does not finish by then is stuck. */
const STARTS_MAX = 8;

/** Runs until the job has finished, with one fault per start as scheduled, then without. */
export async function runSchedule(
  scenario: Scenario,
  schedule: Schedule,
  expected: string | null,
  mutation: Mutation = {},
): Promise<Report> {
  const world = new World(schedule.seed);
  const violations: string[] = [];
  const steps: number[] = [];
  const trace: string[] = [];
  let finished = false;
  let refused = false;
  let reached = false;
  let rotten: Rotten | null = null;
  scenario.prepare(world);
  world.afterStep = (_process, kind, path) => {
    checkStep(scenario, world, kind, path, violations);
  };
  try {
    for (let start = 0; start < STARTS_MAX && !finished; start += 1) {
      const incarnation = schedule.incarnations[start] ?? null;
      const process = world.spawn(incarnation?.fault ?? null);
      const ending = await runOnce(scenario, process, mutation);
      steps.push(process.steps);
      if (start === 0) reached = process.faultHit;
      trace.push(...process.trace);
      world.bury(process);
      if (ending.kind === 'done') finished = ending.outcome.kind === 'finished';
      else if (ending.kind === 'failed' && !process.faultHit) {
        refused = isJustified(ending.error, rotten);
        if (!refused) violations.push(`start ${String(start)} failed without a fault: ${describe(ending.error)}`);
        break;
      } else if (ending.kind === 'failed' && !(ending.error instanceof DiagnosticError)) {
        violations.push(`start ${String(start)}: the fault gave no diagnostic: ${describe(ending.error)}`);
      }
      process.dead = true;
      if (!finished && incarnation !== null) {
        world.settle(ending.kind === 'crashed' ? incarnation.persistence : 'process');
        if (rotten === null) violations.push(...danglingReferences(world, scenario.store));
        if (incarnation.rot !== undefined) rotten = rot(world, scenario.store, incarnation.rot);
      }
    }
    if (!finished && !refused && violations.length === 0) violations.push('the job never finished');
    if (finished) {
      const content = scenario.content(world);
      if (expected !== null && content !== expected) violations.push(`other content: ${content.slice(0, 300)}`);
      violations.push(...scenario.inspect(world));
    }
    if (expected === null) trace.push(`content ${scenario.content(world)}`);
  } finally {
    world.dispose();
  }
  return { violations, refused, reached, steps, trace };
}

type Ending =
  | { readonly kind: 'done'; readonly outcome: RunOutcome }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'crashed' | 'paused' };

export async function runOnce(scenario: Scenario, process: Process, mutation: Mutation): Promise<Ending> {
  const run = scenario.run(process, mutation).then(
    (outcome): Ending => ({ kind: 'done', outcome }),
    (error: unknown): Ending => ({ kind: 'failed', error }),
  );
  return Promise.race([run, process.stopped.then((kind): Ending => ({ kind }))]);
}

/** I1 at every commit: what the sink has now must have a durable intent. */
function checkStep(scenario: Scenario, world: World, kind: string, path: string, violations: string[]): void {
  if (kind !== 'commit') return;
  const batch = scenario.appliedBatch(world);
  if (batch === 0) return;
  const intent = `${scenario.store}/intents/${String(batch).padStart(20, '0')}`;
  const kept = world.disk.files(`${scenario.store}/intents`);
  // Retention removes intents at and below the oldest kept checkpoint, never the newest.
  if (kept.includes(intent) && !world.disk.isDurable(intent))
    violations.push(`I1: ${path} has batch ${String(batch)}, its intent is not durable`);
  if (!kept.includes(intent) && kept.every((name) => name < intent))
    violations.push(`I1: batch ${String(batch)} in ${path} has no intent`);
}

/** I7: whatever is lost, no manifest names an object that is not there. */
function danglingReferences(world: World, store: string): readonly string[] {
  const found: string[] = [];
  for (const path of world.disk.files(`${store}/checkpoints`)) {
    const decoded = path.includes('/.') ? null : decodeManifest(world.disk.file(path).data);
    if (decoded?.ok !== true) continue;
    for (const hash of stateObjects(decoded.value.manifest))
      if (world.disk.status(`${store}/state/${hash}`) === null) found.push(`I7: ${path} names ${hash}, which is gone`);
    for (const name of tableObjects(decoded.value.manifest))
      if (world.disk.status(`${store}/${name}`) === null) found.push(`I7: ${path} names ${name}, which is gone`);
  }
  return found;
}

interface Rotten {
  /** Below the store's folder. */
  readonly name: string;
  /** Manifests in the store besides it. */
  readonly otherManifests: number;
}

const REFUSALS: readonly string[] = ['ESQL8101', 'ESQL8102', 'ESQL8103', 'ESQL8104', 'ESQL8704'];

/** A flipped bit may cost the job its start only where nothing else can stand in for what it hit. */
function isJustified(error: unknown, rotten: Rotten | null): boolean {
  if (rotten === null || !(error instanceof DiagnosticError) || !REFUSALS.includes(error.diagnostic.code)) return false;
  if (rotten.name.startsWith('checkpoints/')) return rotten.otherManifests === 0;
  return ['state/', 'intents/', 'tables/'].some((folder) => rotten.name.startsWith(folder));
}

/** Flips one bit of one durable object of the store. */
function rot(world: World, store: string, choice: number): Rotten | null {
  const objects = world.disk.files(store).filter((path) => !path.includes('/.'));
  const path = objects[choice % Math.max(1, objects.length)];
  if (path === undefined) return null;
  const node = world.disk.file(path);
  if (node.data.length === 0) return null;
  const data = node.data.slice();
  const at = world.random.below(data.length);
  data[at] = (data[at] ?? 0) ^ (1 << world.random.below(8));
  node.data = data;
  node.durable = data;
  const name = path.slice(store.length + 1);
  const manifests = objects.filter((object) => object.startsWith(`${store}/checkpoints/`) && object !== path);
  return { name, otherManifests: manifests.length };
}

export function describe(error: unknown): string {
  if (error instanceof Error) return error instanceof DiagnosticError ? error.message : (error.stack ?? error.message);
  return String(error);
}
