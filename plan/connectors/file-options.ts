/** Options that every connector of files has, wherever the files lie; and what such a connector promises. */
import type { OptionSpecs, SinkTraits, SourceTraits, TableTraits } from './descriptor.js';
import { metadataField } from './metadata.js';

export const fileOptions = {
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
    roles: ['source', 'table'],
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
} as const satisfies OptionSpecs;

export const fileSource = {
  replayable: 'yes',
  produces: 'bytes',
  files: true,
  metadata: [metadataField('path'), metadataField('offset'), metadataField('partition'), metadataField('raw')],
  bounded: (options) => options['follow'] !== 'true',
} as const satisfies SourceTraits;

export const fileSink = {
  atomic: true,
  updates: false,
  ignores: false,
  keyed: 'optional',
  accepts: 'bytes',
  files: true,
  because: 'a batch becomes visible with its write-once manifest, which is also the progress',
} as const satisfies SinkTraits;

export const fileTable = { produces: 'bytes', files: true } as const satisfies TableTraits;
