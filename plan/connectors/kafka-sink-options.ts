/** Options and promises of sinks that write messages over Kafka's protocol. */
import type { OptionSpecs, SinkTraits } from './descriptor.js';

export const kafkaMessageOptions = {
  mode: {
    type: { kind: 'choice', choices: ['append', 'upsert'] },
    required: false,
    fallback: null,
    roles: ['sink'],
    doc: 'What rows become. `append`: a message each. `upsert`: the newest message of a key is the row, and one without value deletes it. Without it a sink with a key is `upsert`, another one `append`.',
  },
  transactional_id: {
    type: { kind: 'text', secret: false },
    required: false,
    fallback: null,
    roles: ['sink'],
    doc: 'Under which name transactions run: `esql-<query>-<sink>` if not given. No two running sinks may share one.',
  },
  compression: {
    type: { kind: 'choice', choices: ['none', 'gzip'] },
    required: false,
    fallback: 'none',
    roles: ['sink'],
    doc: 'How batches of messages are packed.',
  },
} as const satisfies OptionSpecs;

export const kafkaTopicOptions = {
  progress_topic: {
    type: { kind: 'text', secret: false },
    required: false,
    fallback: null,
    roles: ['sink'],
    doc: 'The compacted topic of one partition that holds the progress: `<topic>-esql-progress` if not given.',
  },
  create: {
    type: { kind: 'choice', choices: ['if_missing', 'never'] },
    required: false,
    fallback: 'if_missing',
    roles: ['sink'],
    doc: 'Whether missing topics are created.',
  },
  create_partitions: {
    type: { kind: 'integer', min: 1n, max: 100_000n },
    required: false,
    fallback: null,
    roles: ['sink'],
    doc: "Partitions of a created topic; the brokers' default if not given.",
  },
  create_replication: {
    type: { kind: 'integer', min: 1n, max: 100n },
    required: false,
    fallback: null,
    roles: ['sink'],
    doc: "Replicas of created topics; the brokers' default if not given.",
  },
} as const satisfies OptionSpecs;

export const kafkaSink = {
  atomic: true,
  updates: true,
  ignores: false,
  keyed: 'optional',
  accepts: 'bytes',
  messages: true,
  because: 'messages and progress are committed in one transaction, for readers with isolation read_committed',
  variant: modeTraits,
} as const satisfies SinkTraits;

export const eventHubsSink = {
  ...kafkaSink,
  atomic: false,
  because: 'messages are acknowledged one by one, and sent again after a failure',
  variant: (options) => ({
    ...modeTraits(options),
    ...(options['transactions'] === 'true' ? { atomic: true, because: kafkaSink.because } : {}),
  }),
} as const satisfies SinkTraits;

function modeTraits(options: Readonly<Record<string, string>>): Partial<SinkTraits> {
  if (options['mode'] === 'upsert') return { keyed: 'required' };
  return options['mode'] === 'append' ? { updates: false } : {};
}
