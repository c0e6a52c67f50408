/**
 * The Kafka source against a real broker: the contract of sources, and the conformance cases in which clients leak,
 * skip or repeat.
 */
import { CompressionTypes, type Kafka } from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Source, SourceCursor } from '../../../runtime/connectors/connector.js';
import { kafkaSource } from '../../../runtime/connectors/kafka/open.js';
import { sourceContract } from '../../contract/source-contract.js';
import {
  codeOf,
  readRows,
  sourceBench,
  sourceOperator,
  temporaryFolder,
  type SourceBench,
} from '../../support/connectors.js';
import {
  drainKafka,
  kafkaOptions,
  message,
  openKafka,
  produce,
  sendEach,
  transactional,
  type Drained,
  type KafkaSourceOptions,
} from '../../support/kafka.js';
import { createTopic, kafkaMissing, startKafka, type KafkaBroker } from '../../support/servers/kafka.js';

const folder = temporaryFolder();
let broker: KafkaBroker;
let client: Kafka;
let bench: SourceBench;
let opened: Source[] = [];
const IDS = Array.from({ length: 40 }, (_, index) => index);
const value = (row: string): string => row.slice(0, row.lastIndexOf('@'));
const idRows = (ids: readonly number[]): string[] => ids.map((id) => JSON.stringify([id]));

describe.skipIf(kafkaMissing !== null)(`Kafka source${kafkaMissing === null ? '' : `: ${kafkaMissing}`}`, () => {
  beforeAll(async () => {
    broker = await startKafka();
    client = broker.client();
  }, 120_000);
  afterAll(async () => {
    await broker.close();
    folder.remove();
  });
  beforeEach(() => {
    bench = sourceBench(folder.path, sourceOperator(['id BIGINT NOT NULL'], 'json'));
    opened = [];
  });
  afterEach(async () => {
    for (const source of opened) await source.close();
  });

  sourceContract({
    name: 'kafka',
    async setUp() {
      const topic = await broker.topic('contract');
      const producer = client.producer();
      await producer.connect();
      for (let id = 0; id < IDS.length; id += 2)
        await producer.send({ topic, messages: [message(id), message(id + 1)] });
      await producer.disconnect();
      const options = kafkaOptions({ brokers: [broker.address], topic, stop: 'latest' });
      return {
        bench,
        create: () => kafkaSource(bench.context, options),
        rows: idRows(IDS),
        ends: true,
        spoil: null,
        tearDown: () => Promise.resolve(),
      };
    },
  });

  const open = async (changes: Partial<KafkaSourceOptions>, cursor: SourceCursor | null = null): Promise<Source> => {
    const source = await openKafka(bench, { brokers: [broker.address], ...changes }, cursor);
    opened.push(source);
    return source;
  };
  /** Everything up to the end of the topic as it is now. */
  const drain = async (topic: string, changes: Partial<KafkaSourceOptions> = {}, bytes_max = 1e9): Promise<Drained> => {
    const source = await open({ topic, stop: 'latest', ...changes });
    return drainKafka(source, bench, () => false, { cursor: null, bytes_max });
  };

  test('several partitions, each in order, and registered from the first batch on', async () => {
    const topic = await broker.topic('partitions', { partitions: 3 });
    await produce(
      client,
      topic,
      IDS.map((id) => message(id, { partition: id % 2 })),
    );
    const source = await open({ topic });
    const { rows, ranges } = await drainKafka(source, bench, (found) => found.length >= IDS.length);
    expect(rows.map(value).sort()).toEqual(idRows(IDS).sort());
    expect(new Set(ranges.map(({ partition }) => partition))).toEqual(new Set([0, 1, 2]));
    expect(ranges.find(({ partition }) => partition === 2)).toMatchObject({ start: { offset: 0 }, end: { offset: 0 } });
    expect(rows.filter((row) => row.includes('[4]'))).toEqual([`[4]@${topic}:2`]);
  });

  test('only the partitions asked for', async () => {
    const topic = await broker.topic('selected', { partitions: 3 });
    await produce(
      client,
      topic,
      IDS.map((id) => message(id, { partition: id % 3 })),
    );
    const { rows } = await drain(topic, { partitions: '0,2' });
    expect(rows.map(value).sort()).toEqual(idRows(IDS.filter((id) => id % 3 !== 1)).sort());
    expect(await codeOf(() => open({ topic, partitions: '0,7' }))).toBe('ESQL8608');
  });

  test('starts at the latest record, at a time, at offsets', async () => {
    const topic = await broker.topic('start');
    await produce(
      client,
      topic,
      IDS.map((id) => message(id, { timestamp: String(1_700_000_000_000 + id * 1000) })),
    );
    const at = new Date(1_700_000_000_000 + 30_000).toISOString();
    expect((await drain(topic, { start: at })).rows.map(value)).toEqual(idRows(IDS.slice(30)));
    expect((await drain(topic, { start: '0:35' })).rows.map(value)).toEqual(idRows(IDS.slice(35)));
    const source = await open({ topic, start: 'latest' });
    await produce(client, topic, [message(99)]);
    expect((await drainKafka(source, bench, (rows) => rows.length > 0)).rows.map(value)).toEqual(['[99]']);
  });

  test('an offset outside of the topic is an error, never a reset', async () => {
    const topic = await broker.topic('range');
    await produce(
      client,
      topic,
      IDS.map((id) => message(id)),
    );
    expect(await codeOf(() => open({ topic, start: '0:1000' }))).toBe('ESQL8606');
    const { cursor } = await drainKafka(await open({ topic, start: '0:10' }), bench, (rows) => rows.length === 30);
    const behind = await open({ topic, start: '0:10' }, null);
    const admin = client.admin();
    await admin.connect();
    await admin.fetchTopicMetadata({ topics: [topic] });
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '40' }] });
    await admin.disconnect();
    expect(await codeOf(() => open({ topic, start: '0:10' }))).toBe('ESQL8605');
    // The end of the topic is where the cursor stands: nothing is lost.
    await open({ topic }, cursor);
    // What is in an intent but not in the topic any more.
    const range = {
      partition: 0,
      name: 'x',
      start: { offset: 3, leaderEpoch: 0 },
      end: { offset: 9, leaderEpoch: 0 },
      final: false,
    };
    const [planned] = await behind.plan({ bytes_max: 1e9 });
    const name = planned?.name ?? (await drainKafka(behind, bench, (rows) => rows.length > 0)).ranges[0]?.name ?? '';
    expect(await codeOf(() => readRows(behind, bench, [{ ...range, name }]))).toBe('ESQL8605');
  });

  test('a topic that was made anew is refused', async () => {
    const topic = await broker.topic('anew');
    await produce(
      client,
      topic,
      IDS.map((id) => message(id)),
    );
    const running = await open({ topic, discovery: 200_000n });
    const { cursor, ranges } = await drainKafka(running, bench, (rows) => rows.length === IDS.length);
    const admin = client.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
    await createTopic(client, topic);
    await produce(
      broker.client(),
      topic,
      [...IDS, ...IDS].map((id) => message(id)),
    );
    expect(await codeOf(() => drainKafka(running, bench, () => false, { cursor }))).toBe('ESQL8607');
    expect(await codeOf(() => open({ topic }, cursor))).toBe('ESQL8607');
    const fresh = await open({ topic });
    expect(await codeOf(() => readRows(fresh, bench, ranges.slice(0, 1)))).toBe('ESQL8607');
  });

  test('a topic that is missing', async () => {
    expect(await codeOf(() => open({ topic: 'nowhere' }))).toBe('ESQL8604');
  });

  test('a compacted topic is refused', async () => {
    const topic = await broker.topic('compacted', { settings: { 'cleanup.policy': 'compact' } });
    expect(await codeOf(() => open({ topic }))).toBe('ESQL8609');
  });

  test('new partitions are read from their beginning', async () => {
    const topic = await broker.topic('grown');
    await produce(client, topic, [message(1)]);
    const source = await open({ topic, start: 'latest', discovery: 100_000n });
    const admin = client.admin();
    await admin.connect();
    await admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] });
    await admin.disconnect();
    await produce(broker.client(), topic, [message(2, { partition: 1 })]);
    const { rows, cursor } = await drainKafka(source, bench, (found) => found.length > 0);
    expect(rows.map(value)).toEqual(['[2]']);
    await source.close();
    const again = await open({ topic }, cursor);
    await produce(broker.client(), topic, [message(3, { partition: 1 }), message(4, { partition: 0 })]);
    expect((await drainKafka(again, bench, (found) => found.length === 2)).rows.map(value).sort()).toEqual([
      '[3]',
      '[4]',
    ]);
  });

  describe('of transactions', () => {
    /** Read whole, in small batches, and from every offset: the rows at or behind it. */
    const everywhere = async (topic: string, offsets: number, visible: readonly string[]): Promise<void> => {
      const { rows } = await drain(topic);
      expect(rows).toEqual(visible);
      expect((await drain(topic, {}, 1)).rows).toEqual(visible);
      const offsetOf = (row: string): number => Number(row.slice(row.lastIndexOf(':') + 1));
      for (let start = 1; start < offsets; start += 1) {
        const from = await drain(topic, { start: `0:${start}` });
        expect(from.rows, `from offset ${start}`).toEqual(visible.filter((row) => offsetOf(row) >= start));
      }
    };

    test('a reader that begins inside two aborted ones shows neither', async () => {
      const topic = await broker.topic('inside');
      const one = await transactional(client, `${topic}-one`);
      const two = await transactional(client, `${topic}-two`);
      const [first, second] = [await one.transaction(), await two.transaction()];
      for (let id = 0; id < 4; id += 1) {
        await sendEach(first, topic, [message(id)]);
        await sendEach(second, topic, [message(10 + id)]);
      }
      await first.abort();
      await second.abort();
      const third = await one.transaction();
      await sendEach(third, topic, [message(20)]);
      await third.commit();
      await one.disconnect();
      await two.disconnect();
      await everywhere(topic, 12, [`[20]@${topic}:10`]);
    });

    test('the younger one is aborted first', async () => {
      const topic = await broker.topic('younger');
      const one = await transactional(client, `${topic}-one`);
      const two = await transactional(client, `${topic}-two`);
      const older = await one.transaction();
      await sendEach(older, topic, [message(0), message(1)]);
      const younger = await two.transaction();
      await sendEach(younger, topic, [message(10)]);
      await sendEach(older, topic, [message(2)]);
      await younger.abort();
      await produce(client, topic, [message(30)]);
      await sendEach(older, topic, [message(3)]);
      await older.abort();
      await produce(client, topic, [message(31)]);
      await one.disconnect();
      await two.disconnect();
      const { rows } = await drain(topic);
      expect(rows.map(value)).toEqual(['[30]', '[31]']);
      await everywhere(topic, 8, rows);
    });

    test('a key of four zero bytes is no marker', async () => {
      const topic = await broker.topic('zeros');
      const producer = await transactional(client, `${topic}-one`);
      const aborted = await producer.transaction();
      await sendEach(aborted, topic, [message(0), message(1, { key: Buffer.alloc(4) }), message(2), message(3)]);
      await aborted.abort();
      const committed = await producer.transaction();
      await sendEach(committed, topic, [message(4, { key: Buffer.alloc(4) }), message(5)]);
      await committed.commit();
      await producer.disconnect();
      await everywhere(topic, 7, [`[4]@${topic}:5`, `[5]@${topic}:6`]);
    });

    test('a tail without any visible record is passed, and the source ends', async () => {
      const topic = await broker.topic('tail');
      const producer = await transactional(client, `${topic}-one`);
      await produce(client, topic, [message(1)]);
      const aborted = await producer.transaction();
      await sendEach(aborted, topic, [message(2), message(3)]);
      await aborted.abort();
      await producer.disconnect();
      const { rows, ranges } = await drain(topic);
      expect(rows.map(value)).toEqual(['[1]']);
      expect(ranges.at(-1)).toMatchObject({ end: { offset: 4 }, final: true });
    });

    test('nothing behind an open one is shown; with read_uncommitted everything is', async () => {
      const topic = await broker.topic('open');
      const producer = await transactional(client, `${topic}-one`);
      await produce(client, topic, [message(1)]);
      const pending = await producer.transaction();
      await sendEach(pending, topic, [message(2)]);
      await produce(client, topic, [message(3)]);
      const source = await open({ topic });
      const before = await drainKafka(source, bench, () => false);
      expect(before.rows.map(value)).toEqual(['[1]']);
      expect((await drain(topic, { isolation: 'read_uncommitted' })).rows.map(value)).toEqual(['[1]', '[2]', '[3]']);
      await pending.commit();
      const after = await drainKafka(source, bench, (rows) => rows.length === 2, before);
      expect(after.rows.map(value)).toEqual(['[2]', '[3]']);
      await producer.disconnect();
    });
  });

  test.each(['gzip', 'snappy', 'lz4', 'zstd'])('batches that the broker compresses with %s', async (codec) => {
    const topic = await broker.topic(codec, { settings: { 'compression.type': codec } });
    const many = Array.from({ length: 3000 }, (_, index) => index);
    await produce(
      client,
      topic,
      many.map((id) => message(id)),
    );
    expect((await drain(topic)).rows.map(value)).toEqual(idRows(many));
  });

  test('a small batch that becomes huge is refused', { timeout: 60_000 }, async () => {
    const topic = await broker.topic('bomb', {
      settings: { 'compression.type': 'gzip', 'max.message.bytes': '300000000' },
    });
    const producer = client.producer();
    await producer.connect();
    // Compressed by the client: the broker only sees 200 kB.
    await producer.send({
      topic,
      compression: CompressionTypes.GZIP,
      messages: [{ value: Buffer.alloc(200 * 1024 * 1024, 0x20) }],
    });
    await producer.disconnect();
    expect(await codeOf(() => drain(topic))).toBe('ESQL8611');
  });

  test('values with line feeds, empty and missing ones', async () => {
    const topic = await broker.topic('lines');
    await produce(client, topic, [
      message(1),
      { value: '{\n"id":\n2}\n' },
      { value: null },
      { value: '' },
      { value: 'x\n{"id":5}' },
      message(6),
    ]);
    expect((await drain(topic)).rows).toEqual([
      `malformed_record@${topic}:4`,
      `[1]@${topic}:0`,
      `[2]@${topic}:1`,
      `[6]@${topic}:5`,
    ]);
    bench = sourceBench(folder.path, sourceOperator(['line VARCHAR'], 'raw'));
    const raw = await drain(topic);
    expect(raw.rows.map((row) => (JSON.parse(value(row)) as unknown[])[0])).toEqual([
      '{"id":1}',
      '{\n"id":\n2}\n',
      null,
      '',
      'x\n{"id":5}',
      '{"id":6}',
    ]);
    bench = sourceBench(folder.path, sourceOperator(['a VARCHAR', 'b VARCHAR'], 'csv', { header: false }));
    await produce(client, topic, [{ value: '"unclosed,1' }, { value: 'x,2' }]);
    const csv = await drain(topic, { start: '0:6' });
    expect(csv.rows.at(-1)).toBe(`["x","2"]@${topic}:7`);
    expect(csv.rows).toHaveLength(2);
  });

  test('what the broker keeps beside a value', async () => {
    const topic = await broker.topic('beside');
    const columns = [
      'id BIGINT NOT NULL',
      'topic VARCHAR NOT NULL METADATA FROM topic',
      'p INT NOT NULL METADATA FROM partition',
      'o BIGINT NOT NULL METADATA FROM offset',
      't TIMESTAMP NOT NULL METADATA FROM timestamp',
      'k VARBINARY METADATA FROM key',
      'h JSON NOT NULL METADATA FROM headers',
      'e INT NOT NULL METADATA FROM leader_epoch',
    ];
    bench = sourceBench(folder.path, sourceOperator(columns, 'json'));
    await produce(client, topic, [
      message(1, { key: 'one', timestamp: '1700000000123', headers: { a: 'x"', b: 'ü' } }),
      { value: null, key: 'gone' },
      message(2, { timestamp: '1700000000124' }),
    ]);
    expect((await drain(topic)).rows.map((row) => JSON.parse(value(row)) as unknown)).toEqual([
      [1, topic, 0, 0, 1_700_000_000_123_000, Buffer.from('one').toString('hex'), '{"a":"x\\"","b":"ü"}', 0],
      [2, topic, 0, 2, 1_700_000_000_124_000, null, '{}', 0],
    ]);
  });
});
