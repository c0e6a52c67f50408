/** Positions of a Kafka source as JSON: they stand in intents and checkpoints. */
import type { JsonValue, SourceCursor, SourceRange } from '../connector.js';
import { connectorError } from '../messages.js';

/** Between two records: the next offset, and the leader's epoch of the record before (-1 = not known). */
export interface Position {
  readonly offset: number;
  readonly leaderEpoch: number;
}

/** Which topic it is, so that another one of the same name is not taken for it; null = the broker doesn't tell. */
export interface TopicIdentity {
  readonly clusterId: string | null;
  readonly topicId: string | null;
}

export interface KafkaCursor extends TopicIdentity {
  /** `final`: no more is read from it (`stop`). */
  readonly partitions: ReadonlyMap<number, Position & { readonly final: boolean }>;
}

export function positionJson({ offset, leaderEpoch }: Position): JsonValue {
  return { offset, leaderEpoch };
}

export function readPosition(value: JsonValue): Position {
  if (isObject(value)) {
    const { offset, leaderEpoch } = value;
    if (isCount(offset) && isEpoch(leaderEpoch)) return { offset, leaderEpoch };
  }
  throw foreign();
}

export function readCursor(value: SourceCursor): KafkaCursor {
  if (!isObject(value)) throw foreign();
  const { clusterId, topicId, partitions } = value;
  if (!isTextOrNull(clusterId) || !isTextOrNull(topicId) || !isObject(partitions)) throw foreign();
  const found = Object.entries(partitions).map(([name, position]) => {
    const final = isObject(position) && position['final'] === true;
    return [Number(name), { ...readPosition(position), final }] as const;
  });
  if (found.some(([partition]) => !isCount(partition))) throw foreign();
  return { clusterId, topicId, partitions: new Map(found) };
}

/** The cursor behind `ranges`. */
export function advanceCursor(
  cursor: SourceCursor | null,
  ranges: readonly SourceRange[],
  topic: TopicIdentity,
): SourceCursor {
  const before = cursor === null ? null : readCursor(cursor);
  const partitions = new Map(before?.partitions ?? []);
  for (const { partition, end, final } of ranges) partitions.set(partition, { ...readPosition(end), final });
  const members = [...partitions]
    .sort(([a], [b]) => a - b)
    .map(([partition, { offset, leaderEpoch, final }]) => [
      String(partition),
      final ? { offset, leaderEpoch, final } : { offset, leaderEpoch },
    ]);
  return {
    clusterId: before?.clusterId ?? topic.clusterId,
    topicId: before?.topicId ?? topic.topicId,
    partitions: Object.fromEntries(members) as Readonly<Record<string, JsonValue>>,
  };
}

function isObject(value: JsonValue | undefined): value is { readonly [name: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isEpoch(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= -1;
}

function isTextOrNull(value: JsonValue | undefined): value is string | null {
  return value === null || typeof value === 'string';
}

function foreign(): Error {
  return connectorError(
    'ESQL8408',
    { why: 'the stored position is not one of a Kafka source' },
    { hint: 'Use the checkpoint folder that belongs to this query, or a new one.' },
  );
}
