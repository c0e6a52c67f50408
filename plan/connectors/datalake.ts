/** Files in Azure Data Lake Storage Gen2. */
import { azureOptions } from './azure-options.js';
import type { ConnectorDescriptor } from './descriptor.js';
import { fileOptions, fileSink, fileSource, fileTable } from './file-options.js';
import { tableOptions } from './table-options.js';

export const datalake = {
  name: 'datalake',
  doc: 'Files in Azure Data Lake Storage Gen2 (an account with hierarchical namespace).',
  options: {
    url: {
      type: { kind: 'text', secret: false },
      required: true,
      fallback: null,
      roles: ['source', 'sink', 'table'],
      doc: 'Address: `abfss://container@account.dfs.core.windows.net/path`. Source: a file, a folder or a glob. Sink: a folder.',
    },
    ...azureOptions,
    ...fileOptions,
    ...tableOptions,
  },
  source: fileSource,
  sink: fileSink,
  table: fileTable,
  example: [
    'CREATE SINK daily WITH (',
    "  connector = 'datalake', url = 'abfss://results@mylake.dfs.core.windows.net/daily', partition_by = 'country',",
    "  account_key = secret('LAKE_KEY')",
    ') FORMAT JSON;',
    '',
  ].join('\n'),
} as const satisfies ConnectorDescriptor;
