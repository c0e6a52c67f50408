import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../../grammar/diagnostics/diagnostic.js';
import { LocalStore } from '../../../runtime/storage/local.js';
import { parseStoreAddress } from '../../../runtime/storage/address.js';
import { openStore } from '../../../runtime/storage/open.js';
import { World } from '../../simulation/world.js';

function storeIn(world: World, lowSpace: () => void = () => undefined): LocalStore {
  const { env } = world.spawn(null);
  return new LocalStore(env.disk, env.random, { folder: '/s/q', uri: 'file:/s/q', reserve_bytes: 1000, lowSpace });
}

describe('a store on the local disk', () => {
  it('has made an object durable when publish returns', async () => {
    const world = new World(1);
    await storeIn(world).publish('intents/1', [Buffer.from('x')]);
    expect(world.disk.isDurable('/s/q/intents/1')).toBe(true);
    expect(world.disk.files('/s/q')).toEqual(['/s/q/intents/1']);
  });

  it('makes what a crashed process linked durable before anyone builds on it', async () => {
    const world = new World(1);
    await storeIn(world).publish('intents/1', [Buffer.from('x')]);
    world.disk.link('/s/q/intents/1', '/s/q/intents/2');
    expect(world.disk.isDurable('/s/q/intents/2')).toBe(false);
    await storeIn(world).acquireLock();
    expect(world.disk.isDurable('/s/q/intents/2')).toBe(true);
  });

  it('removes temporary files of a crashed process when it gets the lock', async () => {
    const world = new World(1);
    await storeIn(world).publish('intents/1', [Buffer.from('x')]);
    world.disk.create('/s/q/intents/.tmp-1', 0);
    const store = storeIn(world);
    expect((await store.list('intents')).length).toBe(1);
    await store.acquireLock();
    expect(world.disk.files('/s/q').filter((path) => path.includes('.tmp'))).toEqual([]);
  });

  it('gives up its reserve for the last writes on a full disk, once', async () => {
    const world = new World(1);
    let low = 0;
    const store = storeIn(world, () => {
      low += 1;
    });
    world.disk.free_bytes = 2000;
    await store.acquireLock();
    world.disk.free_bytes = 10;
    expect(await store.publish('a/1', [new Uint8Array(500)])).toBe('created');
    expect(low).toBe(1);
    await expect(store.publish('a/2', [new Uint8Array(5000)])).rejects.toThrow('ESQL8004');
    expect(await store.read('a/2')).toBeNull();
  });

  it('keeps no reserve while the disk has plenty, and makes it before an object that leaves less', async () => {
    const world = new World(1);
    let low = 0;
    const store = storeIn(world, () => {
      low += 1;
    });
    world.disk.free_bytes = 16_999;
    await store.acquireLock();
    await store.publish('a/1', [new Uint8Array(999)]);
    expect(world.disk.files('/s/q')).toEqual(['/s/q/a/1']);
    await store.publish('a/2', [new Uint8Array(1000)]);
    expect(world.disk.files('/s/q')).toEqual(['/s/q/.reserve', '/s/q/a/1', '/s/q/a/2']);
    expect(low).toBe(0);
  });

  it('stops the job in good order where the space went before the reserve could be made', async () => {
    const world = new World(1);
    let low = 0;
    const store = storeIn(world, () => {
      low += 1;
    });
    world.disk.free_bytes = 20_000;
    await store.acquireLock();
    world.disk.free_bytes = 900;
    expect(await store.publish('a/1', [new Uint8Array(500)])).toBe('created');
    expect(low).toBe(1);
    expect(world.disk.files('/s/q')).toEqual(['/s/q/a/1']);
  });

  it('says that the disk is full when there is no room for the reserve', async () => {
    const world = new World(1);
    world.disk.free_bytes = 10;
    await expect(storeIn(world).acquireLock()).rejects.toThrow('ESQL8004');
  });

  it('is locked while another process holds it', async () => {
    const world = new World(1);
    expect(await storeIn(world).acquireLock()).not.toBeNull();
    expect(await storeIn(world).acquireLock()).toBeNull();
  });
});

describe('store addresses', () => {
  it.each([
    ['file:checkpoints', '/here/checkpoints'],
    ['file:///var/x', '/var/x'],
    ['file:/var//x/', '/var/x'],
    ['checkpoints/../y', '/here/y'],
    ['/abs', '/abs'],
  ])('%s is the folder %s', (uri, folder) => {
    expect(parseStoreAddress(uri, '/here')).toEqual({ kind: 'local', folder });
  });

  it('on other machines are taken apart', () => {
    const azure = { account: 'mylake', container: 'state', endpoint: null, folder: '/jobs' };
    const lake = parseStoreAddress('abfss://state@mylake.dfs.core.windows.net/jobs/', '/here');
    expect(lake).toEqual({ kind: 'datalake', ...azure });
    const blob = parseStoreAddress('https://mylake.blob.core.windows.net/state/jobs', '/here');
    expect(blob).toEqual({ kind: 'blob', ...azure });
    const hdfs = parseStoreAddress('hdfs://namenode:9870/jobs', '/here');
    expect(hdfs).toEqual({ kind: 'hdfs', namenode: 'http://namenode:9870', folder: '/jobs' });
  });

  it('show no signature', () => {
    const found = caught(() => parseStoreAddress('https://mylake.blob.core.windows.net/state?sig=canary', '/here'));
    expect(JSON.stringify(found.diagnostic)).not.toContain('canary');
  });

  it.each([
    ['s3://bucket/dir', 'ESQL8001'],
    ['abfss://c@a.dfs.core.windows.net/d', 'ESQL8002'],
    ['https://mystore.blob.core.windows.net/', 'ESQL8002'],
    ['hdfs://namenode/dir', 'ESQL8002'],
    ['file:', 'ESQL8002'],
    ['file://host/x', 'ESQL8002'],
    ['', 'ESQL8002'],
    ['memory:x', 'ESQL8002'],
  ])('%s is refused with %s and a next step', (uri, code) => {
    const found = caught(() => parseStoreAddress(uri, '/work'));
    expect([found.diagnostic.code, found.diagnostic.hint]).toEqual([code, expect.any(String)]);
  });

  it.each(['', '..', 'a/b', 'a b', 'x'.repeat(65), 'ä'])('query id %j is refused', (queryId) => {
    const { env } = new World(1).spawn(null);
    const options = { uri: 'memory:', workingDirectory: '/', queryId, lowSpace: () => undefined };
    expect(caught(() => openStore(env, options)).diagnostic.code).toBe('ESQL8007');
  });
});

function caught(action: () => unknown): DiagnosticError {
  try {
    action();
  } catch (error) {
    if (error instanceof DiagnosticError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
