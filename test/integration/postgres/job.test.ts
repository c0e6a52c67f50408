/** A whole job, its process killed and its server crashed: in the end the tables hold every row once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { builtCli, startCli, type BuiltCli, type StartedCli } from '../../support/built-cli.js';
import { POSTGRES_ADMIN, postgresMissing, startPostgres, type PostgresServer } from '../../support/servers/postgres.js';

// Several processes, each with a start of its own.
vi.setConfig({ testTimeout: 120_000 });

const ROWS = 3000;
const COUNTRIES = ['de', 'fr', 'it'];
const QUERY = `SET batch_bytes = 4KB;
CREATE SOURCE orders (id BIGINT NOT NULL, country VARCHAR NOT NULL, amount BIGINT NOT NULL)
WITH (connector = 'file', path = 'orders.jsonl') FORMAT JSON;
CREATE SINK counts WITH (
  connector = 'postgres', server = '127.0.0.1', port = env('PORT'), database = 'postgres', user = 'admin',
  password = secret('DB'), table = 'counts'
);
CREATE SINK copies WITH (
  connector = 'postgres', server = '127.0.0.1', port = env('PORT'), database = 'postgres', user = 'admin',
  password = secret('DB'), table = 'copies'
);
CREATE STREAM counted AS SELECT country, COUNT(*) AS orders, SUM(amount) AS amount FROM orders GROUP BY country
WITH CHECKPOINT 500ms INTO counts KEY country;
CREATE STREAM copied AS SELECT id, amount FROM orders WITH CHECKPOINT 500ms INTO copies KEY id;
`;
/** Every write of a row is written down; a batch that was applied twice would write a row again. */
const AUDIT = `CREATE TABLE counts (country text PRIMARY KEY, orders bigint NOT NULL, amount bigint);
CREATE TABLE copies (id bigint PRIMARY KEY, amount bigint NOT NULL);
CREATE TABLE writes (number bigint GENERATED ALWAYS AS IDENTITY, what text NOT NULL, orders bigint);
CREATE FUNCTION note_count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO public.writes (what, orders) VALUES (new.country, new.orders); RETURN new; END $$;
CREATE FUNCTION note_copy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO public.writes (what) VALUES ('copy ' || new.id); RETURN new; END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE ON counts FOR EACH ROW EXECUTE FUNCTION note_count();
CREATE TRIGGER note AFTER INSERT OR UPDATE ON copies FOR EACH ROW EXECUTE FUNCTION note_copy();`;
const REPEATED = 'SELECT what, orders FROM writes GROUP BY what, orders HAVING count(*) > 1';

const amountOf = (id: number): number => (id * 7919) % 1000;
const countryOf = (id: number): string => COUNTRIES[id % COUNTRIES.length] ?? '';

describe.skipIf(postgresMissing !== null)(
  `PostgreSQL${postgresMissing === null ? '' : ` (skipped: ${postgresMissing})`}`,
  () => {
    let cli: BuiltCli;
    let server: PostgresServer;
    let folder: string;
    beforeAll(async () => {
      cli = await builtCli();
      server = await startPostgres();
      folder = mkdtempSync(join(tmpdir(), 'esql-postgres-job-'));
      const lines = Array.from(
        { length: ROWS },
        (_, id) => `${JSON.stringify({ id, country: countryOf(id), amount: amountOf(id) })}\n`,
      );
      writeFileSync(join(folder, 'orders.jsonl'), lines.join(''));
      writeFileSync(join(folder, 'job.esql'), QUERY);
      await server.query(AUDIT);
    });
    afterAll(async () => {
      await server.close();
      cli.remove();
      rmSync(folder, { recursive: true, force: true });
    });

    const start = (): StartedCli =>
      startCli(cli, ['run', 'job.esql', '--checkpoint-dir', 'state', '--quiet'], {
        cwd: folder,
        env: { PORT: String(server.port), ESQL_SECRET_DB: POSTGRES_ADMIN.password },
      });
    const writes = async (): Promise<number> => Number((await server.query('SELECT count(*) FROM writes'))[0]?.[0]);
    const afterMore = async ({ process }: StartedCli): Promise<void> => {
      const before = await writes();
      while (process.exitCode === null && (await writes()) <= before) await sleep(5);
    };

    it('its process is killed three times, then the server crashes', async () => {
      for (let kill = 0; kill < 3; kill += 1) {
        const started = start();
        await afterMore(started);
        started.process.kill('SIGKILL');
        const { signal, code, err } = await started.end;
        expect({ signal, code, err }, err).toMatchObject({ signal: 'SIGKILL' });
      }
      const last = start();
      await afterMore(last);
      await server.stop('crash');
      await server.start();
      const { code, err } = await last.end;
      expect(code, err).toBe(0);
      const ids = Array.from({ length: ROWS }, (_, id) => id);
      const sum = (of: readonly number[]): string => String(of.reduce((total, id) => total + amountOf(id), 0));
      expect(await server.query('SELECT country, orders, amount FROM counts ORDER BY country')).toEqual(
        COUNTRIES.map((country) => [country, String(ROWS / 3), sum(ids.filter((id) => countryOf(id) === country))]),
      );
      expect(await server.query('SELECT count(*), sum(amount) FROM copies')).toEqual([[String(ROWS), sum(ids)]]);
      expect(await server.query(REPEATED)).toEqual([]);
      // And it was in batches.
      expect(await server.query('SELECT count(*) > 60 FROM writes WHERE orders IS NOT NULL')).toEqual([['t']]);
    });
  },
);
