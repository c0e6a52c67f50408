import type { KafkaOptions } from '../../../runtime/remote/kafka.js';
import type { KafkaBroker } from './kafka.js';

/** How the runtime connects to a broker without logins. */
export function kafkaOptionsOf({ address }: KafkaBroker): KafkaOptions {
  return { brokers: [address], clientId: 'esql-test', tls: null, sasl: null, requestTimeout_ms: 30_000 };
}
