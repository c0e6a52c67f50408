/** How a wrong protocol gets in: parts of the environment and of the job, with some of their methods replaced. */
import type { Sink } from '../../runtime/connectors/connector.js';
import type { Disk, Env } from '../../runtime/env.js';
import type { Pipeline } from '../../runtime/pipeline/pipeline.js';
import type { ObjectStore } from '../../runtime/storage/object-store.js';
import type { Mutation } from './scenario.js';
import type { Process } from './world.js';

/** `part` with some methods replaced; all others work on the original, private fields included. */
export function override<T extends object>(part: T, methods: Partial<T>): T {
  return new Proxy(part, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) return Reflect.get(methods, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

export function onDisk(change: (disk: Disk) => Partial<Disk>): Mutation {
  return { env: (env: Env) => ({ ...env, disk: override(env.disk, change(env.disk)) }) };
}

export function noSync(folder: string): Mutation {
  const skip = async (): Promise<void> => Promise.resolve();
  return onDisk((disk) => ({
    create: async (path) => {
      const handle = await disk.create(path);
      return path.includes(folder) ? override(handle, { sync: skip }) : handle;
    },
  }));
}

interface Parts {
  readonly store?: (store: ObjectStore, process: Process) => Partial<ObjectStore>;
  readonly sink?: (sink: Sink, process: Process) => Partial<Sink>;
  readonly pipeline?: (pipeline: Pipeline, process: Process) => Partial<Pipeline>;
}

export function onParts(parts: Parts): Mutation {
  return {
    parts: {
      // The kind says which interface `part` has; TypeScript can't tie the two together here.
      wrap: <T extends object>(kind: 'store' | 'sink' | 'pipeline' | 'source', part: T, process: Process): T => {
        const change = kind === 'source' ? undefined : parts[kind];
        if (change === undefined) return part;
        const apply = change as unknown as (part: T, process: Process) => Partial<T>;
        return override(part, apply(part, process));
      },
    },
  };
}

export function onStore(change: (store: ObjectStore, process: Process) => Partial<ObjectStore>): Mutation {
  return onParts({ store: change });
}
