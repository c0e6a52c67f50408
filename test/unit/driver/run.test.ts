/** Whole runs over a simulated world, seen through `run`: what a person who starts and stops jobs meets. */
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../../grammar/diagnostics/diagnostic.js';
import type { Plan, StreamPlan } from '../../../plan/plan.js';
import { BIGINT, VARCHAR } from '../../../plan/types.js';
import { listCheckpoints, showCheckpoint, verifyStore } from '../../../runtime/checkpoint/inspect.js';
import { renderList, renderManifest, renderVerification } from '../../../runtime/checkpoint/render.js';
import { defaultQueryId, failureKind, run, type RunEvent, type RunOptions } from '../../../runtime/run.js';
import { World } from '../../simulation/world.js';
import { aggregateOperator, field, planOf, sinkOperator, sourceOperator } from '../../support/plan-builder.js';

const SCHEMA = [field('k', VARCHAR), field('v', BIGINT)];
const DATABASE = '/out/t.db';
const STORE = '/c/job';

function plan(
  changes: { readonly path?: string; readonly table?: string; readonly stateBytes_max?: bigint } = {},
): Plan {
  const events = sourceOperator('events', SCHEMA, {
    connector: 'file',
    options: { path: changes.path ?? '/in.jsonl' },
    format: { name: 'json', options: {} },
  });
  const sums = aggregateOperator(events, 'sums', {
    group: [0],
    aggregates: [{ function: 'sum', argument: 1, distinct: false, filter: null, field: field('total', BIGINT, true) }],
  });
  const options = { path: DATABASE, table: changes.table ?? 't' };
  const sink = sinkOperator(sums, 'to_table', { connector: 'sqlite', options, key: ['k'] });
  const stream: StreamPlan = {
    name: sink.stream,
    operator: 'sums',
    emit: { kind: 'changes' },
    checkpoint_us: null,
    sinks: [sink.id],
    delivery: [{ sink: sink.id, guarantee: 'exactly-once', steps: [] }],
  };
  return { ...planOf([events, sums, sink], changes.stateBytes_max), streams: [stream] };
}

function worldWith(lines: number): World {
  const world = new World(1);
  const input = Array.from({ length: lines }, (_, i) => `{"k":"${'ab'.charAt(i % 2)}","v":${String(i)}}\n`);
  world.disk.seed('/in.jsonl', Buffer.from(input.join('')));
  return world;
}

async function start(world: World, given: Plan, options: Partial<RunOptions> = {}) {
  const process = world.spawn(null);
  const events: RunEvent[] = [];
  const outcome = run(given, process.env, {
    checkpointUri: 'file:/c',
    workingDirectory: '/',
    queryId: 'job',
    batchBytes_max: 40,
    checkpoint_us: 10_000n,
    reserve_bytes: 0,
    kernel: 'twin',
    observer: { event: (event) => events.push(event) },
    ...options,
  });
  try {
    return { outcome: await outcome, events };
  } finally {
    world.bury(process);
  }
}

async function refusal(running: Promise<unknown>): Promise<DiagnosticError['diagnostic']> {
  try {
    await running;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostic;
    throw error;
  }
  throw new Error('nothing was refused');
}

function rows(world: World): readonly string[] {
  return world
    .statement(DATABASE, 'SELECT k, total FROM t ORDER BY k')
    .all([])
    .map((row) => row.map(String).join('='));
}

describe('a run', () => {
  it('finishes, and finds nothing to do when it is started again', async () => {
    const world = worldWith(10);
    const first = await start(world, plan());
    expect(first.outcome).toMatchObject({ kind: 'finished', already: false, epoch: 1 });
    expect(rows(world)).toEqual(['a=20', 'b=25']);
    const again = await start(world, plan());
    expect(again.outcome).toEqual({ kind: 'finished', already: true, epoch: 2, batch: first.outcome.batch });
    expect(again.events).toMatchObject([{ kind: 'recovered', finished: true, replayed: 0 }]);
  });

  it('stops in good order when it is asked to, and goes on from there without replaying anything', async () => {
    const world = worldWith(10);
    const stop = new AbortController();
    const observer = {
      event: (event: RunEvent) => {
        if (event.kind === 'batch' && event.batch === 2) stop.abort();
      },
    };
    const stopped = await start(world, plan(), { signal: stop.signal, observer, checkpoint_us: 10n ** 12n });
    expect(stopped.outcome).toMatchObject({ kind: 'stopped', batch: 2 });
    const resumed = await start(world, plan());
    expect(resumed.events[0]).toMatchObject({ kind: 'recovered', batch: 2, replayed: 0, warnings: [] });
    expect(rows(world)).toEqual(['a=20', 'b=25']);
  });

  it('accounts for every row', async () => {
    const { events } = await start(worldWith(10), plan());
    let read = 0;
    for (const event of events) if (event.kind === 'batch') read += event.counters.get('events')?.rowsOut ?? 0;
    expect(read).toBe(10);
  });

  it('is refused while another driver holds the lock, and may be tried again', async () => {
    const world = worldWith(10);
    const holder = world.spawn(null);
    world.disk.makeDirectory(STORE);
    await holder.env.disk.lock(`${STORE}/.lock.db`);
    const found = await refusal(start(world, plan()));
    expect([found.code, failureKind(found.code), typeof found.hint]).toEqual(['ESQL8003', 'retryable', 'string']);
  });

  it('uses an older checkpoint when the newest is damaged, and says so', async () => {
    const world = worldWith(20);
    const stop = new AbortController();
    const observer = {
      event: (event: RunEvent) => {
        if (event.kind === 'batch' && event.batch === 5) stop.abort();
      },
    };
    await start(world, plan(), { signal: stop.signal, observer });
    const newest = world.disk.files(`${STORE}/checkpoints`).at(-1) ?? '';
    world.disk.file(newest).data = Buffer.from('x');
    const { events } = await start(world, plan());
    const recovered = events.find((event) => event.kind === 'recovered');
    expect(recovered?.warnings.map(({ code }) => code)).toEqual(['ESQL8110']);
    expect(recovered?.replayed).toBeGreaterThan(0);
    expect(rows(world)).toEqual(['a=90', 'b=100']);
    expect(world.disk.files(`${STORE}/corrupt`).length).toBe(1);
  });

  it('is refused when the checkpoints are gone but the sink has results', async () => {
    const world = worldWith(10);
    await start(world, plan());
    for (const path of world.disk.files(STORE)) world.disk.remove(path);
    expect((await refusal(start(world, plan()))).code).toBe('ESQL8102');
  });

  it('is refused when no checkpoint is left', async () => {
    const world = worldWith(10);
    await start(world, plan());
    for (const path of world.disk.files(`${STORE}/checkpoints`)) world.disk.remove(path);
    for (const path of world.disk.files(`${STORE}/intents`)) world.disk.remove(path);
    expect((await refusal(start(world, plan()))).code).toBe('ESQL8101');
  });

  it('is refused with a plan that the state does not fit', async () => {
    const world = worldWith(10);
    await start(world, plan());
    const found = await refusal(start(world, plan({ path: '/other.jsonl' })));
    expect(found.label).toContain('events');
    expect(['ESQL5006', 'ESQL5007']).toContain(found.code);
    expect(failureKind(found.code)).toBe('final');
  });

  it('takes a compatible change only when it is allowed', async () => {
    const world = worldWith(10);
    await start(world, plan());
    const changed = { ...plan(), settings: { ...plan().settings, batch_us: 1000n } };
    expect((await refusal(start(world, changed))).code).toBe('ESQL5007');
    expect((await start(world, changed, { allowChange: true })).outcome.already).toBe(true);
  });

  it('stops before its state goes beyond the limit', async () => {
    const found = await refusal(start(worldWith(10), plan({ stateBytes_max: 10n })));
    expect(found.code).toMatch(/^ESQL8/u);
  });

  it('runs without a disk for its checkpoints', async () => {
    const { outcome } = await start(worldWith(10), plan(), { checkpointUri: 'memory:' });
    expect(outcome.kind).toBe('finished');
  });
});

describe('inspecting a store', () => {
  const location = { uri: 'file:/c', workingDirectory: '/' };

  it('lists, shows and verifies', async () => {
    const world = worldWith(10);
    await start(world, plan());
    const { env } = world.spawn(null);
    const [query] = await listCheckpoints(env, location, null);
    expect(query?.checkpoints.at(-1)).toMatchObject({ ok: true, finished: true });
    expect(renderList(query === undefined ? [] : [query])).toContain('finished');
    expect(renderManifest(await showCheckpoint(env, location, 'job', null))).toContain('operator        sums');
    const sound = await verifyStore(env, location, 'job');
    expect([sound.problems, sound.restorable]).toEqual([[], query?.checkpoints.at(-1)?.batch]);
    expect(renderVerification(sound)).toContain('no problem found');
  });

  it('names every damaged object', async () => {
    const world = worldWith(10);
    await start(world, plan());
    const damaged = [...world.disk.files(`${STORE}/state`), ...world.disk.files(`${STORE}/checkpoints`)].sort();
    for (const path of damaged) world.disk.file(path).data = Buffer.from('x');
    const found = await verifyStore(world.spawn(null).env, location, 'job');
    expect(found.restorable).toBeNull();
    const named = new Set(found.problems.map(({ object }) => `${STORE}/${object}`));
    expect(damaged.filter((path) => !named.has(path))).toEqual([]);
  });

  it('says what there is when asked for something else', async () => {
    const world = worldWith(10);
    await start(world, plan());
    const { env } = world.spawn(null);
    expect((await refusal(showCheckpoint(env, location, 'other', null))).facts).toEqual(['Jobs in this store: job.']);
    expect((await refusal(showCheckpoint(env, location, 'job', 999))).code).toBe('ESQL8009');
    expect((await refusal(listCheckpoints(env, { ...location, uri: 'file:/none' }, null))).code).toBe('ESQL8009');
  });
});

describe('the query id', () => {
  it.each([
    ['orders.esql', 'orders'],
    ['my orders.plan.json', 'my-orders'],
    ['', 'query'],
    ['x'.repeat(100), 'x'.repeat(64)],
  ])('of %j is %j', (name, id) => {
    expect(defaultQueryId(name)).toBe(id);
  });
});
