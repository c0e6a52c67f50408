/**
 * What `esql bench kafka` measures: reading one topic from its beginning to its end, by this program and by others.
 * Each reader has a process of its own, so that its peak memory is its own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { compile } from '../compiler/compile.js';
import { InternalError, invariant } from '../grammar/diagnostics/internal-error.js';
import { SourceFile } from '../grammar/diagnostics/source.js';
import { RecordWriter } from '../runtime/connectors/kafka/record-writer.js';
import type { KafkaOptions } from '../runtime/remote/kafka.js';
import { run } from '../runtime/run.js';
import { createEnv } from './host/env.js';

export const READERS = ['q1', 'count', 'kafkajs'] as const;
export type Reader = (typeof READERS)[number];

export interface Reading {
  readonly messages: number;
  readonly seconds: number;
  /**
   * Of the reader's process while it read; null where it is not known. On a busy machine it says more than the time.
   */
  readonly cpuSeconds: number | null;
  /** Of the whole process. */
  readonly memory_bytes: number;
}

export interface BenchTopic {
  readonly brokers: readonly string[];
  readonly topic: string;
}

const BATCH_BYTES = 256 * 1024;
const BATCHES_PER_REQUEST = 16;
const REQUEST_TIMEOUT_MS = 60_000;
const START_MS = Date.UTC(2026, 0, 1);
const BIDS_PER_SECOND = 10_000;
const PADDING = 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz';

export const connectionOf = ({ brokers }: BenchTopic): KafkaOptions => ({
  brokers,
  clientId: 'esql-bench',
  tls: null,
  sasl: null,
  requestTimeout_ms: REQUEST_TIMEOUT_MS,
});

/** Messages in the topic; null if there is no such topic. Rejects with `KafkaError`. */
export async function messagesIn(target: BenchTopic): Promise<number | null> {
  const cluster = await createEnv().remote.kafka(connectionOf(target));
  try {
    const description = await cluster.describe(target.topic);
    if (description === null) return null;
    const sumAt = async (at: 'earliest' | 'latest'): Promise<number> => {
      const queries = description.partitions.map(({ partition }) => ({ partition, at }));
      const found = await cluster.offsets(target.topic, 'read_committed', queries);
      return found.reduce((sum, { offset }) => sum + offset, 0);
    };
    return (await sumAt('latest')) - (await sumAt('earliest'));
  } finally {
    await cluster.close();
  }
}

/** Creates the topic, with one partition, and fills it with bids of 230 bytes. Rejects with `KafkaError`. */
export async function fill(target: BenchTopic, messages: number): Promise<void> {
  const { topic } = target;
  const producer = await createEnv().remote.kafkaProducer(connectionOf(target), {
    topics: [topic],
    transactionalId: null,
    transactionTimeout_ms: REQUEST_TIMEOUT_MS,
  });
  try {
    await producer.createTopic({ topic, partitions: 1, replication: 1, settings: {} });
    await producer.initialise();
    const writer = new RecordWriter();
    const encoder = new TextEncoder();
    for (let row = 0; row < messages;) {
      const batches = [];
      while (row < messages && batches.length < BATCHES_PER_REQUEST) {
        while (row < messages && writer.bytes < BATCH_BYTES) {
          writer.add(null, encoder.encode(bid(row)));
          row += 1;
        }
        batches.push({ topic, partition: 0, codec: 'none', ...writer.take() } as const);
      }
      // Of now: what is older than the topic's retention is removed.
      await producer.send(batches, Date.now());
    }
  } finally {
    await producer.close();
  }
}

/** A bid of Nexmark's, padded to 230 bytes. */
function bid(row: number): string {
  const mixed = Math.imul(row, 0x9e3779b9) >>> 0;
  const dateTime = new Date(START_MS + Math.floor((row * 1000) / BIDS_PER_SECOND)).toISOString();
  const text =
    `{"auction":${String(1000 + (mixed % 10_000))},"bidder":${String(1000 + (mixed % 997))},"price":${String(mixed % 1_000_000)},` +
    `"channel":"channel-${String(mixed % 10_000)}","url":"https://www.nexmark.com/item.htm?query=1&channel_id=${String(mixed)}",` +
    `"dateTime":"${dateTime}","extra":"`;
  return `${text}${PADDING.slice(0, Math.max(0, 228 - text.length))}"}`;
}

/** Reads the topic in this process. */
export async function measure(reader: Reader, target: BenchTopic): Promise<Reading> {
  const messages = (await messagesIn(target)) ?? 0;
  const before = process.cpuUsage();
  const start_ms = performance.now();
  switch (reader) {
    case 'q1':
    case 'count':
      await runQuery(reader, target);
      break;
    case 'kafkajs': {
      const { consumeAll } = await import('./host/kafka/consume-all.js');
      await consumeAll(connectionOf(target), target.topic);
      break;
    }
  }
  const seconds = (performance.now() - start_ms) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { messages, seconds, cpuSeconds: (user + system) / 1e6, memory_bytes: process.resourceUsage().maxRSS * 1024 };
}

async function runQuery(reader: 'q1' | 'count', target: BenchTopic): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'esql-bench-'));
  try {
    const { plan, diagnostics } = compile({
      source: new SourceFile('bench.esql', query(reader, target)),
      include: () => undefined,
    });
    if (plan === undefined) throw new InternalError(`the query compiles: ${diagnostics.map((d) => d.label).join()}`);
    const outcome = await run(plan, createEnv(), { checkpointUri: 'file:checkpoint', workingDirectory: folder });
    invariant(outcome.kind === 'finished', 'the source ends at the latest record');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function query(reader: 'q1' | 'count', { brokers, topic }: BenchTopic): string {
  const source =
    'CREATE SOURCE bids (auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, ' +
    'dateTime TIMESTAMP, extra VARCHAR, WATERMARK FOR dateTime AS dateTime - 1s)\n' +
    `WITH (connector = 'kafka', brokers = '${brokers.join(',')}', topic = '${topic}', stop = 'latest') FORMAT JSON;\n`;
  return source + QUERIES[reader];
}

const QUERIES = {
  q1:
    "CREATE SINK nothing WITH (connector = 'blackhole');\n" +
    'CREATE STREAM q1 AS SELECT auction, bidder, 0.908 * price AS price, dateTime, extra FROM bids\n' +
    'WITH CHECKPOINT 10s INTO nothing;\n',
  count:
    "CREATE SINK counts WITH (connector = 'sqlite', path = 'counts.db', table = 'counts');\n" +
    'CREATE STREAM counted AS SELECT window_start, COUNT(*) AS bids FROM TUMBLE(bids, dateTime, 10s)\n' +
    'GROUP BY window_start, window_end WITH CHECKPOINT 10s INTO counts KEY window_start;\n',
} as const;
