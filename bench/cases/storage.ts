/** Checkpoints on another machine: the Data Lake's own adapter and store, over the double of the service. */
import { randomBytes } from 'node:crypto';
import { DataLakeServiceClient, StorageSharedKeyCredential } from '@azure/storage-file-datalake';
import { connectDatalake } from '../../cli/host/azure/datalake.js';
import { createEnv } from '../../cli/host/env.js';
import { Secret } from '../../plan/connectors/secret.js';
import { LocalStore } from '../../runtime/storage/local.js';
import type { ObjectStore } from '../../runtime/storage/object-store.js';
import { RESERVE_BYTES } from '../../runtime/storage/open.js';
import { RemoteStore } from '../../runtime/storage/remote-store.js';
import { startDatalake } from '../../test/support/datalake/server.js';
import type { BenchCase, BenchOptions, Measured } from '../case.js';

const STATE_BYTES = 100 * 1024 * 1024;
const RUNS = 3;
const INTENTS = 200;

type StoreOf = (options: BenchOptions, use: (store: ObjectStore) => Promise<Measured>) => Promise<Measured>;

const localStore: StoreOf = (options, use) => {
  const env = createEnv();
  return use(
    new LocalStore(env.disk, env.random, {
      folder: options.folder,
      uri: 'file:bench',
      reserve_bytes: RESERVE_BYTES,
      lowSpace: () => undefined,
    }),
  );
};

const lakeStore: StoreOf = async (_, use) => {
  const lake = await startDatalake();
  try {
    const { name, key } = lake.account;
    const service = new DataLakeServiceClient(lake.url, new StorageSharedKeyCredential(name, key));
    await service.getFileSystemClient('bench').create();
    const connect = (): ReturnType<typeof connectDatalake> =>
      connectDatalake({
        account: name,
        container: 'bench',
        endpoint: lake.url,
        credential: { kind: 'key', key: new Secret('KEY', key) },
      });
    return await use(new RemoteStore(createEnv().random, { folder: '/job', uri: 'lake', connect }));
  } finally {
    await lake.close();
  }
};

/** One object of state, as a checkpoint has per operator. */
async function state(store: ObjectStore): Promise<Measured> {
  const bytes = randomBytes(STATE_BYTES);
  await store.publish('state/warm', [bytes.subarray(0, 1000)]);
  const start_ms = performance.now();
  for (let run = 0; run < RUNS; run++) await store.publish(`state/${String(run)}`, [bytes]);
  return { count: RUNS * STATE_BYTES, duration_ms: performance.now() - start_ms };
}

async function intents(store: ObjectStore): Promise<Measured> {
  const bytes = randomBytes(1000);
  await store.publish('intents/warm', [bytes]);
  const start_ms = performance.now();
  for (let batch = 0; batch < INTENTS; batch++) await store.publish(`intents/${String(batch)}`, [bytes]);
  return { count: INTENTS, duration_ms: performance.now() - start_ms };
}

export const storedState: BenchCase['run'] = (options) => localStore(options, state);
export const remoteState: BenchCase['run'] = (options) => lakeStore(options, state);
export const storedIntents: BenchCase['run'] = (options) => localStore(options, intents);
export const remoteIntents: BenchCase['run'] = (options) => lakeStore(options, intents);
