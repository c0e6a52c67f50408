/**
 * Every case: straight through with its golden rows, in batches of other sizes, and after every batch against DuckDB.
 * Then the process dies at sampled steps of I/O and is started again.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEnv } from '../../cli/host/env.js';
import type { SinkOperator } from '../../plan/plan.js';
import { MemoryStore } from '../../runtime/storage/memory.js';
import { caseNames, loadCase, workFolder, type ResultCase } from '../support/results/case.js';
import { contentText, readContent, type CanonicalRow, type SinkContent } from '../support/results/content.js';
import { CrashingEnv, ProcessDied, type CrashMoment } from '../support/results/crashing-env.js';
import { ReferenceEngine } from '../support/results/duck.js';
import { runCase, type Snapshot } from '../support/results/job.js';

/** Records a batch: a few; with 0 the budget is less than a record, and one at a time is read all the same. */
const RECORDS_PER_BATCH = [7, 0];
const CRASH_POINTS = 6;

describe.each(caseNames())('%s', (name) => {
  let item: ResultCase;
  let engine: ReferenceEngine;
  let straight: readonly Snapshot[];

  beforeAll(async () => {
    item = loadCase(name);
    engine = await ReferenceEngine.create(item);
    straight = await snapshotsOf(item, undefined);
  });
  afterAll(() => {
    // Not there when the case could not be loaded.
    (engine as ReferenceEngine | undefined)?.close();
  });

  test('straight through', async () => {
    await compareEveryPrefix(item, engine, straight);
    for (const sink of item.sinks) {
      const rows = straight.at(-1)?.content.get(sink.sink) ?? [];
      const file = item.sinks.length === 1 ? 'out.jsonl' : `out.${sink.sink}.jsonl`;
      await expect(contentText(rows, sink, item.notes.ignored)).toMatchFileSnapshot(join(item.folder, file));
    }
  });

  test.each(RECORDS_PER_BATCH)('in batches of %i records', async (records) => {
    const snapshots = await snapshotsOf(item, batchBytes(item, records));
    if (records > 0 && hasRows(item)) expect(snapshots.length).toBeGreaterThan(straight.length);
    await compareEveryPrefix(item, engine, snapshots);
    if (!item.notes.dependsOnBatches) {
      expect(comparable(item, snapshots.at(-1)?.content)).toEqual(comparable(item, straight.at(-1)?.content));
    }
  });

  test('after crashes', async () => {
    const bytes = batchBytes(item, 7);
    const undisturbed = await crashedAt(item, bytes, Number.POSITIVE_INFINITY, 'before');
    for (let n = 0; n < CRASH_POINTS; n += 1) {
      const at = 1 + Math.floor(((n + 0.5) / CRASH_POINTS) * undisturbed.steps);
      const found = await crashedAt(item, bytes, at, n % 2 === 0 ? 'before' : 'after');
      const place = `died at step ${String(at)} of ${String(undisturbed.steps)}`;
      expect(found.died, place).toBe(true);
      expect(comparable(item, found.content), place).toEqual(comparable(item, undisturbed.content));
    }
  });
});

function hasRows(item: ResultCase): boolean {
  return item.sources.some((source) => source.connector === 'file' && inputBytes(item) > 1000);
}

function inputBytes(item: ResultCase): number {
  return item.inputs.reduce((sum, file) => sum + statSync(join(item.folder, file)).size, 0);
}

/** A budget for about so many records of each source: inputs have about a hundred bytes a record. */
function batchBytes(item: ResultCase, records: number): number {
  return Math.max(1, records * 60 * item.sources.length);
}

async function snapshotsOf(item: ResultCase, batchBytes_max: number | undefined): Promise<readonly Snapshot[]> {
  const { path, remove } = workFolder(item);
  const snapshots: Snapshot[] = [];
  try {
    const outcome = await runCase(item, {
      folder: path,
      store: new MemoryStore(createEnv().clock),
      ...(batchBytes_max === undefined ? {} : { batchBytes_max }),
      observe: (snapshot) => snapshots.push(snapshot),
    });
    expect(outcome.kind).toBe('finished');
    return snapshots;
  } finally {
    remove();
  }
}

async function compareEveryPrefix(
  item: ResultCase,
  engine: ReferenceEngine,
  snapshots: readonly Snapshot[],
): Promise<void> {
  await engine.setRun(snapshots);
  let before: Snapshot | undefined;
  for (const snapshot of snapshots) {
    for (const sink of item.sinks) {
      const found = snapshot.content.get(sink.sink) ?? [];
      const wanted = await engine.rows(sink, snapshot);
      const place = `${sink.sink} after batch ${String(snapshot.batch)}`;
      expectRows(item, sink.sink, found, wanted, place);
      if (neverRevises(item, sink)) {
        const missing = withoutRows(before?.content.get(sink.sink) ?? [], found);
        expect(missing, `${place}: rows that were there before`).toEqual([]);
      }
    }
    before = snapshot;
  }
}

/** Rows that are there stay: files, the first row per key, and windows that are final. */
function neverRevises(item: ResultCase, sink: SinkOperator): boolean {
  const stream = item.plan.streams.find(({ sinks }) => sinks.includes(sink.id));
  return sink.connector === 'file' || sink.conflict === 'ignore' || stream?.emit.kind === 'final';
}

function expectRows(
  item: ResultCase,
  sinkName: string,
  found: readonly CanonicalRow[],
  wanted: readonly CanonicalRow[],
  place: string,
): void {
  const { tolerance } = item.notes;
  const a = sorted(withoutIgnored(item, sinkName, found));
  const b = sorted(withoutIgnored(item, sinkName, wanted));
  if (tolerance === 0) {
    expect(a, place).toEqual(b);
    return;
  }
  const doubles = item.sinks
    .find((sink) => sink.sink === sinkName)
    ?.output.schema.map((field) => field.type.kind === 'double');
  expect(a.length, place).toBe(b.length);
  const differing = a.flatMap((row, n) => {
    const other = b[n] ?? [];
    const equal = row.every((value, column) => {
      const wantedValue = other[column] ?? null;
      if (value === wantedValue || value === null || wantedValue === null) return value === wantedValue;
      if (doubles?.[column] !== true) return false;
      const difference = Math.abs(Number(value) - Number(wantedValue));
      return difference <= tolerance * Math.max(1, Math.abs(Number(wantedValue)));
    });
    return equal ? [] : [{ found: row, wanted: other }];
  });
  expect(differing, place).toEqual([]);
}

function withoutIgnored(item: ResultCase, sinkName: string, rows: readonly CanonicalRow[]): readonly CanonicalRow[] {
  const { ignored } = item.notes;
  if (ignored.size === 0) return rows;
  const schema = item.sinks.find((sink) => sink.sink === sinkName)?.output.schema ?? [];
  return rows.map((row) => row.filter((_, index) => !ignored.has(schema[index]?.name ?? '')));
}

function sorted(rows: readonly CanonicalRow[]): readonly CanonicalRow[] {
  return rows
    .map((row) => ({ row, text: JSON.stringify(row) }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ row }) => row);
}

/** Rows of `before` that are not in `after`, each as often as it is missing. */
function withoutRows(before: readonly CanonicalRow[], after: readonly CanonicalRow[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const row of after) {
    const text = JSON.stringify(row);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return before
    .map((row) => JSON.stringify(row))
    .filter((text) => {
      const count = counts.get(text) ?? 0;
      counts.set(text, count - 1);
      return count <= 0;
    });
}

function comparable(item: ResultCase, content: SinkContent | undefined): Readonly<Record<string, unknown>> {
  const entries = [...(content ?? new Map<string, readonly CanonicalRow[]>())];
  return Object.fromEntries(entries.map(([sink, rows]) => [sink, sorted(withoutIgnored(item, sink, rows))]));
}

interface Crashed {
  readonly content: SinkContent;
  readonly steps: number;
  readonly died: boolean;
}

/** Dies at a step, is started again and runs to its end; what was committed before the crash must still be there. */
async function crashedAt(item: ResultCase, bytes: number, at: number, moment: CrashMoment): Promise<Crashed> {
  const { path, remove } = workFolder(item);
  try {
    const crashing = new CrashingEnv(createEnv(), at, moment);
    const first = runCase(item, { folder: path, env: crashing.env, batchBytes_max: bytes });
    if (at === Number.POSITIVE_INFINITY) await first;
    else await expect(first).rejects.toSatisfy((error) => isDeath(error));
    await crashing.letGo();
    const committed = readContent(item.sinks, path);
    await runCase(item, { folder: path, batchBytes_max: bytes });
    const content = readContent(item.sinks, path);
    for (const sink of item.sinks.filter((each) => neverRevises(item, each))) {
      expect(withoutRows(committed.get(sink.sink) ?? [], content.get(sink.sink) ?? [])).toEqual([]);
    }
    return { content, steps: crashing.steps, died: crashing.dead };
  } finally {
    remove();
  }
}

/** The runtime may say where it was when the disk went away, with the death as the cause. */
function isDeath(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof ProcessDied) return true;
  return false;
}
