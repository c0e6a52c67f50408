/** Kafka sources from the options of their connectors. */
import type { OptionsOf } from '../../../plan/connectors/index.js';
import type { SourceContext } from '../context.js';
import { eventHubsConnection } from './event-hubs.js';
import { kafkaConnection, topicSettings } from './settings.js';
import { KafkaSource } from './source.js';

/** Brokers show it in their logs and limits. */
const CLIENT_ID = 'esql';

export function kafkaSource(context: SourceContext, options: OptionsOf<'kafka', 'source'>): KafkaSource {
  const { env, workingDirectory } = context;
  return new KafkaSource(context, async () => {
    const settings = topicSettings(options, options.topic, 'topic');
    const connection = await kafkaConnection(options, CLIENT_ID, { disk: env.disk, workingDirectory });
    return { settings, connect: () => env.remote.kafka(connection) };
  });
}

export function eventHubsSource(context: SourceContext, options: OptionsOf<'eventhubs', 'source'>): KafkaSource {
  const { env } = context;
  return new KafkaSource(context, () => {
    const settings = topicSettings(options, options.hub, 'hub');
    const connection = eventHubsConnection(options, CLIENT_ID);
    return Promise.resolve({ settings, connect: () => env.remote.kafka(connection) });
  });
}
