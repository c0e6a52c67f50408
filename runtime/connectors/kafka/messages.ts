/**
 * ESQL8600–8619: what can go wrong when a topic is read. No message holds data of a record; what clients say is
 * redacted before it comes here.
 */
import { errorsFrom, message } from '../../../grammar/diagnostics/diagnostic.js';

export const KAFKA_SOURCE_MESSAGES = {
  ESQL8600: message<{ option: string; expected: string; found: string }>(
    'error',
    'Option of a Kafka source',
    (p) => `\`${p.option}\`: expected ${p.expected}, found ${p.found}`,
  ),
  ESQL8601: message<{ said: string }>('error', 'Kafka not reachable', (p) => p.said),
  ESQL8602: message<{ said: string }>('error', 'Kafka login refused', (p) => p.said),
  ESQL8603: message<{ said: string }>('error', 'Not allowed by Kafka', (p) => p.said),
  ESQL8604: message<{ topic: string }>('error', 'Topic missing', (p) => `there is no topic \`${p.topic}\``),
  ESQL8605: message<{ partition: number; offset: number; first: number }>(
    'error',
    'Records expired',
    (p) => `partition ${p.partition} continues at offset ${p.offset}, the topic now begins at ${p.first}`,
  ),
  ESQL8606: message<{ partition: number; offset: number; end: number }>(
    'error',
    'Topic shorter than what was read',
    (p) => `partition ${p.partition} was read up to offset ${p.offset}, the topic now ends at ${p.end}`,
  ),
  ESQL8607: message<{ what: string; expected: string; found: string }>(
    'error',
    'Another topic of the same name',
    (p) => `expected ${p.what} ${p.expected}, found ${p.found}`,
  ),
  ESQL8608: message<{ partitions: string }>(
    'error',
    'Partitions missing',
    (p) => `the topic has no partition ${p.partitions}`,
  ),
  ESQL8609: message<{ policy: string }>(
    'error',
    'Topic is compacted',
    (p) => `the topic has cleanup.policy \`${p.policy}\`: what was read once can't be read again`,
  ),
  ESQL8610: message<{ partition: number; offset: number; why: string }>(
    'error',
    'Damaged record batch',
    (p) => `partition ${p.partition}, offset ${p.offset}: ${p.why}`,
  ),
  ESQL8611: message<{ partition: number; offset: number; limit: string }>(
    'error',
    'Record batch too large',
    (p) => `partition ${p.partition}, offset ${p.offset}: more than ${p.limit} when decompressed`,
  ),
  ESQL8612: message<{ what: string }>('error', 'Not supported by this reader', (p) => p.what),
  ESQL8613: message<{ said: string }>('error', 'Refused by Kafka', (p) => p.said),
  ESQL8614: message<{ partition: number; offset: number; end: number }>(
    'error',
    'Records not delivered',
    (p) => `partition ${p.partition}: nothing came from offset ${p.offset} on, expected records up to ${p.end}`,
  ),
} as const;

/** An error to throw, for I/O edges that cannot return a diagnostic. */
export const kafkaError = errorsFrom(KAFKA_SOURCE_MESSAGES);
