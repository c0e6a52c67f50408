/** Kafka sinks from the options of their connectors. */
import type { OptionsOf } from '../../../plan/connectors/index.js';
import type { SinkContext } from '../context.js';
import { eventHubsConnection } from './event-hubs.js';
import { badOption, checkedTopic, kafkaConnection } from './settings.js';
import { KafkaSink } from './sink.js';

/** Brokers show it in their logs and limits. */
const CLIENT_ID = 'esql';
const PROGRESS_ENDING = '-esql-progress';
const TRANSACTIONAL_ID_LENGTH_MAX = 249;

export function kafkaSink(context: SinkContext, options: OptionsOf<'kafka', 'sink'>): KafkaSink {
  const { env, workingDirectory } = context;
  const topic = checkedTopic(options.topic, 'topic');
  const progressTopic = checkedTopic(options.progress_topic ?? topic + PROGRESS_ENDING, 'progress_topic');
  const { create, compression, create_partitions: partitions, create_replication: replication } = options;
  return new KafkaSink(
    context,
    {
      topic,
      transactions: { id: transactionalId(context, options.transactional_id), progressTopic },
      create,
      partitions,
      replication,
      compression,
    },
    () => kafkaConnection(options, CLIENT_ID, { disk: env.disk, workingDirectory }),
  );
}

export function eventHubsSink(context: SinkContext, options: OptionsOf<'eventhubs', 'sink'>): KafkaSink {
  const topic = checkedTopic(options.hub, 'hub');
  const progressTopic = checkedTopic(options.progress_hub ?? topic + PROGRESS_ENDING, 'progress_hub');
  const id = transactionalId(context, options.transactional_id);
  return new KafkaSink(
    context,
    {
      topic,
      transactions: options.transactions ? { id, progressTopic } : null,
      // Hubs are made in the portal or by scripts, with a price.
      create: 'never',
      partitions: null,
      replication: null,
      compression: options.compression,
    },
    async () => Promise.resolve(eventHubsConnection(options, CLIENT_ID)),
  );
}

function transactionalId({ shape }: SinkContext, given: string | null): string {
  const id = given ?? `esql-${shape.queryId}-${shape.sinkId}`;
  if (id === '' || id.length > TRANSACTIONAL_ID_LENGTH_MAX)
    throw badOption('transactional_id', `1 to ${String(TRANSACTIONAL_ID_LENGTH_MAX)} characters`, id);
  return id;
}
