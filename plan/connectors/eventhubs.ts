/** Azure Event Hubs through its Kafka endpoint (Standard tier and above). */
import type { ConnectorDescriptor } from './descriptor.js';
import { kafkaReadOptions, kafkaSource } from './kafka-options.js';
import { eventHubsSink, kafkaMessageOptions } from './kafka-sink-options.js';

export const eventhubs = {
  name: 'eventhubs',
  doc: 'Event hubs of a namespace in Azure, through the Kafka endpoint of the Standard tier and above.',
  options: {
    namespace: {
      type: { kind: 'text', secret: false },
      required: false,
      fallback: null,
      roles: ['source', 'sink'],
      doc: 'Name of the namespace (`shop`, or `shop.servicebus.windows.net`). Without connection string, Microsoft Entra logs in.',
    },
    connection_string: {
      type: { kind: 'text', secret: true },
      required: false,
      fallback: null,
      roles: ['source', 'sink'],
      doc: 'Connection string of a policy with the Listen right, of a sink with the Send right.',
    },
    hub: {
      type: { kind: 'text', secret: false },
      required: true,
      fallback: null,
      roles: ['source', 'sink'],
      doc: 'Name of the event hub.',
    },
    client_id: {
      type: { kind: 'text', secret: false },
      required: false,
      fallback: null,
      roles: ['source', 'sink'],
      doc: 'Managed identity to use.',
    },
    transactions: {
      type: { kind: 'boolean' },
      required: false,
      fallback: 'false',
      roles: ['sink'],
      doc: 'Whether a batch is one transaction with its progress. Only for tiers that have transactions (a preview in Premium and Dedicated); without them a batch may be there twice after a failure.',
    },
    progress_hub: {
      type: { kind: 'text', secret: false },
      required: false,
      fallback: null,
      roles: ['sink'],
      doc: 'With transactions: the compacted hub of one partition that holds the progress: `<hub>-esql-progress` if not given.',
    },
    ...kafkaMessageOptions,
    ...kafkaReadOptions,
  },
  rules: { oneOf: [['namespace', 'connection_string']] },
  source: kafkaSource,
  sink: eventHubsSink,
  example: [
    'CREATE SOURCE readings (device VARCHAR NOT NULL, celsius DOUBLE, at TIMESTAMP)',
    "WITH (connector = 'eventhubs', connection_string = secret('HUB_CONNECTION'), hub = 'readings') FORMAT JSON;",
    '',
  ].join('\n'),
} as const satisfies ConnectorDescriptor;
