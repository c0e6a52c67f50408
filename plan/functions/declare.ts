/** Constructors of overloads that tie the types of `evaluate` to the declared parameters. */
import { VARCHAR, type SqlType } from '../types.js';
import { RecordError, type RecordErrorCode, type Value } from '../values.js';
import type { CallTypes, FunctionOverload, ParameterType } from './function.js';

interface ValuesByKind {
  readonly boolean: boolean;
  readonly int: number;
  readonly bigint: bigint;
  readonly double: number;
  readonly decimal: bigint;
  readonly varchar: string;
  readonly varbinary: Uint8Array;
  readonly json: string;
  readonly date: number;
  readonly time: bigint;
  readonly timestamp: bigint;
  readonly timestamptz: bigint;
  readonly interval: bigint;
}

type ValueOf<P extends ParameterType> = P extends keyof ValuesByKind ? ValuesByKind[P] : NonNullable<Value>;
type ValuesOf<P extends readonly ParameterType[]> = { readonly [I in keyof P]: ValueOf<P[I]> };
type Returns = SqlType | ((argumentTypes: readonly SqlType[]) => SqlType);

interface OverloadExtras {
  readonly mayReturnNull?: boolean;
}

/** A strict overload of fixed length. */
export function strict<const P extends readonly ParameterType[]>(
  parameters: P,
  returns: Returns,
  evaluate: (argumentsOfCall: ValuesOf<P>, types: CallTypes) => Value,
  extras: OverloadExtras = {},
): FunctionOverload {
  return {
    parameters,
    variadic: false,
    returns: typeof returns === 'function' ? returns : () => returns,
    nulls: 'strict',
    mayReturnNull: extras.mayReturnNull ?? false,
    // The declared parameters say what the values are; callers bring them to these types and keep NULLs out.
    evaluate: evaluate as (argumentsOfCall: readonly Value[], types: CallTypes) => Value,
  };
}

/** An overload that sees the NULLs and may repeat its last parameter. */
export function called(
  parameters: readonly ParameterType[],
  returns: Returns,
  evaluate: (argumentsOfCall: readonly Value[], types: CallTypes) => Value,
  extras: OverloadExtras & { readonly variadic?: boolean } = {},
): FunctionOverload {
  return {
    parameters,
    variadic: extras.variadic ?? false,
    returns: typeof returns === 'function' ? returns : () => returns,
    nulls: 'called',
    mayReturnNull: extras.mayReturnNull ?? false,
    evaluate,
  };
}

/** The type of the argument at `index`, after widening. */
export function sameAs(index: number): (argumentTypes: readonly SqlType[]) => SqlType {
  return (argumentTypes) => argumentTypes[index] ?? VARCHAR;
}

/** Ends the evaluation of one record. */
export function fail(code: RecordErrorCode, what: string): never {
  throw new RecordError(code, what);
}

/** Text longer than this is an error of the record: REPEAT and LPAD could otherwise fill the memory. */
export const TEXT_LENGTH_MAX = 1_000_000;

export function checkLength(length: number | bigint): number {
  if (length > TEXT_LENGTH_MAX) fail('too_long', `the result would be longer than ${TEXT_LENGTH_MAX} characters`);
  return Number(length);
}
