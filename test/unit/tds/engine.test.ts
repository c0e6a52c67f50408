import { describe, expect, it } from 'vitest';
import { APPLY_SCHEMA } from '../../support/tds/apply-procedure.js';
import { localSessions, type LocalSession } from '../../support/tds/local.js';

const one = (): LocalSession => localSessions(1)[0]!;

describe('values', () => {
  it.each([
    ["CAST('1234567890123456789' AS decimal(19,0))", '1234567890123456789'],
    ["CAST(N'99999999999999999999999999999999999999' AS decimal(38,0))", '99999999999999999999999999999999999999'],
    ['CAST(1.005 AS decimal(10,2))', '1.01'],
    ['CAST(-1.005 AS decimal(10,2))', '-1.01'],
    ['CAST(1.5 AS int)', '1'],
    ['9007199254740992 + CAST(1 AS bigint)', '9007199254740993'],
    ['7 / 2', '3'],
    ['7.0 / 2', '3.500000'],
    ['-9223372036854775808', '-9223372036854775808'],
    ["CAST('2026-11-24T01:02:03.1234567' AS datetime2(7))", '2026-11-24T01:02:03.1234567'],
    ["CAST('2026-11-24T01:02:03.1234567' AS datetime2(3))", '2026-11-24T01:02:03.123'],
    ["CAST('9999-12-31 23:59:59.9999999' AS datetime2(7))", '9999-12-31T23:59:59.9999999'],
    ["CAST('2026-11-24T01:02:03.1234567+05:30' AS datetimeoffset(7))", '2026-11-24T01:02:03.1234567+05:30'],
    ["CAST('2026-11-24 01:02:03.125' AS datetime)", '2026-11-24T01:02:03.127'],
    ["CONVERT(varchar(10), CAST('2026-11-24' AS date), 112)", '20261124'],
    ["CAST(N'日本' AS varchar(10))", '??'],
    ["CONVERT(varbinary(4), '0x00FF', 1)", '\u0000ÿ'],
    ["CASE WHEN 'abc' = N'ABC  ' THEN 1 ELSE 0 END", '1'],
    ["CASE WHEN 'abc' = N'ABC' COLLATE Latin1_General_BIN2 THEN 1 ELSE 0 END", '0'],
    ["ISNULL(NULL, N'x')", 'x'],
    ["DATEADD(nanosecond, 100, CAST('2026-01-01' AS datetime2(7)))", '2026-01-01T00:00:00.0000001'],
    ["TRY_CAST('x' AS int)", null],
  ])('%s is %s', async (expression, expected) => {
    const answer = await one().run(`SELECT ${expression}`);
    const [[value]] = answer.rows as [[string | null]];
    expect(answer.errors).toEqual([]);
    expect(
      answer.types[0]?.startsWith('varbinary') === true ? Buffer.from(value!, 'utf16le').toString('latin1') : value,
    ).toBe(expected);
  });

  it.each([
    ["CAST(N'12x' AS int)", 245],
    ["CAST(N'12x' AS bigint)", 8114],
    ["CAST(N'1e3' AS decimal(10,2))", 8114],
    ["CAST(N'123456' AS decimal(5,2))", 8115],
    ["CAST(N'9223372036854775808' AS bigint)", 8115],
    ["CAST(N'3000000000' AS int)", 248],
    ['CAST(300 AS tinyint)', 220],
    ["CAST(N'2026-02-30' AS datetime2(7))", 241],
    ["CAST(N'2026-11-24T01:02:03.12345678' AS datetime2(7))", 241],
    ["CAST(N'nope' AS uniqueidentifier)", 8169],
    ['2147483647 + 1', 8115],
    ['1 / 0', 8134],
  ])('%s fails with %i', async (expression, number) => {
    expect((await one().run(`SELECT ${expression}`)).errors).toEqual([number]);
  });
});

describe('OPENJSON', () => {
  it('keeps every digit, and what is missing is NULL', async () => {
    const json = `[{"id":9007199254740993,"amt":"1234567890123456789.0000000001","ts":"2026-01-01T00:00:00.1234567","s":"a\\n\\u00e9"},{"id":"2","b":true}]`;
    const answer = await one().run(
      `SELECT * FROM OPENJSON(N'${json}') WITH (id bigint '$.id', amt decimal(38,10) '$.amt', ts datetime2(7) '$.ts', s nvarchar(max) '$.s', b bit '$.b')`,
    );
    expect(answer.rows).toEqual([
      ['9007199254740993', '1234567890123456789.0000000001', '2026-01-01T00:00:00.1234567', 'a\né', null],
      ['2', null, null, null, '1'],
    ]);
  });

  it('follows paths into arrays and quoted names, and gives nested values as JSON', async () => {
    const answer = await one().run(
      `SELECT * FROM OPENJSON(N'{"r":[[1,{"a b":2}],[3,null]]}', '$.r') WITH (x int '$[0]', y int '$[1]."a b"', z nvarchar(max) '$[1]' AS JSON)`,
    );
    expect(answer.rows).toEqual([
      ['1', '2', '{"a b":2}'],
      ['3', null, null],
    ]);
  });

  it('says where a text is no JSON', async () => {
    const answer = await one().run(`SELECT * FROM OPENJSON(N'[1,]')`);
    expect(answer.errors).toEqual([13609]);
    expect(answer.messages[0]).toContain('position 3');
  });
});

describe('tables', () => {
  const TABLE = `CREATE TABLE dbo.t (id int NOT NULL CONSTRAINT pk_t PRIMARY KEY, name nvarchar(5) NOT NULL DEFAULT N'dflt', code varchar(3) NULL UNIQUE, n tinyint NULL CHECK (n < 100))`;

  it.each([
    ["INSERT dbo.t (id, name) VALUES (1, N'again')", 2627],
    ["INSERT dbo.t (id, code) VALUES (2, 'ABC')", 2627],
    ['INSERT dbo.t (id, name) VALUES (2, NULL)', 515],
    ["INSERT dbo.t (id, name) VALUES (2, N'longer')", 2628],
    ['INSERT dbo.t (id, n) VALUES (2, 256)', 220],
    ['INSERT dbo.t (id, n) VALUES (2, 100)', 547],
    ["INSERT dbo.t (id) VALUES ('x')", 245],
    ['INSERT dbo.t (id, nope) VALUES (2, 1)', 207],
    ['UPDATE dbo.t SET id = NULL', 515],
    ['SELECT * FROM dbo.nope', 208],
    ['SELECT nope FROM dbo.t', 207],
    ['SELECT x.id FROM dbo.t', 4104],
    ['EXEC dbo.nope', 2812],
    ['SELECT @nope', 137],
    ['SELECT FROM', 156],
    ['INSERT dbo.t (id) VALUES (5), (1)', 2627],
  ])('%s fails with %i and changes nothing', async (text, number) => {
    const session = one();
    await session.prepare(TABLE, "INSERT dbo.t (id, code) VALUES (1, 'abc')");
    expect((await session.run(text)).errors).toEqual([number]);
    expect((await session.run('SELECT id, name, code FROM dbo.t')).rows).toEqual([['1', 'dflt', 'abc']]);
  });

  it('updates by joins, also where keys change places', async () => {
    const session = one();
    await session.prepare(
      'CREATE TABLE dbo.a (id int NOT NULL PRIMARY KEY, v int NULL)',
      'INSERT dbo.a VALUES (1, 10), (2, 20), (3, 30)',
      'UPDATE dbo.a SET id = 3 - id WHERE id < 3',
      "UPDATE t SET v = r.v FROM dbo.a t JOIN OPENJSON(N'[[1,-1],[3,-3]]') WITH (id int '$[0]', v int '$[1]') r ON r.id = t.id",
      'DELETE t FROM dbo.a t JOIN (VALUES (2)) AS gone (id) ON gone.id = t.id',
    );
    expect((await session.run('SELECT id, v FROM dbo.a ORDER BY id')).rows).toEqual([
      ['1', '-1'],
      ['3', '-3'],
    ]);
  });

  it('groups, orders and numbers', async () => {
    const answer = await one().run(
      `SELECT g, COUNT(*) AS n, SUM(v) AS total, ROW_NUMBER() OVER (ORDER BY SUM(v) DESC) AS place
       FROM (VALUES (N'a', 1.5), (N'b', 5), (N'A', 2)) AS x (g, v) GROUP BY g HAVING COUNT(*) > 0 ORDER BY place`,
    );
    expect(answer.rows).toEqual([
      ['b', '1', '5.0', '1'],
      ['a', '2', '3.5', '2'],
    ]);
  });

  it('shows in the catalogue what a check for drift reads', async () => {
    const session = one();
    await session.prepare(TABLE);
    const answer = await session.run(
      `SELECT c.name, t.name, c.max_length, c.precision, c.scale, c.is_nullable, c.is_identity
       FROM sys.columns c JOIN sys.types t ON t.user_type_id = c.user_type_id
       WHERE c.object_id = OBJECT_ID(N'dbo.t') ORDER BY c.column_id`,
    );
    expect(answer.rows).toEqual([
      ['id', 'int', '4', '10', '0', '0', '0'],
      ['name', 'nvarchar', '10', '0', '0', '0', '0'],
      ['code', 'varchar', '3', '0', '0', '1', '0'],
      ['n', 'tinyint', '1', '3', '0', '1', '0'],
    ]);
    const keys = await session.run(
      `SELECT i.is_primary_key, COL.name FROM sys.indexes i
       JOIN sys.index_columns ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
       JOIN sys.columns col ON col.object_id = ic.object_id AND col.column_id = ic.column_id
       WHERE i.object_id = OBJECT_ID(N'[dbo].[t]', N'U') ORDER BY i.index_id`,
    );
    expect(keys.rows).toEqual([
      ['1', 'id'],
      ['0', 'code'],
    ]);
  });
});

describe('transactions and errors', () => {
  it('goes on after a failed statement, but not with XACT_ABORT', async () => {
    const session = one();
    await session.prepare('CREATE TABLE dbo.t (id int NOT NULL PRIMARY KEY)');
    const lax = await session.run(
      'BEGIN TRAN; INSERT dbo.t VALUES (1); INSERT dbo.t VALUES (1); INSERT dbo.t VALUES (2); COMMIT;',
    );
    expect(lax.errors).toEqual([2627]);
    expect(await session.value('SELECT COUNT(*) FROM dbo.t')).toBe('2');
    const strict = await session.run(
      'SET XACT_ABORT ON; BEGIN TRAN; INSERT dbo.t VALUES (3); INSERT dbo.t VALUES (3); INSERT dbo.t VALUES (4); COMMIT;',
    );
    expect(strict.errors).toEqual([2627]);
    expect(await session.value('SELECT COUNT(*) + @@TRANCOUNT FROM dbo.t')).toBe('2');
  });

  it('keeps a transaction open over a THROW without XACT_ABORT', async () => {
    const session = one();
    expect((await session.run("BEGIN TRAN; THROW 51000, 'no', 1; SELECT 1")).errors).toEqual([51000]);
    expect(await session.value('SELECT @@TRANCOUNT')).toBe('1');
  });

  it('catches, and dooms what XACT_ABORT would have ended', async () => {
    const session = one();
    const answer = await session.run(
      'SET XACT_ABORT ON; BEGIN TRY; BEGIN TRAN; SELECT 1/0; END TRY BEGIN CATCH; SELECT ERROR_NUMBER(), XACT_STATE(); END CATCH',
    );
    expect(answer.rows).toEqual([['8134', '-1']]);
    expect(answer.errors).toEqual([3998]);
    expect(await session.value('SELECT @@TRANCOUNT')).toBe('0');
  });

  it('takes definitions back with their transaction', async () => {
    const session = one();
    await session.prepare('BEGIN TRAN; CREATE TABLE dbo.t (id int); INSERT dbo.t VALUES (1); ROLLBACK');
    expect(await session.value("SELECT OBJECT_ID(N'dbo.t')")).toBeNull();
  });

  it('wants procedures and schemas alone in a batch', async () => {
    const session = one();
    expect((await session.run('SELECT 1; CREATE SCHEMA s')).errors).toEqual([111]);
    expect((await session.run('SELECT 1; CREATE PROCEDURE p AS SELECT 1')).errors).toEqual([111]);
    expect((await session.run('ALTER PROCEDURE p AS SELECT 1')).errors).toEqual([208]);
  });

  it('tells when a procedure leaves a transaction open', async () => {
    const session = one();
    await session.prepare('CREATE PROCEDURE dbo.p AS BEGIN TRAN');
    expect((await session.run('EXEC dbo.p')).errors).toEqual([266]);
  });

  it('takes THROW behind an unfinished statement for its alias', async () => {
    expect((await one().run("SELECT 1 THROW 51000, 'x', 1")).errors).toEqual([102]);
  });
});

describe('the procedure of the sink', () => {
  const apply = (session: LocalSession, epoch: number, batch: number, digest: string, rows: string) =>
    session.run(
      `DECLARE @r int; EXEC @r = stream.apply N'q', N's', ${epoch}, ${batch}, ${digest}, N'${rows}'; SELECT @r`,
    );

  it('applies a batch once, and refuses what it must', async () => {
    const session = one();
    await session.prepare(...APPLY_SCHEMA);
    const rows = '[{"id":1,"amt":"1.5","ts":"2026-01-01T00:00:00.1234567"},{"id":2}]';
    expect((await apply(session, 1, 1, '0x01', rows)).rows).toEqual([['0']]);
    expect((await apply(session, 1, 1, '0x01', rows)).rows).toEqual([['1']]);
    expect((await apply(session, 1, 1, '0x02', rows)).errors).toEqual([51002]);
    expect((await apply(session, 1, 3, '0x03', rows)).errors).toEqual([51003]);
    expect((await apply(session, 2, 2, '0x04', '[{"id":2,"amt":7},{"id":3}]')).rows).toEqual([['0']]);
    expect((await apply(session, 1, 3, '0x05', rows)).errors).toEqual([51001]);
    expect((await session.run(`EXEC stream.apply N'other', N's', 1, 1, 0x, N'[]'`)).errors).toEqual([51000]);
    expect((await session.run('SELECT id, amt, ts FROM dbo.Target ORDER BY id')).rows).toEqual([
      ['1', '1.5000000000', '2026-01-01T00:00:00.1234567'],
      ['2', '7.0000000000', null],
      ['3', null, null],
    ]);
    expect((await session.run('SELECT epoch, batch_id, seen_epoch, @@TRANCOUNT FROM stream.progress')).rows).toEqual([
      ['2', '2', '2', '0'],
    ]);
  });

  it('leaves nothing of a batch whose last row fails', async () => {
    const session = one();
    await session.prepare(...APPLY_SCHEMA);
    expect((await apply(session, 1, 1, '0x01', '[{"id":1},{"id":"x"}]')).errors).toEqual([8114]);
    expect((await apply(session, 1, 1, '0x01', '[{"id":1},{}]')).errors).toEqual([515]);
    expect(await session.value('SELECT COUNT(*) FROM dbo.Target')).toBe('0');
    expect(await session.value('SELECT batch_id FROM stream.progress')).toBe('0');
  });
});
