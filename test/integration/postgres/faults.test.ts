/** What goes wrong between the sink and a real server: nothing is lost or written twice. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PostgresSinkOptions } from '../../../runtime/connectors/postgres/connection.js';
import type { PostgresSink } from '../../../runtime/connectors/postgres/sink.js';
import type { PostgresDatabase } from '../../../runtime/remote/postgres.js';
import { failureKind } from '../../../runtime/run.js';
import { codeOf, diagnosticOf } from '../../support/connectors.js';
import { apply, hastyEnv, type HastyEnv } from '../../support/database-sink.js';
import {
  createPostgresSink,
  openDatabase,
  queryDatabase,
  rowsOf,
  serverOptions,
} from '../../support/postgres/sink-subject.js';
import { postgresMissing, startPostgres, type PostgresServer } from '../../support/servers/postgres.js';
import { startProxy, type TcpProxy } from '../../support/servers/tcp-proxy.js';

const CREATE = 'CREATE TABLE public.results (id bigint PRIMARY KEY, name text';

let server: PostgresServer;
let options: PostgresSinkOptions;
let proxy: TcpProxy;
let throughProxy: PostgresSinkOptions;
const open: { close(): Promise<void> }[] = [];

const query = (sql: string) => queryDatabase(options, sql);

function create(changes: Partial<PostgresSinkOptions> = {}, hasty = hastyEnv(), queryId = 'query'): PostgresSink {
  const sink = createPostgresSink({ ...options, ...changes }, { queryId }, hasty.env);
  open.push(sink);
  return sink;
}

async function opened(changes: Partial<PostgresSinkOptions> = {}, hasty = hastyEnv()): Promise<PostgresSink> {
  const sink = create(changes, hasty);
  await sink.open(1);
  return sink;
}

/** A session of somebody else, in a transaction. */
async function session(sql: string): Promise<PostgresDatabase> {
  const other = await openDatabase(options);
  open.push(other);
  await other.query('BEGIN', []);
  await other.query(sql, []);
  return other;
}

/** Does something at the given sleep of the sink's. */
function atSleep(hasty: HastyEnv, which: number, action: () => Promise<unknown>): HastyEnv {
  let sleeps = 0;
  const { clock } = hasty.env;
  const sleep = async (duration_ms: number): Promise<void> => {
    await clock.sleep(duration_ms);
    sleeps += 1;
    if (sleeps === which) await action();
  };
  return { ...hasty, env: { ...hasty.env, clock: { ...clock, sleep } } };
}

const WAITING = `SELECT pid FROM pg_stat_activity WHERE application_name = 'esql' AND wait_event_type = 'Lock'
  AND query LIKE '%apply_%'`;
const sinkWaits = (): Promise<void> =>
  expect.poll(async () => (await query(WAITING)).length, { interval: 20, timeout: 10_000 }).toBe(1);

/** The first row that is written raises the state, once. */
async function raiseOnce(state: string): Promise<void> {
  await query(`CREATE SEQUENCE public.raised;
    CREATE FUNCTION public.raise_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF nextval('public.raised') = 1 THEN RAISE EXCEPTION 'canary %', new.name USING ERRCODE = '${state}'; END IF;
      RETURN new;
    END $$;
    CREATE TRIGGER once BEFORE INSERT ON public.results FOR EACH ROW EXECUTE FUNCTION public.raise_once()`);
}

describe.skipIf(postgresMissing !== null)(
  `PostgreSQL${postgresMissing === null ? '' : ` (skipped: ${postgresMissing})`}`,
  () => {
    beforeAll(async () => {
      server = await startPostgres();
      options = serverOptions(server);
      proxy = await startProxy(server.port);
      throughProxy = { ...options, port: proxy.port };
    });
    afterAll(async () => {
      await proxy.close();
      await server.close();
    });
    beforeEach(() => {
      proxy.mode = 'pass';
    });
    afterEach(async () => {
      for (const each of open.splice(0)) await each.close();
      await query(`DROP SCHEMA IF EXISTS stream CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;
      GRANT USAGE ON SCHEMA public TO PUBLIC`);
    });

    describe('a batch is applied once', () => {
      it.each(['40001', '40P01', '55P03', '57P01', '53300', '08006', '25006', '23505'])(
        'after SQLSTATE %s',
        async (state) => {
          const sink = await opened();
          await raiseOnce(state);
          expect(await apply(sink, 1, [[1, 'a']])).toBe('applied');
          expect(await rowsOf(options)).toEqual(['1=a']);
          expect(await query('SELECT last_value FROM public.raised')).toEqual([['2']]);
        },
      );

      it('the connection drops when the call arrives: it is sent again', async () => {
        const sink = await opened(throughProxy);
        await apply(sink, 1, [[1, 'a']]);
        proxy.mode = 'lose-request';
        expect(await apply(sink, 2, [[2, 'b']])).toBe('applied');
        expect(proxy.mode).toBe('pass');
        expect(await rowsOf(options)).toEqual(['1=a', '2=b']);
      });

      it('the answer is lost after COMMIT: the progress tells, nothing is sent again', async () => {
        const sink = await opened(throughProxy);
        proxy.mode = 'lose-answer';
        const before = proxy.received_bytes;
        const text = 'x'.repeat(20_000);
        expect(await apply(sink, 1, [[1, text]])).toBe('applied');
        expect(proxy.mode).toBe('pass');
        expect(proxy.received_bytes - before).toBeLessThan(2 * text.length);
        expect(await rowsOf(options)).toEqual([`1=${text}`]);
        expect(await apply(sink, 2, [[2, 'b']])).toBe('applied');
      });

      it('a timeout with effect: the progress tells, nothing is sent again', async () => {
        const hasty = atSleep(hastyEnv(300), 1, () => {
          proxy.mode = 'pass';
          return Promise.resolve();
        });
        const sink = await opened(throughProxy, hasty);
        proxy.mode = 'hold-answers';
        const before = proxy.received_bytes;
        const text = 'x'.repeat(20_000);
        expect(await apply(sink, 1, [[1, text]])).toBe('applied');
        expect(proxy.received_bytes - before).toBeLessThan(2 * text.length);
        expect(await rowsOf(options)).toEqual([`1=${text}`]);
      });

      it('a timeout without effect: the server gives up, and the batch is sent again', async () => {
        const hasty = hastyEnv(300);
        let locked: PostgresDatabase | null = null;
        const waiting = atSleep(hasty, 1, async () => locked?.query('COMMIT', []));
        const sink = await opened({}, waiting);
        await apply(sink, 1, [[1, 'a']]);
        locked = await session("UPDATE public.results SET name = 'other' WHERE id = 1");
        expect(await apply(sink, 2, [[1, 'b']])).toBe('applied');
        expect(hasty.slept_ms()).toBeGreaterThan(0);
        expect(await rowsOf(options)).toEqual(['1=b']);
      });

      it('a deadlock with another writer', async () => {
        const hasty = hastyEnv();
        const sink = await opened({}, hasty);
        await apply(sink, 1, [
          [1, 'a'],
          [2, 'b'],
        ]);
        const other = await session(
          "SET deadlock_timeout = '1min'; UPDATE public.results SET name = 'other' WHERE id = 2",
        );
        const committing = apply(sink, 2, [
          [1, 'c'],
          [2, 'd'],
        ]);
        await sinkWaits();
        await other.query("UPDATE public.results SET name = 'other' WHERE id = 1", []);
        await other.query('COMMIT', []);
        expect(await committing).toBe('applied');
        expect(hasty.slept_ms()).toBeGreaterThan(0);
        expect(await rowsOf(options)).toEqual(['1=c', '2=d']);
      });

      it('the administrator ends the session in the middle', async () => {
        const sink = await opened();
        await apply(sink, 1, [[1, 'a']]);
        const other = await session('UPDATE public.results SET id = 1 WHERE id = 1');
        const committing = apply(sink, 2, [[1, 'b']]);
        await sinkWaits();
        await query(`SELECT pg_terminate_backend(pid) FROM (${WAITING}) AS waiting`);
        await other.query('COMMIT', []);
        expect(await committing).toBe('applied');
        expect(await rowsOf(options)).toEqual(['1=b']);
      });

      it.each(['crash', 'fast'] as const)(
        'the server goes (%s) in the middle of a batch and comes back',
        async (how) => {
          const sink = await opened(
            {},
            atSleep(hastyEnv(), 4, () => server.start()),
          );
          await apply(sink, 1, [[1, 'a']]);
          await session('UPDATE public.results SET id = 1 WHERE id = 1');
          const committing = apply(sink, 2, [
            [1, 'b'],
            [2, 'b'],
          ]);
          await sinkWaits();
          await server.stop(how);
          expect(await committing).toBe('applied');
          expect(await rowsOf(options)).toEqual(['1=b', '2=b']);
          expect(await apply(sink, 3, [[3, 'c']])).toBe('applied');
        },
      );

      it('the server is away at the start, and restarts between two batches', async () => {
        await server.stop('fast');
        const sink = await opened(
          {},
          atSleep(hastyEnv(), 3, () => server.start()),
        );
        await apply(sink, 1, [[1, 'a']]);
        await server.stop('fast');
        await server.start();
        expect(await apply(sink, 2, [[2, 'b']])).toBe('applied');
        expect(await rowsOf(options)).toEqual(['1=a', '2=b']);
      });

      it('and is there after a crash of the server, whatever the default of the database', async () => {
        const sink = await opened();
        await query(`CREATE TABLE public.seen (setting text);
        CREATE FUNCTION public.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          INSERT INTO public.seen VALUES (current_setting('synchronous_commit')); RETURN new;
        END $$;
        CREATE TRIGGER see BEFORE INSERT ON public.results FOR EACH ROW EXECUTE FUNCTION public.see();
        ALTER DATABASE postgres SET synchronous_commit = off;
        ALTER DATABASE postgres SET default_transaction_isolation = 'serializable'`);
        await sink.close();
        const next = create();
        await next.open(2);
        await apply(next, 1, [[1, 'a']], 2);
        expect(await query('SELECT setting FROM public.seen')).toEqual([['on']]);
        await query('ALTER DATABASE postgres RESET ALL');
      });
    });

    describe('the sink stops', () => {
      it('ESQL8660 when the server is away for more than five minutes; that can be tried again', async () => {
        const hasty = hastyEnv();
        const sink = await opened({}, hasty);
        await server.stop('fast');
        const stopped = await diagnosticOf(() => apply(sink, 1, [[1, 'a']]));
        expect(stopped?.diagnostic.code).toBe('ESQL8660');
        expect(hasty.slept_ms()).toBeGreaterThan(300_000);
        expect(failureKind('ESQL8660')).toBe('retryable');
        await server.start();
        expect(await apply(sink, 1, [[1, 'a']])).toBe('applied');
      });

      it('ESQL8665 when another unique index refuses the row, after one repetition', async () => {
        await query(`${CREATE} UNIQUE)`);
        const hasty = hastyEnv();
        const sink = await opened({}, hasty);
        const stopped = await diagnosticOf(() =>
          apply(sink, 1, [
            [1, 'same secret'],
            [2, 'same secret'],
          ]),
        );
        expect(stopped?.diagnostic.code).toBe('ESQL8665');
        const said = JSON.stringify(stopped?.diagnostic);
        expect(said).toContain('results_name_key');
        expect(said).not.toContain('same secret');
        expect(hasty.slept_ms()).toBeLessThan(1000);
        expect(await rowsOf(options)).toEqual([]);
        expect(await apply(sink, 1, [[1, 'a']])).toBe('applied');
      });

      it('ESQL8668 when the table refuses the row, without a word of the row', async () => {
        await query(`${CREATE} CHECK (length(name) < 5))`);
        const sink = await opened();
        const stopped = await diagnosticOf(() => apply(sink, 1, [[1, 'canary']]));
        expect(stopped?.diagnostic.code).toBe('ESQL8668');
        const said = JSON.stringify(stopped?.diagnostic);
        expect(said).toContain('results_name_check');
        expect(said).not.toContain('canary');
        expect(await apply(sink, 1, [[1, 'a']])).toBe('applied');
      });

      it('ESQL8663 when its function is gone, ESQL8444 when its progress is', async () => {
        const sink = await opened();
        await apply(sink, 1, [[1, 'a']]);
        await query('DELETE FROM stream.progress');
        expect(await codeOf(() => apply(sink, 2, [[2, 'b']]))).toBe('ESQL8444');
        await query('DROP SCHEMA stream CASCADE');
        expect(await codeOf(() => apply(sink, 2, [[2, 'b']]))).toBe('ESQL8663');
      });

      it('ESQL8440 for the older of two drivers; the newer one waits for what the older is committing', async () => {
        const old = await opened();
        await apply(old, 1, [[1, 'a']]);
        const other = await session('UPDATE public.results SET id = 1 WHERE id = 1');
        const committing = apply(old, 2, [
          [1, 'b'],
          [2, 'b'],
        ]);
        await sinkWaits();
        const next = create();
        const opening = next.open(2);
        await expect
          .poll(async () => (await query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")).length)
          .toBe(2);
        await other.query('COMMIT', []);
        expect(await opening).toMatchObject({ epoch: 2, batch: 2 });
        expect(await committing).toBe('applied');
        expect(await codeOf(() => apply(old, 3, [[3, 'old']]))).toBe('ESQL8440');
        expect(await apply(next, 3, [[3, 'new']], 2)).toBe('applied');
        expect(await rowsOf(options)).toEqual(['1=b', '2=b', '3=new']);
      });

      it('ESQL8443 for one of two jobs that write their first batch to a table at the same time', async () => {
        const first = create({}, hastyEnv(), 'one');
        const second = create({}, hastyEnv(), 'two');
        for (const job of [first, second]) await job.open(1);
        // The first has looked for other owners and is writing its rows when the second begins.
        const other = await session("INSERT INTO public.results VALUES (1, 'other')");
        const committing = codeOf(() => apply(first, 1, [[1, 'x']]));
        await sinkWaits();
        const refused = codeOf(() => apply(second, 1, [[2, 'y']]));
        await expect.poll(async () => (await query(WAITING)).length, { interval: 20, timeout: 10_000 }).toBe(2);
        await other.query('ROLLBACK', []);
        expect(await Promise.all([committing, refused])).toEqual(['none', 'ESQL8443']);
        expect(await rowsOf(options)).toEqual(['1=x']);
        expect(await codeOf(() => create({}, hastyEnv(), 'three').open(1))).toBe('ESQL8443');
      });

      it('never when two jobs prepare the database at the same time', async () => {
        const jobs = ['one', 'two', 'three'].map((job) => create({ shared: true }, hastyEnv(), job));
        await Promise.all(jobs.map((job) => job.open(1)));
        expect(await query('SELECT count(*) FROM stream.progress')).toEqual([['3']]);
      });
    });
  },
);
