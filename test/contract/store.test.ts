/** The contract of object stores against those that need no other machine. */
import { LocalStore } from '../../runtime/storage/local.js';
import { LocalTree } from '../../runtime/storage/local-tree.js';
import { MemoryStore } from '../../runtime/storage/memory.js';
import type { ObjectStore } from '../../runtime/storage/object-store.js';
import { RemoteStore } from '../../runtime/storage/remote-store.js';
import type { RemoteTree } from '../../runtime/remote/remote-tree.js';
import { World } from '../simulation/world.js';
import { storeContract } from './store-contract.js';

storeContract('local', () => {
  const { env } = new World(1).spawn(null);
  const options = { folder: '/store/q', uri: 'file:/store/q', reserve_bytes: 0, lowSpace: () => undefined };
  return new LocalStore(env.disk, env.random, options);
});

storeContract('memory', () => new MemoryStore(new World(1).spawn(null).env.clock));

/** The remote store's own part, over a tree on the simulated disk. */
storeContract('remote', (): ObjectStore => {
  const { env } = new World(1).spawn(null);
  const files = new LocalTree(env.disk);
  let held = false;
  const tree: RemoteTree = Object.assign(files, {
    lease: () => {
      if (held) return Promise.resolve(null);
      held = true;
      const release = (): Promise<void> => {
        held = false;
        return Promise.resolve();
      };
      return Promise.resolve({ release });
    },
  });
  return new RemoteStore(env.random, { folder: '/store/q', uri: 'x:/store/q', connect: () => Promise.resolve(tree) });
});
