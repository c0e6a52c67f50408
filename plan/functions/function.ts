/**
 * The shape of a catalogue entry. A function is declared in one place: signatures, null rule, evaluation, Spark's
 * spelling, a line of documentation and an example that runs as a test.
 */
import type { SqlType, TypeKind } from '../types.js';
import type { Value } from '../values.js';

/**
 * What an argument may be: one kind (an argument is widened to it implicitly where the language allows), or any type.
 */
export type ParameterType = TypeKind | 'any' | { readonly sameAs: number };

/** `strict`: a NULL argument makes the result NULL and `evaluate` is not called. `called`: it sees the NULLs. */
export type NullRule = 'strict' | 'called';

export interface FunctionOverload {
  readonly parameters: readonly ParameterType[];
  /** The last parameter may repeat, at least once. */
  readonly variadic: boolean;
  /** The result type, from the argument types after widening. */
  readonly returns: (argumentTypes: readonly SqlType[]) => SqlType;
  readonly nulls: NullRule;
  /** A strict function that can still return NULL (TRY_…, a pattern without a match). */
  readonly mayReturnNull: boolean;
  /**
   * The reference semantics, pure and total but for `RecordError`. Values are of the argument types (types.ts); `types`
   * carries them where the result depends on scale or unit.
   */
  readonly evaluate: (argumentsOfCall: readonly Value[], types: CallTypes) => Value;
}

export interface CallTypes {
  readonly argumentTypes: readonly SqlType[];
  readonly result: SqlType;
}

export type FunctionCategory = 'math' | 'text' | 'regexp' | 'time' | 'conditional' | 'conversion' | 'json' | 'hash';

export interface FunctionExample {
  /** An expression, and an expression without functions that it equals. */
  readonly sql: string;
  readonly result: string;
}

/** How Spark spells it: a template with `$1`… (`$@` for all arguments), or the reason why it has no equal. */
export type SparkText = { readonly template: string } | { readonly unsupported: string };

export interface ScalarFunction {
  /** Canonical name, upper case. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly category: FunctionCategory;
  readonly doc: string;
  readonly example: FunctionExample;
  readonly spark: SparkText;
  readonly overloads: readonly FunctionOverload[];
}
