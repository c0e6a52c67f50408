/** Kafka sources over a real broker, and topics filled in the ways that make readers fail. */
import type { Kafka } from 'kafkajs';
import { type Message, type Producer, type Transaction } from 'kafkajs';
import { kafkaSource } from '../../runtime/connectors/kafka/open.js';
import type { KafkaSource } from '../../runtime/connectors/kafka/source.js';
import type { Source, SourceCursor, SourceRange } from '../../runtime/connectors/connector.js';
import type { OptionsOf } from '../../plan/connectors/index.js';
import { readRows, type SourceBench } from './connectors.js';

export type KafkaSourceOptions = OptionsOf<'kafka', 'source'>;

export const kafkaOptions = (changes: Partial<KafkaSourceOptions>): KafkaSourceOptions => ({
  brokers: ['127.0.0.1:9092'],
  topic: 'orders',
  start: 'earliest',
  stop: 'never',
  partitions: null,
  isolation: 'read_committed',
  discovery: 60_000_000n,
  security: 'plaintext',
  sasl_mechanism: 'plain',
  sasl_username: null,
  sasl_password: null,
  oauth_token_url: null,
  oauth_client_id: null,
  oauth_client_secret: null,
  oauth_scope: null,
  ssl_ca: null,
  ssl_certificate: null,
  ssl_key: null,
  ...changes,
});

/** An opened source. */
export async function openKafka(
  bench: SourceBench,
  changes: Partial<KafkaSourceOptions>,
  cursor: SourceCursor | null = null,
): Promise<KafkaSource> {
  const source = kafkaSource(bench.context, kafkaOptions(changes));
  await source.open(cursor);
  return source;
}

export interface Drained {
  readonly ranges: readonly SourceRange[];
  readonly rows: readonly string[];
  readonly cursor: SourceCursor | null;
}

const never = new AbortController().signal;

/** Plans and reads until `until` holds for the rows so far, all partitions have ended, or nothing came for 2 s. */
export async function drainKafka(
  source: Source,
  bench: SourceBench,
  until: (rows: readonly string[]) => boolean,
  from: { readonly cursor: SourceCursor | null; readonly bytes_max?: number } = { cursor: null },
): Promise<Drained> {
  const ranges: SourceRange[] = [];
  const rows: string[] = [];
  let { cursor } = from;
  const ended = new Map<number, boolean>();
  const allEnded = (): boolean => ended.size > 0 && [...ended.values()].every((final) => final);
  for (let idle = 0; idle < 20 && !until(rows) && !allEnded();) {
    const planned = await source.plan({ bytes_max: from.bytes_max ?? 1e9 });
    if (planned.length === 0) {
      await source.wait(100, never);
      idle += 1;
      continue;
    }
    idle = 0;
    rows.push(...(await readRows(source, bench, planned)));
    ranges.push(...planned);
    for (const { partition, final } of planned) ended.set(partition, final);
    cursor = source.advance(cursor, planned);
  }
  return { ranges, rows, cursor };
}

export const message = (id: number, more: Partial<Message> = {}): Message => ({ value: `{"id":${id}}`, ...more });

export async function produce(client: Kafka, topic: string, messages: readonly Message[]): Promise<void> {
  const producer = client.producer();
  await producer.connect();
  await producer.send({ topic, messages: [...messages] });
  await producer.disconnect();
}

/** A producer of transactions with little waiting between them. */
export async function transactional(client: Kafka, id: string): Promise<Producer> {
  const producer = client.producer({
    transactionalId: id,
    maxInFlightRequests: 1,
    idempotent: true,
    retry: { initialRetryTime: 20 },
  });
  await producer.connect();
  return producer;
}

/** One message after the other, so that each is a batch of its own. */
export async function sendEach(
  sender: Pick<Transaction, 'send'>,
  topic: string,
  messages: readonly Message[],
): Promise<void> {
  for (const each of messages) await sender.send({ topic, messages: [each] });
}
