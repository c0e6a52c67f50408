/** How a connector of Azure Storage is reached and logged in to. */
import type { OptionSpecs } from './descriptor.js';

export const azureOptions = {
  endpoint: {
    type: { kind: 'text', secret: false },
    required: false,
    fallback: null,
    roles: ['source', 'sink', 'table'],
    doc: 'Base address instead of the one in the URL: a private endpoint or an emulator.',
  },
  account_key: {
    type: { kind: 'text', secret: true },
    required: false,
    fallback: null,
    roles: ['source', 'sink', 'table'],
    doc: 'Key of the storage account.',
  },
  sas_token: {
    type: { kind: 'text', secret: true },
    required: false,
    fallback: null,
    roles: ['source', 'sink', 'table'],
    doc: 'Shared access signature, without the address.',
  },
  client_id: {
    type: { kind: 'text', secret: false },
    required: false,
    fallback: null,
    roles: ['source', 'sink', 'table'],
    doc: 'Managed identity to use. Without key and signature, Microsoft Entra decides: environment, workload or managed identity, or the login of the Azure command line.',
  },
} as const satisfies OptionSpecs;
