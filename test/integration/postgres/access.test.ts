/** Who may use the database, over what connection, and what has to be there before the first batch. */
import process from 'node:process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../plan/connectors/secret.js';
import type { SinkShape } from '../../../runtime/connectors/connector.js';
import type { PostgresSinkOptions } from '../../../runtime/connectors/postgres/connection.js';
import { ddlScript } from '../../../runtime/connectors/postgres/script.js';
import type { PostgresSink } from '../../../runtime/connectors/postgres/sink.js';
import { SINK_SCHEMA } from '../../contract/sink-subject.js';
import { codeOf, diagnosticOf } from '../../support/connectors.js';
import { apply, hastyEnv } from '../../support/database-sink.js';
import { createPostgresSink, queryDatabase, rowsOf, serverOptions } from '../../support/postgres/sink-subject.js';
import { postgresMissing, startPostgres, type PostgresServer } from '../../support/servers/postgres.js';
import { startProxy } from '../../support/servers/tcp-proxy.js';

const PASSWORD = 'canary-4711';
const SHAPE: SinkShape = {
  queryId: 'query',
  sinkId: 'per_key/out',
  schema: SINK_SCHEMA,
  key: [0],
  conflict: 'update',
};

let server: PostgresServer;
let options: PostgresSinkOptions;
const sinks: PostgresSink[] = [];

const query = (sql: string) => queryDatabase(options, sql);

function create(changes: Partial<PostgresSinkOptions> = {}): PostgresSink {
  const sink = createPostgresSink({ ...options, ...changes }, { sinkId: SHAPE.sinkId }, hastyEnv().env);
  sinks.push(sink);
  return sink;
}

/** Over TLS, to the name that the certificate is for. */
const overTls = (): Partial<PostgresSinkOptions> => ({ server: 'localhost', encrypt: true, ca_file: server.authority });
const login = (user: string): Partial<PostgresSinkOptions> => ({ user, password: new Secret('LOGIN', PASSWORD) });

const skipped = postgresMissing === null ? '' : ` (skipped: ${postgresMissing})`;
describe.skipIf(postgresMissing !== null)(`PostgreSQL${skipped}`, () => {
  beforeAll(async () => {
    server = await startPostgres();
    options = serverOptions(server);
    for (const user of ['secured_writer', 'writer', 'nobody_special'])
      await query(`CREATE ROLE ${user} LOGIN PASSWORD '${PASSWORD}'`);
  });
  afterAll(async () => {
    await server.close();
  });
  afterEach(async () => {
    for (const sink of sinks.splice(0)) await sink.close();
    await query(`DROP SCHEMA IF EXISTS stream CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;
      GRANT USAGE ON SCHEMA public TO PUBLIC`);
  });

  describe('the login', () => {
    it('ESQL8661 with a wrong password, which no message holds', async () => {
      const refused = await diagnosticOf(() => create({ ...login('admin') }).open(1));
      expect(refused?.diagnostic.code).toBe('ESQL8661');
      expect(refused?.message).toContain('28P01');
      expect(JSON.stringify(refused?.diagnostic) + String(refused?.stack)).not.toContain(PASSWORD);
    });

    it('ESQL8661 without a password where the server wants one, whatever the environment holds', async () => {
      const before = process.env['PGPASSWORD'];
      process.env['PGPASSWORD'] = 'admin-secret';
      try {
        expect(await codeOf(() => create({ password: null }).open(1))).toBe('ESQL8661');
      } finally {
        if (before === undefined) delete process.env['PGPASSWORD'];
        else process.env['PGPASSWORD'] = before;
      }
    });

    it('ESQL8661 for a database that is not there, and one that it may not use', async () => {
      expect((await diagnosticOf(() => create({ database: 'nowhere' }).open(1)))?.message).toContain('3D000');
      await query('CREATE DATABASE closed');
      await query('REVOKE CONNECT ON DATABASE closed FROM PUBLIC');
      expect(await codeOf(() => create({ ...login('writer'), database: 'closed' }).open(1))).toBe('ESQL8661');
    });

    it('ESQL8661 without TLS where the server asks for it; with TLS it is let in', async () => {
      await query('GRANT ALL ON SCHEMA public TO secured_writer; GRANT CREATE ON DATABASE postgres TO secured_writer');
      const secured = login('secured_writer');
      expect((await diagnosticOf(() => create(secured).open(1)))?.diagnostic.code).toBe('ESQL8661');
      await create({ ...secured, ...overTls() }).open(1);
      expect(
        await query("SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'secured_writer'"),
      ).toEqual([['t']]);
    });
  });

  describe('the connection', () => {
    it('ESQL8662 where the server does not encrypt: no login is sent', async () => {
      const proxy = await startProxy(server.port);
      proxy.mode = 'refuse-tls';
      expect(await codeOf(() => create({ ...overTls(), port: proxy.port }).open(1))).toBe('ESQL8662');
      // The request for TLS and no more.
      expect(proxy.received_bytes).toBe(8);
      await proxy.close();
    });

    it.each([
      ['of an authority that nobody knows', { ca_file: null }],
      ['with another name', { server: '127.0.0.1' }],
    ])('ESQL8662 with a certificate %s', async (_what, changes) => {
      expect(await codeOf(() => create({ ...overTls(), ...changes }).open(1))).toBe('ESQL8662');
      expect(await query("SELECT 1 FROM pg_namespace WHERE nspname = 'stream'")).toEqual([]);
    });

    it('is described by a connection string, too', async () => {
      const connection = new Secret(
        'DB',
        `postgresql://admin:admin-secret@localhost:${server.port}/postgres?sslmode=require&application_name=x`,
      );
      const given = { connection, server: null, port: null, database: null, user: null, password: null };
      await create({ ...given, ca_file: server.authority }).open(1);
      expect(await codeOf(() => create(given).open(2))).toBe('ESQL8662');
    });
  });

  describe('rights', () => {
    it('what `esql ddl` prints is enough for `create = never`, and more than that the login can not do', async () => {
      const never = { ...login('writer'), create: 'never' } as const;
      expect(await codeOf(() => create(never).open(1))).toBe('ESQL8663');
      const script = ddlScript('out', [{ shape: SHAPE, options: { ...options } }]);
      await query(script);
      await query(script);
      expect(await codeOf(() => create(never).open(1))).toBe('ESQL8670');
      await query('GRANT esql_writer TO writer');
      const sink = create(never);
      await sink.open(1);
      expect(await apply(sink, 1, [[1, 'a']])).toBe('applied');
      expect(await rowsOf(options)).toEqual(['1=a']);
      const asWriter = { ...options, ...login('writer') };
      for (const sql of [
        'SELECT * FROM public.results',
        'DELETE FROM public.results',
        'SELECT * FROM stream.progress',
        'UPDATE stream.progress SET epoch = 9',
      ])
        await expect(queryDatabase(asWriter, sql)).rejects.toThrow('42501');
      // A function belongs to those who were granted it.
      await query('GRANT USAGE ON SCHEMA stream TO nobody_special');
      expect(await codeOf(() => create({ ...never, user: 'nobody_special' }).open(2))).toBe('ESQL8670');
    });

    it('ESQL8670 for a login that may make nothing', async () => {
      expect(await codeOf(() => create(login('nobody_special')).open(1))).toBe('ESQL8670');
    });

    it('tables and functions of the same name on the search path of the login are not taken for ours', async () => {
      const sink = create();
      await sink.open(1);
      await query(`CREATE FUNCTION public.jsonb_array_elements(jsonb) RETURNS SETOF jsonb LANGUAGE sql AS 'SELECT NULL::jsonb';
        ALTER ROLE admin SET search_path = public, pg_catalog`);
      const next = create();
      await next.open(2);
      expect(await apply(next, 1, [[1, 'a']], 2)).toBe('applied');
      await query('ALTER ROLE admin RESET search_path');
      expect(await rowsOf(options)).toEqual(['1=a']);
    });
  });

  describe('the table', () => {
    it('ESQL8663 where nothing may be created and nothing is there; a view is no table', async () => {
      expect(await codeOf(() => create({ create: 'never' }).open(1))).toBe('ESQL8663');
      await query("CREATE VIEW public.results AS SELECT 1::bigint AS id, ''::text AS name");
      expect(await codeOf(() => create().open(1))).toBe('ESQL8663');
    });

    it('ESQL8664 with every column that differs', async () => {
      await query(
        'CREATE TABLE public.results (id integer NOT NULL, name varchar(20) NOT NULL, more integer NOT NULL)',
      );
      const drift = await diagnosticOf(() => create().open(1));
      expect(drift?.diagnostic.code).toBe('ESQL8664');
      const said = JSON.stringify(drift?.diagnostic);
      for (const part of [
        'id bigint',
        'id integer NOT NULL',
        'name character varying(20)',
        'more integer',
        'unique key (id)',
      ])
        expect(said).toContain(part);
    });

    it.each([
      ['no key', 'id bigint NOT NULL, name text'],
      ['a key of other columns', 'id bigint NOT NULL, name text, UNIQUE (id, name)'],
      ['a key that is checked late', 'id bigint NOT NULL, name text, UNIQUE (id) DEFERRABLE'],
      ['a column that is made by the server', 'id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text'],
      ['a column that is computed', 'id bigint PRIMARY KEY, other text, name text GENERATED ALWAYS AS (other) STORED'],
      ['a column that allows no NULL', 'id bigint PRIMARY KEY, name text NOT NULL'],
      ['a column less', 'id bigint PRIMARY KEY'],
      ['a name in other letters', 'id bigint PRIMARY KEY, "Name" text'],
      ['a type that pads with blanks', 'id bigint PRIMARY KEY, name char(20)'],
      ['a type of the same name', 'id bigint PRIMARY KEY, name public.text'],
    ])('ESQL8664 with %s', async (_what, columns) => {
      await query(`CREATE DOMAIN public.text AS pg_catalog.text CHECK (length(value) < 3);
        CREATE TABLE public.results (${columns})`);
      expect(await codeOf(() => create().open(1))).toBe('ESQL8664');
    });

    it('takes a table with columns that it does not write, and a key that is an index', async () => {
      await query(`CREATE TABLE public.results (name varchar(5), id bigint NOT NULL, gone int,
          seen int NOT NULL DEFAULT 7, made bigint GENERATED ALWAYS AS IDENTITY, note text);
        ALTER TABLE public.results DROP COLUMN gone;
        CREATE UNIQUE INDEX keys ON public.results (id) INCLUDE (note)`);
      const sink = create();
      await sink.open(1);
      await apply(sink, 1, [[1, '😀😀😀😀😀']]);
      expect(await codeOf(() => apply(sink, 2, [[2, '😀😀😀😀😀😀']]))).toBe('ESQL8667');
      expect(await query('SELECT name, seen, made, note FROM public.results')).toEqual([
        ['😀😀😀😀😀', '7', '1', null],
      ]);
    });

    it('may be a partitioned one, by its key', async () => {
      await query(`CREATE TABLE public.results (id bigint PRIMARY KEY, name text) PARTITION BY RANGE (id);
        CREATE TABLE public.low PARTITION OF public.results FOR VALUES FROM (0) TO (10);
        CREATE TABLE public.high PARTITION OF public.results FOR VALUES FROM (10) TO (20)`);
      const sink = create();
      await sink.open(1);
      await apply(sink, 1, [
        [1, 'a'],
        [11, 'b'],
      ]);
      await apply(sink, 2, [
        [1, 'a', -1],
        [11, 'c'],
      ]);
      expect(await rowsOf(options)).toEqual(['11=c']);
    });
  });
});
