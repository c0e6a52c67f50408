/**
 * The copy test: messages from one topic into a table and into another topic, while the driver is ended at every fifth
 * of the way and the broker once, and while transactions are aborted upstream.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { Kafka, Message, Producer } from 'kafkajs';
import { createEnv } from '../../../cli/host/env.js';
import { whenMarked } from '../../support/kafka-messages.js';
import { kafkaOptionsOf } from '../../support/servers/kafka-options.js';
import { startCli, type BuiltCli, type StartedCli } from '../../support/built-cli.js';
import type { KafkaBroker } from '../../support/servers/kafka.js';

export interface CopySet {
  readonly messages: number;
  readonly partitions: number;
  readonly upstream: 'plain' | 'transactional';
  /** How driver and broker are ended. */
  readonly signal: 'SIGKILL' | 'SIGTERM';
}

export interface CopyResult {
  readonly input: string;
  readonly output: string;
  /** How often the driver was started again. */
  readonly restarts: number;
  /** Ids in the table with how often they were counted. */
  readonly table: ReadonlyMap<number, number>;
}

interface Topics {
  readonly input: string;
  readonly output: string;
}

const CHUNK = 250;
/** Ids of messages that were taken back. */
const ABORTED_FROM = 1_000_000_000;
const DRIVER_ENDS = [0.2, 0.4, 0.6, 0.8];
const BROKER_ENDS_AT = 0.5;
const POLL_MS = 25;
const STOP_TIMEOUT_MS = 60_000;
const PROGRESS_TIMEOUT_MS = 240_000;

export async function runCopy(cli: BuiltCli, broker: KafkaBroker, set: CopySet): Promise<CopyResult> {
  const { messages, partitions, signal } = set;
  const input = await broker.topic('copy-in', { partitions });
  const output = await broker.topic('copy-out', { partitions });
  const folder = mkdtempSync(join(tmpdir(), 'esql-copy-'));
  const driver = new Driver(cli, folder, broker.address, input, output);
  try {
    driver.start();
    const produced = produce(broker, driver, { input, output }, set);
    // A failure is seen below; until then it must not be without a handler.
    produced.catch(() => undefined);
    for (const part of DRIVER_ENDS) {
      await driver.reaches(part * messages);
      await driver.end(signal);
      driver.start();
    }
    await produced;
    await driver.reaches(messages);
    await driver.end('SIGTERM');
    // Once more from the checkpoint: nothing may come on top.
    driver.start();
    await driver.isRunning();
    await driver.end('SIGTERM');
    return { input, output, restarts: DRIVER_ENDS.length + 1, table: driver.table() };
  } finally {
    await driver.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

class Driver {
  readonly #cli: BuiltCli;
  readonly #folder: string;
  #running: StartedCli | null = null;

  constructor(cli: BuiltCli, folder: string, brokers: string, input: string, output: string) {
    this.#cli = cli;
    this.#folder = folder;
    writeFileSync(join(folder, 'copy.esql'), query(brokers, input, output));
  }

  start(): void {
    const words = ['run', 'copy.esql', '--checkpoint-dir', 'checkpoints', '--query-id', 'copy'];
    this.#running = startCli(this.#cli, words, { cwd: this.#folder });
  }

  /** Ends the process; with SIGTERM it has to say goodbye. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    running.process.kill(signal);
    const end = await Promise.race([running.end, sleep(STOP_TIMEOUT_MS, null, { ref: false })]);
    if (end === null) throw new Error(`the driver did not end after ${signal}: ${running.text().err}`);
    if (signal === 'SIGTERM' && end.code !== 0) throw new Error(`exit ${String(end.code)}: ${end.err}`);
    this.#running = null;
  }

  async reaches(rows: number): Promise<void> {
    await this.#until(() => this.#query((database) => countOf(database)) >= rows);
  }

  /** Resolves when the process says that it goes on. */
  async isRunning(): Promise<void> {
    await this.#until(() => this.#running?.text().err.includes('Resuming') === true);
  }

  table(): ReadonlyMap<number, number> {
    const rows = this.#query((database) =>
      database.prepare<[], { id: number; n: number }>('SELECT id, n FROM counts').all(),
    );
    return new Map(rows === 0 ? [] : rows.map(({ id, n }) => [id, n]));
  }

  /** 0 while there is no table. */
  #query<T>(ask: (database: Database.Database) => T): T | 0 {
    let database: Database.Database | null = null;
    try {
      database = new Database(join(this.#folder, 'copy.db'), { readonly: true, fileMustExist: true });
      return ask(database);
    } catch {
      return 0;
    } finally {
      database?.close();
    }
  }

  async close(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    running?.process.kill('SIGKILL');
    await running?.end;
  }

  async #until(condition: () => boolean): Promise<void> {
    const deadline_ms = Date.now() + PROGRESS_TIMEOUT_MS;
    while (!condition()) {
      const running = this.#running;
      const isOver = running !== null && (running.process.exitCode !== null || running.process.signalCode !== null);
      if (isOver || Date.now() > deadline_ms) {
        const said = running?.text();
        throw new Error(`${isOver ? 'the driver ended' : 'no progress'}: ${said?.out ?? ''}\n${said?.err ?? ''}`);
      }
      await sleep(POLL_MS);
    }
  }
}

function countOf(database: Database.Database): number {
  return database.prepare<[], { count: number }>('SELECT COUNT(*) AS count FROM counts').get()?.count ?? 0;
}

function query(brokers: string, input: string, output: string): string {
  const text = readFileSync(new URL('copy.esql', import.meta.url), 'utf8');
  return text.replaceAll('$BROKERS', brokers).replaceAll('$INPUT', input).replaceAll('$OUTPUT', output);
}

/**
 * All messages, in order within each partition; halfway the broker is ended and started again. Not while it owes
 * markers: Kafka 4.4 alone on its node may skip those of a commit that it has answered ("likely deleted already"), and
 * then the transaction stays open for ever and readers of committed messages come no further.
 */
async function produce(broker: KafkaBroker, driver: Driver, topics: Topics, set: CopySet): Promise<void> {
  const topic = topics.input;
  const half = Math.floor(set.messages * BROKER_ENDS_AT);
  await producePart(broker.client(), topic, set, 0, half);
  await driver.reaches(half);
  const cluster = await createEnv().remote.kafka(kafkaOptionsOf(broker));
  for (const each of [topics.input, topics.output, `${topics.output}-esql-progress`]) await whenMarked(cluster, each);
  await cluster.close();
  await (set.signal === 'SIGKILL' ? broker.kill() : broker.stop());
  await broker.restart();
  await producePart(broker.client(), topic, set, half, set.messages);
}

async function producePart(kafka: Kafka, topic: string, set: CopySet, from: number, to: number): Promise<void> {
  const isTransactional = set.upstream === 'transactional';
  const producer = await connected(kafka, isTransactional ? `${topic}-good` : null);
  const other = isTransactional ? await connected(kafka, `${topic}-bad`) : null;
  for (let first = from; first < to; first += CHUNK) {
    const ids = Array.from({ length: Math.min(CHUNK, to - first) }, (_, index) => first + index);
    const messages = ids.map((id) => messageOf(id, set.partitions));
    if (other === null) await producer.send({ topic, acks: -1, messages });
    else {
      // Open at the same time; the one that is taken back begins first or last in turn.
      const taken = ids.slice(0, 20).map((id) => messageOf(ABORTED_FROM + id, set.partitions));
      const isFirst = (first / CHUNK) % 2 === 0;
      const bad = await other.transaction();
      if (isFirst) await bad.send({ topic, acks: -1, messages: taken });
      const good = await producer.transaction();
      await good.send({ topic, acks: -1, messages });
      if (!isFirst) await bad.send({ topic, acks: -1, messages: taken });
      await bad.abort();
      await good.commit();
    }
  }
  await producer.disconnect();
  await other?.disconnect();
}

async function connected(kafka: Kafka, transactionalId: string | null): Promise<Producer> {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    ...(transactionalId === null ? {} : { transactionalId }),
  });
  await producer.connect();
  return producer;
}

function messageOf(id: number, partitions: number): Message {
  return { value: JSON.stringify({ id, text: `message ${id}` }), partition: id % partitions };
}
