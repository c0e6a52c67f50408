/** Blob storage against Azurite: the contracts of file trees, stores, file sources and file sinks. */
import { afterAll, beforeAll } from 'vitest';
import { connectBlob } from '../../cli/host/azure/blob.js';
import { createEnv } from '../../cli/host/env.js';
import type { AzureStorageOptions } from '../../runtime/remote/azure.js';
import { RemoteStore } from '../../runtime/storage/remote-store.js';
import { remotePlace } from '../contract/file-place.js';
import { remoteSinkSubjects } from '../contract/file-sink-subjects.js';
import { remoteSourceSubjects } from '../contract/file-source-subjects.js';
import { sinkContract } from '../contract/sink-contract.js';
import { sourceContract } from '../contract/source-contract.js';
import { storeContract } from '../contract/store-contract.js';
import { treeContract } from '../contract/tree-contract.js';
import { startAzurite, type Azurite } from '../support/servers/azurite.js';

let azurite: Azurite;
let options: AzureStorageOptions;
let folders = 0;
beforeAll(async () => {
  azurite = await startAzurite();
  options = await azurite.container();
}, 60_000);
afterAll(async () => {
  await azurite.close();
});

const freshFolder = (): string => `/run ${String((folders += 1))}`;

treeContract('Blob storage (Azurite)', { folders: false }, async () => ({
  tree: await connectBlob(options),
  root: freshFolder(),
}));

storeContract('Blob storage (Azurite)', () => {
  const { random } = createEnv();
  return new RemoteStore(random, { folder: freshFolder(), uri: 'blob', connect: () => connectBlob(options) });
});

const place = remotePlace('Blob storage (Azurite)', (env) => env.remote.blob(options));
for (const subject of remoteSourceSubjects(place)) sourceContract(subject);
for (const subject of remoteSinkSubjects(place, 3)) sinkContract(subject);
