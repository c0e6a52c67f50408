/** HDFS over WebHDFS against real servers: contracts of trees, stores, sources and sinks; the lock; a restart. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEnv } from '../../cli/host/env.js';
import { acquireLock } from '../../cli/host/hdfs/lock.js';
import { HdfsRest } from '../../cli/host/hdfs/rest.js';
import { connectHdfs } from '../../cli/host/hdfs/webhdfs.js';
import { DiskError } from '../../runtime/env.js';
import { RemoteStore } from '../../runtime/storage/remote-store.js';
import { remotePlace } from '../contract/file-place.js';
import { remoteSinkSubjects } from '../contract/file-sink-subjects.js';
import { remoteSourceSubjects } from '../contract/file-source-subjects.js';
import { sinkContract } from '../contract/sink-contract.js';
import { sourceContract } from '../contract/source-contract.js';
import { storeContract } from '../contract/store-contract.js';
import { treeContract } from '../contract/tree-contract.js';
import { hdfsMissing, startHdfs, type HdfsServer } from '../support/servers/hdfs.js';

const TIMES = { touch_ms: 200, silence_ms: 1500, look_ms: 50 };
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe.skipIf(hdfsMissing !== null)(`HDFS${hdfsMissing === null ? '' : ` (${hdfsMissing})`}`, () => {
  let server: HdfsServer;
  let folders = 0;
  beforeAll(async () => {
    server = await startHdfs();
  });
  afterAll(async () => {
    await server.close();
  });

  const freshFolder = (): string => `/run ${String((folders += 1))}`;
  const place = remotePlace('HDFS', (env) => env.remote.hdfs(server.options));

  treeContract('HDFS', { folders: true }, async () => ({
    tree: await connectHdfs(server.options),
    root: freshFolder(),
  }));

  storeContract('HDFS', () => {
    const { random } = createEnv();
    return new RemoteStore(random, {
      folder: freshFolder(),
      uri: 'hdfs',
      connect: () => connectHdfs(server.options),
    });
  });

  for (const subject of remoteSourceSubjects(place)) sourceContract(subject);
  for (const subject of remoteSinkSubjects(place, 9)) sinkContract(subject);

  it('keeps awkward names', async () => {
    const tree = await connectHdfs(server.options);
    const root = freshFolder();
    for (const name of ['a b', 'a%20b', 'ä€😀', '1+1=2&x', '#?', "it's", '[x]*']) {
      await tree.replace(`${root}/${name}`, [Buffer.from(name)], `${root}/aside`);
      expect(text(await tree.read(`${root}/${name}`))).toBe(name);
      expect((await tree.list(root)).map((entry) => entry.name)).toContain(name);
      await tree.remove(`${root}/${name}`);
    }
  });

  describe('the lock', () => {
    it('refuses a second holder for as long as the first one is there', async () => {
      const rest = new HdfsRest(server.options);
      const path = `${freshFolder()}/lock`;
      const first = await acquireLock(rest, path, TIMES);
      expect(first).not.toBeNull();
      expect(await acquireLock(rest, path, TIMES)).toBeNull();
      await first?.release();
      const second = await acquireLock(rest, path, TIMES);
      expect(second).not.toBeNull();
      await second?.release();
    });

    it('is taken over from a holder that died, by one of several', async () => {
      const rest = new HdfsRest(server.options);
      const path = `${freshFolder()}/lock`;
      // A holder that never touches its file again.
      await acquireLock(rest, path, { ...TIMES, touch_ms: 3_600_000 });
      const locks = await Promise.all([1, 2, 3].map(() => acquireLock(rest, path, TIMES)));
      const held = locks.filter((lock) => lock !== null);
      expect(held).toHaveLength(1);
      expect(await acquireLock(rest, path, TIMES)).toBeNull();
      await held[0]?.release();
    });

    it('is not released by a holder that lost it', async () => {
      const rest = new HdfsRest(server.options);
      const path = `${freshFolder()}/lock`;
      const late = await acquireLock(rest, path, { ...TIMES, touch_ms: 3_600_000 });
      const heir = await acquireLock(rest, path, TIMES);
      expect(heir).not.toBeNull();
      await late?.release();
      expect(await acquireLock(rest, path, TIMES)).toBeNull();
      await heir?.release();
    });
  });

  it('goes on after the namenode was killed and started again, and keeps what it had', async () => {
    const tree = await connectHdfs(server.options);
    const root = freshFolder();
    expect(await tree.publish(`${root}/1`, [Buffer.from('one')], `${root}/tmp/1`)).toBe('created');
    const before = await tree.status(`${root}/1`);
    await server.killNamenode();
    const codes = await Promise.all(
      [() => tree.read(`${root}/1`), () => tree.publish(`${root}/2`, [], `${root}/tmp/2`)].map(async (action) => {
        try {
          await action();
          return 'none';
        } catch (error) {
          return error instanceof DiskError ? error.code : String(error);
        }
      }),
    );
    expect(codes).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
    await server.restartNamenode();
    expect(text(await tree.read(`${root}/1`))).toBe('one');
    expect(await tree.status(`${root}/1`)).toEqual(before);
    expect(await tree.publish(`${root}/1`, [Buffer.from('other')], `${root}/tmp/3`)).toBe('exists');
    expect(await tree.publish(`${root}/2`, [Buffer.from('two')], `${root}/tmp/4`)).toBe('created');
  });
});
