/** Where files lie that a source reads or a sink writes: the local disk or another machine. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEnv } from '../../cli/host/env.js';
import type { Env } from '../../runtime/env.js';
import type { RemoteTree } from '../../runtime/remote/remote-tree.js';
import type { FileTree } from '../../runtime/storage/file-tree.js';
import { LocalTree } from '../../runtime/storage/local-tree.js';
import { stepper } from './dying.js';

export interface FilePlace {
  readonly name: string;
  connect(env: Env): Promise<FileTree>;
  /** Puts what a local folder holds under the same path there; what is already there and has not changed stays. */
  upload(folder: string): Promise<void>;
  /** An Env whose `fail`-th step of writing (from 1) fails, and all after it. */
  failing(fail: number): Env;
}

export const localPlace: FilePlace = {
  name: 'local',
  connect: (env) => Promise.resolve(new LocalTree(env.disk)),
  upload: () => Promise.resolve(),
  failing: failingDisk,
};

/** `connect` takes the tree from `env.remote`. */
export function remotePlace(name: string, connect: (env: Env) => Promise<RemoteTree>): FilePlace {
  const uploaded = new Map<string, string>();
  return {
    name,
    connect,
    async upload(folder) {
      const tree = await connect(createEnv());
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const path = join(entry.parentPath, entry.name);
        const bytes = readFileSync(path);
        if (uploaded.get(path) === bytes.toString('latin1')) continue;
        await tree.replace(path, [bytes], `${folder}-aside/${String(uploaded.size)}`);
        uploaded.set(path, bytes.toString('latin1'));
      }
      await tree.close();
    },
    failing(fail) {
      const env = createEnv();
      const step = stepper(fail);
      const { remote } = env;
      return {
        ...env,
        remote: {
          ...remote,
          datalake: async (options) => dyingTree(await remote.datalake(options), step),
          blob: async (options) => dyingTree(await remote.blob(options), step),
          hdfs: async (options) => dyingTree(await remote.hdfs(options), step),
        },
      };
    },
  };
}

/** Dies before a write, or after it and before anybody learns of it. */
function dyingTree(tree: RemoteTree, step: <T>(action: () => T) => T): RemoteTree {
  const write = async <T>(action: () => Promise<T>): Promise<T> => {
    const result = await step(action);
    step(() => undefined);
    return result;
  };
  return {
    uri: tree.uri,
    identifiesContent: tree.identifiesContent,
    status: (path) => tree.status(path),
    list: (folder) => tree.list(folder),
    realPath: (path) => tree.realPath(path),
    open: (path) => tree.open(path),
    read: (path) => tree.read(path),
    lease: (path) => tree.lease(path),
    close: () => tree.close(),
    makeFolder: (path) => write(() => tree.makeFolder(path)),
    publish: (path, parts, aside) => write(() => tree.publish(path, parts, aside)),
    replace: (path, parts, aside) => write(() => tree.replace(path, parts, aside)),
    settle: (folders) => tree.settle(folders),
    remove: (path) => write(() => tree.remove(path)),
  };
}

function failingDisk(fail: number): Env {
  const env = createEnv();
  const step = stepper(fail);
  const { disk } = env;
  const later = async <T>(action: () => Promise<T>): Promise<T> => await step(action);
  return {
    ...env,
    disk: {
      ...disk,
      makeDirectory: (path) => later(() => disk.makeDirectory(path)),
      create: (path) =>
        later(async () => {
          const handle = await disk.create(path);
          return {
            write: (bytes) => later(() => handle.write(bytes)),
            sync: () => later(() => handle.sync()),
            close: () => handle.close(),
          };
        }),
      link: (from, to) => later(() => disk.link(from, to)),
      rename: (from, to) => later(() => disk.rename(from, to)),
      remove: (path) => later(() => disk.remove(path)),
      syncDirectory: (path) => later(() => disk.syncDirectory(path)),
    },
  };
}
