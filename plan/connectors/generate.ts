/** Rows from expressions over their number: examples, tests and benchmarks without input. */
import type { ConnectorDescriptor } from './descriptor.js';
import { metadataField } from './metadata.js';

export const generate = {
  name: 'generate',
  doc: 'Rows made from expressions over `row_number`; the same rows every time.',
  options: {
    rows: {
      type: { kind: 'integer', min: 0n, max: 9_007_199_254_740_991n },
      required: false,
      fallback: null,
      roles: ['source'],
      doc: 'How many rows there are; then the source ends.',
    },
    follow: {
      type: { kind: 'boolean' },
      required: false,
      fallback: 'false',
      roles: ['source'],
      doc: 'Never end; needs `rate`.',
    },
    rate: {
      type: { kind: 'integer', min: 1n, max: 1_000_000_000n },
      required: false,
      fallback: null,
      roles: ['source'],
      doc: 'Rows per second; without it as many as are taken.',
    },
    seed: {
      type: { kind: 'integer', min: 0n, max: 9_007_199_254_740_991n },
      required: false,
      fallback: '0',
      roles: ['source'],
      doc: 'Another seed gives other values of RANDOM() and UUID() in the columns.',
    },
  },
  rules: { oneOf: [['rows', 'follow']], needs: { follow: ['rate'] } },
  source: {
    replayable: 'yes',
    produces: 'rows',
    // Counted from 1, as ROW_NUMBER() does.
    metadata: [metadataField('row_number')],
    bounded: (options) => options['rows'] !== undefined,
  },
  sink: null,
  example: [
    "CREATE SOURCE ticks (n BIGINT METADATA FROM 'row_number', parity AS n % 2)",
    "WITH (connector = 'generate', rows = 1000);",
    '',
  ].join('\n'),
} as const satisfies ConnectorDescriptor;
