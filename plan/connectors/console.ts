/** Results on the terminal. */
import type { ConnectorDescriptor } from './descriptor.js';

export const console = {
  name: 'console',
  doc: 'Prints the changes of every batch.',
  options: {
    format: {
      type: { kind: 'choice', choices: ['table', 'json'] },
      required: false,
      fallback: 'table',
      roles: ['sink'],
      doc: 'A table for people, or a JSON object a line.',
    },
  },
  source: null,
  sink: {
    atomic: false,
    updates: true,
    ignores: false,
    keyed: 'optional',
    accepts: 'rows',
    because: 'what was printed cannot be taken back: after a crash a batch may be printed again',
  },
  example: "CREATE SINK screen WITH (connector = 'console', format = 'json');\n",
} as const satisfies ConnectorDescriptor;
