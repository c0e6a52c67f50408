/** kafkajs' own consumer, to measure ours against: whole batches, values not looked into. */
import process from 'node:process';
import type { KafkaOptions } from '../../../runtime/remote/kafka.js';
import { createClient } from './client.js';

const BYTES_MAX = 8 * 1024 * 1024;

/** Resolves when every partition of the topic was read from its beginning to where it ended at the call. */
export async function consumeAll(options: KafkaOptions, topic: string): Promise<void> {
  const client = createClient(options, null);
  const admin = client.admin();
  await admin.connect();
  const ends = new Map<number, number>();
  for (const { partition, low, high } of await admin.fetchTopicOffsets(topic))
    if (Number(low) < Number(high)) ends.set(partition, Number(high));
  await admin.disconnect();
  if (ends.size === 0) return;
  const consumer = client.consumer({
    groupId: `esql-bench-${String(process.pid)}`,
    maxBytes: BYTES_MAX,
    maxBytesPerPartition: BYTES_MAX,
    allowAutoTopicCreation: false,
  });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      // Also of batches without a message to deliver.
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
        if (Number(lastOffset) + 1 >= (ends.get(partition) ?? 0)) ends.delete(partition);
        if (ends.size === 0) resolve();
      });
      consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
}
