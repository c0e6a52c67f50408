/**
 * The copy test with few messages and the hardest sets. `npm run kafka-copy -- --messages 100000 --all` takes all of
 * them, in full.
 */
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEnv } from '../../../cli/host/env.js';
import { builtCli, type BuiltCli } from '../../support/built-cli.js';
import { committedMessages } from '../../support/kafka-messages.js';
import { kafkaOptionsOf } from '../../support/servers/kafka-options.js';
import { ownKafkaMissing, startKafka, type KafkaBroker } from '../../support/servers/kafka.js';
import { runCopy, type CopySet } from './copy-job.js';

const MESSAGES = Number(process.env['KAFKA_COPY_MESSAGES'] ?? 3000);
const TIMEOUT_MS = 600_000;

const few: readonly CopySet[] = [{ messages: MESSAGES, partitions: 3, upstream: 'transactional', signal: 'SIGKILL' }];
const all: readonly CopySet[] = (['SIGKILL', 'SIGTERM'] as const).flatMap((signal) =>
  [1, 3].flatMap((partitions) =>
    (['plain', 'transactional'] as const).map((upstream) => ({ messages: MESSAGES, partitions, upstream, signal })),
  ),
);
const sets = process.env['KAFKA_COPY_ALL'] === '1' ? all : few;

const title = `Kafka to Kafka and SQLite${ownKafkaMissing === null ? '' : `: ${ownKafkaMissing}`}`;
describe.skipIf(ownKafkaMissing !== null)(title, () => {
  let broker: KafkaBroker;
  let cli: BuiltCli;
  beforeAll(async () => {
    [broker, cli] = await Promise.all([startKafka(), builtCli()]);
  });
  afterAll(async () => {
    cli.remove();
    await broker.close();
  });

  test.each(sets)(
    '$messages messages, $partitions partitions, $upstream upstream, $signal',
    async (set) => {
      const { output, restarts, table } = await runCopy(cli, broker, set);
      expect(restarts).toBeGreaterThanOrEqual(3);
      const ids = Array.from({ length: set.messages }, (_, id) => id);
      expect(differences(table, ids)).toEqual([]);
      const cluster = await createEnv().remote.kafka(kafkaOptionsOf(broker));
      const copied = (await committedMessages(cluster, output)).map(({ value }) => idOf(value));
      await cluster.close();
      const counted = new Map<number, number>();
      for (const id of copied) counted.set(id, (counted.get(id) ?? 0) + 1);
      expect(differences(counted, ids)).toEqual([]);
      if (set.partitions === 1) expect(copied).toEqual(ids);
    },
    TIMEOUT_MS,
  );
});

/** What is lost, doubled or too much; the first few. */
function differences(counted: ReadonlyMap<number, number>, ids: readonly number[]): string[] {
  const wrong = ids.filter((id) => counted.get(id) !== 1).map((id) => `${id}: ${String(counted.get(id) ?? 0)} times`);
  const known = new Set(ids);
  const foreign = [...counted.keys()].filter((id) => !known.has(id)).map((id) => `${id}: never sent`);
  return [...wrong, ...foreign].slice(0, 20);
}

function idOf(value: string | null): number {
  const row: unknown = JSON.parse(value ?? 'null');
  return typeof row === 'object' && row !== null && 'id' in row && typeof row.id === 'number' ? row.id : -1;
}
