/** The TypeScript type of an option's value, from its spec: a runtime connector gets options it can't misread. */
import type { ConnectorRole, OptionSpec, OptionSpecs, OptionType } from './descriptor.js';
import type { Secret } from './secret.js';

/**
 * boolean → boolean; integer → number (every integer option lies within ±2^53); duration → bigint, microseconds; size →
 * number, bytes; names → a list; choice → a union of its words; text → string, or a `Secret` where the spec says so.
 */
export type OptionTypeValue<T extends OptionType> = T extends { readonly kind: 'boolean' }
  ? boolean
  : T extends { readonly kind: 'integer' | 'size' }
    ? number
    : T extends { readonly kind: 'duration' }
      ? bigint
      : T extends { readonly kind: 'names' }
        ? readonly string[]
        : T extends { readonly kind: 'choice'; readonly choices: readonly (infer C)[] }
          ? C
          : T extends { readonly kind: 'text'; readonly secret: true }
            ? Secret
            : string;

/** Null where the option may be left out and nothing takes its place. */
type OptionSpecValue<S extends OptionSpec> =
  OptionTypeValue<S['type']> | (S extends { readonly required: true } | { readonly fallback: string } ? never : null);

/** The options of one role. */
export type OptionsOfSpecs<S extends OptionSpecs, R extends ConnectorRole = ConnectorRole> = {
  readonly [K in keyof S as R extends S[K]['roles'][number] ? K : never]: OptionSpecValue<S[K]>;
};
