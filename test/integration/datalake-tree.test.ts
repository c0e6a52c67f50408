/** The Data Lake adapter against the double: the contracts of file trees, stores, file sources and file sinks. */
import { afterAll, beforeAll } from 'vitest';
import { connectDatalake } from '../../cli/host/azure/datalake.js';
import { createEnv } from '../../cli/host/env.js';
import { Secret } from '../../plan/connectors/secret.js';
import type { AzureStorageOptions } from '../../runtime/remote/azure.js';
import { RemoteStore } from '../../runtime/storage/remote-store.js';
import { remotePlace } from '../contract/file-place.js';
import { remoteSinkSubjects } from '../contract/file-sink-subjects.js';
import { remoteSourceSubjects } from '../contract/file-source-subjects.js';
import { sinkContract } from '../contract/sink-contract.js';
import { sourceContract } from '../contract/source-contract.js';
import { storeContract } from '../contract/store-contract.js';
import { treeContract } from '../contract/tree-contract.js';
import { startDatalake, type DatalakeDouble } from '../support/datalake/server.js';
import { DataLakeServiceClient, StorageSharedKeyCredential } from '@azure/storage-file-datalake';

let lake: DatalakeDouble;
let options: AzureStorageOptions;
let folders = 0;
beforeAll(async () => {
  lake = await startDatalake();
  const { name, key } = lake.account;
  const service = new DataLakeServiceClient(lake.url, new StorageSharedKeyCredential(name, key));
  await service.getFileSystemClient('test').create();
  options = {
    account: name,
    container: 'test',
    endpoint: lake.url,
    credential: { kind: 'key', key: new Secret('KEY', key) },
  };
});
afterAll(async () => {
  await lake.close();
});

const freshFolder = (): string => `/run ${String((folders += 1))}`;

treeContract('the Data Lake', { folders: true }, async () => ({
  tree: await connectDatalake(options),
  root: freshFolder(),
}));

storeContract('Data Lake', () => {
  const { random } = createEnv();
  return new RemoteStore(random, { folder: freshFolder(), uri: 'lake', connect: () => connectDatalake(options) });
});

const place = remotePlace('the Data Lake', (env) => env.remote.datalake(options));
for (const subject of remoteSourceSubjects(place)) sourceContract(subject);
for (const subject of remoteSinkSubjects(place, 2)) sinkContract(subject);
