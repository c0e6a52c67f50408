/** Files on the machine's disk: one file, a folder or a glob as a source; a folder with commit manifests as a sink. */
import type { ConnectorDescriptor } from './descriptor.js';
import { fileOptions, fileSink, fileSource, fileTable } from './file-options.js';
import { tableOptions } from './table-options.js';

export const file = {
  name: 'file',
  doc: 'Files on a local disk: read once or followed, or written with a manifest per batch.',
  options: {
    path: {
      type: { kind: 'path' },
      required: true,
      fallback: null,
      roles: ['source', 'sink', 'table'],
      doc: 'Source: a file, a folder or a glob. Sink: the folder to write into.',
    },
    ...fileOptions,
    ...tableOptions,
  },
  source: fileSource,
  sink: fileSink,
  table: fileTable,
  example: [
    'CREATE SOURCE orders (id BIGINT NOT NULL, amount DECIMAL(12,2), ts TIMESTAMP)',
    "WITH (connector = 'file', path = 'orders/*.jsonl', follow = true) FORMAT JSON;",
    '',
  ].join('\n'),
} as const satisfies ConnectorDescriptor;
