/**
 * The model job as a scenario: about three lines a batch, a checkpoint about every second batch, three checkpoints
 * kept.
 */
import { sha256Hex } from '../../plan/fingerprint.js';
import { DEFAULT_POISON_LIMITS, type Job } from '../../runtime/driver/job.js';
import { drive } from '../../runtime/driver/driver.js';
import type { RunObserver } from '../../runtime/driver/observer.js';
import { PROTOCOL } from '../../runtime/driver/protocol.js';
import type { Source } from '../../runtime/connectors/connector.js';
import type { Env } from '../../runtime/env.js';
import { LocalStore } from '../../runtime/storage/local.js';
import { ModelPipeline, ModelSqliteSink, modelFileSource } from './model-parts.js';
import type { Mutation, Scenario } from './scenario.js';
import type { Process, World } from './world.js';

const STORE = '/checkpoints/model';
const PLAN = 'model plan\n';

export const modelScenario: Scenario = {
  name: 'model',
  store: STORE,
  prepare(world) {
    for (const file of ['a', 'b']) {
      const lines = Array.from({ length: 9 }, (_, i) => `${'xyz'.charAt(i % 3)}${String(i % 2)},${String(i + 1)}\n`);
      world.disk.seed(`/in/${file}.csv`, Buffer.from(lines.map((line) => `${file}${line}`).join('')));
    }
  },
  run: (process, mutation) => drive(modelJob(process, mutation)),
  content(world) {
    const read = (path: string, sql: string): string => JSON.stringify(world.database(path).prepare(sql).raw().all());
    return `${read('/out/lines.db', 'SELECT key FROM rows ORDER BY rowid')} ${read('/out/totals.db', 'SELECT key, value FROM rows ORDER BY key')}`;
  },
  inspect(world) {
    const violations: string[] = [];
    // One time per batch (I2).
    const times = world
      .database('/out/lines.db')
      .prepare(`SELECT batch FROM rows GROUP BY batch HAVING count(DISTINCT substr(value, 1, instr(value, '/'))) > 1`)
      .all();
    if (times.length > 0) violations.push('I2: a batch has rows with two times');
    return violations;
  },
  sinkBatch: progressOf,
  appliedBatch: modelBatch,
};

export function modelBatch(world: World): number {
  return Math.max(progressOf(world, '/out/lines.db'), progressOf(world, '/out/totals.db'));
}

export function progressOf(world: World, path: string): number {
  const [known] = world.statement(path, `SELECT 1 FROM sqlite_schema WHERE name = 'progress'`).all([]);
  if (known === undefined) return 0;
  const [row] = world.statement(path, 'SELECT batch FROM progress').all([]);
  return Number(row?.[0] ?? 0);
}

/** What a job with another source than files differs in. */
export interface ModelInput {
  readonly queryId: string;
  readonly source: (env: Env, epoch: number) => Source;
  readonly bounded: boolean;
  readonly signal: AbortSignal;
  readonly observer: RunObserver;
}

const FILES: ModelInput = {
  queryId: 'model',
  source: modelFileSource,
  bounded: true,
  signal: new AbortController().signal,
  observer: { event: () => undefined },
};

export function modelJob(process: Process, mutation: Mutation, input: ModelInput = FILES): Job {
  const folder = `/checkpoints/${input.queryId}`;
  const env = mutation.env === undefined ? process.env : mutation.env(process.env, process);
  const wrap = <T extends object>(kind: 'store' | 'sink' | 'pipeline' | 'source', part: T): T =>
    mutation.parts === undefined ? part : mutation.parts.wrap(kind, part, process);
  let low = false;
  const store = new LocalStore(env.disk, env.random, {
    folder,
    uri: `file:${folder}`,
    reserve_bytes: 64,
    lowSpace: () => {
      low = true;
    },
  });
  return {
    queryId: input.queryId,
    plan: { text: PLAN, fingerprint: sha256Hex(PLAN), takeover: () => null },
    engineVersion: '0.1.0',
    settings: {
      checkpoint_ms: 20,
      batch_ms: 0,
      batchBytes_max: 21,
      stateBytes_max: 1_000_000,
      retention: { checkpoints_min: 2, age_us: 0n, spacing_us: 0n, grace_us: 0n },
      poison: DEFAULT_POISON_LIMITS,
      allowChange: false,
    },
    store: wrap('store', store),
    clock: env.clock,
    random: env.random,
    observer: input.observer,
    signal: input.signal,
    lowSpace: () => low,
    protocol: { ...PROTOCOL, ...mutation.protocol },
    build: (epoch) => {
      const lines = wrap('sink', new ModelSqliteSink(env, '/out/lines.db', 'ledger'));
      const totals = wrap('sink', new ModelSqliteSink(env, '/out/totals.db', 'upsert'));
      return Promise.resolve({
        sources: [
          {
            id: 'lines',
            source: wrap('source', input.source(env, epoch)),
            bounded: input.bounded,
            tolerant: false,
            time: null,
          },
        ],
        sinks: [
          { id: 'lines_sink', sink: lines, durable: true },
          { id: 'totals_sink', sink: totals, durable: true },
        ],
        tables: [],
        pipeline: wrap('pipeline', new ModelPipeline(lines, totals)),
      });
    },
  };
}
