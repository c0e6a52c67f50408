/** queries/order-alerts.esql, with real topics. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEnv } from '../../../cli/host/env.js';
import type { KafkaCluster } from '../../../runtime/remote/kafka.js';
import { builtCli, startCli, type BuiltCli } from '../../support/built-cli.js';
import { committedMessages, type Message } from '../../support/kafka-messages.js';
import { ROOT } from '../../support/repository.js';
import { kafkaOptionsOf } from '../../support/servers/kafka-options.js';
import { kafkaMissing, startKafka, type KafkaBroker } from '../../support/servers/kafka.js';

const orders = [
  { id: 1, customer: 'ann', amount: 1200 },
  { id: 2, customer: 'bob', amount: 30.5 },
  { id: 3, customer: 'ann', amount: 0.25 },
];

describe.skipIf(kafkaMissing !== null)(`order-alerts.esql${kafkaMissing === null ? '' : `: ${kafkaMissing}`}`, () => {
  let broker: KafkaBroker;
  let cli: BuiltCli;
  let cluster: KafkaCluster;
  const folder = mkdtempSync(join(tmpdir(), 'esql-orders-'));
  beforeAll(async () => {
    [broker, cli] = await Promise.all([startKafka(), builtCli()]);
    cluster = await createEnv().remote.kafka(kafkaOptionsOf(broker));
    cpSync(join(ROOT, 'queries/order-alerts.esql'), join(folder, 'order-alerts.esql'));
  });
  afterAll(async () => {
    await cluster.close();
    cli.remove();
    await broker.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('gives alerts and a table of customers', async () => {
    const topic = await broker.topic('orders');
    const alerts = await broker.topic('large-orders');
    const customers = await broker.topic('customers', { settings: { 'cleanup.policy': 'compact' } });
    const producer = broker.client().producer();
    await producer.connect();
    await producer.send({ topic, messages: orders.map((order) => ({ value: JSON.stringify(order) })) });
    await producer.disconnect();
    const running = startCli(cli, ['run', 'order-alerts.esql', '--quiet'], {
      cwd: folder,
      env: {
        KAFKA_BROKERS: broker.address,
        ORDERS_TOPIC: topic,
        LARGE_ORDERS_TOPIC: alerts,
        CUSTOMERS_TOPIC: customers,
      },
    });
    let table: readonly Message[] = [];
    while (table.length < 2 && running.process.exitCode === null) {
      await sleep(50);
      table = await committedMessages(cluster, customers);
    }
    running.process.kill('SIGTERM');
    const { code, err } = await running.end;
    expect(code, err).toBe(0);
    const rows = table.map(({ key, value }) => [key, value]);
    expect(rows.sort()).toEqual([
      ['{"customer":"ann"}', '{"customer":"ann","orders":2,"total":1200.25}'],
      ['{"customer":"bob"}', '{"customer":"bob","orders":1,"total":30.50}'],
    ]);
    const [alert, ...others] = await committedMessages(cluster, alerts);
    expect(others).toEqual([]);
    expect(alert?.key).toBeNull();
    expect(JSON.parse(alert?.value ?? '')).toMatchObject({ id: 1, customer: 'ann', amount: 1200 });
  });
});
