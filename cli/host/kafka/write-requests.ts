/** The requests that writing in transactions takes. Source: https://kafka.apache.org/protocol. */
import type { ProducerIdentity } from '../../../runtime/connectors/kafka/record-writer.js';
import { kafkaCodeError, type KafkaError } from '../../../runtime/remote/kafka.js';
import { producerCodeError } from '../../../runtime/remote/kafka-producer.js';
import { exchange, optionalVersionOf, versionOf, type PrivateBroker } from './private-parts.js';
import { WireReader, WireWriter } from './wire.js';

const PRODUCE = { key: 0, name: 'Produce', min: 3, max: 7 };
const FIND_COORDINATOR = { key: 10, name: 'FindCoordinator', min: 1, max: 2 };
const INIT_PRODUCER_ID = { key: 22, name: 'InitProducerId', min: 0, max: 1 };
const ADD_PARTITIONS = { key: 24, name: 'AddPartitionsToTxn', min: 0, max: 2 };
const END_TRANSACTION = { key: 26, name: 'EndTxn', min: 0, max: 2 };
const DESCRIBE_TRANSACTIONS = { key: 65, name: 'DescribeTransactions', min: 0, max: 0 };

const OF_TRANSACTIONS = 1;
const ALL_IN_SYNC = -1;
/** The markers of the transaction before have not been written yet. */
export const CONCURRENT_TRANSACTIONS = 51;

export interface SealedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly bytes: Uint8Array;
}

function refusal(code: number, what: string): KafkaError {
  return producerCodeError(code, what) ?? kafkaCodeError(code, what);
}

/** kafkajs throws errors of the protocol with their code, where its own parts sent the request. */
export function writeError(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'number') return error;
  return producerCodeError(error.code, what) ?? error;
}

/** The node that coordinates the transactions of an id. */
export async function requestCoordinator(broker: PrivateBroker, transactionalId: string): Promise<number> {
  const version = versionOf(broker, FIND_COORDINATOR);
  const body = new WireWriter().text(transactionalId).int8(OF_TRANSACTIONS);
  return exchange(broker, { ...FIND_COORDINATOR, version }, body.bytes(), (payload) => {
    const reader = new WireReader(payload);
    reader.int32();
    const error = reader.int16();
    reader.text();
    const node = reader.int32();
    if (error !== 0) throw refusal(error, 'looking for the coordinator');
    return node;
  });
}

export async function requestProducerId(
  coordinator: PrivateBroker,
  transactionalId: string,
  timeout_ms: number,
): Promise<ProducerIdentity | typeof CONCURRENT_TRANSACTIONS> {
  const version = versionOf(coordinator, INIT_PRODUCER_ID);
  const body = new WireWriter().text(transactionalId).int32(timeout_ms);
  return exchange(coordinator, { ...INIT_PRODUCER_ID, version }, body.bytes(), (payload) => {
    const reader = new WireReader(payload);
    reader.int32();
    const error = reader.int16();
    const identity = { id: reader.int64(), epoch: reader.int16() };
    if (error === CONCURRENT_TRANSACTIONS) return CONCURRENT_TRANSACTIONS;
    if (error !== 0) throw refusal(error, 'taking the transactional id');
    return identity;
  });
}

/** Adds partitions to the open transaction. */
export async function requestEnlisting(
  coordinator: PrivateBroker,
  transactionalId: string,
  identity: ProducerIdentity,
  topic: string,
  partitions: readonly number[],
): Promise<null | typeof CONCURRENT_TRANSACTIONS> {
  const version = versionOf(coordinator, ADD_PARTITIONS);
  const body = new WireWriter().text(transactionalId).int64(identity.id).int16(identity.epoch);
  body.list([topic], (name, writer) => {
    writer.text(name).list(partitions, (partition) => writer.int32(partition));
  });
  return exchange(coordinator, { ...ADD_PARTITIONS, version }, body.bytes(), (payload) => {
    const reader = new WireReader(payload);
    reader.int32();
    const topics = reader.list(() => {
      reader.text();
      return reader.list(() => ({ partition: reader.int32(), error: reader.int16() }));
    });
    const errors = topics.flat().map(({ error }) => error);
    if (errors.includes(CONCURRENT_TRANSACTIONS)) return CONCURRENT_TRANSACTIONS;
    // 55: not tried, because of the error of another partition.
    const error = errors.find((code) => code !== 0 && code !== 55) ?? errors.find((code) => code !== 0) ?? 0;
    if (error !== 0) throw refusal(error, 'beginning a transaction');
    return null;
  });
}

/** Writes to partitions that `broker` leads: one batch for each. */
export async function requestProduce(
  broker: PrivateBroker,
  transactionalId: string | null,
  batches: readonly SealedBatch[],
  timeout_ms: number,
): Promise<void> {
  const version = versionOf(broker, PRODUCE);
  const body = new WireWriter();
  if (transactionalId === null) body.int16(-1);
  else body.text(transactionalId);
  body.int16(ALL_IN_SYNC).int32(timeout_ms);
  const topics = [...new Set(batches.map(({ topic }) => topic))];
  body.list(topics, (topic, writer) => {
    const own = batches.filter((batch) => batch.topic === topic);
    writer.text(topic).list(own, ({ partition, bytes }) => {
      writer.int32(partition).data(bytes);
    });
  });
  await exchange(broker, { ...PRODUCE, version }, body.bytes(), (payload) => {
    const reader = new WireReader(payload);
    reader.list(() => {
      reader.text();
      return reader.list(() => {
        const [partition, error] = [reader.int32(), reader.int16()];
        reader.bigint64();
        reader.bigint64();
        if (version >= 5) reader.bigint64();
        if (error !== 0) throw refusal(error, `writing to partition ${String(partition)}`);
        return partition;
      });
    });
  });
}

/** Commits the open transaction. */
export async function requestEndTransaction(
  coordinator: PrivateBroker,
  transactionalId: string,
  identity: ProducerIdentity,
): Promise<void> {
  const version = versionOf(coordinator, END_TRANSACTION);
  const body = new WireWriter().text(transactionalId).int64(identity.id).int16(identity.epoch).boolean(true);
  await exchange(coordinator, { ...END_TRANSACTION, version }, body.bytes(), (payload) => {
    const reader = new WireReader(payload);
    reader.int32();
    const error = reader.int16();
    if (error !== 0) throw refusal(error, 'committing');
  });
}

/** Whether the coordinator still has markers of a commit to write; false where it can't tell (before Kafka 3.0). */
export async function requestIsCommitting(coordinator: PrivateBroker, transactionalId: string): Promise<boolean> {
  const version = optionalVersionOf(coordinator, DESCRIBE_TRANSACTIONS);
  if (version === null) return false;
  // A flexible version: tagged fields of the header, a list of one, tagged fields.
  const body = new WireWriter().varint(0).varint(2).compactText(transactionalId).varint(0);
  return exchange(coordinator, { ...DESCRIBE_TRANSACTIONS, version }, body.bytes(), (payload) => {
    const reader = new WireReader(payload);
    reader.tags();
    reader.int32();
    const count = reader.varint() - 1;
    if (count < 1) return false;
    const error = reader.int16();
    reader.compactText();
    const state = reader.compactText();
    if (error !== 0) throw refusal(error, 'asking for the transaction');
    return state === 'PrepareCommit';
  });
}
