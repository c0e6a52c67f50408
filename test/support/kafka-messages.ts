/** What a reader of committed messages sees of a topic. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaCluster } from '../../runtime/remote/kafka.js';
import { decompress } from '../../runtime/compression/decompress.js';
import { readBatches, VarintCursor, type RecordBatch } from '../../runtime/connectors/kafka/record-batch.js';

export interface Message {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
}

const MARKERS_PATIENCE_MS = 3000;
const MARKERS_POLL_MS = 10;

/**
 * A commit is answered before its markers are in the partitions. Resolves when no transaction is open, or after a while
 * if one stays open.
 */
export async function whenMarked(cluster: KafkaCluster, topic: string): Promise<void> {
  const partitions = ((await cluster.describe(topic))?.partitions ?? []).map(({ partition }) => partition);
  const queries = partitions.map((partition) => ({ partition, at: 'latest' as const }));
  for (let waited_ms = 0; waited_ms < MARKERS_PATIENCE_MS; waited_ms += MARKERS_POLL_MS) {
    const stable = await cluster.offsets(topic, 'read_committed', queries);
    const high = await cluster.offsets(topic, 'read_uncommitted', queries);
    if (stable.every(({ offset }, index) => offset === high[index]?.offset)) return;
    await sleep(MARKERS_POLL_MS);
  }
}

/** In order of partition and offset, up to the last stable offset. Empty if there is no such topic. */
export async function committedMessages(cluster: KafkaCluster, topic: string): Promise<readonly Message[]> {
  const description = await cluster.describe(topic);
  const messages: Message[] = [];
  await whenMarked(cluster, topic);
  for (const { partition, leader } of description?.partitions ?? []) {
    const [end] = await cluster.offsets(topic, 'read_committed', [{ partition, at: 'latest' }]);
    for (let offset = 0; offset < (end?.offset ?? 0);) {
      const [fetched] = await cluster.fetch({
        topic,
        leader,
        isolation: 'read_committed',
        wait_ms: 50,
        bytes_max: 8_000_000,
        partitions: [{ partition, offset, leaderEpoch: -1, bytes_max: 8_000_000 }],
      });
      if (fetched === undefined || fetched.error !== 0) throw new Error(`fetch: error ${String(fetched?.error)}`);
      const batches = readBatches(fetched.records, fetched.aborted);
      for (const batch of batches) {
        if (batch.visibility === 'visible') messages.push(...messagesOf(batch, partition));
        offset = batch.nextOffset;
      }
      if (batches.length === 0) throw new Error(`nothing came from offset ${offset} on`);
    }
  }
  return messages;
}

function messagesOf(batch: RecordBatch, partition: number): Message[] {
  const packed = batch.bytes.subarray(batch.start, batch.end);
  const bytes = batch.codec === 'none' ? packed : decompress(batch.codec, packed);
  const cursor = new VarintCursor(bytes, 0, bytes.length);
  return Array.from({ length: batch.recordCount }, () => {
    const end = cursor.next() + cursor.at;
    cursor.at += 1;
    cursor.next();
    const offset = batch.baseOffset + cursor.next();
    const [key, value] = [textAt(bytes, cursor), textAt(bytes, cursor)];
    cursor.at = end;
    return { partition, offset, key, value };
  });
}

function textAt(bytes: Uint8Array, cursor: VarintCursor): string | null {
  const length = cursor.next();
  if (length < 0) return null;
  const start = cursor.at;
  cursor.at += length;
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('utf8');
}
