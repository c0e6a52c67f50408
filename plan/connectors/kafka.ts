/** Topics of Apache Kafka, and of brokers that speak its protocol. */
import type { ConnectorDescriptor } from './descriptor.js';
import { kafkaReadOptions, kafkaSecurityOptions, kafkaSource } from './kafka-options.js';
import { kafkaMessageOptions, kafkaSink, kafkaTopicOptions } from './kafka-sink-options.js';

export const kafka = {
  name: 'kafka',
  doc: 'Topics of Apache Kafka: read exactly, by offsets that stand in the checkpoint; written in transactions.',
  options: {
    brokers: {
      type: { kind: 'names' },
      required: true,
      fallback: null,
      roles: ['source', 'sink'],
      doc: 'Addresses to begin with: `one:9092,two:9092`.',
    },
    topic: {
      type: { kind: 'text', secret: false },
      required: true,
      fallback: null,
      roles: ['source', 'sink'],
      doc: 'Name of the topic.',
    },
    ...kafkaReadOptions,
    ...kafkaMessageOptions,
    ...kafkaTopicOptions,
    ...kafkaSecurityOptions,
  },
  source: kafkaSource,
  sink: kafkaSink,
  example: [
    'CREATE SOURCE orders (',
    '  id BIGINT NOT NULL, amount DECIMAL(12,2), ts TIMESTAMP,',
    "  at TIMESTAMP METADATA FROM 'timestamp',",
    '  WATERMARK FOR ts AS ts - 5s',
    ') WITH (',
    "  connector = 'kafka', brokers = 'kafka-1:9092,kafka-2:9092', topic = 'orders',",
    "  security = 'sasl_ssl', sasl_mechanism = 'scram-sha-512', sasl_username = 'reader',",
    "  sasl_password = secret('KAFKA_PASSWORD')",
    ') FORMAT JSON;',
    '',
  ].join('\n'),
} as const satisfies ConnectorDescriptor;
