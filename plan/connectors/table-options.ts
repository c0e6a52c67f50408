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

type OfTables<S extends OptionSpecs> = {
  readonly [K in keyof S]: Omit<S[K], 'roles'> & { readonly roles: readonly ['sink', 'table'] };
};

/** Options of sinks that a table has, too. */
export function alsoOfTables<S extends OptionSpecs>(specs: S): OfTables<S> {
  const entries = Object.entries(specs).map(([name, spec]) => [name, { ...spec, roles: ['sink', 'table'] }]);
  // One entry per member of `specs`; TypeScript forgets that in Object.entries.
  return Object.fromEntries(entries) as OfTables<S>;
}

/** Whether a table with these options may be another one in a later batch. */
export function isRefreshed(options: OptionValues): boolean {
  return Object.hasOwn(options, 'refresh');
}
