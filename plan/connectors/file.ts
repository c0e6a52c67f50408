/** Files on the machine's disk: one file, a folder or a glob as a source; a folder with commit manifests as a sink. */
import type { ConnectorDescriptor } from './descriptor.js';
import { metadataField } from './metadata.js';

export const file = {
  name: 'file',
  doc: 'Files on a local disk: read once or followed, or written with a manifest per batch.',
  options: {
    path: {
      type: { kind: 'path' },
      required: true,
      fallback: null,
      roles: ['source', 'sink'],
      doc: 'Source: a file, a folder or a glob. Sink: the folder to write into.',
    },
    follow: {
      type: { kind: 'boolean' },
      required: false,
      fallback: 'false',
      roles: ['source'],
      doc: 'Go on reading what is appended and files that appear, instead of ending.',
    },
    order: {
      type: { kind: 'choice', choices: ['name', 'modified'] },
      required: false,
      fallback: 'name',
      roles: ['source'],
      doc: 'The order in which files are read: by name (code points) or by time of change.',
    },
    compression: {
      type: { kind: 'choice', choices: ['none', 'gzip'] },
      required: false,
      fallback: 'none',
      roles: ['source'],
      doc: 'How the files are compressed.',
    },
    partition_by: {
      type: { kind: 'names' },
      required: false,
      fallback: null,
      roles: ['sink'],
      doc: 'Columns whose values become folders, `name=value`, in this order.',
    },
    max_file_size: {
      type: { kind: 'size' },
      required: false,
      fallback: '128MB',
      roles: ['sink'],
      doc: 'A batch starts another file when one reaches this size.',
    },
    commit: {
      type: { kind: 'choice', choices: ['manifest'] },
      required: false,
      fallback: 'manifest',
      roles: ['sink'],
      doc: 'How a batch becomes visible: a write-once manifest names its files.',
    },
  },
  source: {
    replayable: 'yes',
    produces: 'bytes',
    metadata: [metadataField('path'), metadataField('offset'), metadataField('partition'), metadataField('raw')],
    bounded: (options) => options['follow'] !== 'true',
  },
  sink: {
    atomic: true,
    updates: false,
    ignores: false,
    keyed: 'optional',
    accepts: 'bytes',
    because: 'a batch becomes visible with its write-once manifest, which is also the progress',
  },
  example: [
    'CREATE SOURCE orders (id BIGINT NOT NULL, amount DECIMAL(12,2), ts TIMESTAMP)',
    "WITH (connector = 'file', path = 'orders/*.jsonl', follow = true) FORMAT JSON;",
    '',
  ].join('\n'),
} as const satisfies ConnectorDescriptor;
