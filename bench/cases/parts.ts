/** Single parts: expressions, state, snapshots, logs, the SQLite sink. */
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { createEnv } from '../../cli/host/env.js';
import type { Expression } from '../../plan/expression.js';
import { BIGINT, BOOLEAN, decimal, type Schema } from '../../plan/types.js';
import type { ColumnBatch } from '../../runtime/columns/batch.js';
import { compilePredicate, compileProjection } from '../../runtime/kernels/compile.js';
import { openStore } from '../../runtime/storage/open.js';
import { SegmentLog } from '../../runtime/wal/segment-log.js';
import { repeat, type BenchOptions, type Measured } from '../case.js';
import { timeJob } from './job.js';

const DURATION_MS = 1000;
const BATCH_ROWS = 4096;
const SCHEMA: Schema = [
  { name: 'auction', type: BIGINT, nullable: false },
  { name: 'price', type: BIGINT, nullable: false },
];
const CONTEXT = { batch: 1, sources: new Map(), now_us: 0n, seed: 0n };

function numberBatch(): ColumnBatch {
  const auction = BigInt64Array.from({ length: BATCH_ROWS }, (_, row) => BigInt((row * 7919) % 65_000));
  const price = BigInt64Array.from({ length: BATCH_ROWS }, (_, row) => BigInt((row * 104_729) % 10_000_000));
  return {
    rowCount: BATCH_ROWS,
    columns: [
      { kind: 'i64', values: auction, valid: null },
      { kind: 'i64', values: price, valid: null },
    ],
    selection: null,
    weights: null,
    origin: null,
    ordinal_base: 0,
  };
}

function column(index: number): Expression {
  const field = SCHEMA[index];
  if (field === undefined) throw new Error(`no column ${String(index)}`);
  return { kind: 'column', index, name: field.name, type: field.type, nullable: field.nullable };
}

/** `price * 0.908`, exact. */
export function projectionCase(): Promise<Measured> {
  const asDecimal: Expression = {
    kind: 'cast',
    mode: 'strict',
    operand: column(1),
    type: decimal(19, 0),
    nullable: false,
  };
  const factor: Expression = { kind: 'literal', value: '0.908', type: decimal(3, 3), nullable: false };
  const kernel = compileProjection(
    [
      {
        kind: 'arithmetic',
        operator: 'multiply',
        left: asDecimal,
        right: factor,
        type: decimal(22, 3),
        nullable: false,
      },
    ],
    SCHEMA,
  );
  const input = numberBatch();
  return repeat(BATCH_ROWS, DURATION_MS, () => {
    kernel(input, CONTEXT);
  });
}

/** `auction % 123 = 0`. */
export function predicateCase(): Promise<Measured> {
  const literal = (value: string): Expression => ({ kind: 'literal', value, type: BIGINT, nullable: false });
  const kernel = compilePredicate(
    {
      kind: 'comparison',
      operator: 'eq',
      left: {
        kind: 'arithmetic',
        operator: 'modulo',
        left: column(0),
        right: literal('123'),
        type: BIGINT,
        nullable: false,
      },
      right: literal('0'),
      type: BOOLEAN,
      nullable: false,
    },
    SCHEMA,
  );
  const input = numberBatch();
  return repeat(BATCH_ROWS, DURATION_MS, () => {
    kernel(input, CONTEXT);
  });
}

interface Row {
  readonly auction: number;
  readonly price: number;
}

function objectRows(): readonly Row[] {
  return Array.from({ length: BATCH_ROWS }, (_, row) => ({
    auction: (row * 7919) % 65_000,
    price: (row * 104_729) % 10_000_000,
  }));
}

export function plainProjection(): Promise<Measured> {
  const rows = objectRows();
  let kept: readonly unknown[] = [];
  return repeat(BATCH_ROWS, DURATION_MS, () => {
    kept = rows.map((row) => ({ auction: row.auction, price: row.price * 0.908 }));
  }).then((measured) => (kept.length === 0 ? { ...measured, count: 0 } : measured));
}

export function plainPredicate(): Promise<Measured> {
  const rows = objectRows();
  let kept: readonly unknown[] = [];
  return repeat(BATCH_ROWS, DURATION_MS, () => {
    kept = rows.filter((row) => row.auction % 123 === 0);
  }).then((measured) => (kept.length === 0 ? { ...measured, count: 0 } : measured));
}

const STATE_ROWS = 4_000_000;

function generated(rows: number, keys: number, tail: string): string {
  return `CREATE SOURCE numbers (n BIGINT NOT NULL METADATA FROM 'row_number', k AS (n * 7919) % ${String(keys)})
    WITH (connector = 'generate', rows = ${String(rows)});
    ${tail}`;
}

/** COUNT, SUM and MAX by a BIGINT key, generated rows, changes into nothing. */
export function stateCase(keys: number): (options: BenchOptions) => Promise<Measured> {
  return async (options) => {
    const text = generated(
      STATE_ROWS,
      keys,
      `CREATE SINK target WITH (connector = 'blackhole');
       CREATE STREAM totals AS SELECT k, COUNT(*) AS c, SUM(n) AS s, MAX(n) AS m FROM numbers GROUP BY k
       WITH CHECKPOINT 1h INTO target;`,
    );
    return { count: STATE_ROWS, duration_ms: await timeJob(text, options) };
  };
}

export function plainState(keys: number): () => Promise<Measured> {
  return () => {
    const totals = new Map<number, { c: number; s: number; m: number }>();
    const start_ms = performance.now();
    for (let n = 1; n <= STATE_ROWS; n += 1) {
      const key = (n * 7919) % keys;
      const total = totals.get(key);
      if (total === undefined) {
        totals.set(key, { c: 1, s: n, m: n });
      } else {
        total.c += 1;
        total.s += n;
        if (n > total.m) total.m = n;
      }
    }
    return Promise.resolve({ count: STATE_ROWS, duration_ms: performance.now() - start_ms });
  };
}

const SNAPSHOT_KEYS = 16_000_000;

/** The checkpoint of a large state: dump, hash, write, sync. */
export async function snapshotCase(options: BenchOptions): Promise<Measured> {
  let count = 0;
  let duration_ms = 0;
  const text = generated(
    SNAPSHOT_KEYS,
    SNAPSHOT_KEYS,
    `CREATE SINK target WITH (connector = 'blackhole');
     CREATE STREAM totals AS SELECT n, COUNT(*) AS c, SUM(k) AS s, MAX(k) AS m FROM numbers GROUP BY n
     WITH CHECKPOINT 1h INTO target;`,
  );
  await timeJob(text, options, (event) => {
    if (event.kind !== 'checkpoint') return;
    count = event.writtenBytes;
    duration_ms = event.duration_ms;
  });
  return { count, duration_ms };
}

/** Intents: small write-once objects, each durable before the next. */
export async function intentCase(options: BenchOptions): Promise<Measured> {
  const store = openStore(createEnv(), {
    uri: options.folder,
    workingDirectory: options.folder,
    queryId: 'bench',
    lowSpace: () => undefined,
    reserve_bytes: 0,
  });
  const intent = Buffer.alloc(600, 'x');
  let number = 0;
  const measured = await repeat(1, DURATION_MS, async () => {
    number += 1;
    await store.publish(`intents/${String(number).padStart(20, '0')}`, [intent]);
  });
  await store.close();
  return measured;
}

/** The write-ahead log of a socket: 1 MiB of frames per record, synced each. */
export async function segmentCase(options: BenchOptions): Promise<Measured> {
  const log = await SegmentLog.open(
    createEnv().disk,
    join(options.folder, 'wal'),
    { epoch: 1, segmentBytes_max: 256 << 20, head: () => new Uint8Array([1]) },
    () => undefined,
  );
  const record = Buffer.alloc(1 << 20, 'x');
  const measured = await repeat(record.length, DURATION_MS, async () => {
    await log.append(record);
  });
  await log.close();
  return measured;
}

const UPSERTS = 1_000_000;
const UPSERT_KEYS = 100_000;

/** Upserts into SQLite with progress in the same transactions: every row is a change of its key. */
export async function sqliteCase(options: BenchOptions): Promise<Measured> {
  const text = generated(
    UPSERTS,
    UPSERT_KEYS,
    `CREATE SINK target WITH (connector = 'sqlite', path = 'out.db', table = 'result');
     CREATE STREAM result AS SELECT k, n, n + 1 AS m FROM numbers WITH CHECKPOINT 1h INTO target KEY k;`,
  );
  return { count: UPSERTS, duration_ms: await timeJob(text, options) };
}

export function plainSqlite(options: BenchOptions): Promise<Measured> {
  const database = new Database(join(options.folder, 'plain.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE result (k INTEGER PRIMARY KEY, n INTEGER, m INTEGER) STRICT');
  const upsert = database.prepare(
    'INSERT INTO result VALUES (?, ?, ?) ON CONFLICT (k) DO UPDATE SET n = excluded.n, m = excluded.m',
  );
  const start_ms = performance.now();
  for (let n = 1; n <= UPSERTS;) {
    database.exec('BEGIN IMMEDIATE');
    for (const end = Math.min(UPSERTS, n + 9999); n <= end; n += 1) upsert.run((n * 7919) % UPSERT_KEYS, n, n + 1);
    database.exec('COMMIT');
  }
  const duration_ms = performance.now() - start_ms;
  database.close();
  return Promise.resolve({ count: UPSERTS, duration_ms });
}
