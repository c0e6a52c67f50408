/**
 * The requests that reading a topic takes, in the versions that brokers from 1.0 (and Event Hubs) to 4.x speak.
 * Source: https://kafka.apache.org/protocol. "Flexible" versions carry compact lengths and tagged fields.
 */
import {
  kafkaCodeError,
  UNKNOWN_TOPIC,
  type EpochEnd,
  type EpochQuery,
  type FetchedPartition,
  type FetchRequest,
  type Isolation,
  type OffsetQuery,
  type PartitionDescription,
  type PartitionOffset,
  type TopicDescription,
} from '../../../runtime/remote/kafka.js';
import { exchange, optionalVersionOf, versionOf, type PrivateBroker } from './private-parts.js';
import { WireReader, WireWriter } from './wire.js';

const FETCH = { key: 1, name: 'Fetch', min: 4, max: 11 };
const LIST_OFFSETS = { key: 2, name: 'ListOffsets', min: 2, max: 5 };
const METADATA = { key: 3, name: 'Metadata', min: 4, max: 7 };
/** With topic ids. */
const METADATA_FLEXIBLE = { key: 3, name: 'Metadata', min: 10, max: 12 };
const OFFSET_FOR_LEADER_EPOCH = { key: 23, name: 'OffsetForLeaderEpoch', min: 2, max: 3 };
const DESCRIBE_CONFIGS = { key: 32, name: 'DescribeConfigs', min: 1, max: 2 };

const CONSUMER = -1;
const TOPIC_RESOURCE = 2;
/** What brokers without topic ids, and topics without one, answer. */
const NO_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAA';

export const isolationByte = (isolation: Isolation): number => (isolation === 'read_committed' ? 1 : 0);

/** Null if there is no such topic. */
export async function requestMetadata(broker: PrivateBroker, topic: string): Promise<TopicDescription | null> {
  const flexible = optionalVersionOf(broker, METADATA_FLEXIBLE);
  if (flexible === null) {
    const version = versionOf(broker, METADATA);
    const body = new WireWriter().list([topic], (name, writer) => writer.text(name)).boolean(false);
    return exchange(broker, { ...METADATA, version }, body.bytes(), (payload) => readMetadata(payload, version));
  }
  const body = new WireWriter().varint(0).varint(2).zeros(16).compactText(topic).varint(0).boolean(false);
  // Authorised operations, of the cluster (up to version 10) and of topics: not asked for.
  if (flexible <= 10) body.boolean(false);
  body.boolean(false).varint(0);
  return exchange(broker, { ...METADATA_FLEXIBLE, version: flexible }, body.bytes(), readFlexibleMetadata);
}

interface TopicFound {
  readonly error: number;
  readonly topicId: string | null;
  readonly partitions: readonly (PartitionDescription & { readonly error: number })[];
}

function readMetadata(payload: Buffer, version: number): TopicDescription | null {
  const reader = new WireReader(payload);
  reader.int32();
  reader.list(() => [reader.int32(), reader.text(), reader.int32(), reader.text()]);
  const clusterId = reader.text();
  reader.int32();
  const [found] = reader.list((): TopicFound => {
    const error = reader.int16();
    reader.text();
    reader.int8();
    const partitions = reader.list(() => {
      const [code, partition, leader] = [reader.int16(), reader.int32(), reader.int32()];
      const leaderEpoch = version >= 7 ? reader.int32() : -1;
      reader.list(() => reader.int32());
      reader.list(() => reader.int32());
      if (version >= 5) reader.list(() => reader.int32());
      return { error: code, partition, leader, leaderEpoch };
    });
    return { error, topicId: null, partitions };
  });
  return description(clusterId, found);
}

function readFlexibleMetadata(payload: Buffer): TopicDescription | null {
  const reader = new WireReader(payload);
  reader.tags();
  reader.int32();
  reader.compactList(() => {
    const node = [reader.int32(), reader.compactText(), reader.int32(), reader.compactText()];
    reader.tags();
    return node;
  });
  const clusterId = reader.compactText();
  reader.int32();
  const [found] = reader.compactList((): TopicFound => {
    const error = reader.int16();
    reader.compactText();
    const topicId = reader.uuid();
    reader.int8();
    const partitions = reader.compactList(() => {
      const [code, partition, leader, leaderEpoch] = [reader.int16(), reader.int32(), reader.int32(), reader.int32()];
      for (let replicas = 0; replicas < 3; replicas += 1) reader.compactList(() => reader.int32());
      reader.tags();
      return { error: code, partition, leader, leaderEpoch };
    });
    reader.int32();
    reader.tags();
    return { error, topicId: topicId === NO_TOPIC_ID ? null : topicId, partitions };
  });
  return description(clusterId, found);
}

function description(clusterId: string | null, found: TopicFound | undefined): TopicDescription | null {
  if (found === undefined || found.error === UNKNOWN_TOPIC) return null;
  if (found.error !== 0) throw kafkaCodeError(found.error, 'metadata of the topic');
  const partitions = found.partitions
    .map(({ partition, leader, leaderEpoch }) => ({ partition, leader, leaderEpoch }))
    .sort((a, b) => a.partition - b.partition);
  return { clusterId, topicId: found.topicId, partitions };
}

/** Of partitions that `broker` leads. `offset` is -1 where no record is as late as the time asked for. */
export async function requestOffsets(
  broker: PrivateBroker,
  topic: string,
  isolation: Isolation,
  queries: readonly OffsetQuery[],
): Promise<readonly PartitionOffset[]> {
  const version = versionOf(broker, LIST_OFFSETS);
  const body = new WireWriter().int32(CONSUMER).int8(isolationByte(isolation));
  body.list([topic], (name, writer) => {
    writer.text(name).list(queries, ({ partition, at }) => {
      writer.int32(partition);
      if (version >= 4) writer.int32(-1);
      writer.int64(at === 'earliest' ? -2 : at === 'latest' ? -1 : at.time_ms);
    });
  });
  return exchange(broker, { ...LIST_OFFSETS, version }, body.bytes(), (payload) => {
    const reader = new WireReader(payload);
    reader.int32();
    const topics = reader.list(() => {
      reader.text();
      return reader.list(() => {
        const [partition, error] = [reader.int32(), reader.int16()];
        reader.bigint64();
        const offset = reader.int64();
        const leaderEpoch = version >= 4 ? reader.int32() : -1;
        if (error !== 0) throw kafkaCodeError(error, `offsets of partition ${String(partition)}`);
        return { partition, offset, leaderEpoch };
      });
    });
    return topics.flat();
  });
}

/** Null where the broker can't tell. */
export async function requestEpochEnds(
  broker: PrivateBroker,
  topic: string,
  asked: readonly EpochQuery[],
): Promise<readonly EpochEnd[] | null> {
  const version = optionalVersionOf(broker, OFFSET_FOR_LEADER_EPOCH);
  if (version === null) return null;
  const body = new WireWriter();
  if (version >= 3) body.int32(CONSUMER);
  body.list([topic], (name, writer) => {
    writer.text(name).list(asked, ({ partition, leaderEpoch }) => {
      writer.int32(partition).int32(-1).int32(leaderEpoch);
    });
  });
  return exchange(broker, { ...OFFSET_FOR_LEADER_EPOCH, version }, body.bytes(), (payload) => {
    const reader = new WireReader(payload);
    reader.int32();
    const topics = reader.list(() => {
      reader.text();
      return reader.list(() => {
        const [error, partition, leaderEpoch] = [reader.int16(), reader.int32(), reader.int32()];
        const endOffset = reader.int64();
        if (error !== 0) throw kafkaCodeError(error, `leader epochs of partition ${String(partition)}`);
        return { partition, leaderEpoch, endOffset };
      });
    });
    return topics.flat();
  });
}

export async function requestFetch(broker: PrivateBroker, request: FetchRequest): Promise<readonly FetchedPartition[]> {
  const version = versionOf(broker, FETCH);
  const body = new WireWriter().int32(CONSUMER).int32(request.wait_ms).int32(1).int32(request.bytes_max);
  body.int8(isolationByte(request.isolation));
  // No fetch session: every request says all.
  if (version >= 7) body.int32(0).int32(-1);
  body.list([request.topic], (name, writer) => {
    writer.text(name).list(request.partitions, ({ partition, offset, leaderEpoch, bytes_max }) => {
      writer.int32(partition);
      if (version >= 9) writer.int32(leaderEpoch);
      writer.int64(offset);
      if (version >= 5) writer.int64(-1);
      writer.int32(bytes_max);
    });
  });
  if (version >= 7) body.int32(0);
  if (version >= 11) body.text('');
  return exchange(broker, { ...FETCH, version }, body.bytes(), (payload) => readFetch(payload, version));
}

function readFetch(payload: Buffer, version: number): readonly FetchedPartition[] {
  const reader = new WireReader(payload);
  reader.int32();
  if (version >= 7) {
    const error = reader.int16();
    reader.int32();
    if (error !== 0) throw kafkaCodeError(error, 'fetch');
  }
  const topics = reader.list(() => {
    reader.text();
    return reader.list((): FetchedPartition => {
      const [partition, error] = [reader.int32(), reader.int16()];
      const [highWatermark, lastStable] = [reader.int64(), reader.int64()];
      const logStart = version >= 5 ? reader.int64() : -1;
      const aborted = reader.list(() => ({ producerId: reader.bigint64(), firstOffset: reader.int64() }));
      if (version >= 11) reader.int32();
      return { partition, error, highWatermark, lastStable, logStart, aborted, records: reader.bytes() };
    });
  });
  return topics.flat();
}

/** Null where this login may not see them, or the broker has no such request. */
export async function requestSettings(
  broker: PrivateBroker,
  topic: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string> | null> {
  const version = optionalVersionOf(broker, DESCRIBE_CONFIGS);
  if (version === null) return null;
  const body = new WireWriter().list([topic], (name, writer) => {
    writer
      .int8(TOPIC_RESOURCE)
      .text(name)
      .list(names, (setting) => writer.text(setting));
  });
  body.boolean(false);
  return exchange(broker, { ...DESCRIBE_CONFIGS, version }, body.bytes(), (payload) => {
    const reader = new WireReader(payload);
    reader.int32();
    const [found] = reader.list(() => {
      const error = reader.int16();
      reader.text();
      reader.int8();
      reader.text();
      const settings = reader.list((): [string, string] => {
        const [name, value] = [reader.text() ?? '', reader.text() ?? ''];
        for (let flags = 0; flags < 3; flags += 1) reader.int8();
        reader.list(() => [reader.text(), reader.text(), reader.int8()]);
        return [name, value];
      });
      return error === 0 ? new Map(settings) : null;
    });
    return found ?? null;
  });
}
