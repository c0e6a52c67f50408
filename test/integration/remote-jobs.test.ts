/**
 * Whole jobs on other machines: `esql run` with input, results and checkpoints there, killed several times. What the
 * sinks hold in the end is every row once.
 */
import { BlobServiceClient, StorageSharedKeyCredential as BlobKey } from '@azure/storage-blob';
import { DataLakeServiceClient, StorageSharedKeyCredential } from '@azure/storage-file-datalake';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectBlob } from '../../cli/host/azure/blob.js';
import { connectDatalake } from '../../cli/host/azure/datalake.js';
import { connectHdfs } from '../../cli/host/hdfs/webhdfs.js';
import { Secret } from '../../plan/connectors/secret.js';
import { builtCli, type BuiltCli } from '../support/built-cli.js';
import { startDatalake, type DatalakeDouble } from '../support/datalake/server.js';
import { expectedLines, RemoteJob, type RemotePlace } from '../support/remote-job.js';
import { startAzurite, type Azurite } from '../support/servers/azurite.js';
import { hdfsMissing, startHdfs, type HdfsServer } from '../support/servers/hdfs.js';

// Several processes per test, each with a start of its own.
vi.setConfig({ testTimeout: 300_000 });

let cli: BuiltCli;
beforeAll(async () => {
  cli = await builtCli();
});
afterAll(() => {
  cli.remove();
});

async function killed(place: RemotePlace, kills: number): Promise<void> {
  const job = await RemoteJob.create(cli, place);
  try {
    const end = await job.runThroughKills(kills);
    expect(end, end.err).toMatchObject({ code: 0, signal: null });
    const expected = expectedLines();
    expect(await job.lines('copies')).toEqual(expected.copies);
    expect(await job.lines('minutes')).toEqual(expected.minutes);
    const listed = await job.command(['checkpoint', 'ls', job.store]).end;
    expect(listed, listed.err).toMatchObject({ code: 0 });
    expect(listed.out).toContain('job');
    const shown = await job.command(['checkpoint', 'show', job.store, '--query-id', 'job']).end;
    expect(shown, shown.err).toMatchObject({ code: 0 });
    const verified = await job.command(['checkpoint', 'verify', job.store]).end;
    expect(verified, verified.err).toMatchObject({ code: 0 });
  } finally {
    await job.close();
  }
}

describe('Data Lake (double)', () => {
  let lake: DatalakeDouble;
  let place: RemotePlace;
  beforeAll(async () => {
    lake = await startDatalake();
    const { name, key } = lake.account;
    const service = new DataLakeServiceClient(lake.url, new StorageSharedKeyCredential(name, key));
    await service.getFileSystemClient('test').create();
    place = {
      connector: 'datalake',
      url: `abfss://test@${name}.dfs.core.windows.net/jobs`,
      options: `, endpoint = '${lake.url}', account_key = secret('LAKE_KEY')`,
      environment: {
        ESQL_SECRET_LAKE_KEY: key,
        AZURE_STORAGE_KEY: key,
        AZURE_STORAGE_ENDPOINT: lake.url,
      },
      root: '/jobs',
      connect: () =>
        connectDatalake({
          account: name,
          container: 'test',
          endpoint: lake.url,
          credential: { kind: 'key', key: new Secret('KEY', key) },
        }),
      unlock: () => {
        lake.clock.advance(60_000);
        return Promise.resolve();
      },
    };
  });
  afterAll(async () => {
    await lake.close();
  });

  it('killed four times: every row once', async () => {
    await killed(place, 4);
  });

  it('a second driver, and one after a kill, is told to come back later', async () => {
    const job = await RemoteJob.create(cli, { ...place, url: `${place.url}/second`, root: '/jobs/second' });
    const started = job.start();
    while ((await job.batches()) < 1) await new Promise((resolve) => setTimeout(resolve, 20));
    const second = await job.start().end;
    expect(second).toMatchObject({ code: 75 });
    expect(second.err).toContain('ESQL8003');
    started.process.kill('SIGKILL');
    await started.end;
    expect(await job.start().end).toMatchObject({ code: 75 });
    lake.clock.advance(60_000);
    expect(await job.start().end).toMatchObject({ code: 0 });
    expect(await job.lines('copies')).toEqual(expectedLines().copies);
    await job.close();
  });

  it('the service is gone in the middle: exit 75, and the next start goes on', async () => {
    const job = await RemoteJob.create(cli, { ...place, url: `${place.url}/gone`, root: '/jobs/gone' });
    const started = job.start();
    while ((await job.batches()) < 1) await new Promise((resolve) => setTimeout(resolve, 20));
    await lake.kill();
    const end = await started.end;
    expect(end, end.err).toMatchObject({ code: 75, signal: null });
    expect(end.err).toMatch(/ESQL8005|ESQL8462/u);
    expect(end.err).not.toContain(lake.account.key);
    const down = await job.start().end;
    expect(down, down.err).toMatchObject({ code: 75 });
    await lake.restart();
    lake.clock.advance(60_000);
    const again = await job.start().end;
    expect(again, again.err).toMatchObject({ code: 0 });
    expect(await job.lines('copies')).toEqual(expectedLines().copies);
    await job.close();
  });
});

describe('Blob storage (Azurite)', () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(async () => {
    await azurite.close();
  });

  it('killed twice: every row once', async () => {
    const options = await azurite.container();
    const { account, container, endpoint, credential } = options;
    if (endpoint === null || credential.kind !== 'key') throw new Error('Azurite has an endpoint and a key');
    const key = credential.key.reveal();
    await killed(
      {
        connector: 'blob',
        url: `${endpoint}/${container}/jobs`,
        options: `, account_key = secret('BLOB_KEY')`,
        environment: { ESQL_SECRET_BLOB_KEY: key, AZURE_STORAGE_KEY: key },
        root: '/jobs',
        connect: () => connectBlob(options),
        unlock: async (path) => {
          const service = new BlobServiceClient(endpoint, new BlobKey(account, key));
          await service.getContainerClient(container).getBlobClient(path.slice(1)).getBlobLeaseClient().breakLease(0);
        },
      },
      2,
    );
  });
});

describe.skipIf(hdfsMissing !== null)(`HDFS${hdfsMissing === null ? '' : ` (${hdfsMissing})`}`, () => {
  let server: HdfsServer;
  beforeAll(async () => {
    server = await startHdfs();
  });
  afterAll(async () => {
    await server.close();
  });

  it('killed twice: every row once', async () => {
    const tree = await connectHdfs(server.options);
    await killed(
      {
        connector: 'hdfs',
        url: `${server.address}/jobs`,
        options: `, user = 'esql'`,
        environment: { HADOOP_USER_NAME: 'esql' },
        root: '/jobs',
        connect: () => connectHdfs(server.options),
        unlock: (path) => tree.remove(path),
      },
      2,
    );
  });
});
