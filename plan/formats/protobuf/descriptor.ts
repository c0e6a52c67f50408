/** FORMAT PROTOBUF. */
import { registryOptions, registryRules } from '../registry-options.js';

export const protobuf = {
  name: 'protobuf',
  doc: 'Protocol Buffers: each message is one record, with a schema that is written out or kept by a registry.',
  roles: ['source', 'sink'],
  options: {
    schema: {
      type: { kind: 'text', secret: false },
      required: false,
      fallback: null,
      roles: ['source'],
      doc: 'The text of a `.proto` file. A sink makes its schema from its columns.',
    },
    message: {
      type: { kind: 'text', secret: false },
      required: false,
      fallback: null,
      roles: ['source', 'sink'],
      doc: 'Full name of the message (`shop.Order`). A source may leave it out where there is one; a sink writes `Row` then.',
    },
    ...registryOptions,
  },
  rules: registryRules,
  unit: 'message',
  columns: 'any',
  example: "FORMAT PROTOBUF (registry = 'https://registry:8081')",
} as const;
