/** The Kafka sink and what goes wrong around it: answers that get lost, brokers that die, other producers, settings. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createEnv } from '../../../cli/host/env.js';
import type { Sink } from '../../../runtime/connectors/connector.js';
import { RecordWriter } from '../../../runtime/connectors/kafka/record-writer.js';
import { KafkaSink, type KafkaSinkSettings } from '../../../runtime/connectors/kafka/sink.js';
import type { Env } from '../../../runtime/env.js';
import { KafkaError, type KafkaCluster } from '../../../runtime/remote/kafka.js';
import type { KafkaProducer } from '../../../runtime/remote/kafka-producer.js';
import { SINK_SCHEMA } from '../../contract/sink-subject.js';
import { codeOf, commitOf, rowsBatch, sinkContext } from '../../support/connectors.js';
import { committedMessages } from '../../support/kafka-messages.js';
import { kafkaOptionsOf } from '../../support/servers/kafka-options.js';
import { ownKafkaMissing, startKafka, type KafkaBroker } from '../../support/servers/kafka.js';

let broker: KafkaBroker;
let cluster: KafkaCluster;
const sinks: Sink[] = [];

function sinkOf(topic: string, changes: Partial<KafkaSinkSettings> = {}, env: Env = createEnv(), key = [0]): Sink {
  const sink = new KafkaSink(
    sinkContext('/', { schema: SINK_SCHEMA, key }, { name: 'json' }, env),
    {
      topic,
      transactions: { id: `tx-${topic}`, progressTopic: `${topic}-progress` },
      create: 'if_missing',
      partitions: 1,
      replication: 1,
      compression: 'none',
      ...changes,
    },
    () => Promise.resolve(kafkaOptionsOf(broker)),
  );
  sinks.push(sink);
  return sink;
}

/** An Env whose producer's calls go through `change`. */
function changed(change: (real: KafkaProducer) => Partial<KafkaProducer>): Env {
  const env = createEnv();
  return {
    ...env,
    remote: {
      ...env.remote,
      async kafkaProducer(options, producer) {
        const real = await env.remote.kafkaProducer(options, producer);
        const plain: KafkaProducer = {
          createTopic: (topic) => real.createTopic(topic),
          initialise: () => real.initialise(),
          enlist: (topic, partitions) => real.enlist(topic, partitions),
          send: (batches, time_ms) => real.send(batches, time_ms),
          commit: () => real.commit(),
          close: () => real.close(),
        };
        return { ...plain, ...change(real) };
      },
    },
  };
}

const lost = (): KafkaError => new KafkaError('unreachable', 'the answer got lost');

async function apply(sink: Sink, batch: number, epoch = 1): Promise<string> {
  sink.begin(batch);
  sink.write(rowsBatch(SINK_SCHEMA, [[BigInt(batch), `batch ${batch}`]]));
  return sink.commit(commitOf(batch, epoch));
}

async function ids(topic: string): Promise<unknown[]> {
  const messages = await committedMessages(cluster, topic);
  return messages.map(({ value }) => (JSON.parse(value ?? '{}') as { readonly id: unknown }).id);
}

const title = `the Kafka sink${ownKafkaMissing === null ? '' : `: ${ownKafkaMissing}`}`;
describe.skipIf(ownKafkaMissing !== null)(title, { timeout: 60_000 }, () => {
  beforeAll(async () => {
    broker = await startKafka();
    cluster = await createEnv().remote.kafka(kafkaOptionsOf(broker));
  }, 90_000);
  afterEach(async () => {
    for (const sink of sinks.splice(0)) await sink.close();
  });
  afterAll(async () => {
    await cluster.close();
    await broker.close();
  });

  it.each(['before', 'after'])('settles a commit whose answer gets lost %s it had effect', async (moment) => {
    let commits = 0;
    const env = changed((real) => ({
      async commit() {
        commits += 1;
        // The first registers the epoch.
        if (commits !== 2) return real.commit();
        if (moment === 'after') await real.commit();
        throw lost();
      },
    }));
    const topic = `lost-${moment}`;
    const sink = sinkOf(topic, {}, env);
    await sink.open(1);
    for (const batch of [1, 2]) expect(await apply(sink, batch)).toBe('applied');
    expect(await ids(topic)).toEqual([1, 2]);
    expect(commits).toBe(moment === 'after' ? 3 : 4);
  });

  it('sends again what was sent in a transaction that failed', async () => {
    let sends = 0;
    const env = changed((real) => ({
      async send(batches, time_ms) {
        sends += 1;
        await real.send(batches, time_ms);
        if (sends === 2) throw lost();
      },
    }));
    const sink = sinkOf('resent', {}, env);
    await sink.open(1);
    await apply(sink, 1);
    expect(await ids('resent')).toEqual([1]);
  });

  it('survives a broker that is killed between and within batches', async () => {
    const sink = sinkOf('survived');
    await sink.open(1);
    await apply(sink, 1);
    await broker.kill();
    const commit = apply(sink, 2);
    await broker.restart();
    expect(await commit).toBe('applied');
    expect(await apply(sink, 3)).toBe('applied');
    expect(await ids('survived')).toEqual([1, 2, 3]);
  });

  it('stops with ESQL8440 when a newer driver has it, and leaves that one alone', async () => {
    let initialised = 0;
    const counting = changed((real) => ({
      async initialise() {
        initialised += 1;
        await real.initialise();
      },
    }));
    const old = sinkOf('fenced');
    await old.open(1);
    await apply(old, 1);
    const newer = sinkOf('fenced', {}, counting);
    await newer.open(2);
    expect(await codeOf(() => apply(old, 2))).toBe('ESQL8440');
    expect(await codeOf(() => apply(old, 2))).toBe('ESQL8440');
    expect(await codeOf(() => sinkOf('fenced').open(1))).toBe('ESQL8440');
    expect(await apply(newer, 2, 2)).toBe('applied');
    expect(initialised).toBe(1);
    expect(await ids('fenced')).toEqual([1, 2]);
  });

  it('takes its id back from an older driver, and gives up on one that is no driver of it', async () => {
    const sink = sinkOf('taken');
    await sink.open(3);
    const producer = await createEnv().remote.kafkaProducer(kafkaOptionsOf(broker), {
      topics: ['taken'],
      transactionalId: 'tx-taken',
      transactionTimeout_ms: 60_000,
    });
    await producer.initialise();
    expect(await apply(sink, 1, 3)).toBe('applied');
    await producer.close();
    const greedy = changed((real) => ({
      async enlist(topic, partitions) {
        const other = await createEnv().remote.kafkaProducer(kafkaOptionsOf(broker), {
          topics: ['greedy'],
          transactionalId: 'tx-greedy',
          transactionTimeout_ms: 60_000,
        });
        await other.initialise();
        await other.close();
        await real.enlist(topic, partitions);
      },
    }));
    expect(await codeOf(() => sinkOf('greedy', {}, greedy).open(1))).toBe('ESQL8620');
    expect(await ids('taken')).toEqual([1]);
  });

  it('finds its progress behind an open transaction of another job', async () => {
    const first = sinkOf('shared');
    await first.open(1);
    await apply(first, 1);
    const options = { topics: ['shared-progress'], transactionalId: 'other-job', transactionTimeout_ms: 60_000 };
    const other = await createEnv().remote.kafkaProducer(kafkaOptionsOf(broker), options);
    await other.initialise();
    await other.enlist('shared-progress', [0]);
    await other.send(
      [
        {
          topic: 'shared-progress',
          partition: 0,
          count: 1,
          codec: 'none',
          records: otherRecord(),
        },
      ],
      0,
    );
    await apply(first, 2);
    const again = sinkOf('shared');
    expect((await again.open(2)).batch).toBe(2);
    await other.close();
  });

  it('finds its progress among much more of others', async () => {
    const early = sinkOf('long', { transactions: { id: 'early', progressTopic: 'long-progress' } });
    await early.open(1);
    await apply(early, 1);
    const kafka = broker.client().producer();
    await kafka.connect();
    const messages = Array.from({ length: 700 }, (_, index) => ({ key: `key ${index % 9}`, value: 'x' }));
    for (const message of messages.splice(0, 100)) await kafka.send({ topic: 'long-progress', messages: [message] });
    await kafka.send({ topic: 'long-progress', messages });
    await kafka.disconnect();
    const again = sinkOf('long', { transactions: { id: 'early', progressTopic: 'long-progress' } });
    expect((await again.open(2)).batch).toBe(1);
  });

  it('writes without transactions where there are none', async () => {
    const sink = sinkOf('plain', { transactions: null });
    expect((await sink.open(1)).batch).toBe(0);
    for (const batch of [1, 2, 2]) expect(await apply(sink, batch)).toBe('applied');
    expect(await ids('plain')).toEqual([1, 2, 2]);
    expect(await cluster.describe('plain-progress')).toBeNull();
  });

  it('refuses topics that do not fit, and says which', async () => {
    const missing = { create: 'never' } as const;
    expect(await codeOf(() => sinkOf('nowhere', missing).open(1))).toBe('ESQL8625');
    const there = await broker.topic('there');
    expect(await codeOf(() => sinkOf(there, missing).open(1))).toBe('ESQL8625');
    const ordinary = await broker.topic('ordinary');
    const withProgress = (progressTopic: string): Partial<KafkaSinkSettings> => ({
      transactions: { id: 'unfit', progressTopic },
    });
    expect(await codeOf(() => sinkOf(there, withProgress(ordinary)).open(1))).toBe('ESQL8623');
    const wide = await broker.topic('wide', { partitions: 2, settings: { 'cleanup.policy': 'compact' } });
    expect(await codeOf(() => sinkOf(there, withProgress(wide)).open(1))).toBe('ESQL8627');
  });

  it('refuses messages that the topic would not take', async () => {
    const small = await broker.topic('small', { settings: { 'max.message.bytes': '300' } });
    const sink = sinkOf(small);
    await sink.open(1);
    sink.begin(1);
    const write = async (): Promise<unknown> => {
      sink.write(rowsBatch(SINK_SCHEMA, [[1n, 'x'.repeat(400)]]));
      return sink.commit(commitOf(1));
    };
    expect(await codeOf(write)).toBe('ESQL8621');
    expect(await ids(small)).toEqual([]);
    // As where the login may not ask for the limit.
    const blind = createEnv();
    const unseen = sinkOf(
      small,
      {},
      {
        ...blind,
        remote: {
          ...blind.remote,
          kafka: async (options) => ({
            ...forwarded(await blind.remote.kafka(options)),
            settings: () => Promise.resolve(null),
          }),
        },
      },
    );
    await unseen.open(2);
    unseen.begin(1);
    unseen.write(rowsBatch(SINK_SCHEMA, [[1n, 'x'.repeat(400)]]));
    expect(await codeOf(() => unseen.commit(commitOf(1, 2)))).toBe('ESQL8622');
    const compacted = await broker.topic('compacted', { settings: { 'cleanup.policy': 'compact' } });
    const keyless = sinkOf(compacted, {}, createEnv(), []);
    await keyless.open(1);
    expect(await codeOf(() => apply(keyless, 1))).toBe('ESQL8626');
  });
});

function otherRecord(): Uint8Array {
  const writer = new RecordWriter();
  writer.add(Buffer.from('other'), Buffer.from('{}'));
  return writer.take().records;
}

function forwarded(real: KafkaCluster): KafkaCluster {
  return {
    describe: (topic) => real.describe(topic),
    offsets: (topic, isolation, queries) => real.offsets(topic, isolation, queries),
    epochEnds: (topic, asked) => real.epochEnds(topic, asked),
    fetch: (request) => real.fetch(request),
    settings: (topic, names) => real.settings(topic, names),
    close: () => real.close(),
  };
}
