/** Files in a Hadoop file system. */
import type { ConnectorDescriptor } from './descriptor.js';
import { fileOptions, fileSink, fileSource, fileTable } from './file-options.js';
import { tableOptions } from './table-options.js';

export const hdfs = {
  name: 'hdfs',
  doc: 'Files in a Hadoop file system, over WebHDFS.',
  options: {
    url: {
      type: { kind: 'text', secret: false },
      required: true,
      fallback: null,
      roles: ['source', 'sink', 'table'],
      doc: "Address: `hdfs://namenode:9870/path` with the port of the namenode's web address (`swebhdfs:` for https). Source: a file, a folder or a glob. Sink: a folder.",
    },
    standby: {
      type: { kind: 'names' },
      required: false,
      fallback: null,
      roles: ['source', 'sink', 'table'],
      doc: 'Other namenodes of the same file system, `host:port`, for high availability.',
    },
    user: {
      type: { kind: 'text', secret: false },
      required: false,
      fallback: null,
      roles: ['source', 'sink', 'table'],
      doc: 'User of simple authentication.',
    },
    ...fileOptions,
    ...tableOptions,
  },
  source: fileSource,
  sink: fileSink,
  table: fileTable,
  example: [
    'CREATE SOURCE clicks (page VARCHAR, ts TIMESTAMP)',
    "WITH (connector = 'hdfs', url = 'hdfs://namenode:9870/clicks/*.jsonl', user = 'esql') FORMAT JSON;",
    '',
  ].join('\n'),
} as const satisfies ConnectorDescriptor;
