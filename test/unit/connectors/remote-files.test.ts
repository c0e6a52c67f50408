/** Addresses, logins and failures of files on other machines; the services themselves are in test/integration. */
import { describe, expect, it } from 'vitest';
import { createEnv } from '../../../cli/host/env.js';
import { Secret } from '../../../plan/connectors/secret.js';
import { inputFailure, outputFailure } from '../../../runtime/connectors/file/failures.js';
import { azureSource, hdfsSink } from '../../../runtime/connectors/remote-files.js';
import type { AzureStorageOptions } from '../../../runtime/remote/azure.js';
import { locateBlob, locateDatalake, locateHdfs } from '../../../runtime/remote/location.js';
import { RemoteFileError } from '../../../runtime/remote/remote-file-error.js';
import { BIGINT } from '../../../plan/types.js';
import { codeOf, sinkContext, sourceBench, sourceOperator } from '../../support/connectors.js';
import { noRemote } from '../../support/no-remote.js';

const SOURCE = { follow: false, order: 'name', compression: 'none' } as const;
const LAKE = 'abfss://incoming@mylake.dfs.core.windows.net/orders/*.jsonl';
const NO_LOGIN = { endpoint: null, account_key: null, sas_token: null, client_id: null };

describe('addresses', () => {
  it('of a Data Lake', () => {
    const value = { account: 'mylake', container: 'incoming', endpoint: null, path: '/a b/%41?.jsonl' };
    expect(locateDatalake('abfss://incoming@mylake.dfs.core.windows.net/a b/%41?.jsonl')).toEqual({ ok: true, value });
    const china = locateDatalake('ABFSS://incoming@mylake.dfs.core.chinacloudapi.cn');
    expect(china).toMatchObject({ value: { endpoint: 'https://mylake.dfs.core.chinacloudapi.cn', path: '/' } });
  });

  it('of a blob, also of an emulator', () => {
    const value = { account: 'mystore', container: 'incoming', endpoint: null, path: '/a/b' };
    expect(locateBlob('https://mystore.blob.core.windows.net/incoming/a/b')).toEqual({ ok: true, value });
    const local = {
      account: 'devstoreaccount1',
      container: 'incoming',
      endpoint: 'http://127.0.0.1:10000/devstoreaccount1',
    };
    expect(locateBlob('http://127.0.0.1:10000/devstoreaccount1/incoming/x')).toEqual({
      ok: true,
      value: { ...local, path: '/x' },
    });
  });

  it('of HDFS', () => {
    const found = locateHdfs('swebhdfs://namenode:9871/x');
    expect(found).toEqual({ ok: true, value: { namenode: 'https://namenode:9871', path: '/x' } });
  });

  it.each([
    ['no container', locateDatalake('abfss://mylake.dfs.core.windows.net/x')],
    ['another host', locateDatalake('abfss://incoming@mylake.blob.core.windows.net/x')],
    ['a bad container', locateDatalake('abfss://In_@mylake.dfs.core.windows.net/x')],
    ['a user', locateBlob('https://me@mystore.blob.core.windows.net/incoming')],
    ['plain http to Azure', locateBlob('http://mystore.blob.core.windows.net/incoming')],
    ['no container of a blob', locateBlob('https://mystore.blob.core.windows.net/')],
    ['no port', locateHdfs('hdfs://namenode/x')],
    ['another scheme', locateHdfs('file:///x')],
    ['a NUL', locateHdfs('hdfs://namenode:1/\0')],
  ])('with %s are refused', (_what, found) => {
    expect(found.ok).toBe(false);
  });
});

describe('a source', () => {
  const bench = sourceBench('/', sourceOperator(['id BIGINT'], 'json'));

  it('shows no signature of an address: ESQL8460', async () => {
    const url = 'https://mystore.blob.core.windows.net/incoming/x?sv=1&sig=canary4711';
    const make = (): Promise<unknown> =>
      Promise.resolve().then(() => azureSource(bench.context, { ...SOURCE, ...NO_LOGIN, url }, 'blob'));
    expect(await codeOf(make)).toBe('ESQL8460');
    await expect(make()).rejects.not.toThrow('canary');
    await expect(make()).rejects.toThrow('sas_token');
  });

  it('takes one credential: ESQL8461', async () => {
    const both = { account_key: new Secret('K', 'a'), sas_token: new Secret('S', 'b') };
    const make = (): Promise<unknown> =>
      Promise.resolve().then(() =>
        azureSource(bench.context, { ...SOURCE, ...NO_LOGIN, ...both, url: LAKE }, 'datalake'),
      );
    expect(await codeOf(make)).toBe('ESQL8461');
  });

  it('asks for the account of its address with the login of its options, at the opening', async () => {
    const asked: AzureStorageOptions[] = [];
    const datalake = (options: AzureStorageOptions): Promise<never> => {
      asked.push(options);
      return Promise.reject(new RemoteFileError('EACCES', '/', 'list (403 AuthorizationPermissionMismatch)'));
    };
    const env = { ...createEnv(), remote: { ...noRemote, datalake } };
    const source = azureSource({ ...bench.context, env }, { ...SOURCE, ...NO_LOGIN, url: LAKE }, 'datalake');
    expect(asked).toEqual([]);
    expect(await codeOf(() => source.open(null))).toBe('ESQL8463');
    expect(asked).toEqual([
      { account: 'mylake', container: 'incoming', endpoint: null, credential: { kind: 'entra', clientId: null } },
    ]);
  });
});

describe('a sink', () => {
  it('knows the other namenodes', async () => {
    const asked: unknown[] = [];
    const hdfs = (options: unknown): Promise<never> => {
      asked.push(options);
      return Promise.reject(new RemoteFileError('ECONNREFUSED', '/', 'mkdirs'));
    };
    const env = { ...createEnv(), remote: { ...noRemote, hdfs } };
    const schema = [{ name: 'id', type: BIGINT, nullable: false }];
    const options = {
      partition_by: null,
      max_file_size: 1e6,
      commit: 'manifest',
      standby: ['b:9870'],
      user: 'me',
    } as const;
    const sink = hdfsSink(sinkContext('/', { schema }, { name: 'json' }, env), {
      ...options,
      url: 'hdfs://a:9870/out',
    });
    expect(await codeOf(() => sink.open(1))).toBe('ESQL8462');
    expect(asked).toEqual([{ namenodes: ['http://a:9870', 'http://b:9870'], user: 'me' }]);
  });
});

it.each([
  ['EACCES', 'ESQL8463'],
  ['ENOTSUP', 'ESQL8463'],
  ['ESTALE', 'ESQL8463'],
  ['EBUSY', 'ESQL8462'],
  ['ECONNRESET', 'ESQL8462'],
  ['ETIMEDOUT', 'ESQL8462'],
])('the code %s of a service is %s', async (code, expected) => {
  const error = new RemoteFileError(code, '/x', 'read (…)');
  for (const failure of [inputFailure, outputFailure]) {
    expect(await codeOf(() => Promise.reject(failure(error, '/x') as Error))).toBe(expected);
  }
});
