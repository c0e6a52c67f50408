/** The double through the client that the product uses: what it says about faults is what the sink will see. */
import sql from 'mssql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { APPLY_SCHEMA } from '../../support/tds/apply-procedure.js';
import { type ClientWishes, connect, errorOf } from '../../support/tds/client.js';
import { startTds, type TdsServer } from '../../support/tds/server.js';

let server: TdsServer;
const pools: sql.ConnectionPool[] = [];

beforeEach(async () => {
  server = await startTds();
});

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close().catch(() => undefined)));
  await server.close();
});

async function client(wishes: ClientWishes = {}): Promise<sql.ConnectionPool> {
  const pool = await connect(server, wishes);
  pools.push(pool);
  // A cut connection of a pool is an event without anybody to hear it.
  pool.on('error', () => undefined);
  return pool;
}

async function prepared(wishes: ClientWishes = {}): Promise<sql.ConnectionPool> {
  const pool = await client(wishes);
  for (const text of APPLY_SCHEMA) await pool.request().batch(text);
  return pool;
}

async function apply(
  pool: sql.ConnectionPool,
  epoch: number,
  batch: number,
  rows: string,
  digest = 1,
): Promise<number> {
  const result = await pool
    .request()
    .input('q', sql.NVarChar(100), 'q')
    .input('s', sql.NVarChar(100), 's')
    .input('epoch', sql.BigInt, epoch.toString())
    .input('batch', sql.BigInt, batch.toString())
    .input('digest', sql.VarBinary(32), Buffer.from([digest]))
    .input('rows', sql.NVarChar(sql.MAX), rows)
    .execute<never>('stream.apply');
  return result.returnValue as number;
}

async function rowsOf(pool: sql.ConnectionPool, query: string): Promise<readonly (readonly unknown[])[]> {
  const { recordset } = await pool.request().query<Record<string, unknown>>(query);
  return recordset.map((row) => Object.values(row));
}

const TARGET =
  'SELECT id, CAST(amt AS nvarchar(50)) AS amt, CONVERT(nvarchar(40), ts, 126) AS ts FROM dbo.Target ORDER BY id';
const ROWS = '[{"id":"9007199254740993","amt":"1234567890123456789.0000000001","ts":"2026-11-24T01:02:03.1234567"}]';
const STORED = [['9007199254740993', '1234567890123456789.0000000001', '2026-11-24T01:02:03.1234567']];

describe('encryption', () => {
  const OPTION = 'SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID';

  it('is there when asked for, and not when not', async () => {
    expect(await rowsOf(await client({ encrypt: true }), OPTION)).toEqual([['TRUE']]);
    expect(await rowsOf(await client(), OPTION)).toEqual([['FALSE']]);
  });

  it('can be required', async () => {
    server.encryption = 'required';
    await expect(client()).rejects.toThrow(/encrypt/iu);
  });

  it('is left out by this client when the server says it has none: who needs it must look', async () => {
    server.faults.add({ at: 'prelogin', fault: { kind: 'refuse-encryption' } });
    expect(await rowsOf(await client({ encrypt: true }), OPTION)).toEqual([['FALSE']]);
  });
});

describe('a batch', () => {
  it('arrives exactly, once', async () => {
    const pool = await prepared({ encrypt: true });
    expect(await apply(pool, 1, 1, ROWS)).toBe(0);
    expect(await apply(pool, 1, 1, ROWS)).toBe(1);
    expect(await rowsOf(pool, TARGET)).toEqual(STORED);
  });

  it('may be several megabytes', async () => {
    const pool = await prepared();
    const rows = Array.from({ length: 40_000 }, (_, id) => ({
      id,
      amt: `${id}.0000000001`,
      ts: '2026-11-24T01:02:03',
    }));
    expect(await apply(pool, 1, 1, JSON.stringify(rows))).toBe(0);
    expect(await rowsOf(pool, 'SELECT COUNT(*) AS n, CAST(SUM(amt) AS nvarchar(50)) AS s FROM dbo.Target')).toEqual([
      [40_000, '799980000.0000040000'],
    ]);
  });

  it.each([51000, 51001, 51002, 51003])('is refused with %i', async (number) => {
    const pool = await prepared();
    await apply(pool, 1, 1, ROWS);
    if (number === 51000) await pool.request().batch('DELETE stream.progress');
    if (number === 51001) await pool.request().batch('UPDATE stream.progress SET epoch = 9');
    const [batch, digest] = number === 51002 ? [1, 2] : number === 51003 ? [5, 1] : [2, 1];
    expect(await errorOf(apply(pool, 1, batch, ROWS, digest))).toBe(number);
    expect(await rowsOf(pool, 'SELECT @@TRANCOUNT AS n')).toEqual([[0]]);
    expect(await rowsOf(pool, TARGET)).toEqual(STORED);
  });
});

describe('a connection that is cut', () => {
  it.each([
    ['before-commit', 0, []],
    ['after-commit', 1, STORED],
  ] as const)('%s leaves all or nothing', async (at, repeated, stored) => {
    const pool = await prepared();
    server.faults.add({ at, fault: { kind: 'drop' }, matches: /stream\.apply/u, times: 1 });
    expect(await errorOf(apply(pool, 1, 1, ROWS))).toMatch(/ECONNCLOSED|ESOCKET|ECONNRESET|EREQUEST/u);
    const second = await client();
    expect(await rowsOf(second, TARGET)).toEqual(stored);
    expect(await apply(second, 1, 1, ROWS)).toBe(repeated);
    expect(await rowsOf(second, TARGET)).toEqual(STORED);
    expect(server.faults.count).toBe(1);
  });

  it('by KILL frees its locks', async () => {
    const [first, second] = [await prepared(), await client()];
    const transaction = new sql.Transaction(first);
    // The transaction says so when its connection goes.
    transaction.on('error', () => undefined);
    await transaction.begin();
    await new sql.Request(transaction).query('UPDATE stream.progress SET epoch = 5');
    const { recordset } = await new sql.Request(transaction).query<{ spid: number }>('SELECT @@SPID AS spid');
    await second.request().batch(`KILL ${recordset[0]!.spid}`);
    expect(await rowsOf(second, 'SELECT epoch FROM stream.progress')).toEqual([['1']]);
    // Only now the pool gets its connection back.
    await transaction.rollback().catch(() => undefined);
  });

  it('by a restart loses what was open, and keeps what was committed', async () => {
    const pool = await prepared();
    await apply(pool, 1, 1, ROWS);
    await server.stop();
    await server.start();
    expect(await rowsOf(await client(), TARGET)).toEqual(STORED);
  });
});

describe('a timeout', () => {
  it('says nothing about the outcome: the answer was late, the batch is there', async () => {
    const pool = await prepared({ requestTimeout_ms: 200 });
    server.faults.add({
      at: 'after-commit',
      fault: { kind: 'delay', delay_ms: 500 },
      matches: /stream\.apply/u,
      times: 1,
    });
    expect(await errorOf(apply(pool, 1, 1, ROWS))).toBe('ETIMEOUT');
    const second = await client();
    expect(await apply(second, 1, 1, ROWS)).toBe(1);
  });

  it('takes back what XACT_ABORT protects', async () => {
    const pool = await prepared({ requestTimeout_ms: 200 });
    const text =
      "SET XACT_ABORT ON; BEGIN TRAN; UPDATE stream.progress SET epoch = 7; WAITFOR DELAY '00:00:10'; COMMIT";
    expect(await errorOf(pool.request().batch(text))).toBe('ETIMEOUT');
    expect(await rowsOf(await client(), 'SELECT epoch FROM stream.progress')).toEqual([['1']]);
  });

  it('while it waits for a lock ends the wait', async () => {
    const [first, second] = [await prepared(), await client({ requestTimeout_ms: 200 })];
    const transaction = new sql.Transaction(first);
    await transaction.begin();
    await new sql.Request(transaction).query('UPDATE stream.progress SET epoch = 5');
    expect(await errorOf(apply(second, 1, 1, ROWS))).toBe('ETIMEOUT');
    expect(server.database.locks.list().filter(({ isWaiting }) => isWaiting)).toEqual([]);
    await transaction.commit();
    expect(await errorOf(apply(second, 1, 1, ROWS))).toBe(51001);
  });
});

describe('two writers of one progress row', () => {
  it('come one after the other, and the older epoch is fenced', async () => {
    const pool = await prepared();
    const others = await Promise.all(Array.from({ length: 4 }, () => client()));
    const results = await Promise.all(others.map((other, at) => errorOf(apply(other, at + 1, 1, ROWS))));
    expect(results.filter((result) => result !== null && result !== 51001)).toEqual([]);
    expect(results).toContain(null);
    expect(await rowsOf(pool, TARGET)).toEqual(STORED);
    expect(await rowsOf(pool, 'SELECT batch_id FROM stream.progress')).toEqual([['1']]);
  });
});

describe('errors', () => {
  it.each([4060, 10_928, 10_929, 40_197, 40_501, 40_613, 49_918, 18_456])('%i at the login', async (number) => {
    server.faults.add({ at: 'login', fault: { kind: 'error', number }, times: 1 });
    // The client itself tries once more after those that pass.
    const isRetried = [4060, 10_928, 10_929, 40_197, 40_501, 40_613].includes(number);
    expect(
      await client().then(
        () => true,
        () => false,
      ),
    ).toBe(isRetried);
    expect(server.faults.count).toBe(1);
  });

  it.each([1205, 40_613, 3960, 1222])('%i at a statement', async (number) => {
    const pool = await prepared();
    server.faults.add({
      at: 'statement',
      from: 4,
      fault: { kind: 'error', number },
      matches: /stream\.apply/u,
      times: 1,
    });
    expect(await errorOf(apply(pool, 1, 1, ROWS))).toBe(number);
    expect(await rowsOf(pool, 'SELECT @@TRANCOUNT AS n')).toEqual([[0]]);
    expect(await apply(pool, 1, 1, ROWS)).toBe(0);
  });

  it('of the login are those of a real one', async () => {
    const wrong = new sql.ConnectionPool({
      server: 'localhost',
      port: server.port,
      user: 'esql',
      password: 'no',
      options: { encrypt: false },
    });
    await expect(wrong.connect()).rejects.toThrow(/Login failed for user 'esql'/u);
  });
});

describe('the client', () => {
  it('gets types and parameters through', async () => {
    const pool = await client();
    const { recordset } = await pool
      .request()
      .input('b', sql.BigInt, '9007199254740993')
      .input('t', sql.NVarChar(sql.MAX), 'grüße 😀')
      .input('x', sql.VarBinary(sql.MAX), Buffer.from([1, 2]))
      .input('n', sql.Int, null)
      .input('g', sql.UniqueIdentifier, '6F9619FF-8B86-D011-B42D-00C04FC964FF')
      .query<Record<string, unknown>>('SELECT @b + 1 AS b, @t AS t, @x AS x, @n AS n, @g AS g, CAST(1 AS bit) AS f');
    expect(recordset).toEqual([
      {
        b: '9007199254740994',
        t: 'grüße 😀',
        x: Buffer.from([1, 2]),
        n: null,
        g: '6F9619FF-8B86-D011-B42D-00C04FC964FF',
        f: true,
      },
    ]);
  });

  it('begins, saves and ends transactions by messages of their own', async () => {
    const pool = await prepared();
    for (const how of ['rollback', 'commit'] as const) {
      const transaction = new sql.Transaction(pool);
      await transaction.begin(sql.ISOLATION_LEVEL.SERIALIZABLE);
      await new sql.Request(transaction).query('UPDATE stream.progress SET epoch = epoch + 1');
      await transaction[how]();
    }
    expect(await rowsOf(pool, 'SELECT epoch FROM stream.progress')).toEqual([['2']]);
  });

  it('sends tables as parameters and rows in bulk', async () => {
    const pool = await client();
    await pool.request().batch('CREATE TYPE dbo.pairs AS TABLE (id bigint NOT NULL, name nvarchar(20) NULL)');
    await pool
      .request()
      .batch('CREATE PROCEDURE dbo.total @rows dbo.pairs READONLY AS SELECT SUM(id) AS s, MAX(name) AS m FROM @rows');
    const table = new sql.Table();
    table.columns.add('id', sql.BigInt, { nullable: false });
    table.columns.add('name', sql.NVarChar(20), { nullable: true });
    table.rows.add('1', 'a');
    table.rows.add('2', null);
    const result = await pool.request().input('rows', table).execute<Record<string, unknown>>('dbo.total');
    expect(result.recordset).toEqual([{ s: '3', m: 'a' }]);

    await pool.request().batch('CREATE TABLE dbo.bulk (id bigint NOT NULL PRIMARY KEY, name nvarchar(20) NULL)');
    const bulk = new sql.Table('dbo.bulk');
    bulk.columns.add('id', sql.BigInt, { nullable: false });
    bulk.columns.add('name', sql.NVarChar(20), { nullable: true });
    for (let id = 0; id < 2000; id += 1) bulk.rows.add(id, id % 2 === 0 ? null : `row ${id}`);
    expect((await pool.request().bulk(bulk)).rowsAffected).toBe(2000);
    expect(await rowsOf(pool, 'SELECT COUNT(*) AS a, COUNT(name) AS b FROM dbo.bulk')).toEqual([[2000, 1000]]);
  });
});
