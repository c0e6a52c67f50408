/** The Kafka source over a cluster that answers as told: refusals, damage, leaders that move. */
import { describe, expect, test } from 'vitest';
import { createEnv } from '../../../../cli/host/env.js';
import { Secret } from '../../../../plan/connectors/secret.js';
import { eventHubsSource, kafkaSource } from '../../../../runtime/connectors/kafka/open.js';
import { eventHubsConnection } from '../../../../runtime/connectors/kafka/event-hubs.js';
import type { Env } from '../../../../runtime/env.js';
import {
  KafkaError,
  type FetchedPartition,
  type KafkaCluster,
  type KafkaOptions,
} from '../../../../runtime/remote/kafka.js';
import { codeOf, readRows, sourceBench, sourceOperator, type SourceBench } from '../../../support/connectors.js';
import { buildBatch } from '../../../support/kafka-batches.js';
import { drainKafka, kafkaOptions, type KafkaSourceOptions } from '../../../support/kafka.js';

/** A monotonic clock that runs a hundred times as fast: patience of minutes passes in seconds. */
const real = createEnv();
const SPEED = 100;
const clock: Env['clock'] = {
  ...real.clock,
  monotonic_ms: () => real.clock.monotonic_ms() * SPEED,
  sleep: (duration_ms, signal) => real.clock.sleep(duration_ms / SPEED, signal),
};

const TOPIC = { clusterId: 'c', topicId: 't', partitions: [{ partition: 0, leader: 1, leaderEpoch: 3 }] };
const LOG = Buffer.concat([buildBatch({ baseOffset: 0 }), buildBatch({ baseOffset: 1 })]);

const answer = (changes: Partial<FetchedPartition> = {}): FetchedPartition => ({
  partition: 0,
  error: 0,
  highWatermark: 2,
  lastStable: 2,
  logStart: 0,
  aborted: [],
  records: LOG,
  ...changes,
});

function clusterOf(changes: Partial<KafkaCluster>): KafkaCluster {
  return {
    describe: () => Promise.resolve(TOPIC),
    offsets: (_topic, _isolation, queries) =>
      Promise.resolve(
        queries.map(({ partition, at }) => ({ partition, offset: at === 'earliest' ? 0 : 2, leaderEpoch: 3 })),
      ),
    epochEnds: () => Promise.resolve([]),
    fetch: ({ partitions }) =>
      Promise.resolve((partitions[0]?.offset ?? 0) < 2 ? [answer()] : [answer({ records: new Uint8Array(0) })]),
    settings: () => Promise.resolve(null),
    close: () => Promise.resolve(),
    ...changes,
  };
}

function benchOf(cluster: KafkaCluster, seen: KafkaOptions[] = []): SourceBench {
  const kafka = (options: KafkaOptions): Promise<KafkaCluster> => {
    seen.push(options);
    return Promise.resolve(cluster);
  };
  const env: Env = { ...real, clock, remote: { ...real.remote, kafka } };
  return sourceBench('/', sourceOperator(['id BIGINT NOT NULL'], 'json'), { env });
}

async function run(
  cluster: Partial<KafkaCluster>,
  options: Partial<KafkaSourceOptions> = {},
): Promise<readonly string[]> {
  const bench = benchOf(clusterOf(cluster));
  const source = kafkaSource(bench.context, kafkaOptions({ stop: 'latest', ...options }));
  try {
    await source.open(null);
    return (await drainKafka(source, bench, () => false)).rows;
  } finally {
    await source.close();
  }
}

test('all is well', async () => {
  expect(await run({})).toEqual(['[1]@orders:0', '[1]@orders:1']);
});

describe('options', () => {
  test.each<[string, Partial<KafkaSourceOptions>]>([
    ['an address without port', { brokers: ['kafka'] }],
    ['a topic that can not be', { topic: 'a b' }],
    ['a start that is nothing', { start: 'yesterday' }],
    ['a start of half an offset', { start: '0:' }],
    ['partitions backwards', { partitions: '4-2' }],
    ['partitions without number', { partitions: 'all' }],
    ['no name', { security: 'sasl_ssl', sasl_password: new Secret('P', 'p') }],
    ['no password', { security: 'sasl_plaintext', sasl_username: 'me' }],
    ['no token service', { security: 'sasl_ssl', sasl_mechanism: 'oauthbearer' }],
  ])('with %s are refused', async (_what, options) => {
    expect(await codeOf(() => run({}, options))).toBe('ESQL8600');
  });

  test('a file of certificates that is missing', async () => {
    expect(await codeOf(() => run({}, { security: 'ssl', ssl_ca: 'nowhere.pem' }))).toBe('ESQL8400');
  });

  test('a timestamp to start at is UTC, in milliseconds that are not before it', async () => {
    const asked: unknown[] = [];
    const offsets: KafkaCluster['offsets'] = (topic, isolation, queries) => {
      asked.push(...queries.map(({ at }) => at));
      return clusterOf({}).offsets(topic, isolation, queries);
    };
    await run({ offsets }, { start: '2026-01-31 12:00:00.0001' });
    expect(asked).toContainEqual({ time_ms: 1_769_860_800_001 });
  });
});

describe('refusals of the cluster', () => {
  test.each([
    ['forbidden', 'ESQL8603'],
    ['login', 'ESQL8602'],
    ['unsupported', 'ESQL8612'],
    ['refused', 'ESQL8613'],
    ['unreachable', 'ESQL8601'],
    ['stale', 'ESQL8601'],
  ] as const)('%s at the start is %s', async (failure, code) => {
    const describe = (): Promise<never> => Promise.reject(new KafkaError(failure, 'said'));
    expect(await codeOf(() => run({ describe }))).toBe(code);
  });

  test('an error of Kafka in an answer', async () => {
    expect(await codeOf(() => run({ fetch: () => Promise.resolve([answer({ error: 29 })]) }))).toBe('ESQL8603');
    expect(await codeOf(() => run({ fetch: () => Promise.resolve([answer({ error: 2 })]) }))).toBe('ESQL8613');
    expect(await codeOf(() => run({ fetch: () => Promise.resolve([answer({ error: 76 })]) }))).toBe('ESQL8612');
  });

  test('damage, old formats, wrong counts', async () => {
    const damaged = Buffer.from(LOG);
    damaged[70] = damaged[70]! ^ 1;
    const fetched = (records: Uint8Array) => () => run({ fetch: () => Promise.resolve([answer({ records })]) });
    expect(await codeOf(fetched(damaged))).toBe('ESQL8610');
    const old = Buffer.from(LOG);
    old[16] = 0;
    expect(await codeOf(fetched(old))).toBe('ESQL8612');
    expect(await codeOf(fetched(buildBatch({ recordCount: 2 })))).toBe('ESQL8610');
    expect(await codeOf(fetched(buildBatch({ records: Buffer.from([40, 0, 0, 0]) })))).toBe('ESQL8610');
  });

  test('a leader that moves is learnt anew, and asked with its epoch', async () => {
    const asked: string[] = [];
    let moved = false;
    const rows = await run({
      describe: () =>
        Promise.resolve(moved ? { ...TOPIC, partitions: [{ partition: 0, leader: 2, leaderEpoch: 4 }] } : TOPIC),
      fetch: (request) => {
        asked.push(`${request.leader}/${String(request.partitions[0]?.leaderEpoch)}`);
        if (request.leader === 1) {
          moved = true;
          return Promise.resolve([answer({ error: 6, records: new Uint8Array(0) })]);
        }
        return clusterOf({}).fetch(request);
      },
    });
    expect(rows).toHaveLength(2);
    expect(asked.slice(0, 2)).toEqual(['1/3', '2/4']);
  });

  test('a log that was cut under a new leader is refused', async () => {
    const bench = benchOf(
      clusterOf({ epochEnds: () => Promise.resolve([{ partition: 0, leaderEpoch: 3, endOffset: 1 }]) }),
    );
    const source = kafkaSource(bench.context, kafkaOptions({}));
    const cursor = { clusterId: 'c', topicId: 't', partitions: { '0': { offset: 2, leaderEpoch: 3 } } };
    expect(await codeOf(() => source.open(cursor))).toBe('ESQL8606');
  });

  test('records that do not come although they are there', { timeout: 30_000 }, async () => {
    const bench = benchOf(clusterOf({ fetch: () => Promise.resolve([answer({ records: new Uint8Array(0) })]) }));
    const source = kafkaSource(bench.context, kafkaOptions({}));
    await source.open(null);
    const [range] = await source.plan({ bytes_max: 1 });
    const asked = { ...range!, end: { offset: 2, leaderEpoch: 3 } };
    expect(await codeOf(() => readRows(source, bench, [asked]))).toBe('ESQL8614');
    await source.close();
  });

  test('a broker that is away for too long', { timeout: 30_000 }, async () => {
    const fetch = (): Promise<never> => Promise.reject(new KafkaError('unreachable', 'away'));
    const bench = benchOf(clusterOf({ fetch }));
    const source = kafkaSource(bench.context, kafkaOptions({}));
    await source.open(null);
    await source.plan({ bytes_max: 1 });
    expect(await codeOf(() => drainKafka(source, bench, () => false).then(() => drainUntilFailure(source)))).toBe(
      'ESQL8601',
    );
    await source.close();
  });
});

async function drainUntilFailure(source: ReturnType<typeof kafkaSource>): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    await source.plan({ bytes_max: 1 });
    await source.wait(5000, new AbortController().signal);
  }
}

describe('event hubs', () => {
  const connection = new Secret(
    'HUB',
    'Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey=very-secret',
  );
  const login = { namespace: null, connection_string: null, client_id: null };

  test('are reached at port 9093 with TLS; the connection string is the password', () => {
    const options = eventHubsConnection({ ...login, connection_string: connection }, 'esql');
    expect(options).toMatchObject({
      brokers: ['shop.servicebus.windows.net:9093'],
      tls: {},
      sasl: { mechanism: 'plain', username: '$ConnectionString' },
      requestTimeout_ms: 60_000,
    });
    expect(JSON.stringify(options)).not.toContain('very-secret');
  });

  test('without connection string Microsoft Entra logs in', () => {
    const tokens = { kind: 'entra', scope: 'https://shop.servicebus.windows.net/.default', clientId: 'id' };
    expect(eventHubsConnection({ ...login, namespace: 'shop', client_id: 'id' }, 'esql').sasl).toEqual({
      mechanism: 'oauthbearer',
      tokens,
    });
  });

  test.each([
    ['another namespace than the connection string', { ...login, namespace: 'other', connection_string: connection }],
    ['a namespace that is none', { ...login, namespace: 'https://shop' }],
    ['a connection string that is none', { ...login, connection_string: new Secret('HUB', 'very-secret') }],
    ['nothing', login],
  ])('with %s are refused, and no secret is shown', async (_what, options) => {
    const read = {
      start: 'earliest',
      stop: 'never',
      partitions: null,
      isolation: 'read_committed',
      discovery: 1n,
    } as const;
    const bench = benchOf(clusterOf({}));
    const source = eventHubsSource(bench.context, { hub: 'readings', ...read, ...options });
    const failure: unknown = await source.open(null).catch((error: unknown) => error);
    expect(await codeOf(() => Promise.reject(failure as Error))).toBe('ESQL8600');
    expect(String(failure) + JSON.stringify(failure)).not.toContain('very-secret');
  });
});
