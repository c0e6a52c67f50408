/** `KafkaCluster` over kafkajs' connections. Every call is one attempt; the runtime decides about the next. */
import { redactSecrets, type Secret } from '../../../plan/connectors/secret.js';
import {
  KafkaError,
  type EpochEnd,
  type EpochQuery,
  type FetchedPartition,
  type FetchRequest,
  type Isolation,
  type KafkaCluster,
  type KafkaOptions,
  type OffsetQuery,
  type PartitionOffset,
  type TopicDescription,
} from '../../../runtime/remote/kafka.js';
import { clientError, createClient, secretsOf } from './client.js';
import { privateCluster, type PrivateBroker, type PrivateCluster } from './private-parts.js';
import { requestEpochEnds, requestFetch, requestMetadata, requestOffsets, requestSettings } from './requests.js';

/** Below the 240 s after which Event Hubs closes what is idle. */
const METADATA_AGE_MS = 180_000;

export function connectKafka(options: KafkaOptions): Promise<KafkaCluster> {
  const cluster = privateCluster(createClient(options), METADATA_AGE_MS);
  return Promise.resolve(new NodeKafkaCluster(cluster, secretsOf(options)));
}

class NodeKafkaCluster implements KafkaCluster {
  readonly #cluster: PrivateCluster;
  readonly #secrets: readonly Secret[];
  /** By topic and partition. */
  readonly #leaders = new Map<string, ReadonlyMap<number, number>>();

  constructor(cluster: PrivateCluster, secrets: readonly Secret[]) {
    this.#cluster = cluster;
    this.#secrets = secrets;
  }

  describe(topic: string): Promise<TopicDescription | null> {
    return this.#call('asking for the topic', async () => {
      await this.#cluster.connect();
      try {
        await this.#cluster.brokerPool.refreshMetadata([topic]);
      } catch (error) {
        if (error instanceof Error && 'type' in error && error.type === 'UNKNOWN_TOPIC_OR_PARTITION') return null;
        throw error;
      }
      const found = await requestMetadata(await this.#cluster.brokerPool.findConnectedBroker(), topic);
      if (found !== null)
        this.#leaders.set(topic, new Map(found.partitions.map(({ partition, leader }) => [partition, leader])));
      return found;
    });
  }

  offsets(topic: string, isolation: Isolation, queries: readonly OffsetQuery[]): Promise<readonly PartitionOffset[]> {
    return this.#call('asking for offsets', async () => {
      const found = await this.#byLeader(topic, queries, (broker, asked) =>
        requestOffsets(broker, topic, isolation, asked),
      );
      const none = found.filter(({ offset }) => offset < 0).map(({ partition }) => partition);
      if (none.length === 0) return found;
      const latest = await this.offsets(
        topic,
        isolation,
        none.map((partition) => ({ partition, at: 'latest' as const })),
      );
      return [...found.filter(({ offset }) => offset >= 0), ...latest].sort((a, b) => a.partition - b.partition);
    });
  }

  epochEnds(topic: string, asked: readonly EpochQuery[]): Promise<readonly EpochEnd[] | null> {
    return this.#call('asking for leader epochs', async () => {
      const unknown: number[] = [];
      const found = await this.#byLeader(topic, asked, async (broker, part) => {
        const ends = await requestEpochEnds(broker, topic, part);
        if (ends === null) unknown.push(...part.map(({ partition }) => partition));
        return ends ?? [];
      });
      return unknown.length === 0 ? found : null;
    });
  }

  fetch(request: FetchRequest): Promise<readonly FetchedPartition[]> {
    return this.#call('fetching', async () =>
      requestFetch(await this.#cluster.findBroker({ nodeId: request.leader }), request),
    );
  }

  settings(topic: string, names: readonly string[]): Promise<ReadonlyMap<string, string> | null> {
    return this.#call('asking for settings', async () =>
      requestSettings(await this.#cluster.brokerPool.findConnectedBroker(), topic, names),
    );
  }

  async close(): Promise<void> {
    await this.#cluster.disconnect();
  }

  /** Asks the leader of each partition, all at once. */
  async #byLeader<Q extends { readonly partition: number }, A extends { readonly partition: number }>(
    topic: string,
    queries: readonly Q[],
    ask: (broker: PrivateBroker, queries: readonly Q[]) => Promise<readonly A[]>,
  ): Promise<readonly A[]> {
    const leaders = this.#leaders.get(topic);
    const groups = new Map<number, Q[]>();
    for (const query of queries) {
      const leader = leaders?.get(query.partition) ?? -1;
      if (leader < 0) throw new KafkaError('stale', `partition ${String(query.partition)} has no leader`);
      const group = groups.get(leader);
      if (group === undefined) groups.set(leader, [query]);
      else group.push(query);
    }
    const answers = await Promise.all(
      [...groups].map(async ([nodeId, asked]) => ask(await this.#cluster.findBroker({ nodeId }), asked)),
    );
    return answers.flat().sort((a, b) => a.partition - b.partition);
  }

  async #call<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      const failure = clientError(error, what, this.#secrets);
      // An error of the system's own: with its text made safe.
      if (failure === error && error instanceof Error && !(error instanceof KafkaError))
        error.message = redactSecrets(error.message, this.#secrets);
      throw failure;
    }
  }
}
