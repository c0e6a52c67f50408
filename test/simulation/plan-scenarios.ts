/** Whole jobs through `run`: real sources, operators and sinks over the simulated world. */
import type { Expression } from '../../plan/expression.js';
import type { Operator, Plan } from '../../plan/plan.js';
import { BIGINT, BOOLEAN, TIMESTAMP, TIMESTAMPTZ, VARCHAR } from '../../plan/types.js';
import { PROTOCOL } from '../../runtime/driver/protocol.js';
import { run } from '../../runtime/run.js';
import {
  aggregateOperator,
  columnAt,
  field,
  filterOperator,
  lookupOperator,
  planOf,
  projectOperator,
  sinkOperator,
  sourceOperator,
  tableOperator,
  watermarkOperator,
} from '../support/plan-builder.js';
import type { Scenario } from './scenario.js';
import type { World } from './world.js';

const SCHEMA = [field('k', VARCHAR), field('v', BIGINT), field('ts', TIMESTAMP)];
const CHECKPOINTS = '/checkpoints';
const OUTPUT_FOLDER = '/out/rows';
const DATABASE = '/out/results.db';

function source(): Operator {
  return sourceOperator('events', SCHEMA, {
    connector: 'file',
    options: { path: '/in/*.jsonl' },
    format: { name: 'json', options: {} },
  });
}

function literal(value: string): Expression {
  return { kind: 'literal', value, type: BIGINT, nullable: false };
}

function greater(left: Expression, right: string): Expression {
  return { kind: 'comparison', operator: 'gt', left, right: literal(right), type: BOOLEAN, nullable: false };
}

const NOW: Expression = { kind: 'batch_value', value: 'now', site: 'now', type: TIMESTAMPTZ, nullable: false };

/** File → filter → project → file; the batch's time stands in every row, so a replay must not change it. */
function statelessPlan(): Plan {
  const events = source();
  const big = filterOperator(events, 'big', greater(columnAt(SCHEMA, 1), '2'));
  const rows = projectOperator(big, 'rows', ['k', 'v', 'at'], [columnAt(SCHEMA, 0), columnAt(SCHEMA, 1), NOW]);
  return planOf([events, big, rows, fileSink(rows)]);
}

function fileSink(input: Operator): Operator {
  return sinkOperator(input, 'to_files', {
    connector: 'file',
    options: { path: OUTPUT_FOLDER },
    format: { name: 'json', options: {} },
  });
}

/** Sums per key and window of ten seconds, once per window. */
function windowPlan(): Plan {
  const events = source();
  const timed = watermarkOperator(events, 'timed', 2, { delay_us: 2_000_000n });
  const window = { size_us: 10_000_000n, slide_us: 10_000_000n, offset_us: 0n };
  const sums = aggregateOperator(timed, 'sums', {
    group: [0, 3, 4],
    aggregates: [sumOf(1), COUNT],
    emit: 'final',
    window_start: 1,
    window_end: 2,
    pane: { column: 2, window },
  });
  return planOf([events, timed, sums, sqliteSink(sums, ['k', 'window_start', 'window_end'])]);
}

function sumOf(argument: number) {
  const field_ = field('total', BIGINT, true);
  return { function: 'sum', argument, distinct: false, filter: null, field: field_ } as const;
}

const COUNT = {
  function: 'count',
  argument: null,
  distinct: false,
  filter: null,
  field: field('n', BIGINT),
} as const;

function sqliteSink(input: Operator, key: readonly string[]): Operator {
  return sinkOperator(input, 'to_table', { connector: 'sqlite', options: { path: DATABASE, table: 'results' }, key });
}

/** How many keys have each count: an aggregate over changes, beside a sink that only appends. */
function cascadePlan(): Plan {
  const events = source();
  const counts = aggregateOperator(events, 'counts', { group: [0], aggregates: [COUNT] });
  const groups = aggregateOperator(counts, 'groups', {
    group: [1],
    aggregates: [{ ...COUNT, field: field('keys', BIGINT) }],
  });
  const rows = projectOperator(events, 'rows', ['k', 'v'], [columnAt(SCHEMA, 0), columnAt(SCHEMA, 1)]);
  return planOf([events, counts, groups, rows, sqliteSink(groups, ['n']), fileSink(rows)]);
}

const TABLE = '/reference/rates.jsonl';

/** File → lookup in a table that is another one in every batch → file. Each batch joins with one version of it. */
function lookupPlan(): Plan {
  const events = source();
  const schema = [field('k', VARCHAR), field('version', BIGINT)];
  const rates = tableOperator('rates', schema, ['k'], {
    options: { path: TABLE, refresh: '1us' },
    format: { name: 'json', options: {} },
  });
  const joined = lookupOperator(events, rates, 'joined', {
    kind: 'inner',
    matches: 'one',
    keys: [{ stream: columnAt(SCHEMA, 0), table: columnAt(schema, 0) }],
  });
  const columns = [0, 1, 4].map((column) => columnAt(joined.output.schema, column));
  const rows = projectOperator(joined, 'rows', ['k', 'v', 'at'], columns);
  return planOf([events, rates, joined, rows, fileSink(rows)]);
}

/** The table holds another version at every start and after every batch. */
function changeTable(world: World): void {
  const version = (versions.get(world) ?? 0) + 1;
  versions.set(world, version);
  const lines = ['a', 'b', 'c'].map((k) => `${JSON.stringify({ k, version })}\n`);
  const bytes = Buffer.from(lines.join(''));
  // In place: somebody else's file has nothing to do with what the job has made durable.
  const node = world.disk.file(TABLE);
  node.data = bytes;
  node.durable = bytes;
}

const versions = new WeakMap<World, number>();

function planScenario(name: string, plan: Plan, between: (world: World) => void = () => undefined): Scenario {
  return {
    name,
    store: `${CHECKPOINTS}/${name}`,
    prepare(world) {
      for (const file of [0, 1]) {
        const lines = Array.from({ length: 6 }, (_, i) => inputLine(file * 6 + i));
        world.disk.seed(`/in/${String(file)}.jsonl`, Buffer.from(lines.join('')));
      }
      world.disk.seed(TABLE, Buffer.from(''));
    },
    run: (process, mutation) => {
      between(process.world);
      return run(plan, mutation.env === undefined ? process.env : mutation.env(process.env, process), {
        checkpointUri: `file:${CHECKPOINTS}`,
        workingDirectory: '/',
        queryId: name,
        checkpoint_us: 25_000n,
        batchBytes_max: 220,
        retention: { checkpoints_min: 2, age_us: 0n, spacing_us: 0n, grace_us: 0n },
        reserve_bytes: 64,
        // The scanners agree on every row (their own tests); this one starts fastest.
        kernel: 'twin',
        protocol: { ...PROTOCOL, ...mutation.protocol },
        observer: {
          event: (event) => {
            if (event.kind === 'batch') between(process.world);
          },
        },
      });
    },
    content: (world) => JSON.stringify({ files: committedRows(world), table: tableRows(world) }),
    inspect: (world) => timesPerBatch(world),
    sinkBatch: sqliteBatch,
    appliedBatch: (world) =>
      Math.max(sqliteBatch(world, DATABASE), world.disk.files(`${OUTPUT_FOLDER}/_committed`).length),
  };
}

function inputLine(i: number): string {
  const seconds = String((i * 4) % 60).padStart(2, '0');
  const minutes = String(Math.floor((i * 4) / 60)).padStart(2, '0');
  return `${JSON.stringify({ k: 'abc'.charAt(i % 3), v: i, ts: `2026-01-01T00:${minutes}:${seconds}` })}\n`;
}

interface Manifest {
  readonly files: readonly { readonly path: string }[];
}

function committedBatches(world: World): readonly (readonly string[])[] {
  return world.disk.files(`${OUTPUT_FOLDER}/_committed`).map((path) => {
    // Only what a manifest names is there for readers.
    const { files } = JSON.parse(Buffer.from(world.disk.file(path).data).toString()) as Manifest;
    return files.flatMap((file) => {
      const text = Buffer.from(world.disk.file(`${OUTPUT_FOLDER}/${file.path}`).data).toString();
      return text.split('\n').filter((line) => line !== '');
    });
  });
}

function committedRows(world: World): readonly string[] {
  return committedBatches(world)
    .flat()
    .map((line) => line.replace(/,"at":(?:"[^"]*"|\d+)/u, ''));
}

function timesPerBatch(world: World): readonly string[] {
  return committedBatches(world).flatMap((lines, batch) => {
    const times = new Set(lines.map((line) => /"at":("[^"]*"|\d+)/u.exec(line)?.[1]));
    return times.size > 1 ? [`I2: batch ${String(batch)} has rows with ${String(times.size)} times or versions`] : [];
  });
}

function tableRows(world: World): readonly unknown[] {
  const sql = `SELECT name FROM sqlite_schema WHERE name = 'results'`;
  if (world.statement(DATABASE, sql).all([]).length === 0) return [];
  return world
    .statement(DATABASE, 'SELECT * FROM results')
    .all([])
    .map((row) => row.map(String).join('|'))
    .sort();
}

function sqliteBatch(world: World, path: string): number {
  const sql = `SELECT name FROM sqlite_schema WHERE name = 'esql_progress'`;
  if (path !== DATABASE || world.statement(DATABASE, sql).all([]).length === 0) return 0;
  const [row] = world.statement(DATABASE, 'SELECT max(batch) FROM esql_progress').all([]);
  return Number(row?.[0] ?? 0);
}

export const PLAN_SCENARIOS: readonly Scenario[] = [
  planScenario('stateless', statelessPlan()),
  planScenario('window', windowPlan()),
  planScenario('cascade', cascadePlan()),
  planScenario('lookup', lookupPlan(), changeTable),
];

export function planScenarioNamed(name: string): Scenario {
  const found = PLAN_SCENARIOS.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
}
