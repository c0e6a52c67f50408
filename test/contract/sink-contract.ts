/** What the driver relies on, for every sink: progress by one, repetitions without effect, fencing, all or nothing. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sink, SinkOutcome, SinkProgress } from '../../runtime/connectors/connector.js';
import { codeOf, commitOf, rowsBatch, temporaryFolder } from '../support/connectors.js';
import { hasDied } from './dying.js';
import { SINK_SCHEMA, type SinkSubject } from './sink-subject.js';

type Rows = readonly (readonly [number, string | null])[];

/** Rows of batch `n`: new ids, so that appending and upserting sinks end alike. */
const rowsOf = (batch: number): Rows => [
  [batch * 10, `a${batch}`],
  [batch * 10 + 1, null],
  [batch * 10 + 2, 'x'.repeat(batch)],
];
const shown = (rows: Rows): string[] => rows.map(([id, name]) => `${id}=${name ?? 'null'}`);

async function apply(sink: Sink, batch: number, rows: Rows = rowsOf(batch), epoch = 1): Promise<SinkOutcome> {
  sink.begin(batch);
  // In two column batches: where they are cut must not matter.
  sink.write(
    rowsBatch(
      SINK_SCHEMA,
      rows.slice(0, 1).map(([id, name]) => [BigInt(id), name]),
    ),
  );
  sink.write(
    rowsBatch(
      SINK_SCHEMA,
      rows.slice(1).map(([id, name]) => [BigInt(id), name]),
    ),
  );
  return sink.commit(commitOf(batch, epoch));
}

export function sinkContract(subject: SinkSubject): void {
  describe(`sink: ${subject.name}`, () => {
    contractOf(subject);
  });
}

function contractOf(subject: SinkSubject): void {
  let folder: ReturnType<typeof temporaryFolder>;
  const sinks: Sink[] = [];
  const csv = subject.name.includes('csv');
  const read = async (): Promise<string[]> =>
    (await subject.read(folder.path)).map((row) => row.replace(/=$/u, '=null'));

  const opened = async (
    epoch = 1,
    ...create: Parameters<typeof subject.create> extends [string, ...infer R] ? R : never
  ) => {
    const sink = subject.create(folder.path, ...create);
    sinks.push(sink);
    const progress: SinkProgress = await sink.open(epoch);
    return { sink, progress };
  };

  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    for (const sink of sinks.splice(0)) await sink.close();
    folder.remove();
  });

  it('starts at batch 0 and goes on by one', async () => {
    const { sink, progress } = await opened();
    expect(progress).toEqual({ epoch: 1, batch: 0, digest: '', intentHash: '', intent: '' });
    for (const batch of [1, 2, 3]) expect(await apply(sink, batch)).toBe('applied');
    expect(await read()).toEqual([1, 2, 3].flatMap((batch) => shown(rowsOf(batch))));
  });

  it('shows nothing before the commit', async () => {
    const { sink } = await opened();
    await apply(sink, 1);
    sink.begin(2);
    sink.write(rowsBatch(SINK_SCHEMA, [[99n, 'early']]));
    expect(sink.buffered_bytes).toBeGreaterThan(5);
    expect(await read()).toEqual(shown(rowsOf(1)));
    sink.begin(2);
    expect(sink.buffered_bytes).toBe(0);
  });

  it('goes on after a restart where it stopped, intent included', async () => {
    await apply((await opened()).sink, 1);
    const { sink, progress } = await opened(2);
    expect(progress).toMatchObject({ epoch: 2, batch: 1, intentHash: 'hash-1', intent: '{"batch":1}' });
    expect(progress.digest).toMatch(/^[0-9a-f]{64}$/u);
    expect(await apply(sink, 2, rowsOf(2), 2)).toBe('applied');
    expect(await read()).toEqual([1, 2].flatMap((batch) => shown(rowsOf(batch))));
  });

  it('applies an empty batch, and goes on after many', async () => {
    const { sink } = await opened();
    for (const batch of [1, 2]) expect(await apply(sink, batch, [])).toBe('applied');
    expect(await apply(sink, 3)).toBe('applied');
    expect(await apply(sink, 4, [])).toBe('applied');
    expect((await opened(2)).progress.batch).toBe(4);
    expect(await read()).toEqual(shown(rowsOf(3)));
  });

  it('does nothing for a batch that has been applied', async () => {
    const { sink } = await opened();
    await apply(sink, 1);
    await apply(sink, 2);
    expect(await apply(sink, 2)).toBe('duplicate');
    expect(await apply(sink, 1)).toBe('duplicate');
    const again = (await opened(2)).sink;
    expect(await apply(again, 1, rowsOf(1), 2)).toBe('duplicate');
    expect(await apply(again, 2, rowsOf(2), 2)).toBe('duplicate');
    expect(await apply(again, 3, rowsOf(3), 2)).toBe('applied');
    expect(await read()).toEqual([1, 2, 3].flatMap((batch) => shown(rowsOf(batch))));
  });

  it('refuses other rows or another intent for a batch that has been applied', async () => {
    const { sink } = await opened();
    await apply(sink, 1);
    const before = await subject.bytes(folder.path);
    expect(await codeOf(() => apply(sink, 1, [[10, 'other']]))).toBe('ESQL8442');
    expect(await codeOf(() => apply(sink, 1, [...rowsOf(1).slice(0, 2), [12, 'y']]))).toBe('ESQL8442');
    sink.begin(1);
    const [first] = rowsOf(1);
    sink.write(rowsBatch(SINK_SCHEMA, [[BigInt(first?.[0] ?? 0), first?.[1] ?? null]]));
    expect(await codeOf(() => sink.commit({ ...commitOf(1), intentHash: 'hash-x' }))).toBe('ESQL8443');
    expect(await subject.bytes(folder.path)).toBe(before);
    expect(await apply(sink, 2)).toBe('applied');
  });

  it('refuses a gap', async () => {
    const { sink } = await opened();
    await apply(sink, 1);
    expect(await codeOf(() => apply(sink, 3))).toBe('ESQL8441');
    expect(await read()).toEqual(shown(rowsOf(1)));
  });

  it('refuses a driver whose epoch is older than a registered one', async () => {
    const old = (await opened(1)).sink;
    await apply(old, 1);
    const { sink, progress } = await opened(5);
    expect(progress).toMatchObject({ epoch: 5, batch: 1 });
    expect(await codeOf(() => apply(old, 2))).toBe('ESQL8440');
    expect(await codeOf(() => apply(old, 1))).toBe('ESQL8440');
    expect(await codeOf(async () => (await opened(4)).sink)).toBe('ESQL8440');
    expect(await apply(sink, 2, rowsOf(2), 5)).toBe('applied');
    expect(await read()).toEqual([1, 2].flatMap((batch) => shown(rowsOf(batch))));
  });

  it('gives the same bytes for the same batches, however they were reached', async () => {
    const straight = temporaryFolder();
    const other = subject.create(straight.path);
    sinks.push(other);
    await other.open(1);
    for (const batch of [1, 2, 3]) await apply(other, batch);
    for (const batch of [1, 2, 3]) {
      const { sink } = await opened(batch);
      if (batch > 1) await apply(sink, batch - 1, rowsOf(batch - 1), batch);
      await apply(sink, batch, rowsOf(batch), batch);
    }
    expect(await subject.bytes(folder.path)).toBe(await subject.bytes(straight.path));
    straight.remove();
  });

  it('leaves all of a batch or nothing wherever it dies, and goes on', async () => {
    let deaths = 0;
    for (let fail = 1; fail < 400; fail += subject.deathStride) {
      folder.remove();
      folder = temporaryFolder();
      await apply((await opened(1)).sink, 1);
      const before = await read();
      let outcome: SinkOutcome | 'died' = 'died';
      try {
        const { sink } = await opened(2, { env: subject.failing(fail) });
        outcome = await apply(sink, 2, rowsOf(2), 2);
      } catch (error) {
        if (!hasDied(error)) throw error;
        deaths += 1;
      }
      for (const each of sinks.splice(0)) await each.close();
      const after = await read();
      expect([before, [...before, ...shown(rowsOf(2))]], `step ${fail}`).toContainEqual(after);
      const { sink, progress } = await opened(3);
      expect(progress.batch).toBe(after.length === before.length ? 1 : 2);
      expect(await apply(sink, 2, rowsOf(2), 3)).toBe(progress.batch === 2 ? 'duplicate' : 'applied');
      expect(await apply(sink, 3, rowsOf(3), 3)).toBe('applied');
      expect(await read()).toEqual([1, 2, 3].flatMap((batch) => shown(rowsOf(batch))));
      for (const each of sinks.splice(0)) await each.close();
      if (outcome !== 'died') break;
    }
    expect(deaths * subject.deathStride).toBeGreaterThan(4);
  });

  it('keeps two queries apart', async () => {
    await apply((await opened()).sink, 1);
    const other = await codeOf(async () => {
      const { sink, progress } = await opened(1, { queryId: 'other' });
      // Where a table is shared each query has its own progress.
      expect(progress.batch).toBe(0);
      await apply(sink, 1, [[500, 'o']]);
    });
    expect(other).toBe(subject.shared ? 'none' : 'ESQL8443');
    // Whatever epochs the first one has come to.
    await opened(7);
    const later = await codeOf(() => opened(2, { queryId: 'third' }));
    expect(later).toBe(subject.shared ? 'none' : 'ESQL8443');
  });

  it('keeps awkward text as it is', async () => {
    const { sink } = await opened();
    const names = ["it's", '"quoted"', 'ä€😀', 'a/../b', '%2F'];
    await apply(
      sink,
      1,
      names.map((name, i) => [i, name]),
    );
    if (csv) expect((await read())[1]).toBe('1="""quoted"""');
    else expect(await read()).toEqual(names.map((name, i) => `${i}=${name}`));
  });
}
