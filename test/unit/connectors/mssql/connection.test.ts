/** Connection strings and options: how the database is reached, and what is refused without showing a value. */
import { describe, expect, it } from 'vitest';
import { createEnv } from '../../../../cli/host/env.js';
import { Secret } from '../../../../plan/connectors/secret.js';
import { parseConnectionString } from '../../../../runtime/connectors/mssql/connection-string.js';
import { mssqlOptions } from '../../../../runtime/connectors/mssql/connection.js';
import { diagnosticOf } from '../../../support/connectors.js';
import { optionsOf } from '../../../support/mssql/sink-subject.js';

const parts = (text: string): unknown => {
  const found = parseConnectionString(text);
  return found.ok ? found.parts : found.why;
};

describe('connection strings', () => {
  it('are read as ADO.NET writes them', () => {
    expect(
      parts(
        'Server=tcp:shop.database.windows.net,1433;Initial Catalog=reports;Persist Security Info=False;User ID=esql;' +
          "Password='a;b''c=d';MultipleActiveResultSets=False;Encrypt=True;TrustServerCertificate=False;",
      ),
    ).toEqual({
      server: 'shop.database.windows.net',
      port: 1433,
      database: 'reports',
      user: 'esql',
      password: "a;b'c=d",
      entra: false,
      encrypt: true,
    });
    expect(
      parts('data source = 10.0.0.7 ; database="a ""b""" ; Authentication=Active Directory Default'),
    ).toMatchObject({
      server: '10.0.0.7',
      port: null,
      database: 'a "b"',
      entra: true,
      encrypt: null,
    });
    expect(parts('Server=a;Encrypt=no')).toMatchObject({ encrypt: false });
  });

  it.each([
    ['canary', 'pairs'],
    ['Server=a;canary', 'pairs'],
    ['Server=a\\canary', '`Server`'],
    ['Server=a;Encrypt=canary', '`Encrypt`'],
    ['Server=a;Authentication=canary', '`Authentication`'],
    ['Server=a;TrustServerCertificate=yes;Password=canary', '`TrustServerCertificate`'],
    ['Server=a;Failover Partner=canary', '`Failover Partner`'],
  ])('%s is refused', (text, said) => {
    expect(parts(text)).toContain(said);
    expect(parts(text)).not.toContain('canary');
  });
});

describe('options', () => {
  const env = createEnv();
  const connection = new Secret('DB', 'Server=h,14330;Database=d;User ID=u;Password=p;Encrypt=False');

  it('go before the parts of the connection string', async () => {
    const found = await mssqlOptions(env, optionsOf({ connection, database: 'other', port: 7 }), '/');
    expect(found).toMatchObject({ server: 'h', port: 7, database: 'other', encrypt: false });
    expect(found.login).toMatchObject({ kind: 'password', user: 'u' });
    expect(JSON.stringify(found)).not.toContain('"p"');
    const entra = optionsOf({ server: 'h', database: 'd', authentication: 'entra', client_id: 'me' });
    expect(await mssqlOptions(env, entra, '/')).toMatchObject({
      port: 1433,
      encrypt: true,
      login: { kind: 'entra', clientId: 'me' },
    });
  });

  it.each([
    [{ server: 'h' }, 'database'],
    [{ database: 'd' }, 'server'],
    [{ server: 'h', database: 'd' }, '`user`'],
    [{ server: 'h', database: 'd', user: 'u', password: connection, ca_file: 'nowhere.pem' }, 'ENOENT'],
    [{ connection: new Secret('DB', 'canary') }, 'connection string'],
  ])('%o: ESQL8669', async (options, said) => {
    const found = await diagnosticOf(() => mssqlOptions(env, optionsOf(options), '/nowhere'));
    expect(found?.diagnostic.code).toBe('ESQL8669');
    expect(found?.message).toContain(said);
    expect(JSON.stringify(found?.diagnostic)).not.toContain('canary');
  });
});
