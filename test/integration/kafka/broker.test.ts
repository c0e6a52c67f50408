/** The broker of the other tests: what it acknowledged is there after SIGKILL, and its logins are checked. */
import { Kafka, logLevel, type SASLOptions } from 'kafkajs';
import { afterAll, describe, expect, test } from 'vitest';
import { kafkaUsers, ownKafkaMissing, startKafka, type KafkaBroker } from '../../support/servers/kafka.js';

const MESSAGES = 500;

describe.skipIf(ownKafkaMissing !== null)(
  `a Kafka broker${ownKafkaMissing === null ? '' : `: ${ownKafkaMissing}`}`,
  () => {
    const started: KafkaBroker[] = [];
    afterAll(async () => {
      for (const broker of started) await broker.close();
    });

    test('keeps what it acknowledged through SIGKILL', { timeout: 60_000 }, async () => {
      const broker = await startKafka();
      started.push(broker);
      const topic = await broker.topic('kept', { partitions: 2 });
      const producer = broker.client().producer();
      await producer.connect();
      const messages = Array.from({ length: MESSAGES }, (_, index) => ({ value: String(index), partition: index % 2 }));
      await producer.send({ topic, acks: -1, messages });
      await producer.disconnect();
      await broker.kill();
      await broker.restart();
      const admin = broker.client().admin();
      await admin.connect();
      const ends = (await admin.fetchTopicOffsets(topic)).map(({ high }) => Number(high));
      await admin.disconnect();
      expect(ends).toEqual([MESSAGES / 2, MESSAGES / 2]);
    });

    test('of a secured kind takes the right logins only', { timeout: 60_000 }, async () => {
      const broker = await startKafka({ secured: true });
      started.push(broker);
      const { tls, saslTls, authority } = broker.secured ?? { tls: '', saslTls: '', authority: '' };
      const topic = await broker.topic('secured');
      const topicsSeen = async (address: string, ca: string | null, sasl?: SASLOptions): Promise<boolean> => {
        const admin = new Kafka({
          brokers: [address],
          logLevel: logLevel.NOTHING,
          retry: { retries: 0 },
          ...(ca === null ? {} : { ssl: { ca: [ca] } }),
          ...(sasl === undefined ? {} : { sasl }),
        }).admin();
        try {
          await admin.connect();
          return (await admin.listTopics()).includes(topic);
        } catch {
          return false;
        } finally {
          await admin.disconnect();
        }
      };
      expect(await topicsSeen(tls, authority)).toBe(true);
      expect(await topicsSeen(saslTls, authority, { mechanism: 'plain', ...kafkaUsers.plain })).toBe(true);
      expect(await topicsSeen(saslTls, authority, { mechanism: 'scram-sha-256', ...kafkaUsers.scram })).toBe(true);
      expect(await topicsSeen(broker.address, null, { mechanism: 'scram-sha-512', ...kafkaUsers.scram })).toBe(true);
      const wrong = { ...kafkaUsers.plain, password: 'wrong' };
      expect(await topicsSeen(saslTls, authority, { mechanism: 'plain', ...wrong })).toBe(false);
      expect(await topicsSeen(saslTls, authority)).toBe(false);
    });
  },
);
