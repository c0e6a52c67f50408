/** What goes wrong between the sink and the server, against the double: nothing is lost or written twice. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MssqlSinkOptions } from '../../../runtime/connectors/mssql/connection.js';
import type { MssqlSink } from '../../../runtime/connectors/mssql/sink.js';
import { failureKind } from '../../../runtime/run.js';
import { Secret } from '../../../plan/connectors/secret.js';
import { codeOf, diagnosticOf } from '../../support/connectors.js';
import { apply, hastyEnv } from '../../support/database-sink.js';
import { createMssqlSink, doubleOptions, queryDatabase } from '../../support/mssql/sink-subject.js';
import { startTds, type TdsServer } from '../../support/tds/server.js';
import type { FaultRule } from '../../support/tds/faults.js';
import { rowsOf } from './support.js';

const APPLY = /apply_/u;

let server: TdsServer;
let options: MssqlSinkOptions;
const sinks: MssqlSink[] = [];
beforeEach(async () => {
  server = await startTds();
  options = doubleOptions(server);
});
afterEach(async () => {
  server.faults.clear();
  for (const sink of sinks.splice(0)) await sink.close();
  await server.close();
});

function create(changes: Partial<MssqlSinkOptions> = {}, hasty = hastyEnv()): MssqlSink {
  const sink = createMssqlSink({ ...options, ...changes }, {}, hasty.env);
  sinks.push(sink);
  return sink;
}

async function opened(hasty = hastyEnv()): Promise<MssqlSink> {
  const sink = create({}, hasty);
  await sink.open(1);
  return sink;
}

const calls = (): number => server.requests.filter((text) => APPLY.test(text) && !text.includes('OBJECT_ID')).length;

describe('a batch is applied once', () => {
  const once: Readonly<Record<string, FaultRule>> = {
    'the connection drops before COMMIT': { at: 'before-commit', fault: { kind: 'drop' }, matches: APPLY, times: 1 },
    'the connection drops when the call arrives': { at: 'request', fault: { kind: 'drop' }, matches: APPLY, times: 1 },
    'a deadlock': { at: 'statement', fault: { kind: 'error', number: 1205 }, matches: APPLY, from: 4, times: 1 },
    'a failover in the middle (40613)': {
      at: 'statement',
      fault: { kind: 'error', number: 40613 },
      matches: APPLY,
      times: 1,
    },
    'the service is busy (40501)': { at: 'request', fault: { kind: 'error', number: 40501 }, matches: APPLY, times: 1 },
    'a lock timeout (1222)': {
      at: 'statement',
      fault: { kind: 'error', number: 1222 },
      matches: APPLY,
      from: 3,
      times: 1,
    },
    'a number that nobody listed, of high severity': {
      at: 'statement',
      fault: { kind: 'error', number: 60_123, severity: 19 },
      matches: APPLY,
      times: 1,
    },
    'a key appears and is gone again (2627)': {
      at: 'statement',
      fault: { kind: 'error', number: 2627, severity: 14 },
      matches: APPLY,
      from: 5,
      times: 1,
    },
  };

  it.each(Object.entries(once))('%s', async (_name, rule) => {
    const sink = await opened();
    await apply(sink, 1, [
      [1, 'a'],
      [2, 'b'],
    ]);
    server.faults.add(rule);
    expect(
      await apply(sink, 2, [
        [2, 'c'],
        [3, 'd'],
      ]),
    ).toBe('applied');
    expect(server.faults.count).toBe(1);
    expect(calls()).toBe(3);
    expect(await rowsOf(options)).toEqual(['1=a', '2=c', '3=d']);
    expect(await apply(sink, 3, [[4, 'e']])).toBe('applied');
  });

  it('the connection drops after COMMIT: the progress tells, nothing is sent again', async () => {
    const sink = await opened();
    server.faults.add({ at: 'after-commit', fault: { kind: 'drop' }, matches: APPLY, times: 1 });
    expect(await apply(sink, 1, [[1, 'a']])).toBe('applied');
    expect(calls()).toBe(1);
    expect(await rowsOf(options)).toEqual(['1=a']);
    expect(await apply(sink, 2, [[2, 'b']])).toBe('applied');
  });

  it('a timeout with effect: the progress tells, nothing is sent again', async () => {
    const sink = await opened(hastyEnv(400));
    server.faults.add({ at: 'answer', fault: { kind: 'delay', delay_ms: 1500 }, matches: APPLY, times: 1 });
    expect(await apply(sink, 1, [[1, 'a']])).toBe('applied');
    expect(calls()).toBe(1);
    expect(await rowsOf(options)).toEqual(['1=a']);
  });

  it('a timeout without effect: the batch is sent again', async () => {
    const sink = await opened(hastyEnv(400));
    server.faults.add({ at: 'statement', fault: { kind: 'delay', delay_ms: 1500 }, matches: APPLY, from: 5, times: 1 });
    expect(await apply(sink, 1, [[1, 'a']])).toBe('applied');
    expect(calls()).toBe(2);
    expect(await rowsOf(options)).toEqual(['1=a']);
  });

  it('a failover that refuses logins for a while (4060, 40613, 40197, 10928, 10929, 40501)', async () => {
    const sink = await opened();
    await apply(sink, 1, [[1, 'a']]);
    server.killAll();
    for (const number of [4060, 40613, 40197, 10928, 10929, 40501])
      server.faults.add({ at: 'login', fault: { kind: 'error', number }, times: 1 });
    expect(await apply(sink, 2, [[2, 'b']])).toBe('applied');
    expect(await rowsOf(options)).toEqual(['1=a', '2=b']);
  });

  it('the server is away for a while, at the start and in the middle', async () => {
    const hasty = hastyEnv();
    const { clock } = hasty.env;
    let sleeps = 0;
    const waiting = {
      ...hasty.env,
      clock: {
        ...clock,
        async sleep(duration_ms: number): Promise<void> {
          await clock.sleep(duration_ms);
          sleeps += 1;
          if (sleeps % 3 === 0) await server.start();
        },
      },
    };
    await server.stop();
    const sink = createMssqlSink(options, {}, waiting);
    sinks.push(sink);
    await sink.open(1);
    await apply(sink, 1, [[1, 'a']]);
    await server.stop();
    expect(await apply(sink, 2, [[2, 'b']])).toBe('applied');
    expect(sleeps).toBe(6);
    expect(await rowsOf(options)).toEqual(['1=a', '2=b']);
  });
});

describe('the sink stops', () => {
  it('ESQL8660 when the server is away for more than five minutes; that can be tried again', async () => {
    const hasty = hastyEnv();
    const sink = await opened(hasty);
    await server.stop();
    const stopped = await diagnosticOf(() => apply(sink, 1, [[1, 'a']]));
    expect(stopped?.diagnostic.code).toBe('ESQL8660');
    expect(hasty.slept_ms()).toBeGreaterThan(300_000);
    expect(failureKind('ESQL8660')).toBe('retryable');
    await server.start();
    expect(await apply(sink, 1, [[1, 'a']])).toBe('applied');
  });

  it('ESQL8665 when another unique index refuses the row, after one repetition', async () => {
    await queryDatabase(
      options,
      'CREATE TABLE dbo.results (id BIGINT NOT NULL PRIMARY KEY, name NVARCHAR(100) NULL UNIQUE)',
    );
    const sink = await opened();
    const stopped = await diagnosticOf(() =>
      apply(sink, 1, [
        [1, 'same secret'],
        [2, 'same secret'],
      ]),
    );
    expect(stopped?.diagnostic.code).toBe('ESQL8665');
    expect(JSON.stringify(stopped?.diagnostic)).not.toContain('same secret');
    expect(calls()).toBe(2);
    expect(await rowsOf(options)).toEqual([]);
    expect(await apply(sink, 1, [[1, 'a']])).toBe('applied');
  });

  it.each([
    ['ESQL8668', 8115],
    ['ESQL8670', 229],
    ['ESQL8663', 2812],
  ])('%s for error %i, at once', async (code, number) => {
    const sink = await opened();
    server.faults.add({ at: 'statement', fault: { kind: 'error', number, severity: 16 }, matches: APPLY });
    expect(await codeOf(() => apply(sink, 1, [[1, 'a']]))).toBe(code);
    expect(calls()).toBe(1);
    server.faults.clear();
    expect(await apply(sink, 1, [[1, 'a']])).toBe('applied');
  });

  it('ESQL8440 for the older of two drivers; the newer one waits for what the older is committing', async () => {
    const old = await opened();
    await apply(old, 1, [[1, 'a']]);
    server.faults.add({ at: 'before-commit', fault: { kind: 'delay', delay_ms: 600 }, matches: APPLY, times: 1 });
    const committing = apply(old, 2, [[2, 'b']]);
    await expect.poll(calls).toBe(2);
    const next = create();
    const progress = await next.open(2);
    expect(progress).toMatchObject({ epoch: 2, batch: 2 });
    expect(await committing).toBe('applied');
    expect(await codeOf(() => apply(old, 3, [[3, 'old']]))).toBe('ESQL8440');
    expect(await apply(next, 3, [[3, 'new']], 2)).toBe('applied');
    expect(await rowsOf(options)).toEqual(['1=a', '2=b', '3=new']);
  });

  it('ESQL8444 when the row of progress is gone', async () => {
    const sink = await opened();
    await apply(sink, 1, [[1, 'a']]);
    await queryDatabase(options, 'DELETE FROM stream.progress');
    expect(await codeOf(() => apply(sink, 2, [[2, 'b']]))).toBe('ESQL8444');
  });

  it('ESQL8443 for a table that another job has written to', async () => {
    await apply(await opened(), 1, [[1, 'a']]);
    const other = createMssqlSink(options, { queryId: 'other' }, hastyEnv().env);
    sinks.push(other);
    expect(await codeOf(() => other.open(1))).toBe('ESQL8443');
  });

  it('ESQL8443 at the first batch too, when both jobs were opened before either wrote', async () => {
    const first = await opened();
    const other = createMssqlSink(options, { queryId: 'other' }, hastyEnv().env);
    sinks.push(other);
    await other.open(1);
    await apply(first, 1, [[1, 'a']]);
    expect(await codeOf(() => apply(other, 1, [[1, 'b']]))).toBe('ESQL8443');
    expect(await rowsOf(options)).toEqual(['1=a']);
  });
});

describe('the sink does not start', () => {
  const PASSWORD = 'canary-4711';

  it('ESQL8661 with a wrong password, which no message holds', async () => {
    const sink = create({ password: new Secret('TDS', PASSWORD) });
    const refused = await diagnosticOf(() => sink.open(1));
    expect(refused?.diagnostic.code).toBe('ESQL8661');
    expect(JSON.stringify(refused?.diagnostic) + String(refused?.stack)).not.toContain(PASSWORD);
  });

  it('ESQL8662 where the server does not encrypt: no login is sent', async () => {
    server.encryption = 'not-supported';
    expect(await codeOf(() => create().open(1))).toBe('ESQL8662');
    expect(server.requests).toEqual([]);
    expect(server.database.sessions.size).toBe(0);
    await create({ encrypt: false }).open(1);
    expect(server.requests.length).toBeGreaterThan(0);
  });

  it('ESQL8662 with a certificate that nobody vouches for', async () => {
    expect(await codeOf(() => create({ ca_file: null }).open(1))).toBe('ESQL8662');
    expect(server.requests).toEqual([]);
  });

  it('ESQL8663 where nothing may be created and nothing is there', async () => {
    const missing = await diagnosticOf(() => create({ create: 'never' }).open(1));
    expect(missing?.diagnostic.code).toBe('ESQL8663');
    await create().open(1);
    await create({ create: 'never' }).open(2);
  });

  it('ESQL8664 with every column that differs', async () => {
    await queryDatabase(
      options,
      'CREATE TABLE dbo.results (id INT NOT NULL, name VARCHAR(20) NOT NULL, more INT NOT NULL)',
    );
    const drift = await diagnosticOf(() => create().open(1));
    expect(drift?.diagnostic.code).toBe('ESQL8664');
    const said = JSON.stringify(drift?.diagnostic);
    for (const part of ['id BIGINT', 'id INT NOT NULL', 'name VARCHAR(20)', 'more INT', 'unique key (id)'])
      expect(said).toContain(part);
  });

  it.each([
    ['no key', 'id BIGINT NOT NULL, name NVARCHAR(MAX) NULL'],
    ['a key of other columns', 'id BIGINT NOT NULL, name NVARCHAR(100) NULL, UNIQUE (id, name)'],
    ['a column that is made by the server', 'id BIGINT NOT NULL IDENTITY(1, 1) PRIMARY KEY, name NVARCHAR(MAX) NULL'],
    ['a column that allows no NULL', 'id BIGINT NOT NULL PRIMARY KEY, name NVARCHAR(MAX) NOT NULL'],
    ['a column less', 'id BIGINT NOT NULL PRIMARY KEY'],
  ])('ESQL8664 with %s', async (_what, columns) => {
    await queryDatabase(options, `CREATE TABLE dbo.results (${columns})`);
    expect(await codeOf(() => create().open(1))).toBe('ESQL8664');
  });

  it('takes a table with columns that it does not write', async () => {
    const columns =
      'name NVARCHAR(50) NULL, id BIGINT NOT NULL PRIMARY KEY, seen INT NOT NULL DEFAULT 7, note NVARCHAR(9) NULL';
    await queryDatabase(options, `CREATE TABLE dbo.results (${columns})`);
    const sink = await opened();
    await apply(sink, 1, [[1, 'a']]);
    expect(await codeOf(() => apply(sink, 2, [[2, 'x'.repeat(51)]]))).toBe('ESQL8667');
    expect(await queryDatabase(options, 'SELECT name, seen, note FROM dbo.results')).toEqual([['a', 7, null]]);
  });
});
