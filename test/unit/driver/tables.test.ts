/** Tables in whole runs over a simulated world: when they are loaded, and what stays when that fails. */
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../../grammar/diagnostics/diagnostic.js';
import type { OptionValues, Plan, StreamPlan } from '../../../plan/plan.js';
import { BIGINT, VARCHAR } from '../../../plan/types.js';
import { verifyStore } from '../../../runtime/checkpoint/inspect.js';
import { run, type RunEvent, type RunOptions } from '../../../runtime/run.js';
import { World } from '../../simulation/world.js';
import {
  columnAt,
  field,
  lookupOperator,
  planOf,
  projectOperator,
  sinkOperator,
  sourceOperator,
  tableOperator,
} from '../../support/plan-builder.js';

const SCHEMA = [field('k', VARCHAR), field('v', BIGINT)];
const NAMES = [field('code', VARCHAR), field('name', VARCHAR, true)];
const TABLE = '/names.csv';
const STORE = '/c/job';

function plan(options: OptionValues = {}, stateBytes_max?: bigint): Plan {
  const events = sourceOperator('events', SCHEMA, {
    connector: 'file',
    options: { path: '/in.jsonl' },
    format: { name: 'json', options: {} },
  });
  const names = tableOperator('names', NAMES, ['code'], {
    options: { path: TABLE, ...options },
    format: { name: 'csv', options: {} },
  });
  const joined = lookupOperator(events, names, 'joined', {
    kind: 'left',
    matches: 'one',
    keys: [{ stream: columnAt(SCHEMA, 0), table: columnAt(NAMES, 0) }],
  });
  const { schema } = joined.output;
  const rows = projectOperator(joined, 'rows', ['v', 'name'], [columnAt(schema, 1), columnAt(schema, 3)]);
  const sink = sinkOperator(rows, 'to_table', {
    connector: 'sqlite',
    options: { path: '/out/t.db', table: 't' },
    key: ['v'],
  });
  const stream: StreamPlan = {
    name: sink.stream,
    operator: 'rows',
    emit: { kind: 'changes' },
    checkpoint_us: null,
    sinks: [sink.id],
    delivery: [{ sink: sink.id, guarantee: 'exactly-once', steps: [] }],
  };
  return { ...planOf([events, names, joined, rows, sink], stateBytes_max), streams: [stream] };
}

/** Twelve records, three a batch. */
function newWorld(): World {
  const world = new World(1);
  const input = Array.from({ length: 12 }, (_, i) => `{"k":"${'ab'.charAt(i % 2)}","v":${String(10 + i)}}\n`);
  world.disk.seed('/in.jsonl', Buffer.from(input.join('')));
  setTable(world, 'a,old\nb,old\n');
  return world;
}

function setTable(world: World, rows: string): void {
  if (world.disk.status(TABLE) !== null) world.disk.remove(TABLE);
  world.disk.seed(TABLE, Buffer.from(`code,name\n${rows}`));
}

interface Started {
  readonly events: readonly RunEvent[];
  /** Code of the diagnostic that ended it. */
  readonly failure: string | null;
}

async function start(
  world: World,
  given: Plan,
  afterBatch: (batch: number) => void = () => undefined,
  options: Partial<RunOptions> = {},
): Promise<Started> {
  const process = world.spawn(null);
  const events: RunEvent[] = [];
  try {
    await run(given, process.env, {
      checkpointUri: 'file:/c',
      workingDirectory: '/',
      queryId: 'job',
      batchBytes_max: 60,
      checkpoint_us: 1n,
      reserve_bytes: 0,
      kernel: 'twin',
      observer: {
        event: (event) => {
          events.push(event);
          if (event.kind === 'batch') afterBatch(event.batch);
        },
      },
      ...options,
    });
    return { events, failure: null };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return { events, failure: error.diagnostic.code };
  } finally {
    world.bury(process);
  }
}

/** Names by value, in order. */
function names(world: World): readonly string[] {
  return world
    .statement('/out/t.db', 'SELECT name FROM t ORDER BY v')
    .all([])
    .map(([name]) => String(name));
}

const warnings = ({ events }: Started): readonly string[] =>
  events.flatMap((event) => (event.kind === 'table kept' ? [event.warning.label] : []));

describe('a table', () => {
  it('without refresh is loaded once, whatever becomes of it', async () => {
    const world = newWorld();
    await start(world, plan(), (batch) => {
      if (batch === 1) setTable(world, 'a,new\nb,new\n');
    });
    expect(new Set(names(world))).toEqual(new Set(['old']));
    expect(world.disk.files(`${STORE}/tables`)).toHaveLength(1);
  });

  it('without refresh is not loaded again by another start', async () => {
    const world = newWorld();
    const stop = new AbortController();
    await start(
      world,
      plan(),
      () => {
        stop.abort();
      },
      { signal: stop.signal },
    );
    world.disk.remove(TABLE);
    expect(await start(world, plan())).toMatchObject({ failure: null });
    expect(new Set(names(world))).toEqual(new Set(['old']));
  });

  it('with refresh joins later batches with its new rows, and leaves earlier ones alone', async () => {
    const world = newWorld();
    await start(world, plan({ refresh: '1us' }), (batch) => {
      if (batch === 1) setTable(world, 'a,new\n');
    });
    const found = names(world);
    expect(found.slice(0, 2)).toEqual(['old', 'old']);
    expect(found.slice(-2).sort()).toEqual(['new', 'null']);
  });

  it('is not written again while it is the same', async () => {
    const world = newWorld();
    const { events } = await start(world, plan({ refresh: '1us' }));
    expect(events.filter((event) => event.kind === 'batch').length).toBeGreaterThan(3);
    expect(world.disk.files(`${STORE}/tables`)).toHaveLength(1);
  });

  it('stays as it was where it cannot be loaded again, which is said once per cause', async () => {
    const world = newWorld();
    const started = await start(world, plan({ refresh: '1us' }), (batch) => {
      if (batch === 1) setTable(world, 'a,new\na,twice\n');
      if (batch === 3) world.disk.remove(TABLE);
    });
    expect(started.failure).toBeNull();
    expect(new Set(names(world))).toEqual(new Set(['old']));
    expect(warnings(started)).toEqual([
      expect.stringContaining('two rows of table `names` have the same `code`'),
      expect.stringContaining('there is no file or folder'),
    ]);
    const codes = started.events.flatMap((event) => (event.kind === 'table kept' ? [event.warning.code] : []));
    expect(new Set(codes)).toEqual(new Set(['ESQL8703']));
  });

  it.each([
    ['ESQL8400', null],
    ['ESQL8701', 'a,x\nb,x\na,y\n'],
    ['ESQL8700', 'a,x\nb,x,y\n'],
  ])('stops the job with %s if there is nothing older', async (code, rows) => {
    const world = newWorld();
    if (rows === null) world.disk.remove(TABLE);
    else setTable(world, rows);
    expect((await start(world, plan())).failure).toBe(code);
    setTable(world, 'a,mended\n');
    expect((await start(world, plan())).failure).toBeNull();
    expect(new Set(names(world))).toEqual(new Set(['mended', 'null']));
  });

  it('beyond the budget of state is refused', async () => {
    const world = newWorld();
    setTable(world, Array.from({ length: 500 }, (_, i) => `${String(i)},${'x'.repeat(20)}\n`).join(''));
    expect((await start(world, plan({}, 20_000n))).failure).toBe('ESQL8206');
  });

  it('is taken from the store by a replay, and its loss is told', async () => {
    const world = newWorld();
    // Without a checkpoint of its own every batch is replayed.
    const rare = { checkpoint_us: 10n ** 15n };
    const first = await start(
      world,
      plan({ refresh: '1us' }),
      (batch) => {
        setTable(world, `a,${String(batch)}\n`);
        if (batch === 3) throw new DiagnosticError(STOPPED);
      },
      rare,
    );
    expect(first.failure).toBe(STOPPED.code);
    const stored = world.disk.files(`${STORE}/tables`);
    expect(stored.length).toBe(3);
    const replayed = await start(world, plan({ refresh: '1us' }), undefined, rare);
    expect(replayed.failure).toBeNull();
    expect(replayed.events[0]).toMatchObject({ kind: 'recovered', batch: 0, replayed: 3 });
    expect(names(world).slice(0, 2)).toEqual(['old', 'old']);
  });

  it('that is lost from the store is told, not read again', async () => {
    const world = newWorld();
    const rare = { checkpoint_us: 10n ** 15n };
    await start(
      world,
      plan(),
      () => {
        throw new DiagnosticError(STOPPED);
      },
      rare,
    );
    const [object = ''] = world.disk.files(`${STORE}/tables`);
    const { data } = world.disk.file(object);
    world.disk.file(object).data = Buffer.from('x');
    const process = world.spawn(null);
    const location = { uri: 'file:/c', workingDirectory: '/' };
    const { problems } = await verifyStore(process.env, location, 'job');
    world.bury(process);
    expect(problems.map((problem) => problem.object)).toEqual([object.slice(STORE.length + 1)]);
    expect((await start(world, plan(), undefined, rare)).failure).toBe('ESQL8704');
    world.disk.file(object).data = data;
    expect((await start(world, plan(), undefined, rare)).failure).toBeNull();
  });

  it('is forgotten when no batch that may be replayed needs it', async () => {
    const world = newWorld();
    await start(
      world,
      plan({ refresh: '1us' }),
      (batch) => {
        setTable(world, `a,${String(batch)}\n`);
      },
      { retention: { checkpoints_min: 1, age_us: 0n, spacing_us: 0n, grace_us: 0n } },
    );
    // The last checkpoint's own.
    expect(world.disk.files(`${STORE}/tables`)).toHaveLength(1);
  });

  it('that the plan makes another one of is loaded again', async () => {
    const world = newWorld();
    const stop = new AbortController();
    await start(
      world,
      plan(),
      () => {
        stop.abort();
      },
      { signal: stop.signal },
    );
    world.disk.seed('/others.csv', Buffer.from('code,name\na,other\nb,other\n'));
    const changed = await start(world, plan({ path: '/others.csv' }), undefined, { allowChange: true });
    expect(changed.failure).toBeNull();
    expect(new Set(names(world))).toEqual(new Set(['old', 'other']));
  });
});

const STOPPED = {
  code: 'ESQL8205',
  severity: 'error',
  title: 'Stopped by the test',
  label: 'after the batch',
  related: [],
  facts: [],
} as const;
