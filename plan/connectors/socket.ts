/** Lines over TCP. A socket can't be read again, so its records go through the write-ahead log first. */
import type { ConnectorDescriptor } from './descriptor.js';
import { metadataField } from './metadata.js';

export const socket = {
  name: 'socket',
  doc: 'Lines over TCP, written to the write-ahead log before they are processed.',
  options: {
    host: {
      type: { kind: 'text', secret: false },
      required: true,
      fallback: null,
      roles: ['source'],
      doc: 'Name or address, usually the loopback `127.0.0.1`: the connection is not encrypted.',
    },
    port: {
      type: { kind: 'integer', min: 1n, max: 65_535n },
      required: true,
      fallback: null,
      roles: ['source'],
      doc: 'TCP port.',
    },
    framing: {
      type: { kind: 'choice', choices: ['newline'] },
      required: false,
      fallback: 'newline',
      roles: ['source'],
      doc: 'How records are told apart.',
    },
    ack: {
      type: { kind: 'boolean' },
      required: false,
      fallback: 'false',
      roles: ['source'],
      doc: 'The sender numbers its lines and is told which are durable; lines sent again are recognised.',
    },
  },
  source: {
    replayable: 'logged',
    produces: 'bytes',
    metadata: [metadataField('peer'), metadataField('offset'), metadataField('partition'), metadataField('raw')],
    bounded: () => false,
  },
  sink: null,
  example: [
    'CREATE SOURCE lines (line VARCHAR NOT NULL)',
    "WITH (connector = 'socket', host = '127.0.0.1', port = 9999, ack = true) FORMAT RAW;",
    '',
  ].join('\n'),
} as const satisfies ConnectorDescriptor;
