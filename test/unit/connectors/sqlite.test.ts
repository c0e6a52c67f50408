import Database from 'better-sqlite3';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEnv } from '../../../cli/host/env.js';
import {
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  decimal,
  INT,
  TIMESTAMP,
  TIMESTAMPTZ,
  VARBINARY,
  VARCHAR,
  type Schema,
} from '../../../plan/types.js';
import type { Value } from '../../../plan/values.js';
import type { SinkShape } from '../../../runtime/connectors/connector.js';
import { checkName } from '../../../runtime/connectors/sqlite/names.js';
import { SqliteSink } from '../../../runtime/connectors/sqlite/sink.js';
import { SqliteError, type Env } from '../../../runtime/env.js';
import { codeOf, commitOf, diagnosticOf, rowsBatch, sinkContext, temporaryFolder } from '../../support/connectors.js';

const field = (name: string, type: Schema[number]['type'], nullable = true) => ({ name, type, nullable });
const SCHEMA: Schema = [field('id', BIGINT, false), field('name', VARCHAR)];

describe('sqlite sink', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  const sinks: SqliteSink[] = [];

  function make(
    shape: Partial<SinkShape> = {},
    options: { table?: string; create?: 'if_missing' | 'never'; shared?: boolean } = {},
    env?: Env,
  ) {
    const context = sinkContext(folder.path, { schema: SCHEMA, key: [0], ...shape }, null, env ?? createEnv());
    const sink = new SqliteSink(context, { path: 'x.db', table: 't', create: 'if_missing', shared: false, ...options });
    sinks.push(sink);
    return sink;
  }
  function query(sql: string): unknown[] {
    const database = new Database(join(folder.path, 'x.db'));
    try {
      const statement = database.prepare(sql);
      return statement.reader ? statement.safeIntegers().raw(true).all() : [statement.run().changes];
    } finally {
      database.close();
    }
  }
  async function apply(
    sink: SqliteSink,
    batch: number,
    schema: Schema,
    rows: readonly (readonly Value[])[],
    weights: number[] = [],
  ) {
    sink.begin();
    sink.write(rowsBatch(schema, rows, weights));
    return sink.commit(commitOf(batch));
  }

  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    for (const sink of sinks.splice(0)) await sink.close();
    folder.remove();
  });

  it('stores every type exactly', async () => {
    const schema = [
      field('b', BOOLEAN),
      field('i', INT),
      field('l', BIGINT, false),
      field('f', DOUBLE),
      field('d', decimal(30, 2)),
      field('w', decimal(10, 0)),
      field('v', VARBINARY),
      field('a', DATE),
      field('t', TIMESTAMP),
      field('z', TIMESTAMPTZ),
    ];
    const sink = make({ schema, key: [2] });
    await sink.open(1);
    await apply(sink, 1, schema, [
      [true, -7, 2n ** 63n - 1n, 0.1, 123_456_789_012_345_678_905n, 42n, new Uint8Array([1, 2]), 0, 1_500_000n, 0n],
      [null, null, -(2n ** 63n), Number.NaN, null, null, null, null, null, null],
    ]);
    expect(query('SELECT * FROM t ORDER BY l DESC')).toEqual([
      [
        1n,
        -7n,
        2n ** 63n - 1n,
        0.1,
        '1234567890123456789.05',
        42n,
        Buffer.from([1, 2]),
        '1970-01-01',
        '1970-01-01T00:00:01.5',
        '1970-01-01T00:00:00.000000Z',
      ],
      [null, null, -(2n ** 63n), null, null, null, null, null, null, null],
    ]);
    expect(query("SELECT strict, wr FROM pragma_table_list WHERE name = 't'")).toEqual([[1n, 1n]]);
    const text = [field('k', DOUBLE, false)];
    const nan = make({ schema: text, key: [0], queryId: 'n' }, { table: 'n' });
    await nan.open(1);
    expect(await codeOf(() => apply(nan, 1, text, [[Number.NaN]]))).toBe('ESQL8436');
  });

  it('puts the newest values of a key, deletes, and finds NULL keys again', async () => {
    for (const nullable of [false, true]) {
      const schema = [field('k', VARCHAR, nullable), field('j', BIGINT, false), field('n', BIGINT)];
      const table = `t${String(nullable)}`;
      const sink = make({ schema, key: [0, 1], queryId: table }, { table });
      await sink.open(1);
      const none = nullable ? null : 'none';
      await apply(sink, 1, schema, [
        [none, 1n, 10n],
        ['a', 1n, 20n],
        ['b', 1n, 30n],
      ]);
      await apply(
        sink,
        2,
        schema,
        [
          [none, 1n, 11n],
          ['a', 1n, 20n],
          ['b', 1n, null],
        ],
        [1, -1, 1],
      );
      expect(query(`SELECT * FROM ${table} ORDER BY k`)).toHaveLength(2);
      expect(query(`SELECT n FROM ${table} WHERE k IS ${nullable ? 'NULL' : "'none'"}`)).toEqual([[11n]]);
      await apply(sink, 3, schema, [[none, 1n, 11n]], [-1]);
      expect(query(`SELECT k, n FROM ${table}`)).toEqual([['b', null]]);
    }
  });

  it('inserts only what is absent with ON CONFLICT IGNORE', async () => {
    for (const nullable of [false, true]) {
      const schema = [field('k', VARCHAR, nullable), field('n', BIGINT)];
      const table = `i${String(nullable)}`;
      const sink = make({ schema, key: [0], conflict: 'ignore', queryId: table }, { table });
      await sink.open(1);
      await apply(sink, 1, schema, [['a', 1n]]);
      await apply(sink, 2, schema, [
        ['a', 2n],
        ['b', 3n],
      ]);
      expect(query(`SELECT * FROM ${table} ORDER BY k`)).toEqual([
        ['a', 1n],
        ['b', 3n],
      ]);
    }
  });

  it.each([
    ['CREATE TABLE t (id INTEGER PRIMARY KEY)', /expected a column name TEXT that allows NULL, found the columns id/u],
    ['CREATE TABLE t (id TEXT PRIMARY KEY, name TEXT)', /expected a column id INTEGER, found id TEXT/u],
    ['CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL)', /found name TEXT NOT NULL/u],
    ['CREATE TABLE t (id INTEGER PRIMARY KEY, name NUMERIC)', /found name NUMERIC/u],
    ['CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT AS (id))', /generated/u],
    ['CREATE TABLE t (id INTEGER, name TEXT)', /a unique key \(id\), found no unique key/u],
    ['CREATE TABLE t (id INTEGER, name TEXT, UNIQUE (id, name))', /found \(id, name\)/u],
    ['CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, more INT NOT NULL)', /found more INT NOT NULL/u],
    ['CREATE VIEW t AS SELECT 1 AS id', /found a view/u],
  ])('refuses another shape: %s', async (ddl, label) => {
    query(ddl);
    const error = await diagnosticOf(() => make().open(1));
    expect(error?.diagnostic.code).toBe('ESQL8430');
    expect(error?.diagnostic.label).toMatch(label);
    expect(error?.diagnostic.facts.join()).toContain(
      'CREATE TABLE "t" ("id" INTEGER NOT NULL, "name" TEXT, PRIMARY KEY ("id"))',
    );
  });

  it('takes a table that fits, made by somebody else', async () => {
    query('CREATE TABLE T (ID BIGINT, Name VARCHAR(10), extra TEXT DEFAULT 1)');
    query('CREATE UNIQUE INDEX u ON T (id)');
    const sink = make();
    await sink.open(1);
    await apply(sink, 1, SCHEMA, [[1n, 'a']]);
    expect(query('SELECT * FROM t')).toEqual([[1n, 'a', '1']]);
  });

  it('creates only if it may', async () => {
    query('CREATE TABLE other (x)');
    expect(await codeOf(() => make({}, { create: 'never' }).open(1))).toBe('ESQL8434');
  });

  it('refuses a file that is no database, and a folder that is none', async () => {
    const env = createEnv();
    const handle = await env.disk.create(join(folder.path, 'x.db'));
    await handle.write(Buffer.alloc(4096, 'no database'));
    await handle.close();
    expect((await diagnosticOf(() => make().open(1)))?.diagnostic.label).toContain('SQLITE_NOTADB');
    const below = new SqliteSink(sinkContext(folder.path, { schema: SCHEMA, key: [0] }), {
      path: 'x.db/y.db',
      table: 't',
      create: 'if_missing',
      shared: false,
    });
    expect(await codeOf(() => below.open(1))).toBe('ESQL8432');
  });

  it('refuses a table that another job or sink has written to, unless both share it', async () => {
    const first = make({ queryId: 'one' });
    await first.open(1);
    // Opened while nobody had written: found out at the first batch.
    const early = make({ queryId: 'early' });
    await early.open(1);
    await apply(first, 1, SCHEMA, [[1n, 'one']]);
    expect(await codeOf(() => apply(early, 1, SCHEMA, [[1n, 'early']]))).toBe('ESQL8443');

    const refused = await diagnosticOf(() => make({ queryId: 'two' }, { table: 'T' }).open(1));
    expect(refused?.diagnostic.code).toBe('ESQL8443');
    expect(refused?.diagnostic.label).toContain('job `one`');
    expect(refused?.diagnostic.hint).toContain('shared = true');
    expect(query("SELECT query_id FROM esql_progress WHERE query_id = 'two'")).toEqual([]);
    await make({ queryId: 'one' }).open(1);
    expect(await codeOf(() => make({ queryId: 'one', sinkId: 'another' }).open(1))).toBe('ESQL8443');
    await make({ queryId: 'two' }, { table: 'other' }).open(1);
    expect(query('SELECT * FROM t')).toEqual([[1n, 'one']]);

    const third = make({ queryId: 'three' }, { shared: true });
    await third.open(1);
    await apply(third, 1, SCHEMA, [[3n, 'three']]);
    expect(await codeOf(() => make({ queryId: 'one' }).open(1))).toBe('ESQL8443');
    const again = make({ queryId: 'one' }, { shared: true });
    await again.open(1);
    await apply(again, 2, SCHEMA, [[2n, 'two']]);
    expect(query('SELECT id FROM t ORDER BY id')).toEqual([[1n], [2n], [3n]]);

    // A job whose progress was removed has given its table up.
    query("DELETE FROM esql_progress WHERE query_id <> 'three'");
    await make({ queryId: 'three' }).open(1);
  });

  it('finds out what became of a COMMIT without answer', async () => {
    for (const happened of [true, false]) {
      const env = createEnv();
      let failures = 0;
      const unsure: Env = {
        ...env,
        sqlite: {
          async open(path, options) {
            const connection = await env.sqlite.open(path, options);
            return {
              ...connection,
              commit: async () => {
                failures += 1;
                if (failures !== 2) return connection.commit();
                if (happened) await connection.commit();
                throw new SqliteError('SQLITE_BUSY', 'a message with s3cret data');
              },
            };
          },
        },
      };
      const sink = make({ queryId: `q${String(happened)}` }, { shared: true }, unsure);
      await sink.open(1);
      expect(await apply(sink, 1, SCHEMA, [[happened ? 1n : 2n, 'x']])).toBe('applied');
      expect(failures).toBe(happened ? 2 : 3);
    }
    expect(query('SELECT id FROM t ORDER BY id')).toEqual([[1n], [2n]]);
  });

  it("shows SQLite's code but never its text, which may hold data", async () => {
    query("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT CHECK (name <> 's3cret'))");
    const sink = make();
    await sink.open(1);
    const error = await diagnosticOf(() => apply(sink, 1, SCHEMA, [[1n, 's3cret']]));
    expect(error?.diagnostic.label).toContain('SQLITE_CONSTRAINT_CHECK');
    expect(JSON.stringify([error?.diagnostic, error?.message, String(error?.cause)])).not.toContain('s3cret');
    expect(query('SELECT count(*) FROM t')).toEqual([[0n]]);
  });

  it('refuses when its progress was removed', async () => {
    const sink = make();
    await sink.open(1);
    query('DELETE FROM esql_progress');
    expect(await codeOf(() => apply(sink, 1, SCHEMA, [[1n, 'a']]))).toBe('ESQL8444');
  });
});

describe('names in SQL', () => {
  const hostile = [
    '',
    'a"b',
    'a"; DROP TABLE b; --',
    "a'b",
    'a.b',
    'a\0b',
    'a\nb',
    'a;b',
    '1a',
    ' a',
    'a ',
    'a`b',
    'a[b]',
    'ａ',
    'a\u202eb',
    'ﬁ',
    'p\u0430ypal',
    'a\u200bb',
    'x'.repeat(129),
    '../x',
    'e\u0301',
  ];
  it.each(hostile)('refuses %j', async (name) => {
    expect(
      await codeOf(() =>
        Promise.resolve().then(() => {
          checkName('column', name);
        }),
      ),
    ).toBe('ESQL8431');
    const folder = temporaryFolder();
    const context = sinkContext(folder.path, { schema: SCHEMA, key: [0] });
    expect(
      await codeOf(() =>
        new SqliteSink(context, { path: 'x.db', table: name, create: 'if_missing', shared: false }).open(1),
      ),
    ).toBe('ESQL8431');
    folder.remove();
  });

  it.each(['sqlite_x', 'esql_progress', 'ESQL_Progress', 'esql_tables'])('refuses %s as a table', async (table) => {
    const context = sinkContext('/nowhere', { schema: SCHEMA, key: [0] });
    expect(
      await codeOf(() => new SqliteSink(context, { path: 'x.db', table, create: 'if_missing', shared: false }).open(1)),
    ).toBe('ESQL8431');
  });

  it.each(['a', '_x1', 'average delay', 'größe', 'количество', 'a$#@', 'select'])('takes %s', (name) => {
    checkName('column', name);
  });
});
