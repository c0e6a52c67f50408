/**
 * Wrong protocols (docs/exactly-once.md §10), each a small change put in from outside: through the disk, the store, a
 * sink, the pipeline, or one of the driver's pure decisions. A suite that lets one of them live proves nothing.
 */
import type { Sink, SinkCommit, SinkOutcome } from '../../runtime/connectors/connector.js';
import { decideRecovery } from '../../runtime/driver/recovery.js';
import { DiskError } from '../../runtime/env.js';
import type { RawChunk } from '../../runtime/formats/format.js';
import type { Pipeline } from '../../runtime/pipeline/pipeline.js';
import { GENESIS_HASH } from '../../runtime/wal/intent.js';
import type { ModelSink } from './model-parts.js';
import { noSync, onDisk, onParts, onStore, override } from './mutate.js';
import { SeededRandom } from './random.js';
import type { Mutation } from './scenario.js';
import type { Process, World } from './world.js';

/** What has to catch it: single faults, sampled double faults, flipped bits, a second driver, or a faulty pipeline. */
export type Hunt = 'single' | 'double' | 'rot' | 'drivers';

export interface Mutant {
  readonly name: string;
  readonly hunt: Hunt;
  readonly mutation: Mutation;
}

/** Delayed store actions of a process, run when something else is about to happen. */
function delayed(isDelayed: (name: string) => boolean, until: (name: string) => boolean): Mutation {
  const waiting = new Map<Process, (() => Promise<unknown>)[]>();
  return onParts({
    store: (store, process) => ({
      publish: async (name, parts) => {
        const copies = parts.map((part) => part.slice());
        if (isDelayed(name)) {
          waiting.set(process, [...(waiting.get(process) ?? []), () => store.publish(name, copies)]);
          return 'created';
        }
        if (until(name)) await flush(waiting, process);
        return store.publish(name, parts);
      },
    }),
    sink: (sink, process) => ({
      commit: async (commit) => {
        const outcome = await sink.commit(commit);
        await flush(waiting, process);
        return outcome;
      },
    }),
  });
}

async function flush(waiting: Map<Process, (() => Promise<unknown>)[]>, process: Process): Promise<void> {
  const actions = waiting.get(process) ?? [];
  waiting.delete(process);
  for (const action of actions) await action();
}

/** Sinks that say `applied` at once and write when the checkpoint is there. */
function checkpointBeforeSink(): Mutation {
  const waiting = new Map<Process, (() => Promise<unknown>)[]>();
  return onParts({
    sink: (sink, process) => ({
      commit: (commit: SinkCommit): Promise<SinkOutcome> => {
        waiting.set(process, [...(waiting.get(process) ?? []), () => sink.commit(commit)]);
        return Promise.resolve('applied');
      },
      begin: (batch: number) => {
        sink.begin(batch);
      },
    }),
    store: (store, process) => ({
      publish: async (name, parts) => {
        if (name.startsWith('intents/')) await flush(waiting, process);
        const outcome = await store.publish(name, parts);
        if (name.startsWith('checkpoints/')) await flush(waiting, process);
        return outcome;
      },
    }),
  });
}

/** Intents of earlier runs are overlooked and planned anew. */
const replan = onStore((store) => ({
  list: async (folder) => (folder === 'intents' ? [] : store.list(folder)),
  publish: async (name, parts) => {
    if (name.startsWith('intents/')) await store.remove(name);
    return store.publish(name, parts);
  },
}));

const gcIntentsEarly = onStore((store) => ({
  publish: async (name, parts) => {
    const outcome = await store.publish(name, parts);
    if (name.startsWith('state/'))
      for (const { name: intent } of await store.list('intents')) await store.remove(intent);
    return outcome;
  },
}));

/** Manifests outlive the objects that they refer to. */
function objectsBeforeManifests(): Mutation {
  const waiting = new Map<Process, (() => Promise<unknown>)[]>();
  return onStore((store, process) => ({
    remove: async (name) => {
      if (!name.startsWith('checkpoints/')) return store.remove(name);
      waiting.set(process, [...(waiting.get(process) ?? []), () => store.remove(name)]);
    },
    publish: async (name, parts) => {
      await flush(waiting, process);
      return store.publish(name, parts);
    },
  }));
}

function wallClockPipeline(pipeline: Pipeline, process: Process): Partial<Pipeline> {
  return {
    begin: (context) => {
      pipeline.begin({ ...context, now_us: process.env.clock.now_us() });
    },
  };
}

/** Two actions instead of one: what `isLater` says is written with the commit, all else at once. */
function nonAtomicSink(isLater: (sql: string) => boolean): Mutation {
  return {
    env: (env, process) => ({
      ...env,
      sqlite: {
        open: async (path, options) => {
          const connection = await env.sqlite.open(path, options);
          let later: (() => void)[] = [];
          return override(connection, {
            execute: (sql) => {
              if (!/^\s*(?:BEGIN|ROLLBACK)/iu.test(sql)) connection.execute(sql);
            },
            prepare: (sql) => {
              const statement = connection.prepare(sql);
              if (!isLater(sql)) return statement;
              return {
                ...statement,
                run: (parameters) => later.push(() => statement.run(parameters)),
              };
            },
            commit: () =>
              process.step('commit', path, () => {
                for (const action of later) action();
                later = [];
              }),
          });
        },
      },
    }),
  };
}

/** The sink never notes what it has. */
const noProgress: Mutation = {
  env: (env) => ({
    ...env,
    sqlite: {
      open: async (path, options) => {
        const connection = await env.sqlite.open(path, options);
        return override(connection, {
          prepare: (sql) => {
            const statement = connection.prepare(sql);
            return sql.startsWith('UPDATE progress') ? { ...statement, run: () => 1 } : statement;
          },
        });
      },
    },
  }),
};

const noRefuse: Mutation = {
  protocol: {
    decideRecovery: (facts) => {
      const decision = decideRecovery(facts);
      if (decision.kind === 'resume') return decision;
      return { kind: 'resume', batch: 0, intentHash: GENESIS_HASH, replay: [], restore: [], drop: [] };
    },
  },
};

/** A failed sync is tried again and believed, though the system has thrown the data away. */
const retryFsync = onDisk((disk) => ({
  create: async (path) => {
    const handle = await disk.create(path);
    return override(handle, {
      sync: async () => {
        try {
          await handle.sync();
        } catch (error) {
          if (!(error instanceof DiskError)) throw error;
        }
      },
    });
  },
}));

/** Every epoch looks the same to the sinks. */
const noEpochAtSink = onParts({
  sink: (sink) => ({
    open: () => sink.open(1),
    commit: (commit) => sink.commit({ ...commit, epoch: 1 }),
  }),
});

/** A newer driver's intent is taken for an older one's. */
const adoptNewerEpoch: Mutation = { protocol: { decideCollision: () => 'adopt' } };

/** Batches that a sink has applied, by world. */
const applied = new WeakMap<World, number>();

function noteApplied(process: Process, batch: number): void {
  applied.set(process.world, Math.max(batch, applied.get(process.world) ?? 0));
}

/** A pipeline that reads other values when a batch is computed again: what the digest is there for. */
function otherOnReplay(pipeline: Pipeline, process: Process): Partial<Pipeline> {
  let replaying = false;
  return {
    begin: (context) => {
      replaying = context.batch <= (applied.get(process.world) ?? 0);
      pipeline.begin(context);
    },
    source: (id) => {
      const source = pipeline.source(id);
      const { reader } = source;
      const bytes = (chunk: RawChunk): void => {
        // Ones become twos.
        reader.bytes(replaying ? { ...chunk, heap: chunk.heap.map((byte) => (byte === 49 ? 50 : byte)) } : chunk);
      };
      return override(source, { reader: override(reader, { bytes }) });
    },
  };
}

async function commitAndNote(sink: Sink, process: Process, commit: SinkCommit): Promise<SinkOutcome> {
  const outcome = await sink.commit(commit);
  noteApplied(process, commit.batch);
  return outcome;
}

export const OTHER_ON_REPLAY: Mutation = onParts({
  pipeline: otherOnReplay,
  sink: (sink, process) => ({ commit: (commit) => commitAndNote(sink, process, commit) }),
});

/** With that pipeline: the sink must not take other rows for the same batch. */
const skipDigest = onParts({
  pipeline: otherOnReplay,
  sink: (sink, process) => ({
    commit: async (commit) => {
      try {
        return await commitAndNote(sink, process, commit);
      } catch (error) {
        if (error instanceof Error && error.message.startsWith('ESQL8442')) return 'duplicate';
        throw error;
      }
    },
  }),
});

/** Intents as in an append log that several drivers may write to: the last one wins. */
const sharedWal = onStore((store) => ({
  publish: async (name, parts) => {
    if (name.startsWith('intents/')) await store.remove(name);
    return store.publish(name, parts);
  },
}));

/** The sink that replaces by key trusts its keys, and looks at neither epoch nor batch before it writes. */
function upsertUnguarded(): Mutation {
  const committing = new WeakMap<Process, number>();
  return {
    env: (env, process) => ({
      ...env,
      sqlite: {
        open: async (path, options) => {
          const connection = await env.sqlite.open(path, options);
          if (path !== '/out/totals.db') return connection;
          return override(connection, {
            prepare: (sql) => {
              const statement = connection.prepare(sql);
              const batch = committing.get(process);
              if (batch === undefined || !sql.startsWith('SELECT epoch, batch')) return statement;
              return { ...statement, all: () => [[0n, BigInt(batch - 1), '', '', '']] };
            },
          });
        },
      },
    }),
    ...onParts({
      sink: (sink, process) => ({
        commit: async (commit) => {
          committing.set(process, commit.batch);
          try {
            return await sink.commit(commit);
          } finally {
            committing.delete(process);
          }
        },
      }),
    }),
  };
}

/** Rows leave in the order of a hash table whose seed every process draws anew. */
const mapOrderState = onParts({
  sink: (part, process) => {
    // The model's pipeline writes to nothing else.
    const sink = part as ModelSink;
    let rows: (readonly [key: string, value: string])[] = [];
    const place = ([key]: readonly [string, string]): number =>
      new SeededRandom(Buffer.from(key).reduce((sum, byte) => sum * 31 + byte, process.number)).u32();
    const methods: Partial<ModelSink> = {
      begin: (batch) => {
        rows = [];
        sink.begin(batch);
      },
      row: (key, value) => {
        rows.push([key, value]);
      },
      commit: (commit) => {
        for (const row of rows.sort((a, b) => place(a) - place(b))) sink.row(...row);
        return sink.commit(commit);
      },
    };
    return methods;
  },
});

/**
 * Not here, because this world has no such part: `offsetsFromGroup`, `ignoreOutOfRange`, `seekOnlyOnce` and
 * `resolveByLastRecord` need a broker; `swallow2627`, `unconditionalMove`, `treat412AsFenced` and `leaseOnlyFence` a
 * server. `dlqOutsideTx` needs a queue of rejected records, `idleByClock` a partition that falls idle. `floatOrder` has
 * nothing to change: sums of doubles are exact in any order. The log of a socket has wrong protocols of its own
 * (socket-mutants.ts).
 */
export const MUTANTS: readonly Mutant[] = [
  { name: 'noFsyncIntent', hunt: 'single', mutation: noSync('/intents/') },
  { name: 'noFsyncCkpt', hunt: 'double', mutation: noSync('/checkpoints/') },
  { name: 'noFsyncState', hunt: 'double', mutation: noSync('/state/') },
  { name: 'noDirFsync', hunt: 'single', mutation: onDisk(() => ({ syncDirectory: () => Promise.resolve() })) },
  { name: 'ckptBeforeSink', hunt: 'single', mutation: checkpointBeforeSink() },
  {
    name: 'intentAfterSink',
    hunt: 'single',
    mutation: delayed(
      (name) => name.startsWith('intents/'),
      () => false,
    ),
  },
  { name: 'replanOnReplay', hunt: 'single', mutation: replan },
  { name: 'wallClockInBatch', hunt: 'single', mutation: onParts({ pipeline: wallClockPipeline }) },
  { name: 'noProgress', hunt: 'single', mutation: noProgress },
  { name: 'nonAtomicSink', hunt: 'single', mutation: nonAtomicSink((sql) => sql.startsWith('UPDATE progress')) },
  { name: 'progressFirst', hunt: 'single', mutation: nonAtomicSink((sql) => sql.startsWith('INSERT INTO rows')) },
  { name: 'trustNewestCkpt', hunt: 'rot', mutation: { protocol: { objectProblem: () => null } } },
  { name: 'gcAll', hunt: 'double', mutation: { protocol: { retainedCheckpoints: () => new Set<number>() } } },
  { name: 'gcIntentsEarly', hunt: 'single', mutation: gcIntentsEarly },
  { name: 'noQuarantine', hunt: 'rot', mutation: onStore(() => ({ quarantine: () => Promise.resolve() })) },
  { name: 'noRefuse', hunt: 'rot', mutation: noRefuse },
  {
    name: 'renameInsteadOfLink',
    hunt: 'drivers',
    mutation: onDisk((disk) => ({
      link: (from, to) =>
        disk
          .rename(from, to)
          .then(() => disk.create(from))
          .then((h) => h.close()),
    })),
  },
  { name: 'retryFsync', hunt: 'single', mutation: retryFsync },
  { name: 'deleteObjectsBeforeManifests', hunt: 'double', mutation: objectsBeforeManifests() },
  { name: 'noEpochAtSink', hunt: 'drivers', mutation: noEpochAtSink },
  { name: 'sharedWal', hunt: 'drivers', mutation: sharedWal },
  { name: 'upsertUnguarded', hunt: 'drivers', mutation: upsertUnguarded() },
  { name: 'mapOrderState', hunt: 'single', mutation: mapOrderState },
  { name: 'adoptNewerEpoch', hunt: 'drivers', mutation: adoptNewerEpoch },
  { name: 'skipDigest', hunt: 'single', mutation: skipDigest },
];
