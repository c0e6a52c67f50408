/** queries/payments-protobuf.esql, with real topics and a registry over HTTP, and what it does while there is none. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import protobufjs from 'protobufjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEnv } from '../../../cli/host/env.js';
import { compile } from '../../../compiler/compile.js';
import { DiagnosticError } from '../../../grammar/diagnostics/diagnostic.js';
import { SourceFile } from '../../../grammar/diagnostics/source.js';
import type { Env } from '../../../runtime/env.js';
import type { KafkaCluster } from '../../../runtime/remote/kafka.js';
import { run } from '../../../runtime/run.js';
import { committedMessages } from '../../support/kafka-messages.js';
import { ROOT } from '../../support/repository.js';
import { kafkaOptionsOf } from '../../support/servers/kafka-options.js';
import { kafkaMissing, startKafka, type KafkaBroker } from '../../support/servers/kafka.js';
import { SchemaRegistryDouble } from '../../support/servers/schema-registry.js';

const QUERY = 'payments-protobuf.esql';
const PAYMENT = `
  syntax = "proto3";
  package shop;
  enum State { OPEN = 0; PAID = 1; FAILED = 2; }
  message Ignored { string text = 1; }
  message Payment {
    int64 id = 1; string account = 2; string amount = 3; State state = 4; Details details = 5;
    Time paid_at = 6; repeated string tags = 7;
    message Details { string reason = 1; int32 tries = 2; }
  }
`;
/** As it is registered: protobufjs has no files of Google's. */
const REGISTERED = PAYMENT.replace('package shop;', 'package shop; import "google/protobuf/timestamp.proto";').replace(
  'Time paid_at',
  'google.protobuf.Timestamp paid_at',
);
const Payment = protobufjs
  .parse(`${PAYMENT} message Time { int64 seconds = 1; int32 nanos = 2; }`, { keepCase: true })
  .root.lookupType('shop.Payment');

/** The second message of the file: one index, 1; as zigzag. */
function framed(id: number, payment: object): Buffer {
  const body = Payment.encode(Payment.fromObject(payment)).finish();
  return Buffer.concat([Buffer.from([0, 0, 0, 0, id, 2, 2]), body]);
}

describe.skipIf(kafkaMissing !== null)(`${QUERY}${kafkaMissing === null ? '' : `: ${kafkaMissing}`}`, () => {
  let broker: KafkaBroker;
  let cluster: KafkaCluster;
  let schemas: SchemaRegistryDouble;
  const folder = mkdtempSync(join(tmpdir(), 'esql-payments-'));
  beforeAll(async () => {
    [broker, schemas] = await Promise.all([startKafka(), SchemaRegistryDouble.start()]);
    cluster = await createEnv().remote.kafka(kafkaOptionsOf(broker));
  });
  afterAll(async () => {
    await cluster.close();
    await Promise.all([broker.close(), schemas.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  function envOf(values: Readonly<Record<string, string>>): Env {
    const env = createEnv();
    return { ...env, references: { ...env.references, environment: (name) => values[name] } };
  }

  function runQuery(text: string, name: string, env: Env) {
    const { plan, diagnostics } = compile({ source: new SourceFile(name, text), include: () => undefined });
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    return run(plan!, env, { checkpointUri: 'checkpoints', workingDirectory: folder });
  }

  test('gives the failed payments, and loses nothing while there is no registry', async () => {
    const payments = await broker.topic('payments', { partitions: 1 });
    const failed = await broker.topic('failed', { partitions: 1 });
    const json = await broker.topic('json', { partitions: 1 });
    const id = schemas.add(`${payments}-value`, REGISTERED, 'PROTOBUF');
    const paid_at = { seconds: 1_769_853_600, nanos: 500_000_000 };
    const details = { reason: 'card', tries: 3 };
    const base = { id: '9007199254740993', account: 'ann', amount: '12.50', state: 'FAILED', details, paid_at };
    const producer = broker.client().producer();
    await producer.connect();
    const messages = [
      framed(id, base),
      framed(id, { ...base, state: 'PAID', id: '2' }),
      Buffer.from('{"no": "protobuf"}'),
      framed(99, base),
      null,
      framed(id, { id: '3', account: 'bob', state: 'FAILED', tags: ['x'] }),
    ];
    await producer.send({ topic: payments, messages: messages.map((value) => ({ value })) });
    await producer.disconnect();
    const values = {
      KAFKA_BROKERS: broker.address,
      SCHEMA_REGISTRY: schemas.address,
      PAYMENTS_TOPIC: payments,
      FAILED_TOPIC: failed,
    };
    const topic = "topic = env('PAYMENTS_TOPIC', 'payments')";
    const shipped = readFileSync(join(ROOT, 'queries', QUERY), 'utf8');
    const query = shipped.replace(topic, `${topic}, stop = 'latest'`);
    const elsewhere = envOf({ ...values, SCHEMA_REGISTRY: `${schemas.address}/elsewhere` });
    const error = await runQuery(query, 'payments.esql', elsewhere).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DiagnosticError);
    expect((error as DiagnosticError).diagnostic.code).toBe('ESQL8652');
    expect(await committedMessages(cluster, failed)).toEqual([]);

    schemas.troubles.push('status_500');
    expect((await runQuery(query, 'payments.esql', envOf(values))).kind).toBe('finished');
    const columns = 'id BIGINT, account VARCHAR, amount DECIMAL(12, 2), reason VARCHAR, paid_at TIMESTAMPTZ';
    const back = `
      CREATE SOURCE failed (${columns}) WITH (connector = 'kafka', brokers = '${broker.address}', topic = '${failed}', stop = latest)
      FORMAT PROTOBUF (registry = '${schemas.address}', message = 'shop.FailedPayment');
      CREATE SINK texts WITH (connector = 'kafka', brokers = '${broker.address}', topic = '${json}', mode = append) FORMAT JSON;
      CREATE STREAM all_of_them AS SELECT * FROM failed WITH CHECKPOINT 30s INTO texts;
    `;
    expect((await runQuery(back, 'back.esql', envOf({}))).kind).toBe('finished');
    expect((await committedMessages(cluster, json)).map(({ value }) => value)).toEqual([
      '{"id":9007199254740993,"account":"ann","amount":12.50,"reason":"card","paid_at":"2026-01-31T10:00:00.5Z"}',
      '{"id":3,"account":"bob","amount":null,"reason":null,"paid_at":null}',
    ]);
  });
});
