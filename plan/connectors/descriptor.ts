/**
 * The pure half of a connector: which options it has, what they mean, and what it promises. The runtime half implements
 * it; the compiler and the editor need only this one.
 */
import type { Field } from '../types.js';

/** `table`: reference data, loaded as a whole. */
export type ConnectorRole = 'source' | 'sink' | 'table';

/** `reference` options take `env(…)` or `secret(…)`; `secret` options refuse a literal. */
export type OptionType =
  | { readonly kind: 'text'; readonly secret: boolean }
  /** A path or glob on the machine's disk. */
  | { readonly kind: 'path' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer'; readonly min: bigint; readonly max: bigint }
  | { readonly kind: 'duration' }
  | { readonly kind: 'size' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  /** One printable ASCII character, or a tab (written `\t` or as itself). */
  | { readonly kind: 'character' }
  /** Comma-separated names. */
  | { readonly kind: 'names' };

export interface OptionSpec {
  readonly type: OptionType;
  readonly required: boolean;
  /** Canonical text of the value taken when the option is not given; null = none. */
  readonly fallback: string | null;
  readonly roles: readonly ConnectorRole[];
  readonly doc: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What holds between options; single options are judged by their spec. */
export interface OptionRules {
  /** Of each group at least one option is given, for the roles that have it. */
  readonly oneOf?: readonly (readonly string[])[];
  /** An option that is given (a boolean: is true) needs these too. */
  readonly needs?: Readonly<Record<string, readonly string[]>>;
}

export interface SourceTraits {
  /** `yes`: any range can be read again. `logged`: only what the write-ahead log holds. */
  readonly replayable: 'yes' | 'logged';
  /** Bytes need a FORMAT; rows come typed (generate). */
  readonly produces: 'bytes' | 'rows';
  /** The bytes lie in files, so that formats of whole files can be read. */
  readonly files?: boolean;
  /** The connector tells records apart, so that formats of messages can be read. */
  readonly messages?: boolean;
  /** Columns offered to METADATA FROM. */
  readonly metadata: readonly Field[];
  /** Whether the source comes to an end, from its options. */
  readonly bounded: (options: Readonly<Record<string, string>>) => boolean;
}

export interface SinkTraits {
  /** Rows and progress change in one atomic action. */
  readonly atomic: boolean;
  /** Takes a new value for a key it already has, and deletions. */
  readonly updates: boolean;
  /** Takes rows only once per key (`ON CONFLICT IGNORE`). */
  readonly ignores: boolean;
  /** Needs KEY to be useful (a table) or not (files, console). */
  readonly keyed: 'required' | 'optional';
  /** Writes bytes in a FORMAT, or typed rows. */
  readonly accepts: 'bytes' | 'rows';
  /** The bytes become files, so that formats of whole files can be written. */
  readonly files?: boolean;
  /** Each row becomes a message, so that formats of messages can be written. */
  readonly messages?: boolean;
  /** Shown by EXPLAIN DELIVERY. */
  readonly because: string;
  /** Where options change what is promised: what differs. */
  readonly variant?: (options: Readonly<Record<string, string>>) => Partial<SinkTraits>;
}

export interface TableTraits {
  /** Bytes need a FORMAT; rows come typed. */
  readonly produces: 'bytes' | 'rows';
  /** The bytes lie in files, so that formats of whole files can be read. */
  readonly files?: boolean;
}

/** What formats ask of a role, whichever it is. */
export interface UnitTraits {
  readonly files?: boolean;
  readonly messages?: boolean;
}

export interface ConnectorDescriptor {
  readonly name: string;
  readonly doc: string;
  readonly options: OptionSpecs;
  readonly rules?: OptionRules;
  readonly source: SourceTraits | null;
  readonly sink: SinkTraits | null;
  /** Absent: it can't be read as reference data. */
  readonly table?: TableTraits;
  /** A complete statement that compiles; docs and tests use it. */
  readonly example: string;
}
