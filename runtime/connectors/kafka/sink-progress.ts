/**
 * Progress of a Kafka sink: one record in a compacted topic of one partition, written in the same transaction as the
 * rows, so that the newest committed one says which batch is in the topic.
 *
 * It is read without `read_committed`, because that ends before the first open transaction, and any other job's may be
 * open. Whether a transaction was committed is taken from its marker instead; those of this sink have one as soon as
 * its transactional id was taken anew.
 */
import { canonicalJsonLine } from '../../../plan/canonical-json.js';
import { KafkaError, kafkaCodeError, type KafkaCluster } from '../../remote/kafka.js';
import type { SinkProgress, SinkShape } from '../connector.js';
import { decompress } from '../../compression/decompress.js';
import { kafkaSinkError } from './sink-messages.js';
import { readBatches, VarintCursor, type RecordBatch } from './record-batch.js';
import { BATCH_HEADER_BYTES } from './batch-layout.js';

export const PROGRESS_VERSION = 1;
/** Settings of a new progress topic: segments small enough that compaction finds something to do. */
export const PROGRESS_TOPIC_SETTINGS = {
  'cleanup.policy': 'compact',
  'segment.bytes': '16777216',
  'min.cleanable.dirty.ratio': '0.1',
} as const;

const PARTITION = 0;
/** Looked at first: progress is written with every batch, so it is mostly at the end. */
const TAIL_OFFSETS = 500;
const FETCH_BYTES = 4 * 1024 * 1024;
const FETCH_WAIT_MS = 100;
const NO_PRODUCER = -1n;
const COMMIT_MARKER = 1;
const HEADER_ATTRIBUTES_AT = 21;
const HEADER_PRODUCER_ID_AT = 43;
const TRANSACTIONAL = 0x10;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function progressKey({ queryId, sinkId }: SinkShape): Uint8Array {
  return encoder.encode(canonicalJsonLine({ query: queryId, sink: sinkId }));
}

export function encodeProgress(progress: SinkProgress): Uint8Array {
  return encoder.encode(canonicalJsonLine({ v: PROGRESS_VERSION, ...progress }));
}

export function decodeProgress(bytes: Uint8Array, place: string): SinkProgress {
  const damaged = (why: string, cause?: unknown): Error =>
    kafkaSinkError(
      'ESQL8624',
      { why },
      { place, cause, hint: 'Give the sink another `progress_topic`, and start with a new checkpoint folder.' },
    );
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (error) {
    throw damaged('a record is no JSON', error);
  }
  if (typeof value !== 'object' || value === null) throw damaged('a record is no object');
  const fields = new Map<string, unknown>(Object.entries(value));
  if (fields.get('v') !== PROGRESS_VERSION) {
    throw damaged(`expected version ${PROGRESS_VERSION}, found ${String(fields.get('v'))}`);
  }
  const count = (name: string): number => {
    const found = fields.get(name);
    if (typeof found === 'number' && Number.isSafeInteger(found) && found >= 0) return found;
    throw damaged(`\`${name}\` is no count`);
  };
  const text = (name: string): string => {
    const found = fields.get(name);
    if (typeof found === 'string') return found;
    throw damaged(`\`${name}\` is no text`);
  };
  return {
    epoch: count('epoch'),
    batch: count('batch'),
    digest: text('digest'),
    intentHash: text('intentHash'),
    intent: text('intent'),
  };
}

/** The newest committed progress of a key; null if there is none. Rejects with `KafkaError` or a diagnostic. */
export async function readProgress(
  cluster: KafkaCluster,
  topic: string,
  key: Uint8Array,
  place: string,
): Promise<SinkProgress | null> {
  const description = await cluster.describe(topic);
  const [partition] = description?.partitions ?? [];
  if (description === null || partition === undefined) {
    throw kafkaSinkError('ESQL8625', { topic }, { place, hint: MAKE_PROGRESS_TOPIC });
  }
  if (description.partitions.length > 1) {
    const count = description.partitions.length;
    throw kafkaSinkError('ESQL8627', { count }, { place, hint: MAKE_PROGRESS_TOPIC });
  }
  const [first, end] = await Promise.all(
    (['earliest', 'latest'] as const).map(async (at) => {
      const [found] = await cluster.offsets(topic, 'read_uncommitted', [{ partition: PARTITION, at }]);
      return found?.offset ?? 0;
    }),
  );
  const tail = Math.max(first ?? 0, (end ?? 0) - TAIL_OFFSETS);
  for (const start of tail === first ? [tail] : [tail, first ?? 0]) {
    const search = new ProgressSearch(key);
    await walk(cluster, topic, partition.leader, start, end ?? 0, search);
    if (search.found !== null) return decodeProgress(search.found, place);
  }
  return null;
}

export const MAKE_PROGRESS_TOPIC =
  "Create it with one partition and cleanup.policy=compact, or let the sink do it (`create = 'if_missing'`).";

async function walk(
  cluster: KafkaCluster,
  topic: string,
  leader: number,
  start: number,
  end: number,
  search: ProgressSearch,
): Promise<void> {
  for (let offset = start; offset < end;) {
    const [fetched] = await cluster.fetch({
      topic,
      leader,
      isolation: 'read_uncommitted',
      wait_ms: FETCH_WAIT_MS,
      bytes_max: FETCH_BYTES,
      partitions: [{ partition: PARTITION, offset, leaderEpoch: -1, bytes_max: FETCH_BYTES }],
    });
    if (fetched === undefined || fetched.error !== 0) throw kafkaCodeError(fetched?.error ?? 0, 'reading the progress');
    const batches = readBatches(fetched.records, []);
    for (const batch of batches) search.batch(batch);
    const next = batches.at(-1)?.nextOffset ?? 0;
    // Without anything complete there is nothing to go on with: the end was cut off, or compaction took the rest.
    if (next <= offset) throw new KafkaError('stale', `reading the progress: nothing came from offset ${offset} on`);
    offset = next;
  }
}

/** Follows the transactions of a partition that wrote under a key. */
class ProgressSearch {
  readonly #key: Uint8Array;
  /** By producer id: what an open transaction has written. */
  readonly #open = new Map<bigint, Uint8Array>();
  found: Uint8Array | null = null;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  batch(batch: RecordBatch): void {
    const header = new DataView(batch.bytes.buffer, batch.bytes.byteOffset + batch.start - BATCH_HEADER_BYTES);
    const producer = header.getBigInt64(HEADER_PRODUCER_ID_AT);
    const transactional = (header.getInt16(HEADER_ATTRIBUTES_AT) & TRANSACTIONAL) !== 0;
    for (const { key, value } of recordsOf(batch)) {
      if (batch.visibility === 'control') this.#end(producer, key);
      else if (value !== null && key !== null && areEqual(key, this.#key)) {
        if (transactional && producer !== NO_PRODUCER) this.#open.set(producer, value.slice());
        else this.found = value.slice();
      }
    }
  }

  #end(producer: bigint, marker: Uint8Array | null): void {
    const value = this.#open.get(producer);
    this.#open.delete(producer);
    // Version (16 bits), type (16 bits).
    if (value !== undefined && marker?.[3] === COMMIT_MARKER) this.found = value;
  }
}

interface KeyAndValue {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

function* recordsOf(batch: RecordBatch): Generator<KeyAndValue> {
  const packed = batch.bytes.subarray(batch.start, batch.end);
  const bytes = batch.codec === 'none' ? packed : decompress(batch.codec, packed);
  const cursor = new VarintCursor(bytes, 0, bytes.length);
  for (let index = 0; index < batch.recordCount; index += 1) {
    const size = cursor.next();
    const end = cursor.at + size;
    cursor.at += 1;
    cursor.next();
    cursor.next();
    const key = nullableBytes(bytes, cursor);
    const value = nullableBytes(bytes, cursor);
    yield { key, value };
    cursor.at = end;
  }
}

function nullableBytes(bytes: Uint8Array, cursor: VarintCursor): Uint8Array | null {
  const length = cursor.next();
  if (length < 0) return null;
  const start = cursor.at;
  cursor.at += length;
  return bytes.subarray(start, start + length);
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
