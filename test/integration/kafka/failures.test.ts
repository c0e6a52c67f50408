/** The Kafka source while its broker dies, refuses logins, and has more than fits in memory. */
import type { Kafka } from 'kafkajs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../../plan/connectors/secret.js';
import { codeOf, sourceBench, sourceOperator, temporaryFolder, type SourceBench } from '../../support/connectors.js';
import { drainKafka, message, openKafka, produce } from '../../support/kafka.js';
import { kafkaUsers, ownKafkaMissing, startKafka, type KafkaBroker } from '../../support/servers/kafka.js';

const folder = temporaryFolder();
const bench: SourceBench = sourceBench(folder.path, sourceOperator(['id BIGINT NOT NULL'], 'json'));
const value = (row: string): string => row.slice(0, row.lastIndexOf('@'));
const ids = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);
const idRows = (found: readonly number[]): string[] => found.map((id) => JSON.stringify([id]));
const MIB = 1024 * 1024;

describe.skipIf(ownKafkaMissing !== null)(
  `Kafka source in trouble${ownKafkaMissing === null ? '' : `: ${ownKafkaMissing}`}`,
  () => {
    let broker: KafkaBroker;
    let client: Kafka;
    let close: (() => Promise<void>)[] = [];
    beforeAll(async () => {
      broker = await startKafka();
      client = broker.client();
    }, 120_000);
    afterEach(async () => {
      for (const each of close) await each();
      close = [];
    });
    afterAll(async () => {
      await broker.close();
      folder.remove();
    });

    test('a broker that is killed and comes back loses and repeats nothing', { timeout: 90_000 }, async () => {
      const topic = await broker.topic('bounce');
      await produce(
        client,
        topic,
        ids(0, 100).map((id) => message(id)),
      );
      const source = await openKafka(bench, { brokers: [broker.address], topic });
      close.push(() => source.close());
      const before = await drainKafka(source, bench, (rows) => rows.length === 100);
      await broker.kill();
      // Nothing to plan while it is away, and no failure either.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      expect(await source.plan({ bytes_max: 1e9 })).toEqual([]);
      await broker.restart();
      await produce(
        broker.client(),
        topic,
        ids(100, 200).map((id) => message(id)),
      );
      const after = await drainKafka(source, bench, (rows) => rows.length === 100, before);
      expect([...before.rows, ...after.rows].map(value)).toEqual(idRows(ids(0, 200)));
    });

    test('a lag of many times the budget leaves the heap as it is', { timeout: 90_000 }, async () => {
      const topic = await broker.topic('overload', { partitions: 2 });
      const producer = client.producer();
      await producer.connect();
      const padding = 'x'.repeat(10_000);
      const total = 24_000;
      for (let first = 0; first < total; first += 150) {
        const messages = ids(first, first + 150).map((id) => ({
          value: `{"id":${id},"padding":"${padding}"}`,
          partition: id % 2,
        }));
        await producer.send({ topic, messages });
      }
      await producer.disconnect();
      const source = await openKafka(bench, { brokers: [broker.address], topic, stop: 'latest' });
      close.push(() => source.close());
      const outside = (): number => process.memoryUsage().arrayBuffers;
      let peak = 0;
      let count = 0;
      const base = outside();
      for (let idle = 0; idle < 100 && count < total;) {
        // Time for the fetches to take all that they would take.
        await new Promise((resolve) => setTimeout(resolve, 20));
        peak = Math.max(peak, outside() - base);
        const before = count;
        const planned = await source.plan({ bytes_max: 4 * MIB });
        if (planned.length === 0) idle += 1;
        else {
          const { readRows } = await import('../../support/connectors.js');
          count += (await readRows(source, bench, planned)).length;
        }
        expect(count - before).toBeLessThan(1000);
      }
      expect(count).toBe(total);
      // 240 MB waited; the queues hold 32 MiB and at most one answer more, twice while it is put together.
      expect(peak).toBeLessThan(120 * MIB);
    });

    test('logins: right ones read, wrong ones are named, and no secret is shown', { timeout: 90_000 }, async () => {
      const secured = await startKafka({ secured: true });
      close.push(() => secured.close());
      const topic = await secured.topic('secured');
      await produce(secured.client(), topic, [message(7)]);
      const { tls = '', saslTls = '', authority = '' } = secured.secured ?? {};
      writeFileSync(join(folder.path, 'ca.pem'), authority);
      const plain = { sasl_username: kafkaUsers.plain.username, sasl_password: secretOf(kafkaUsers.plain.password) };
      const scram = { sasl_username: kafkaUsers.scram.username, sasl_password: secretOf(kafkaUsers.scram.password) };
      const right = [
        { brokers: [secured.address], security: 'sasl_plaintext', ...plain },
        { brokers: [saslTls], security: 'sasl_ssl', ssl_ca: 'ca.pem', sasl_mechanism: 'scram-sha-256', ...scram },
        { brokers: [tls], security: 'ssl', ssl_ca: 'ca.pem' },
      ] as const;
      for (const options of right) {
        const source = await openKafka(bench, { topic, stop: 'latest', ...options });
        const { rows } = await drainKafka(source, bench, () => false);
        await source.close();
        expect(rows.map(value)).toEqual(['[7]']);
      }
      const wrong = [
        { brokers: [secured.address], security: 'sasl_plaintext', ...plain, sasl_password: secretOf('not-the-secret') },
        { brokers: [saslTls], security: 'sasl_ssl', ...plain },
      ] as const;
      for (const options of wrong) {
        const failure = await openKafka(bench, { topic, ...options }).catch((error: unknown) => error);
        expect(await codeOf(() => Promise.reject(failure as Error))).toBe('ESQL8602');
        expect(String(failure) + JSON.stringify(failure)).not.toMatch(/not-the-secret|alice-secret/u);
      }
    });

    test('no broker at all', { timeout: 60_000 }, async () => {
      expect(await codeOf(() => openKafka(bench, { brokers: ['127.0.0.1:1'], topic: 'x' }))).toBe('ESQL8601');
    });
  },
);

function secretOf(text: string): Secret {
  return new Secret('TEST', text);
}
