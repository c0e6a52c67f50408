/** Azure Event Hubs through its Kafka endpoint (Standard tier and above). */
import type { ConnectorDescriptor } from './descriptor.js';
import { kafkaReadOptions, kafkaSource } from './kafka-options.js';

export const eventhubs = {
  name: 'eventhubs',
  doc: 'Event hubs of a namespace in Azure, through the Kafka endpoint of the Standard tier and above.',
  options: {
    namespace: {
      type: { kind: 'text', secret: false },
      required: false,
      fallback: null,
      roles: ['source'],
      doc: 'Name of the namespace (`shop`, or `shop.servicebus.windows.net`). Without connection string, Microsoft Entra logs in.',
    },
    connection_string: {
      type: { kind: 'text', secret: true },
      required: false,
      fallback: null,
      roles: ['source'],
      doc: 'Connection string of a policy with the Listen right.',
    },
    hub: {
      type: { kind: 'text', secret: false },
      required: true,
      fallback: null,
      roles: ['source'],
      doc: 'Name of the event hub.',
    },
    client_id: {
      type: { kind: 'text', secret: false },
      required: false,
      fallback: null,
      roles: ['source'],
      doc: 'Managed identity to use.',
    },
    ...kafkaReadOptions,
  },
  rules: { oneOf: [['namespace', 'connection_string']] },
  source: kafkaSource,
  sink: null,
  example: [
    'CREATE SOURCE readings (device VARCHAR NOT NULL, celsius DOUBLE, at TIMESTAMP)',
    "WITH (connector = 'eventhubs', connection_string = secret('HUB_CONNECTION'), hub = 'readings') FORMAT JSON;",
    '',
  ].join('\n'),
} as const satisfies ConnectorDescriptor;
