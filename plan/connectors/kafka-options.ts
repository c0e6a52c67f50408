/** What the connectors of Kafka's protocol have in common: where to begin and what to read; and logins of brokers. */
import type { OptionSpecs, SourceTraits } from './descriptor.js';
import { metadataField } from './metadata.js';

export const kafkaReadOptions = {
  start: {
    type: { kind: 'text', secret: false },
    required: false,
    fallback: 'earliest',
    roles: ['source'],
    doc: "Where a new job begins: `'earliest'`, `'latest'`, a timestamp (`'2026-01-31T12:00:00Z'`) or offsets by partition (`'0:1200,1:900'`). A job with a checkpoint goes on from there.",
  },
  stop: {
    type: { kind: 'choice', choices: ['never', 'latest'] },
    required: false,
    fallback: 'never',
    roles: ['source'],
    doc: 'With `latest` the source ends at the records that were there when the job started: for backfills.',
  },
  partitions: {
    type: { kind: 'text', secret: false },
    required: false,
    fallback: null,
    roles: ['source'],
    doc: "Read only these: `'0,2,4-7'`. Without it all are read, and new ones from their beginning.",
  },
  isolation: {
    type: { kind: 'choice', choices: ['read_committed', 'read_uncommitted'] },
    required: false,
    fallback: 'read_committed',
    roles: ['source'],
    doc: 'Whether records of open and aborted transactions are left out.',
  },
  discovery: {
    type: { kind: 'duration' },
    required: false,
    fallback: '1m',
    roles: ['source'],
    doc: 'How often new partitions are looked for.',
  },
} as const satisfies OptionSpecs;

export const kafkaSecurityOptions = {
  security: {
    type: { kind: 'choice', choices: ['plaintext', 'ssl', 'sasl_plaintext', 'sasl_ssl'] },
    required: false,
    fallback: 'plaintext',
    roles: ['source', 'sink'],
    doc: 'Encryption (`ssl`) and login (`sasl`): the `security.protocol` of other clients.',
  },
  sasl_mechanism: {
    type: { kind: 'choice', choices: ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'] },
    required: false,
    fallback: 'plain',
    roles: ['source', 'sink'],
    doc: 'How to log in.',
  },
  sasl_username: {
    type: { kind: 'text', secret: false },
    required: false,
    fallback: null,
    roles: ['source', 'sink'],
    doc: 'Name for PLAIN and SCRAM.',
  },
  sasl_password: {
    type: { kind: 'text', secret: true },
    required: false,
    fallback: null,
    roles: ['source', 'sink'],
    doc: 'Password for PLAIN and SCRAM.',
  },
  oauth_token_url: {
    type: { kind: 'text', secret: false },
    required: false,
    fallback: null,
    roles: ['source', 'sink'],
    doc: 'OAUTHBEARER: where tokens are fetched with the client credentials grant.',
  },
  oauth_client_id: {
    type: { kind: 'text', secret: false },
    required: false,
    fallback: null,
    roles: ['source', 'sink'],
    doc: 'OAUTHBEARER: the client.',
  },
  oauth_client_secret: {
    type: { kind: 'text', secret: true },
    required: false,
    fallback: null,
    roles: ['source', 'sink'],
    doc: "OAUTHBEARER: the client's secret.",
  },
  oauth_scope: {
    type: { kind: 'text', secret: false },
    required: false,
    fallback: null,
    roles: ['source', 'sink'],
    doc: 'OAUTHBEARER: scope to ask for.',
  },
  ssl_ca: {
    type: { kind: 'path' },
    required: false,
    fallback: null,
    roles: ['source', 'sink'],
    doc: 'Certificates (PEM) to trust instead of those of the system.',
  },
  ssl_certificate: {
    type: { kind: 'path' },
    required: false,
    fallback: null,
    roles: ['source', 'sink'],
    doc: "The client's certificate (PEM), where brokers ask for one.",
  },
  ssl_key: {
    type: { kind: 'text', secret: true },
    required: false,
    fallback: null,
    roles: ['source', 'sink'],
    doc: "The private key (PEM) of the client's certificate.",
  },
} as const satisfies OptionSpecs;

export const kafkaSource = {
  replayable: 'yes',
  produces: 'bytes',
  messages: true,
  metadata: [
    metadataField('topic'),
    metadataField('partition'),
    metadataField('offset'),
    metadataField('timestamp'),
    metadataField('key'),
    metadataField('headers'),
    metadataField('leader_epoch'),
    metadataField('raw'),
  ],
  bounded: (options) => options['stop'] === 'latest',
} as const satisfies SourceTraits;
