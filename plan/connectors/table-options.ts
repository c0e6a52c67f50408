/** What every connector of reference data has. */
import type { OptionValues } from '../plan.js';
import type { OptionSpecs } from './descriptor.js';

export const tableOptions = {
  refresh: {
    type: { kind: 'duration' },
    required: false,
    fallback: null,
    roles: ['table'],
    doc: 'Time after which the table is loaded again, with the next batch. Without it a job loads it once.',
  },
} as const satisfies OptionSpecs;

/** Whether a table with these options may be another one in a later batch. */
export function isRefreshed(options: OptionValues): boolean {
  return Object.hasOwn(options, 'refresh');
}
