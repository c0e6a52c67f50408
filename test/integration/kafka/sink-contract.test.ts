/** The contract of sinks against topics of a real broker: appended to, and as a table by key. */
import { basename } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { createEnv } from '../../../cli/host/env.js';
import { KafkaSink } from '../../../runtime/connectors/kafka/sink.js';
import type { Env } from '../../../runtime/env.js';
import type { KafkaCluster } from '../../../runtime/remote/kafka.js';
import { stepper } from '../../contract/dying.js';
import { sinkContract } from '../../contract/sink-contract.js';
import { SINK_SCHEMA, type SinkSubject } from '../../contract/sink-subject.js';
import { sinkContext } from '../../support/connectors.js';
import { committedMessages, type Message } from '../../support/kafka-messages.js';
import { kafkaMissing, startKafka, type KafkaBroker } from '../../support/servers/kafka.js';
import { kafkaOptionsOf } from '../../support/servers/kafka-options.js';

let broker: KafkaBroker;
let cluster: KafkaCluster;

/** Every call of the producer is a step. */
function failingProducer(fail: number): Env {
  const env = createEnv();
  const step = stepper(fail);
  return {
    ...env,
    remote: {
      ...env.remote,
      async kafkaProducer(options, producer) {
        const real = await env.remote.kafkaProducer(options, producer);
        return {
          createTopic: (topic) => step(() => real.createTopic(topic)),
          initialise: () => step(() => real.initialise()),
          enlist: (topic, partitions) => step(() => real.enlist(topic, partitions)),
          send: (batches, time_ms) => step(() => real.send(batches, time_ms)),
          commit: () => step(() => real.commit()),
          close: () => real.close(),
        };
      },
    },
  };
}

const topicOf = (folder: string): string => basename(folder);

const subject = (mode: 'append' | 'upsert'): SinkSubject => ({
  name: `kafka ${mode}`,
  shared: true,
  deathStride: 1,
  create: (folder, { queryId = 'query', env = createEnv() } = {}) =>
    new KafkaSink(
      sinkContext(folder, { schema: SINK_SCHEMA, key: mode === 'upsert' ? [0] : [], queryId }, { name: 'json' }, env),
      {
        topic: topicOf(folder),
        transactions: { id: `${topicOf(folder)}-${queryId}`, progressTopic: `${topicOf(folder)}-progress` },
        create: 'if_missing',
        partitions: 3,
        replication: 1,
        compression: mode === 'upsert' ? 'gzip' : 'none',
      },
      () => Promise.resolve(kafkaOptionsOf(broker)),
    ),
  async read(folder) {
    const messages = await committedMessages(cluster, topicOf(folder));
    const seen = mode === 'append' ? messages : [...new Map(messages.map((each) => [each.key, each])).values()];
    const rows = seen.flatMap(({ value }) => (value === null ? [] : [rowOf(value)]));
    return rows.sort((a, b) => a.id - b.id).map(({ id, name }) => `${id}=${String(name)}`);
  },
  failing: failingProducer,
  bytes: async (folder) => JSON.stringify((await committedMessages(cluster, topicOf(folder))).map(withoutOffset)),
});

/** Offsets are taken by markers and aborted records, too. */
const withoutOffset = ({ partition, key, value }: Message): unknown => [partition, key, value];

function rowOf(value: string): { readonly id: number; readonly name: string | null } {
  const row: unknown = JSON.parse(value);
  if (typeof row === 'object' && row !== null && 'id' in row && typeof row.id === 'number' && 'name' in row) {
    const { id, name } = row;
    if (name === null || typeof name === 'string') return { id, name };
  }
  throw new Error(`no row: ${value}`);
}

describe.skipIf(kafkaMissing !== null)(
  `Kafka${kafkaMissing === null ? '' : `: ${kafkaMissing}`}`,
  { timeout: 60_000 },
  () => {
    beforeAll(async () => {
      broker = await startKafka();
      cluster = await createEnv().remote.kafka(kafkaOptionsOf(broker));
    }, 90_000);
    afterAll(async () => {
      await cluster.close();
      await broker.close();
    });

    sinkContract(subject('append'));
    sinkContract(subject('upsert'));
  },
);
