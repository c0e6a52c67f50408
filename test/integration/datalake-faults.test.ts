/** The Data Lake adapter when the service misbehaves: throttled, answers lost, leases lost, refused. */
import { DataLakeServiceClient, StorageSharedKeyCredential } from '@azure/storage-file-datalake';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectBlob } from '../../cli/host/azure/blob.js';
import { connectDatalake } from '../../cli/host/azure/datalake.js';
import { createEnv } from '../../cli/host/env.js';
import { Secret } from '../../plan/connectors/secret.js';
import { outputFailure } from '../../runtime/connectors/file/failures.js';
import { DiskError } from '../../runtime/env.js';
import type { AzureStorageOptions } from '../../runtime/remote/azure.js';
import type { RemoteTree } from '../../runtime/remote/remote-tree.js';
import { openStore } from '../../runtime/storage/open.js';
import { RemoteStore } from '../../runtime/storage/remote-store.js';
import { diagnosticOf } from '../support/connectors.js';
import type { CallKind } from '../support/datalake/kinds.js';
import { startDatalake, type DatalakeDouble } from '../support/datalake/server.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const textOf = (found: Uint8Array): string => Buffer.from(found).toString();
const LARGE = Buffer.alloc(20 * 1024 * 1024 + 5, 'x');

let lake: DatalakeDouble;
let options: AzureStorageOptions;
let folders = 0;
let root: string;

async function started(hierarchicalNamespace: boolean): Promise<DatalakeDouble> {
  const made = await startDatalake({ behaviour: { hierarchicalNamespace } });
  const { name, key } = made.account;
  const service = new DataLakeServiceClient(made.url, new StorageSharedKeyCredential(name, key));
  await service.getFileSystemClient('test').create();
  return made;
}

const optionsOf = (double: DatalakeDouble, key = double.account.key): AzureStorageOptions => ({
  account: double.account.name,
  container: 'test',
  endpoint: double.url,
  credential: { kind: 'key', key: new Secret('KEY', key) },
});

async function failureOf(action: () => Promise<unknown>): Promise<DiskError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof DiskError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

beforeAll(async () => {
  lake = await started(true);
  options = optionsOf(lake);
});
afterAll(async () => {
  await lake.close();
});
beforeEach(() => {
  root = `/run ${String((folders += 1))}`;
});
afterEach(() => {
  lake.faults.clear();
});

/** Every step of both ways to write, of a small and of a large file. */
async function writeAndCheck(tree: RemoteTree): Promise<void> {
  expect(await tree.publish(`${root}/p`, [bytes('one')], `${root}/tmp/1`)).toBe('created');
  expect(textOf(await tree.read(`${root}/p`))).toBe('one');
  await tree.replace(`${root}/r`, [LARGE, bytes('end')], `${root}/tmp/2`);
  const read = Buffer.from(await tree.read(`${root}/r`));
  expect(read.equals(Buffer.concat([LARGE, bytes('end')]))).toBe(true);
  expect((await tree.list(root)).filter(({ status }) => status.kind === 'file').map(({ name }) => name)).toEqual([
    'p',
    'r',
  ]);
}

describe('an answer that is lost after its effect', () => {
  const LAKE: readonly CallKind[] = ['create-directory', 'create-file', 'append', 'flush', 'rename', 'properties'];
  it.each(LAKE)('of %s: the write has happened once', async (kind) => {
    const tree = await connectDatalake(options);
    // The first one, and one in the middle of the large file.
    lake.faults.add({ when: { kind }, fault: { kind: 'lose-response' }, times: 1 });
    lake.faults.add({ when: { kind }, fault: { kind: 'lose-response' }, skip: 2, times: 1 });
    await writeAndCheck(tree);
  });

  it.each<CallKind>(['put-blob', 'put-block', 'put-block-list'])('of %s (Blob)', async (kind) => {
    const tree = await connectBlob({ ...options, endpoint: lake.blobUrl });
    lake.faults.add({ when: { kind }, fault: { kind: 'lose-response' }, times: 2 });
    await writeAndCheck(tree);
    expect(lake.faults.injected).toBeGreaterThan(0);
  });

  it('of a rename onto what is there: it stays, and is not taken for ours', async () => {
    const tree = await connectDatalake(options);
    await tree.publish(`${root}/p`, [bytes('first')], `${root}/tmp/1`);
    lake.faults.add({ when: { kind: 'rename' }, fault: { kind: 'lose-response' }, times: 1 });
    expect(await tree.publish(`${root}/p`, [bytes('first')], `${root}/tmp/2`)).toBe('exists');
    expect((await tree.list(`${root}/tmp`)).map(({ name }) => name)).toEqual([]);
  });

  it('of a rename, while another writer was faster', async () => {
    const [one, other] = [await connectDatalake(options), await connectDatalake(options)];
    lake.faults.add({ when: { kind: 'rename' }, fault: { kind: 'lose-response' }, times: 2 });
    const outcomes = await Promise.all([
      one.publish(`${root}/p`, [bytes('1')], `${root}/tmp/1`),
      other.publish(`${root}/p`, [bytes('2')], `${root}/tmp/2`),
    ]);
    expect(outcomes.sort()).toEqual(['created', 'exists']);
  });

  it('of a rename, as an error of the service', async () => {
    const tree = await connectDatalake(options);
    const fault = { kind: 'refuse', code: 'OperationTimedOut', when: 'after' } as const;
    lake.faults.add({ when: { kind: 'rename' }, fault, times: 1 });
    expect(await tree.publish(`${root}/p`, [bytes('one')], `${root}/tmp/1`)).toBe('created');
  });

  it('of a delete: the store and the sink do not mind that it is gone', async () => {
    const { random } = createEnv();
    const store = new RemoteStore(random, { folder: root, uri: 'lake', connect: () => connectDatalake(options) });
    await store.publish('a/1', [bytes('one')]);
    lake.faults.add({ when: { kind: 'delete' }, fault: { kind: 'lose-response' }, times: 1 });
    await store.remove('a/1');
    expect(await store.read('a/1')).toBeNull();
  });
});

describe('throttled', () => {
  it.each<CallKind>(['create-file', 'append', 'rename', 'read', 'list', 'properties', 'create-directory'])(
    '%s: goes on when it is let',
    async (kind) => {
      const tree = await connectDatalake(options);
      lake.faults.throttle(2, { kind }, 0);
      await writeAndCheck(tree);
    },
  );

  it('for too long: an error that another start can cure', async () => {
    const tree = await connectDatalake(options);
    lake.faults.throttle(100, { kind: 'create-file' }, 0);
    const failure = await failureOf(() => tree.publish(`${root}/p`, [bytes('one')], `${root}/tmp/1`));
    expect(failure.code).toBe('EBUSY');
    expect(outputFailure(failure, 'x')).toMatchObject({ diagnostic: { code: 'ESQL8462' } });
  });
});

describe('a lease', () => {
  it('that ran out is taken by the next one, and the late holder does not free it', async () => {
    const [first, second] = [await connectDatalake(options), await connectDatalake(options)];
    const late = await first.lease(`${root}/lock`);
    expect(late).not.toBeNull();
    expect(await second.lease(`${root}/lock`)).toBeNull();
    lake.clock.advance(60_000);
    const heir = await second.lease(`${root}/lock`);
    expect(heir).not.toBeNull();
    await late?.release();
    expect(await first.lease(`${root}/lock`)).toBeNull();
    await heir?.release();
    const again = await first.lease(`${root}/lock`);
    expect(again).not.toBeNull();
    await again?.release();
  });

  it('whose answer is lost is held all the same', async () => {
    const tree = await connectDatalake(options);
    lake.faults.add({ when: { kind: 'lease-acquire' }, fault: { kind: 'lose-response' }, times: 1 });
    const lock = await tree.lease(`${root}/lock`);
    expect(lock).not.toBeNull();
    await lock?.release();
  });

  it('that somebody stole is released without an error', async () => {
    const tree = await connectDatalake(options);
    const lock = await tree.lease(`${root}/lock`);
    lake.faults.add({ when: { kind: 'lease-release' }, fault: { kind: 'steal-lease' }, times: 1 });
    await lock?.release();
    expect(await tree.lease(`${root}/lock`)).toBeNull();
  });
});

describe('refused', () => {
  const storeOf = (tree: () => Promise<RemoteTree>): RemoteStore =>
    new RemoteStore(createEnv().random, { folder: root, uri: 'abfss://test@esqltest/x', connect: tree });

  it('a wrong key: no access, whatever is done, and the key in no message', async () => {
    const key = Buffer.from('another key, of which no message may tell').toString('base64');
    const failure = await failureOf(() => connectDatalake(optionsOf(lake, key)));
    expect(failure.code).toBe('EACCES');
    const shown = outputFailure(failure, 'x');
    expect(shown).toMatchObject({ diagnostic: { code: 'ESQL8463' } });
    const stored = await diagnosticOf(() => storeOf(() => connectDatalake(optionsOf(lake, key))).read('a/1'));
    expect(stored?.diagnostic.code).toBe('ESQL8006');
    expect(stored?.diagnostic.hint).toContain('key');
    for (const each of [failure, shown, stored?.diagnostic]) {
      expect(JSON.stringify(each)).not.toContain(key);
      expect(String(each)).not.toContain(key);
    }
  });

  it('a container that is not there is no empty one', async () => {
    const tree = await connectDatalake({ ...options, container: 'none' });
    for (const action of [
      () => tree.list('/in'),
      () => tree.status('/in'),
      () => tree.publish('/p', [bytes('one')], '/tmp/1'),
      () => tree.lease('/lock'),
    ]) {
      const failure = await failureOf(action);
      expect(failure.code).toBe('ENODEV');
      expect(outputFailure(failure, 'x')).toMatchObject({ diagnostic: { code: 'ESQL8463' } });
    }
    const store = storeOf(() => connectDatalake({ ...options, container: 'none' }));
    for (const action of [() => store.list(''), () => store.acquireLock(), () => store.read('a/1')]) {
      expect((await diagnosticOf(action))?.diagnostic.code).toBe('ESQL8008');
    }
    const blob = await connectBlob({ ...options, endpoint: lake.blobUrl, container: 'none' });
    for (const action of [() => blob.list('/in'), () => blob.publish('/p', [bytes('one')], '/tmp/1')]) {
      expect((await failureOf(action)).code).toBe('ENODEV');
    }
  });

  it('an account without hierarchical namespace', async () => {
    const flat = await started(false);
    try {
      const failure = await failureOf(() => connectDatalake(optionsOf(flat)));
      expect(failure.code).toBe('ENOTSUP');
      expect(outputFailure(failure, 'x')).toMatchObject({ diagnostic: { code: 'ESQL8463' } });
      const env = createEnv();
      const store = openStore(
        {
          ...env,
          references: {
            ...env.references,
            environment: (name) =>
              ({ AZURE_STORAGE_KEY: flat.account.key, AZURE_STORAGE_ENDPOINT: flat.url })[name] ?? undefined,
          },
        },
        {
          uri: `abfss://test@${flat.names.dfs}/x`,
          workingDirectory: '/',
          queryId: 'q',
          lowSpace: () => undefined,
        },
      );
      const refused = await diagnosticOf(() => store.acquireLock());
      expect(refused?.diagnostic.code).toBe('ESQL8008');
      expect(refused?.diagnostic.hint).toContain('hierarchical namespace');
    } finally {
      await flat.close();
    }
  });
});

describe('a file', () => {
  it('that changes while it is read is refused, however it was changed', async () => {
    const tree = await connectDatalake(options);
    await tree.replace(`${root}/f`, [LARGE], `${root}/tmp/1`);
    const handle = await tree.open(`${root}/f`);
    await handle.read(Buffer.alloc(10), 0);
    await tree.replace(`${root}/f`, [LARGE], `${root}/tmp/2`);
    const failure = await failureOf(() => handle.read(Buffer.alloc(10), 16 * 1024 * 1024));
    expect(failure.code).toBe('ESTALE');
    await handle.close();
  });

  it('that is removed while it is read', async () => {
    const tree = await connectDatalake(options);
    await tree.replace(`${root}/f`, [LARGE], `${root}/tmp/1`);
    const handle = await tree.open(`${root}/f`);
    await tree.remove(`${root}/f`);
    expect((await failureOf(() => handle.read(Buffer.alloc(10), 16 * 1024 * 1024))).code).toBe('ENOENT');
    await handle.close();
  });

  it('whose answer breaks off is read whole', async () => {
    const tree = await connectDatalake(options);
    await tree.replace(`${root}/f`, [LARGE], `${root}/tmp/1`);
    lake.faults.add({ when: { kind: 'read' }, fault: { kind: 'cut-body', bytes: 1000 }, times: 2 });
    expect(Buffer.from(await tree.read(`${root}/f`)).equals(LARGE)).toBe(true);
  });
});

describe('calls', () => {
  const summary = (): Readonly<Record<string, number>> => ({ ...lake.counters.summary() });

  it('of an intent: at most four on the way to a batch, whatever was done before', async () => {
    const store = new RemoteStore(createEnv().random, {
      folder: root,
      uri: 'lake',
      connect: () => connectDatalake(options),
    });
    await store.publish('intents/1', [bytes('head'), bytes('one')]);
    lake.counters.reset();
    await store.publish('intents/2', [bytes('head'), bytes('two')]);
    expect(summary()).toEqual({ 'create-file': 1, append: 1, rename: 1 });
    const blob = new RemoteStore(createEnv().random, {
      folder: root,
      uri: 'blob',
      connect: () => connectBlob({ ...options, endpoint: lake.blobUrl }),
    });
    await blob.publish('intents/3', [bytes('three')]);
    lake.counters.reset();
    await blob.publish('intents/4', [bytes('four')]);
    expect(summary()).toEqual({ 'put-blob': 1 });
  });

  it('of a large object: its pieces at the same time, one flush', async () => {
    const tree = await connectDatalake(options);
    await tree.publish(`${root}/a`, [bytes('one')], `${root}/tmp/1`);
    lake.counters.reset();
    await tree.publish(`${root}/b`, [LARGE, LARGE], `${root}/tmp/2`);
    expect(summary()).toEqual({ 'create-file': 1, append: 6, flush: 1, properties: 1, rename: 1 });
  });
});
