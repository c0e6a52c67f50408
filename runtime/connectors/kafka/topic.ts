/**
 * The topic as it must be: the same one as before, with all its partitions and records. What can't be read again is
 * refused here, before anything is planned.
 */
import type { KafkaCluster, PartitionDescription, PartitionOffset, TopicDescription } from '../../remote/kafka.js';
import { kafkaError } from './messages.js';
import type { KafkaCursor, Position, TopicIdentity } from './positions.js';
import type { PartitionStart } from './partition.js';
import type { TopicSettings } from './settings.js';

/** Throws a diagnostic if it is another cluster or another topic; what is not known on one side is not compared. */
export function checkIdentity(known: TopicIdentity, found: TopicIdentity, place: string): void {
  const compare = (what: string, expected: string | null, actual: string | null): void => {
    if (expected === null || actual === null || expected === actual) return;
    throw kafkaError(
      'ESQL8607',
      { what, expected, found: actual },
      {
        place,
        facts: ['Its offsets say nothing about the topic that was read before.'],
        hint: 'Start a new job with another --query-id and an empty sink.',
      },
    );
  };
  compare('cluster', known.clusterId, found.clusterId);
  compare('topic id', known.topicId, found.topicId);
}

/** The partitions that are to be read. Throws a diagnostic if one that was named or read before is missing. */
export function selectPartitions(
  { partitions }: TopicDescription,
  { partitions: selected }: TopicSettings,
  known: Iterable<number>,
  place: string,
): readonly PartitionDescription[] {
  const found = new Set(partitions.map(({ partition }) => partition));
  const expected = new Set([...(selected ?? []), ...known]);
  const missing = [...expected].filter((partition) => !found.has(partition)).sort((a, b) => a - b);
  if (missing.length > 0) {
    throw kafkaError(
      'ESQL8608',
      { partitions: missing.join(', ') },
      { place, hint: 'Correct the option `partitions`, or start a new job if the topic was made anew.' },
    );
  }
  return selected === null ? partitions : partitions.filter(({ partition }) => selected.has(partition));
}

/** A topic that forgets records by key gives other rows at a replay. */
export async function checkPolicy(cluster: KafkaCluster, topic: string, place: string): Promise<void> {
  const settings = await cluster.settings(topic, ['cleanup.policy']);
  const policy = settings?.get('cleanup.policy') ?? 'delete';
  if (!policy.split(',').some((part) => part.trim() === 'compact')) return;
  throw kafkaError(
    'ESQL8609',
    { policy },
    {
      place,
      facts: ['Compaction removes records that were read, and a replay after a crash would give other rows.'],
      hint: 'Read a topic with `cleanup.policy=delete`.',
    },
  );
}

/** Where each partition begins, checked against what the topic still has. */
export async function startingPoints(
  cluster: KafkaCluster,
  settings: TopicSettings,
  partitions: readonly PartitionDescription[],
  cursor: KafkaCursor | null,
  place: string,
): Promise<ReadonlyMap<number, PartitionStart>> {
  const { topic, isolation } = settings;
  const all = partitions.map(({ partition }) => partition);
  const asked = async (at: 'earliest' | 'latest', level = isolation): Promise<ReadonlyMap<number, Position>> =>
    positions(
      await cluster.offsets(
        topic,
        level,
        all.map((partition) => ({ partition, at })),
      ),
    );
  const earliest = await asked('earliest');
  const stop = settings.stop === 'latest' ? await asked('latest') : null;
  const starts = cursor === null ? await freshStart(cluster, settings, all, earliest) : null;
  // Last: records that arrive meanwhile must not make the end look too early.
  const end = await asked('latest', 'read_uncommitted');
  const found = new Map<number, PartitionStart>();
  for (const partition of all) {
    const first = earliest.get(partition) ?? NOWHERE;
    const stored = cursor?.partitions.get(partition);
    // A partition that the cursor doesn't know is new: it is read from its beginning.
    const from = stored ?? starts?.get(partition) ?? first;
    checkReach(partition, from.offset, first.offset, end.get(partition)?.offset ?? from.offset, place);
    const { offset, leaderEpoch } = from;
    const final = stored?.final ?? false;
    const stopAt = stop === null ? null : Math.max(offset, stop.get(partition)?.offset ?? 0);
    found.set(partition, { from: { offset, leaderEpoch }, stop: stopAt, final });
  }
  await checkEpochs(cluster, topic, new Map([...found].map(([partition, { from }]) => [partition, from])), place);
  return found;
}

const NOWHERE: Position = { offset: 0, leaderEpoch: -1 };

async function freshStart(
  cluster: KafkaCluster,
  { topic, isolation, start }: TopicSettings,
  all: readonly number[],
  earliest: ReadonlyMap<number, Position>,
): Promise<ReadonlyMap<number, Position>> {
  switch (start.kind) {
    case 'earliest':
      return earliest;
    case 'latest':
      return positions(
        await cluster.offsets(
          topic,
          isolation,
          all.map((partition) => ({ partition, at: 'latest' as const })),
        ),
      );
    case 'time': {
      const at = { time_ms: start.time_ms };
      return positions(
        await cluster.offsets(
          topic,
          isolation,
          all.map((partition) => ({ partition, at })),
        ),
      );
    }
    case 'offsets': {
      const found = new Map(earliest);
      for (const [partition, offset] of start.offsets)
        if (found.has(partition)) found.set(partition, { offset, leaderEpoch: -1 });
      return found;
    }
  }
}

/** No record of these positions is read yet, so there is no epoch to hold against later ones. */
function positions(offsets: readonly PartitionOffset[]): ReadonlyMap<number, Position> {
  return new Map(offsets.map(({ partition, offset }) => [partition, { offset, leaderEpoch: -1 }]));
}

/** Throws a diagnostic if the topic does not reach from `first` to `end` around `offset`. */
export function checkReach(partition: number, offset: number, first: number, end: number, place: string): void {
  if (offset < first) {
    throw kafkaError(
      'ESQL8605',
      { partition, offset, first },
      {
        place,
        facts: ['Records between the two are gone, and results without them would be wrong.'],
        hint: 'Keep records longer (`retention.ms`); to go on without them, start a new job with an empty sink.',
      },
    );
  }
  if (offset > end) throw truncated(partition, offset, end, place);
}

/** A log that was cut and written anew may be long enough again: the leader's epochs tell (KIP-320). */
export async function checkEpochs(
  cluster: KafkaCluster,
  topic: string,
  read: ReadonlyMap<number, Position>,
  place: string,
): Promise<void> {
  const asked = [...read]
    .filter(([, { leaderEpoch }]) => leaderEpoch >= 0)
    .map(([partition, { leaderEpoch }]) => ({ partition, leaderEpoch }));
  if (asked.length === 0) return;
  for (const { partition, endOffset } of (await cluster.epochEnds(topic, asked)) ?? []) {
    const offset = read.get(partition)?.offset ?? 0;
    if (endOffset >= 0 && endOffset < offset) throw truncated(partition, offset, endOffset, place);
  }
}

function truncated(partition: number, offset: number, end: number, place: string): Error {
  return kafkaError(
    'ESQL8606',
    { partition, offset, end },
    {
      place,
      facts: ['Records that were read are gone: a leader without them took over, or the topic was made anew.'],
      hint: 'Restore the topic, or start a new job with another --query-id and an empty sink.',
    },
  );
}
