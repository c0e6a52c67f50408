/**
 * `KafkaProducer` over kafkajs' connections: our own requests, because kafkajs' producer encodes every message as an
 * object, and its state after a commit without answer can't be left.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type { Secret } from '../../../plan/connectors/secret.js';
import { sealBatch, type ProducerIdentity } from '../../../runtime/connectors/kafka/record-writer.js';
import { KafkaError, type KafkaOptions } from '../../../runtime/remote/kafka.js';
import type {
  KafkaProducer,
  KafkaProducerOptions,
  NewTopic,
  RecordsToSend,
} from '../../../runtime/remote/kafka-producer.js';
import { clientError, createClient, secretsOf } from './client.js';
import { privateCluster, type PrivateBroker, type PrivateCluster } from './private-parts.js';
import {
  CONCURRENT_TRANSACTIONS,
  requestCoordinator,
  requestEndTransaction,
  requestEnlisting,
  requestIsCommitting,
  requestProduce,
  requestProducerId,
  writeError,
  type SealedBatch,
} from './write-requests.js';
import { requestMetadata } from './requests.js';

const METADATA_AGE_MS = 180_000;
/** Between two questions whether the markers of the transaction before have been written. */
const MARKERS_PAUSE_MS = 5;
const MARKERS_PAUSE_MAX_MS = 100;
/** Of one request: far below the 100 MB that brokers take. */
const REQUEST_BYTES_MAX = 16 * 1024 * 1024;

const NO_IDENTITY: ProducerIdentity = { id: -1, epoch: -1 };
const NO_SEQUENCE = -1;
/** Numbers of records begin again at 0 behind this one. */
const SEQUENCES = 2 ** 31;

export function connectKafkaProducer(options: KafkaOptions, producer: KafkaProducerOptions): Promise<KafkaProducer> {
  return Promise.resolve(new NodeKafkaProducer(createClient(options), options, producer));
}

class NodeKafkaProducer implements KafkaProducer {
  readonly #client: Kafka;
  readonly #cluster: PrivateCluster;
  readonly #secrets: readonly Secret[];
  readonly #requestTimeout_ms: number;
  readonly #options: KafkaProducerOptions;
  #identity = NO_IDENTITY;
  /** Node id; null = to be asked for. */
  #coordinator: number | null = null;
  /** By topic and partition: the number of the next record. */
  readonly #sequences = new Map<string, number>();
  /** By topic: which node leads which partition. */
  readonly #leaders = new Map<string, ReadonlyMap<number, number>>();

  constructor(client: Kafka, options: KafkaOptions, producer: KafkaProducerOptions) {
    this.#client = client;
    this.#cluster = privateCluster(client, METADATA_AGE_MS);
    this.#secrets = secretsOf(options);
    this.#requestTimeout_ms = options.requestTimeout_ms;
    this.#options = producer;
  }

  createTopic({ topic, partitions, replication, settings }: NewTopic): Promise<'created' | 'exists'> {
    return this.#call('creating the topic', async () => {
      const admin = this.#client.admin();
      await admin.connect();
      try {
        const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
        const wanted = { topic, numPartitions: partitions ?? -1, replicationFactor: replication ?? -1, configEntries };
        return (await admin.createTopics({ topics: [wanted], waitForLeaders: true })) ? 'created' : 'exists';
      } finally {
        await admin.disconnect();
      }
    });
  }

  initialise(): Promise<void> {
    return this.#call('taking the transactional id', async () => {
      this.#sequences.clear();
      this.#leaders.clear();
      this.#coordinator = null;
      const { topics, transactionalId, transactionTimeout_ms } = this.#options;
      await this.#cluster.connect();
      // Brokers are known by the metadata of topics.
      await this.#cluster.brokerPool.refreshMetadata(topics);
      if (transactionalId === null) return;
      this.#identity = await this.#whenMarked(async () =>
        requestProducerId(await this.#findCoordinator(), transactionalId, transactionTimeout_ms),
      );
    });
  }

  enlist(topic: string, partitions: readonly number[]): Promise<void> {
    return this.#call('beginning a transaction', async () => {
      const { transactionalId } = this.#options;
      if (transactionalId === null || partitions.length === 0) return;
      await this.#whenMarked(async () =>
        requestEnlisting(await this.#findCoordinator(), transactionalId, this.#identity, topic, partitions),
      );
    });
  }

  send(batches: readonly RecordsToSend[], time_ms: number): Promise<void> {
    return this.#call('sending records', async () => {
      for (const topic of new Set(batches.map((batch) => batch.topic))) {
        if (!this.#leaders.has(topic)) await this.#learnLeaders(topic);
      }
      const byLeader = new Map<number, RecordsToSend[]>();
      for (const batch of batches) {
        const leader = this.#leaders.get(batch.topic)?.get(batch.partition) ?? -1;
        if (leader < 0) throw new KafkaError('stale', `partition ${String(batch.partition)} has no leader`);
        const queue = byLeader.get(leader);
        if (queue === undefined) byLeader.set(leader, [batch]);
        else queue.push(batch);
      }
      // All are waited for: what follows a failure must not meet requests that are still on their way.
      const results = await Promise.allSettled(
        [...byLeader].map(async ([nodeId, queue]) => {
          await this.#sendTo(nodeId, queue, time_ms);
        }),
      );
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    });
  }

  commit(): Promise<void> {
    return this.#call('committing', async () => {
      const { transactionalId } = this.#options;
      if (transactionalId === null) return;
      const coordinator = await this.#findCoordinator();
      await requestEndTransaction(coordinator, transactionalId, this.#identity);
      await this.#whenMarked(async () =>
        (await requestIsCommitting(coordinator, transactionalId)) ? CONCURRENT_TRANSACTIONS : null,
      );
    });
  }

  async close(): Promise<void> {
    await this.#cluster.disconnect();
  }

  async #sendTo(nodeId: number, queue: readonly RecordsToSend[], time_ms: number): Promise<void> {
    const broker = await this.#cluster.findBroker({ nodeId });
    const { transactionalId } = this.#options;
    for (const round of rounds(queue)) {
      const sealed = round.map((batch) => this.#seal(batch, time_ms));
      await requestProduce(broker, transactionalId, sealed, this.#requestTimeout_ms);
    }
  }

  #seal(batch: RecordsToSend, time_ms: number): SealedBatch {
    const key = `${batch.topic}/${String(batch.partition)}`;
    const transactional = this.#options.transactionalId !== null;
    const sequence = transactional ? (this.#sequences.get(key) ?? 0) : NO_SEQUENCE;
    if (transactional) this.#sequences.set(key, (sequence + batch.count) % SEQUENCES);
    const bytes = sealBatch(batch, { identity: this.#identity, sequence, transactional, time_ms });
    return { topic: batch.topic, partition: batch.partition, bytes };
  }

  async #learnLeaders(topic: string): Promise<void> {
    await this.#cluster.connect();
    await this.#cluster.brokerPool.refreshMetadata([topic]);
    const found = await requestMetadata(await this.#cluster.brokerPool.findConnectedBroker(), topic);
    this.#leaders.set(topic, new Map(found?.partitions.map(({ partition, leader }) => [partition, leader])));
  }

  async #findCoordinator(): Promise<PrivateBroker> {
    const { transactionalId } = this.#options;
    invariant(transactionalId !== null, 'only transactions have a coordinator');
    if (this.#coordinator === null) {
      const broker = await this.#cluster.brokerPool.findConnectedBroker();
      this.#coordinator = await requestCoordinator(broker, transactionalId);
    }
    return this.#cluster.findBroker({ nodeId: this.#coordinator });
  }

  /** Repeats what the coordinator refuses until it has written the markers of the transaction. */
  async #whenMarked<T>(call: () => Promise<T | typeof CONCURRENT_TRANSACTIONS>): Promise<T> {
    let pause_ms = MARKERS_PAUSE_MS;
    for (let waited_ms = 0; waited_ms <= this.#options.transactionTimeout_ms; waited_ms += pause_ms) {
      const answer = await call();
      if (answer !== CONCURRENT_TRANSACTIONS) return answer;
      pause_ms = Math.min(pause_ms * 2, MARKERS_PAUSE_MAX_MS);
      await sleep(pause_ms);
    }
    throw new KafkaError('stale', 'the transaction before has not ended');
  }

  async #call<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw clientError(writeError(error, what), what, this.#secrets);
    }
  }
}

/** A request holds one batch per partition, and no more than `REQUEST_BYTES_MAX`. */
function rounds(queue: readonly RecordsToSend[]): readonly (readonly RecordsToSend[])[] {
  const found: { readonly batches: RecordsToSend[]; bytes: number }[] = [];
  const next = new Map<string, number>();
  for (const batch of queue) {
    const key = `${batch.topic}/${String(batch.partition)}`;
    let at = next.get(key) ?? 0;
    while ((found[at]?.bytes ?? 0) + batch.records.length > REQUEST_BYTES_MAX && (found[at]?.bytes ?? 0) > 0) at += 1;
    const round = (found[at] ??= { batches: [], bytes: 0 });
    round.batches.push(batch);
    round.bytes += batch.records.length;
    next.set(key, at + 1);
  }
  return found.map(({ batches }) => batches);
}
