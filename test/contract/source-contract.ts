/**
 * What the driver relies on, for every source: same bytes at every read, cursors that lead anywhere, refusal of changed
 * input.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Source, SourceCursor, SourceRange } from '../../runtime/connectors/connector.js';
import { codeOf, readRows, temporaryFolder } from '../support/connectors.js';
import type { SourceSetUp, SourceSubject } from './source-subject.js';

interface Batch {
  readonly ranges: readonly SourceRange[];
  readonly rows: readonly string[];
  /** Behind the batch. */
  readonly cursor: SourceCursor;
}

const never = new AbortController().signal;
const value = (row: string): string => row.slice(0, row.lastIndexOf('@'));

/** Plans and reads until the source ends or all rows are there. */
async function drain(
  setUp: SourceSetUp,
  source: Source,
  bytes_max: number,
  from: { readonly cursor: SourceCursor | null; readonly rows: number } = { cursor: null, rows: 0 },
): Promise<Batch[]> {
  const batches: Batch[] = [];
  let { cursor } = from;
  let count = from.rows;
  for (let idle = 0; idle < 500;) {
    const ranges = await source.plan({ bytes_max });
    if (ranges.length === 0) {
      if (count >= setUp.rows.length) break;
      await source.wait(20, never);
      idle += 1;
      continue;
    }
    const rows = await readRows(source, setUp.bench, ranges);
    cursor = source.advance(cursor, ranges);
    batches.push({ ranges, rows, cursor });
    count += rows.length;
  }
  return batches;
}

const allRows = (batches: readonly Batch[]): string[] => batches.flatMap((batch) => batch.rows);

export function sourceContract(subject: SourceSubject): void {
  describe(`source: ${subject.name}`, () => {
    contractOf(subject);
  });
}

function contractOf(subject: SourceSubject): void {
  let folder: ReturnType<typeof temporaryFolder>;
  let setUp: SourceSetUp;
  let open: Source[] = [];

  /** As after a crash: the instance before is gone. */
  const restart = async (cursor: SourceCursor | null): Promise<Source> => {
    for (const each of open) await each.close();
    const source = setUp.create();
    open = [source];
    await source.open(cursor);
    return source;
  };

  beforeEach(async () => {
    folder = temporaryFolder();
    setUp = await subject.setUp(folder.path);
    open = [];
  });
  afterEach(async () => {
    for (const each of open) await each.close();
    await setUp.tearDown();
    folder.remove();
  });

  it('delivers every row once, in order, and then ends', async () => {
    const source = await restart(null);
    const batches = await drain(setUp, source, 1e9);
    expect(allRows(batches).map(value)).toEqual(setUp.rows);
    if (!setUp.ends) return;
    expect(batches.flatMap((batch) => batch.ranges.map((range) => range.final)).filter(Boolean)).toHaveLength(1);
    expect(batches.at(-1)?.ranges.at(-1)?.final).toBe(true);
    expect(await source.plan({ bytes_max: 1e9 })).toEqual([]);
  });

  it.each([1, 64, 100, 333, 1000])(
    'gives the same rows in batches of %i bytes, and small ones are small',
    async (bytes_max) => {
      const source = await restart(null);
      const batches = await drain(setUp, source, bytes_max);
      expect(allRows(batches).map(value)).toEqual(setUp.rows);
      if (setUp.ends && bytes_max >= 64 && bytes_max <= 100) expect(batches.length).toBeGreaterThan(5);
    },
  );

  it('reads the same again, and from every cursor', async () => {
    const batches = await drain(setUp, await restart(null), 300);
    const everything = allRows(batches);
    let before: SourceCursor | null = null;
    let count = 0;
    for (const batch of batches) {
      const source = await restart(before);
      // The batch is replayed from its intent, twice, then planning goes on behind it.
      expect(await readRows(source, setUp.bench, batch.ranges)).toEqual(batch.rows);
      expect(await readRows(source, setUp.bench, batch.ranges)).toEqual(batch.rows);
      source.seek(batch.ranges);
      count += batch.rows.length;
      const rest = await drain(setUp, source, 777, { cursor: batch.cursor, rows: count });
      expect([...everything.slice(0, count), ...allRows(rest)].map(value)).toEqual(setUp.rows);
      before = batch.cursor;
    }
  });

  it('keeps what is behind a trimmed cursor', async () => {
    const source = await restart(null);
    const batches = await drain(setUp, source, 300);
    const middle = batches[Math.floor(batches.length / 2)]!;
    await source.trim(middle.cursor);
    const rest = batches.slice(batches.indexOf(middle) + 1);
    const again = await restart(middle.cursor);
    for (const batch of rest) expect(await readRows(again, setUp.bench, batch.ranges)).toEqual(batch.rows);
  });

  it('stores positions as JSON that survives', async () => {
    const batches = await drain(setUp, await restart(null), 300);
    const parsed = JSON.parse(JSON.stringify(batches)) as Batch[];
    expect(parsed).toEqual(batches);
    const cursor = parsed[0]!.cursor;
    const source = await restart(cursor);
    expect(await readRows(source, setUp.bench, parsed[1]?.ranges ?? [])).toEqual(batches[1]?.rows ?? []);
    expect(JSON.stringify(cursor).length).toBeLessThan(600);
  });

  it.each([[{ nonsense: 1 }], ['text'], [-1], [1.5], [[1]]])(
    'refuses the position %j of another source',
    async (cursor) => {
      expect(await codeOf(() => restart(cursor))).toBe('ESQL8408');
    },
  );

  it('refuses input that changed after it was logged', async () => {
    if (setUp.spoil === null) return;
    const batches = await drain(setUp, await restart(null), 300);
    for (const each of open) await each.close();
    await setUp.spoil();
    const code = await codeOf(async () => {
      const source = await restart(null);
      await readRows(source, setUp.bench, batches[0]!.ranges);
    });
    expect(['ESQL8404', 'ESQL8421', 'ESQL8423']).toContain(code);
  });

  it('returns from waiting when asked to stop', async () => {
    const source = await restart(null);
    await drain(setUp, source, 1e9);
    const stop = new AbortController();
    const waiting = source.wait(1e6, stop.signal);
    stop.abort();
    await waiting;
  });
}
