import { describe, expect, it } from 'vitest';
import { type Answer, localSessions } from '../../support/tds/local.js';

/** Long enough for everything that is able to run. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

async function isWaiting(answer: Promise<Answer>): Promise<boolean> {
  const mark = {};
  return (await Promise.race([answer, settle().then(() => mark)])) === mark;
}

async function table(settings = {}, count = 2) {
  const sessions = localSessions(count, settings);
  await sessions[0]!.prepare(
    'CREATE TABLE dbo.t (id int NOT NULL PRIMARY KEY, v int NULL)',
    'INSERT dbo.t VALUES (1, 10), (2, 20)',
  );
  return sessions as [(typeof sessions)[0], (typeof sessions)[0], (typeof sessions)[0]];
}

describe('locks', () => {
  it('make a second writer of a row wait for the first', async () => {
    const [a, b] = await table();
    await a.prepare('BEGIN TRAN; UPDATE dbo.t SET v = v + 1 WHERE id = 1');
    const second = b.run('UPDATE dbo.t SET v = v + 1 WHERE id = 1; SELECT v FROM dbo.t WHERE id = 1');
    expect(await isWaiting(second)).toBe(true);
    expect(b.session.database.locks.list().filter(({ isWaiting: waits }) => waits)).toHaveLength(1);
    await a.prepare('COMMIT');
    expect((await second).rows).toEqual([['12']]);
  });

  it('let a writer of another row pass', async () => {
    const [a, b] = await table();
    await a.prepare('BEGIN TRAN; UPDATE dbo.t SET v = 0 WHERE id = 1');
    expect(await isWaiting(b.run('UPDATE dbo.t SET v = 0 WHERE id = 2'))).toBe(false);
  });

  it('make a reader wait, and show it what is rolled back as never written', async () => {
    const [a, b] = await table();
    await a.prepare('BEGIN TRAN; UPDATE dbo.t SET v = 99 WHERE id = 1; DELETE dbo.t WHERE id = 2');
    expect((await b.run('SELECT v FROM dbo.t WITH (NOLOCK)')).rows).toEqual([['99']]);
    const reader = b.run('SELECT v FROM dbo.t ORDER BY id');
    expect(await isWaiting(reader)).toBe(true);
    await a.prepare('ROLLBACK');
    expect((await reader).rows).toEqual([['10'], ['20']]);
  });

  it('show readers the committed rows where snapshots are on', async () => {
    const [a, b] = await table({ readsSnapshots: true });
    await a.prepare(
      'BEGIN TRAN; UPDATE dbo.t SET v = 99 WHERE id = 1; INSERT dbo.t VALUES (3, 30); DELETE dbo.t WHERE id = 2',
    );
    expect((await b.run('SELECT id, v FROM dbo.t ORDER BY id')).rows).toEqual([
      ['1', '10'],
      ['2', '20'],
    ]);
    await a.prepare('COMMIT');
    expect((await b.run('SELECT id, v FROM dbo.t ORDER BY id')).rows).toEqual([
      ['1', '99'],
      ['3', '30'],
    ]);
  });

  it('hold a key that nobody has yet under UPDLOCK and SERIALIZABLE', async () => {
    const [a, b] = await table();
    const look = 'BEGIN TRAN; SELECT * FROM dbo.t WITH (UPDLOCK, SERIALIZABLE) WHERE id = 7';
    await a.prepare(look);
    expect(await isWaiting(b.run('INSERT dbo.t VALUES (8, 0)'))).toBe(false);
    const insert = b.run('INSERT dbo.t VALUES (7, 1)');
    expect(await isWaiting(insert)).toBe(true);
    await a.prepare('INSERT dbo.t VALUES (7, 0); COMMIT');
    expect((await insert).errors).toEqual([2627]);
  });

  it('do not hold it without SERIALIZABLE', async () => {
    const [a, b] = await table();
    await a.prepare('BEGIN TRAN; SELECT * FROM dbo.t WITH (UPDLOCK) WHERE id = 7');
    expect(await isWaiting(b.run('INSERT dbo.t VALUES (7, 1)'))).toBe(false);
  });

  it('end a deadlock with 1205 for one, whose transaction is gone', async () => {
    const [a, b] = await table();
    await a.prepare('BEGIN TRAN; UPDATE dbo.t SET v = 1 WHERE id = 1');
    await b.prepare('BEGIN TRAN; UPDATE dbo.t SET v = 2 WHERE id = 2');
    const first = a.run('UPDATE dbo.t SET v = 1 WHERE id = 2; SELECT @@TRANCOUNT');
    expect(await isWaiting(first)).toBe(true);
    const second = await b.run('UPDATE dbo.t SET v = 2 WHERE id = 1; SELECT @@TRANCOUNT');
    expect(second.errors).toEqual([1205]);
    expect(second.rows).toEqual([]);
    expect(await b.value('SELECT @@TRANCOUNT')).toBe('0');
    expect((await first).rows).toEqual([['1']]);
    await a.prepare('COMMIT');
    expect((await b.run('SELECT v FROM dbo.t ORDER BY id')).rows).toEqual([['1'], ['1']]);
  });

  it('are waited for no longer than LOCK_TIMEOUT', async () => {
    const [a, b] = await table();
    await a.prepare('BEGIN TRAN; UPDATE dbo.t SET v = 1 WHERE id = 1');
    expect((await b.run('SET LOCK_TIMEOUT 10; UPDATE dbo.t SET v = 2 WHERE id = 1')).errors).toEqual([1222]);
    expect((await b.run('SET LOCK_TIMEOUT 0; UPDATE dbo.t SET v = 2 WHERE id = 1')).errors).toEqual([1222]);
    await a.prepare('COMMIT');
    expect((await b.run('UPDATE dbo.t SET v = 2 WHERE id = 1')).errors).toEqual([]);
  });

  it('are granted in the order of arrival', async () => {
    const [a, b, c] = await table({}, 3);
    await a.prepare('BEGIN TRAN; UPDATE dbo.t SET v = 1 WHERE id = 1');
    const order: string[] = [];
    const second = b.run('UPDATE dbo.t SET v = 2 WHERE id = 1').then(() => order.push('b'));
    const third = c.run('UPDATE dbo.t SET v = 3 WHERE id = 1').then(() => order.push('c'));
    await settle();
    await a.prepare('COMMIT');
    await Promise.all([second, third]);
    expect(order).toEqual(['b', 'c']);
    expect(await a.value('SELECT v FROM dbo.t WHERE id = 1')).toBe('3');
  });

  it('on a whole table keep writers of its rows out', async () => {
    const [a, b] = await table();
    await a.prepare('BEGIN TRAN; SELECT COUNT(*) FROM dbo.t WITH (HOLDLOCK)');
    expect(await isWaiting(b.run('SELECT v FROM dbo.t'))).toBe(false);
    expect(await isWaiting(b.run('UPDATE dbo.t SET v = 2 WHERE id = 1'))).toBe(true);
  });

  it('that could be shared wait behind one that waits already', async () => {
    const [a, b, c] = await table({}, 3);
    const look = 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; BEGIN TRAN; SELECT v FROM dbo.t WHERE id = 1';
    await a.prepare(look);
    const writer = b.run('UPDATE dbo.t SET v = 2 WHERE id = 1');
    const reader = c.run(look);
    expect(await isWaiting(reader)).toBe(true);
    await a.prepare('COMMIT');
    await writer;
    expect((await reader).rows).toEqual([['2']]);
  });

  it('of very many rows become one of the table', async () => {
    const [a, b] = await table({ lockEscalation: 10 });
    const rows = Array.from({ length: 12 }, (_, at) => `(${at + 100}, 0)`).join(', ');
    await a.prepare(`INSERT dbo.t VALUES ${rows}`, 'BEGIN TRAN; UPDATE dbo.t SET v = 1 WHERE id >= 100');
    expect(await isWaiting(b.run('UPDATE dbo.t SET v = 2 WHERE id = 1'))).toBe(true);
  });

  it('are let go when a session ends', async () => {
    const [a, b] = await table();
    await a.prepare('BEGIN TRAN; UPDATE dbo.t SET v = 99 WHERE id = 1');
    const second = b.run('SELECT v FROM dbo.t WHERE id = 1');
    expect(await isWaiting(second)).toBe(true);
    a.session.close();
    expect((await second).rows).toEqual([['10']]);
    expect(b.session.database.locks.list()).toEqual([]);
  });
});
