/** Connection strings and options: how the database is reached, and what is refused without showing a value. */
import { describe, expect, it } from 'vitest';
import { createEnv } from '../../../../cli/host/env.js';
import { Secret } from '../../../../plan/connectors/secret.js';
import { parseConnectionString } from '../../../../runtime/connectors/postgres/connection-string.js';
import { postgresOptions } from '../../../../runtime/connectors/postgres/connection.js';
import { diagnosticOf } from '../../../support/connectors.js';
import { optionsOf } from '../../../support/postgres/sink-subject.js';

const parts = (text: string): unknown => {
  const found = parseConnectionString(text);
  return found.ok ? found.parts : found.why;
};

describe('connection strings', () => {
  it('are read as libpq writes them', () => {
    expect(
      parts('postgresql://esql:p%40ss%3A@shop.example:6432/re%20ports?sslmode=verify-full&connect_timeout=5'),
    ).toEqual({
      server: 'shop.example',
      port: 6432,
      database: 're ports',
      user: 'esql',
      password: 'p@ss:',
      encrypt: true,
    });
    expect(parts('postgres://[::1]/d?user=u')).toMatchObject({ server: '::1', port: null, user: 'u', password: null });
    expect(parts('postgres:///d?host=/run/postgresql')).toMatchObject({ server: '/run/postgresql', database: 'd' });
    expect(parts("host=10.0.0.7 port = 5433 dbname='a \\'b\\'' user=u password=p\\ w\\\\ sslmode=disable ")).toEqual({
      server: '10.0.0.7',
      port: 5433,
      database: "a 'b'",
      user: 'u',
      password: 'p w\\',
      encrypt: false,
    });
    expect(parts('host=a sslmode=require')).toMatchObject({ encrypt: true });
    expect(parts('host=a')).toMatchObject({ encrypt: null });
  });

  it.each([
    ['canary', 'pairs'],
    ["host=a 'canary'", 'pairs'],
    ['host=a sslmode=prefer password=canary', '`sslmode`'],
    ['host=a port=canary', '`port`'],
    ['host=a,canary', '`host`'],
    ['postgresql://canary,b:5432/d', '`host`'],
    ['postgresql://a:canary/d', 'address'],
    ['postgresql://u:%zz@canary/d', '`%`'],
    ['host=a sslrootcert=canary', '`sslrootcert`'],
    ['host=a options=canary', '`options`'],
  ])('%s is refused', (text, said) => {
    expect(parts(text)).toContain(said);
    expect(parts(text)).not.toContain('canary');
  });
});

describe('options', () => {
  const env = createEnv();
  const connection = new Secret('DB', 'postgres://u:p@h:6432/d?sslmode=disable');

  it('go before the parts of the connection string', async () => {
    const found = await postgresOptions(env, optionsOf({ connection, database: 'other', port: 7 }), '/');
    expect(found).toMatchObject({ server: 'h', port: 7, database: 'other', encrypt: false });
    expect(found.login).toMatchObject({ kind: 'password', user: 'u' });
    expect(JSON.stringify(found)).not.toContain('"p"');
    expect(await postgresOptions(env, optionsOf({ connection, encrypt: true }), '/')).toMatchObject({ encrypt: true });
    const entra = optionsOf({ server: 'h', database: 'd', user: 'job', authentication: 'entra', client_id: 'me' });
    expect(await postgresOptions(env, entra, '/')).toMatchObject({
      port: 5432,
      login: { kind: 'entra', user: 'job', clientId: 'me' },
    });
  });

  it.each([
    ['db.example.com', true],
    ['10.0.0.7', true],
    ['127.example.com', true],
    ['localhost.example.com', true],
    ['localhost', false],
    ['127.0.0.1', false],
    ['::1', false],
    ['/var/run/postgresql', false],
  ])('of %s: TLS is %s without a word about it', async (server, encrypt) => {
    const found = await postgresOptions(env, optionsOf({ server, database: 'd', user: 'u' }), '/');
    expect(found.encrypt).toBe(encrypt);
  });

  it.each([
    [{ server: 'h', user: 'u' }, 'database'],
    [{ database: 'd', user: 'u' }, 'server'],
    [{ server: 'h', database: 'd' }, '`user`'],
    [{ server: 'h', database: 'd', user: 'u', ca_file: 'nowhere.pem' }, 'ENOENT'],
    [{ connection: new Secret('DB', 'canary') }, 'connection string'],
  ])('%o: ESQL8669', async (options, said) => {
    const found = await diagnosticOf(() => postgresOptions(env, optionsOf(options), '/nowhere'));
    expect(found?.diagnostic.code).toBe('ESQL8669');
    expect(found?.message).toContain(said);
    expect(JSON.stringify(found?.diagnostic)).not.toContain('canary');
  });
});
