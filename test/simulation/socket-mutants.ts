/** Wrong logs and wrong acknowledgements of the socket source; the socket job must notice. */
import type { Connection, Env } from '../../runtime/env.js';
import type { Mutant } from './mutants.js';
import { noSync, onDisk, override } from './mutate.js';
import type { Mutation } from './scenario.js';

/** A connection that a fault is put into, made anew for each. */
function onConnections(change: (connection: Connection, nth: number) => Partial<Connection>): Mutation {
  let count = 0;
  return {
    env: (env: Env) => ({
      ...env,
      network: {
        ...env.network,
        connect: async (host, port) => {
          const connection = await env.network.connect(host, port);
          count += 1;
          return override(connection, change(connection, count));
        },
      },
    }),
  };
}

/** Whole lines out of the chunks of a connection. */
function wholeLines(connection: Connection): () => Promise<string | null> {
  let rest = '';
  return async () => {
    for (;;) {
      const bytes = await connection.receive();
      if (bytes === null) return null;
      const text = rest + Buffer.from(bytes).toString();
      const end = text.lastIndexOf('\n') + 1;
      rest = text.slice(end);
      if (end > 0) return text.slice(0, end);
    }
  };
}

/** What has arrived is acknowledged, whether or not it is in the log. */
const ackBeforeLog = onConnections((connection) => {
  const lines = wholeLines(connection);
  return {
    receive: async () => {
      const text = await lines();
      if (text === null) return null;
      await connection.send(Buffer.from(text.replaceAll(/^(\S+ \d+) .*$/gmu, 'ACK $1')));
      return Buffer.from(text);
    },
  };
});

/** Numbers of producers are remembered for one connection only. */
const forgetsProducers = onConnections((connection, nth) => {
  const lines = wholeLines(connection);
  return {
    receive: async () => {
      const text = await lines();
      return text === null ? null : Buffer.from(text.replaceAll(/^(\S+) /gmu, `$1.${String(nth)} `));
    },
    send: (bytes) =>
      connection.send(
        Buffer.from(
          Buffer.from(bytes)
            .toString()
            .replaceAll(/^ACK (\w+)\.\d+ /gmu, 'ACK $1 '),
        ),
      ),
  };
});

const noSyncAfterAppending = onDisk((disk) => ({
  append: async (path) => override(await disk.append(path), { sync: () => Promise.resolve() }),
}));

export const SOCKET_MUTANTS: readonly Mutant[] = [
  { name: 'noFsyncLog', hunt: 'single', mutation: noSync('/wal/') },
  // The torn tail stays, and is found in the middle of the log by the start after the next.
  { name: 'noTailTruncate', hunt: 'double', mutation: onDisk(() => ({ truncate: () => Promise.resolve() })) },
  // What a dead process had written is believed to be durable.
  { name: 'noSyncOnRecovery', hunt: 'double', mutation: noSyncAfterAppending },
  { name: 'ackBeforeLog', hunt: 'single', mutation: ackBeforeLog },
  { name: 'forgetsProducers', hunt: 'single', mutation: forgetsProducers },
];
