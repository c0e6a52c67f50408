/**
 * The sink of a Kafka topic. One transaction per micro-batch holds its messages and the progress record, so a reader of
 * committed messages sees a batch once or not at all, and the newest committed progress says which (sink-progress.ts).
 *
 * Two drivers: taking the transactional id fences whoever had it, whose next request fails; the epoch in the progress
 * then says which of them goes on. A driver that finds a newer epoch stops; one that was fenced by an older driver
 * takes the id back. The progress is read only after the id was taken, and registered under it, so nothing can come in
 * between.
 */
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type { ColumnBatch } from '../../columns/batch.js';
import { openEncoder } from '../../formats/open.js';
import { KafkaError, type KafkaCluster, type KafkaOptions } from '../../remote/kafka.js';
import { KafkaProducerError, type KafkaProducer, type RecordsToSend } from '../../remote/kafka-producer.js';
import type { Sink, SinkCommit, SinkOutcome, SinkProgress } from '../connector.js';
import type { SinkContext } from '../context.js';
import { decideCommit, emptyProgress, refuseIfFenced, type SinkBatch } from '../progress.js';
import { withRetries, type RetryPolicy } from '../retry.js';
import { RecordWriter } from './record-writer.js';
import { writeFailure } from './sink-failures.js';
import { kafkaSinkError } from './sink-messages.js';
import {
  encodeProgress,
  MAKE_PROGRESS_TOPIC,
  PROGRESS_TOPIC_SETTINGS,
  progressKey,
  readProgress,
} from './sink-progress.js';
import { MessageRows } from './sink-rows.js';

/** What the `kafka` and the `eventhubs` sink have in common. */
export interface KafkaSinkSettings {
  readonly topic: string;
  /** Null: without transactions, at least once. */
  readonly transactions: { readonly id: string; readonly progressTopic: string } | null;
  readonly create: 'if_missing' | 'never';
  readonly partitions: number | null;
  readonly replication: number | null;
  readonly compression: 'none' | 'gzip';
}

const TRANSACTION_TIMEOUT_MS = 60_000;
/** Kafka's own default of max.message.bytes, where the login may not ask. */
const MESSAGE_BYTES_MAX = 1_048_588;
/** How long a broker may be away or busy. */
const PATIENCE: RetryPolicy = { first_ms: 50, longest_ms: 2000, total_ms: 5 * 60_000 };
/** A batch that was begun is written to its end: nothing cuts its repetitions short. */
const NEVER = new AbortController().signal;
/** How long a fenced sink waits for the epoch of the driver that did it. */
const NEWER_POLLS = 20;
const NEWER_POLL_MS = 100;
/** A transactional id that is lost so often is used by something else. */
const FENCED_MAX = 3;

interface Connection {
  readonly cluster: KafkaCluster;
  readonly producer: KafkaProducer;
  readonly rows: MessageRows;
}

export class KafkaSink implements Sink {
  readonly #context: SinkContext;
  readonly #settings: KafkaSinkSettings;
  readonly #connect: () => Promise<KafkaOptions>;
  readonly #key: Uint8Array;
  #connection: Connection | null = null;
  #progress: SinkProgress = emptyProgress(0);
  /** The id has to be taken again: nothing is known of the last transaction. */
  #isUnsure = true;

  /** `connect`: called once, at the opening. */
  constructor(context: SinkContext, settings: KafkaSinkSettings, connect: () => Promise<KafkaOptions>) {
    this.#context = context;
    this.#settings = settings;
    this.#connect = connect;
    this.#key = progressKey(context.shape);
  }

  async open(epoch: number): Promise<SinkProgress> {
    const { env, shape, format } = this.#context;
    const { topic, transactions, compression } = this.#settings;
    invariant(format !== null, 'the Kafka sink has a format');
    const encoder = await openEncoder(format, shape.schema, `${topic}-value`);
    const options = await this.#connect();
    const cluster = await env.remote.kafka(options);
    const producer = await env.remote.kafkaProducer(options, {
      topics: transactions === null ? [topic] : [topic, transactions.progressTopic],
      transactionalId: transactions?.id ?? null,
      transactionTimeout_ms: TRANSACTION_TIMEOUT_MS,
    });
    try {
      const messageOptions = await this.#patiently(async () => {
        await this.#prepareTopics(cluster, producer);
        const partitions = (await cluster.describe(topic))?.partitions.length ?? 0;
        if (partitions === 0) throw new KafkaError('stale', `topic ${topic} has no partitions yet`);
        const limit = (await cluster.settings(topic, [LIMIT_SETTING]))?.get(LIMIT_SETTING);
        return { topic, partitions, compression, messageBytes_max: Number(limit ?? MESSAGE_BYTES_MAX) };
      });
      this.#connection = { cluster, producer, rows: new MessageRows(shape, format, encoder, messageOptions) };
      if (transactions === null) {
        await this.#patiently(() => producer.initialise());
        this.#progress = emptyProgress(epoch);
        return this.#progress;
      }
      // Before the id is taken: an older driver that wakes up here must not disturb the newer one.
      const seen = await this.#patiently(() => this.#readProgress());
      if (seen !== null) refuseIfFenced(seen.epoch, epoch, topic);
      await this.#register(epoch);
      return this.#progress;
    } catch (error) {
      await Promise.allSettled([cluster.close(), producer.close()]);
      this.#connection = null;
      throw error;
    }
  }

  begin(): void {
    this.#open.rows.reset();
  }

  write(rows: ColumnBatch): void {
    this.#open.rows.write(rows);
  }

  get buffered_bytes(): number {
    return this.#connection?.rows.bytes ?? 0;
  }

  async commit(commit: SinkCommit): Promise<SinkOutcome> {
    const { rows, producer } = this.#open;
    const { digest, batches } = rows.finish();
    const batch: SinkBatch = { ...commit, digest };
    if (this.#settings.transactions === null) {
      await this.#patiently(async () => {
        await producer.send(batches, this.#now_ms());
      });
      rows.reset();
      return 'applied';
    }
    // Once superseded the id is not taken again: the newer driver would lose it.
    refuseIfFenced(this.#progress.epoch, batch.epoch, this.#place);
    if (!this.#isUnsure && decideCommit(this.#progress, batch, this.#place) === 'duplicate') {
      rows.reset();
      return 'duplicate';
    }
    await this.#transact(batch.epoch, () => {
      const isApplied = decideCommit(this.#progress, batch, this.#place) === 'duplicate';
      return isApplied ? null : { batches, progress: batch };
    });
    rows.reset();
    return 'applied';
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    if (connection !== null) await Promise.allSettled([connection.cluster.close(), connection.producer.close()]);
  }

  get #open(): Connection {
    invariant(this.#connection !== null, 'the sink is open');
    return this.#connection;
  }

  get #place(): string {
    return this.#settings.topic;
  }

  #now_ms(): number {
    return Number(this.#context.env.clock.now_us() / 1000n);
  }

  async #prepareTopics(cluster: KafkaCluster, producer: KafkaProducer): Promise<void> {
    const { topic, transactions, create, partitions, replication } = this.#settings;
    const prepare = async (name: string, wanted: number | null, settings: Readonly<Record<string, string>>) => {
      if ((await cluster.describe(name)) !== null) return;
      if (create === 'never') {
        const hint = name === topic ? "Create it, or give the sink `create = 'if_missing'`." : MAKE_PROGRESS_TOPIC;
        throw kafkaSinkError('ESQL8625', { topic: name }, { place: this.#place, hint });
      }
      await producer.createTopic({ topic: name, partitions: wanted, replication, settings });
    };
    await prepare(topic, partitions, {});
    if (transactions === null) return;
    const { progressTopic } = transactions;
    await prepare(progressTopic, 1, PROGRESS_TOPIC_SETTINGS);
    const policy = (await cluster.settings(progressTopic, [POLICY_SETTING]))?.get(POLICY_SETTING);
    if (policy !== undefined && policy !== 'compact') {
      const hint = 'Set cleanup.policy=compact: without it the progress disappears after a while.';
      throw kafkaSinkError('ESQL8623', { found: policy }, { place: progressTopic, hint });
    }
  }

  #readProgress(): Promise<SinkProgress | null> {
    const { transactions } = this.#settings;
    invariant(transactions !== null, 'only transactions keep progress');
    return readProgress(this.#open.cluster, transactions.progressTopic, this.#key, this.#place);
  }

  async #register(epoch: number): Promise<void> {
    await this.#transact(epoch, () => ({ batches: [], progress: { ...this.#progress, epoch } }));
  }

  /**
   * One transaction; `next` says what it writes, given the progress, or null if nothing is left to do. Repeated until
   * the outcome is known. Rejects when a newer epoch is registered.
   */
  async #transact(
    epoch: number,
    next: () => { readonly batches: readonly RecordsToSend[]; readonly progress: SinkProgress } | null,
  ): Promise<void> {
    let fenced = 0;
    await this.#patiently(async () => {
      try {
        if (this.#isUnsure) await this.#takeOver();
        refuseIfFenced(this.#progress.epoch, epoch, this.#place);
        const writes = next();
        if (writes === null) return;
        this.#isUnsure = true;
        await this.#write(writes.batches, writes.progress);
        const { epoch: registered, batch, digest, intentHash, intent } = writes.progress;
        this.#progress = { epoch: registered, batch, digest, intentHash, intent };
        this.#isUnsure = false;
      } catch (error) {
        if (!(error instanceof KafkaProducerError) || error.refusal !== 'fenced') throw error;
        await this.#refuseIfNewerComes(epoch);
        fenced += 1;
        if (fenced > FENCED_MAX) {
          const hint = 'Give each sink a `transactional_id` of its own.';
          const id = this.#settings.transactions?.id ?? '';
          throw kafkaSinkError('ESQL8620', { id }, { place: this.#place, cause: error, hint });
        }
        throw new KafkaError('stale', error.message, { cause: error });
      }
    });
  }

  /** Fences, and learns what was committed before. */
  async #takeOver(): Promise<void> {
    await this.#open.producer.initialise();
    this.#progress = (await this.#readProgress()) ?? emptyProgress(0);
    this.#isUnsure = false;
  }

  async #refuseIfNewerComes(epoch: number): Promise<void> {
    for (let poll = 0; poll < NEWER_POLLS; poll += 1) {
      const seen = await this.#readProgress();
      if (seen !== null && seen.epoch > epoch) {
        this.#progress = seen;
        refuseIfFenced(seen.epoch, epoch, this.#place);
      }
      await this.#context.env.clock.sleep(NEWER_POLL_MS);
    }
  }

  async #write(batches: readonly RecordsToSend[], progress: SinkProgress): Promise<void> {
    const { transactions, topic } = this.#settings;
    invariant(transactions !== null, 'only transactions keep progress');
    const { producer } = this.#open;
    const record = new RecordWriter();
    const { epoch, batch, digest, intentHash, intent } = progress;
    record.add(this.#key, encodeProgress({ epoch, batch, digest, intentHash, intent }));
    await producer.enlist(
      topic,
      [...new Set(batches.map(({ partition }) => partition))].sort((a, b) => a - b),
    );
    await producer.enlist(transactions.progressTopic, [0]);
    const ownRecord = { topic: transactions.progressTopic, partition: 0, codec: 'none', ...record.take() } as const;
    await producer.send([...batches, ownRecord], this.#now_ms());
    await producer.commit();
  }

  /** Repeats what may pass: brokers that are away or busy. */
  async #patiently<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await withRetries(this.#context.env, PATIENCE, mayPass, NEVER, action);
    } catch (error) {
      throw writeFailure(error, this.#place);
    }
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof KafkaError && error.passing;
}

const LIMIT_SETTING = 'max.message.bytes';
const POLICY_SETTING = 'cleanup.policy';
