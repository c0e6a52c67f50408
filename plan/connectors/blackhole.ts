/** Takes everything and keeps nothing: for measuring. */
import type { ConnectorDescriptor } from './descriptor.js';

export const blackhole = {
  name: 'blackhole',
  doc: 'Counts rows and drops them.',
  options: {},
  source: null,
  sink: {
    atomic: true,
    updates: true,
    ignores: true,
    keyed: 'optional',
    accepts: 'rows',
    because: 'nothing is kept, so nothing can be there twice',
  },
  example: "CREATE SINK nowhere WITH (connector = 'blackhole');\n",
} as const satisfies ConnectorDescriptor;
