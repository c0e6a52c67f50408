/**
 * The model job behind the real socket source with its full log and acknowledgements: nothing that the sender heard to
 * be durable may be missing from the sinks, and nothing that it sent again may be in them twice. The end of a run is
 * when every frame has arrived: a socket has no end of its own.
 */
import { SocketSource } from '../../runtime/connectors/socket/source.js';
import { drive } from '../../runtime/driver/driver.js';
import type { Env } from '../../runtime/env.js';
import { LINES_OPERATOR, NEWLINE_FRAMING } from './model-parts.js';
import { modelBatch, modelJob, progressOf } from './model-scenario.js';
import { Sender, type SentFrame } from './sender.js';
import type { Mutation, Scenario } from './scenario.js';
import type { World } from './world.js';

const QUERY = 'socket';
const STORE = `/checkpoints/${QUERY}`;
const HOST = 'sender';
const PORT = 7000;
const ADDRESS = `${HOST}:${String(PORT)}`;
/** Virtual: a run in which frames are missing ends by then, and their absence is reported. */
const PATIENCE_US = 600_000_000n;

/** Two producers, taking turns. */
const FRAMES: readonly SentFrame[] = Array.from({ length: 6 }, (_, i) => {
  const producer = 'ab'.charAt(i % 2);
  const number = Math.floor(i / 2) + 1;
  return { producer, number, payload: `${producer}${'xyz'.charAt(number % 3)},${String(number)}` };
});

export const socketScenario: Scenario = {
  name: QUERY,
  store: STORE,
  prepare(world) {
    world.senders.set(ADDRESS, new Sender(FRAMES));
  },
  async run(process, mutation) {
    const { world } = process;
    const stop = new AbortController();
    const patient = withDeadline(mutation, world.now_us + PATIENCE_US, stop);
    const outcome = await drive(
      modelJob(process, patient, {
        queryId: QUERY,
        source: socketSource,
        bounded: false,
        signal: stop.signal,
        observer: {
          event: () => {
            if (rows(world).length >= FRAMES.length) stop.abort();
          },
        },
      }),
    );
    return outcome.kind === 'stopped' ? { ...outcome, kind: 'finished' } : outcome;
  },
  content(world) {
    const totals = world.database('/out/totals.db').prepare('SELECT key, value FROM rows ORDER BY key').raw().all();
    // Which producer's frames come first depends on where the connection broke.
    return `${JSON.stringify([...rows(world)].sort())} ${JSON.stringify(totals)}`;
  },
  inspect(world) {
    const violations = [...(world.senders.get(ADDRESS)?.violations ?? [])];
    for (const producer of ['a', 'b']) {
      const numbers = rows(world).filter((row) => row.startsWith(producer));
      const inOrder = [...numbers].sort((one, two) => numberOf(one) - numberOf(two));
      if (numbers.join() !== inOrder.join())
        violations.push(`the frames of ${producer} are out of order: ${numbers.join()}`);
    }
    return violations;
  },
  sinkBatch: progressOf,
  appliedBatch: modelBatch,
};

/** A job that waits for what never comes is stopped. */
function withDeadline(mutation: Mutation, deadline_us: bigint, stop: AbortController): Mutation {
  return {
    ...mutation,
    env: (own, process) => {
      const env = mutation.env === undefined ? own : mutation.env(own, process);
      const sleep: Env['clock']['sleep'] = (duration_ms, signal) => {
        if (env.clock.now_us() > deadline_us) stop.abort();
        return env.clock.sleep(duration_ms, signal);
      };
      return { ...env, clock: { ...env.clock, sleep } };
    },
  };
}

function numberOf(row: string): number {
  return Number(row.slice(row.indexOf(',') + 1));
}

function rows(world: World): readonly string[] {
  const path = '/out/lines.db';
  if (world.statement(path, `SELECT 1 FROM sqlite_schema WHERE name = 'rows'`).all([]).length === 0) return [];
  return world
    .statement(path, 'SELECT key FROM rows ORDER BY rowid')
    .all([])
    .map(([key]) => String(key));
}

function socketSource(env: Env, epoch: number): SocketSource {
  return new SocketSource(
    {
      env,
      operator: { ...LINES_OPERATOR, connector: 'socket', options: {} },
      workingDirectory: '/',
      logDirectory: `${STORE}/wal/lines`,
      epoch,
      framing: NEWLINE_FRAMING,
      excluded: [],
    },
    { host: HOST, port: PORT, framing: 'newline', ack: true },
    // Small enough for several segments, so that trimming and recovery over more than one are part of it.
    { segmentBytes_max: 96, logBytes_max: 100_000 },
  );
}
