/** Files in Azure Blob storage. */
import { azureOptions } from './azure-options.js';
import type { ConnectorDescriptor } from './descriptor.js';
import { fileOptions, fileSink, fileSource, fileTable } from './file-options.js';
import { tableOptions } from './table-options.js';

export const blob = {
  name: 'blob',
  doc: 'Files in Azure Blob storage.',
  options: {
    url: {
      type: { kind: 'text', secret: false },
      required: true,
      fallback: null,
      roles: ['source', 'sink', 'table'],
      doc: 'Address: `https://account.blob.core.windows.net/container/path`. Source: a blob, a folder or a glob. Sink: a folder.',
    },
    ...azureOptions,
    ...fileOptions,
    ...tableOptions,
  },
  source: fileSource,
  sink: fileSink,
  table: fileTable,
  example: [
    'CREATE SOURCE orders (id BIGINT NOT NULL, amount DECIMAL(12,2), ts TIMESTAMP) WITH (',
    "  connector = 'blob', url = 'https://mystore.blob.core.windows.net/incoming/orders/*.jsonl', follow = true,",
    "  sas_token = secret('ORDERS_SAS')",
    ') FORMAT JSON;',
    '',
  ].join('\n'),
} as const satisfies ConnectorDescriptor;
