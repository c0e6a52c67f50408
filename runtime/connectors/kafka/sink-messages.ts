/** ESQL8620–8629: what can go wrong when a topic is written. No message holds data of a record. */
import { errorsFrom, message } from '../../../grammar/diagnostics/diagnostic.js';

export const KAFKA_SINK_MESSAGES = {
  ESQL8620: message<{ id: string }>(
    'error',
    'Transactional id in use elsewhere',
    (p) => `another producer takes the transactional id \`${p.id}\` again and again`,
  ),
  ESQL8621: message<{ bytes: number; limit: number }>(
    'error',
    'Message too large for the topic',
    (p) => `a message takes ${p.bytes} bytes, the topic takes up to ${p.limit}`,
  ),
  ESQL8622: message<{ said: string }>('error', 'Batch too large for the broker', (p) => p.said),
  ESQL8623: message<{ found: string }>(
    'error',
    'Progress topic is not compacted',
    (p) => `expected cleanup.policy \`compact\`, found \`${p.found}\``,
  ),
  ESQL8624: message<{ why: string }>('error', 'Damaged progress of a Kafka sink', (p) => p.why),
  ESQL8625: message<{ topic: string }>(
    'error',
    'Topic to write to is missing',
    (p) => `there is no topic \`${p.topic}\``,
  ),
  ESQL8626: message(
    'error',
    'Compacted topic needs keys',
    () => 'the topic is compacted and takes no messages without a key',
  ),
  ESQL8627: message<{ count: number }>(
    'error',
    'Progress topic has several partitions',
    (p) => `expected 1 partition, found ${p.count}`,
  ),
} as const;

/** An error to throw, for I/O edges that cannot return a diagnostic. */
export const kafkaSinkError = errorsFrom(KAFKA_SINK_MESSAGES);
