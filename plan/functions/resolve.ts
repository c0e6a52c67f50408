/** From a name and argument types to one overload of the catalogue, or to the facts of a diagnostic. */
import { commonType, typeOfKind, wideningSteps, widenTo } from '../widening.js';
import { typesEqual, typeToText, VARCHAR, type SqlType } from '../types.js';
import type { FunctionOverload, ParameterType, ScalarFunction } from './function.js';
import { findFunction, functionNames } from './index.js';

export interface ResolvedCall {
  readonly kind: 'resolved';
  readonly function: ScalarFunction;
  readonly overload: FunctionOverload;
  /** The types the arguments have to be cast to. */
  readonly argumentTypes: readonly SqlType[];
  readonly type: SqlType;
}

export type ResolveProblem =
  | { readonly kind: 'unknown_function'; readonly name: string; readonly candidates: readonly string[] }
  | {
      readonly kind: 'wrong_argument_count';
      readonly function: ScalarFunction;
      readonly found: number;
      /** In words: `2`, `2 or 3`, `at least 1`. */
      readonly expected: string;
      readonly signatures: readonly string[];
    }
  | {
      readonly kind: 'wrong_argument_types';
      readonly function: ScalarFunction;
      readonly found: readonly string[];
      readonly signatures: readonly string[];
    };

/** The type of an argument; null for an untyped NULL, which takes the type of its parameter. */
export type ArgumentType = SqlType | null;

/**
 * Chooses the overload that needs the fewest steps of implicit widening; the first declared wins a tie. The name may be
 * an alias and is matched without regard to case.
 */
export function resolveCall(name: string, argumentTypes: readonly ArgumentType[]): ResolvedCall | ResolveProblem {
  const found = findFunction(name);
  if (found === undefined) return { kind: 'unknown_function', name, candidates: functionNames() };
  const fitting = found.overloads.filter((overload) => acceptsCount(overload, argumentTypes.length));
  if (fitting.length === 0) {
    return {
      kind: 'wrong_argument_count',
      function: found,
      found: argumentTypes.length,
      expected: expectedCount(found.overloads),
      signatures: signaturesOf(found),
    };
  }
  let best: { readonly overload: FunctionOverload; readonly types: readonly SqlType[] } | undefined;
  let bestSteps = Infinity;
  for (const overload of fitting) {
    const match = matchArguments(overload, argumentTypes);
    if (match === undefined || match.steps >= bestSteps) continue;
    best = { overload, types: match.types };
    bestSteps = match.steps;
  }
  if (best === undefined) {
    return {
      kind: 'wrong_argument_types',
      function: found,
      found: argumentTypes.map((type) => (type === null ? 'NULL' : typeToText(type))),
      signatures: signaturesOf(found),
    };
  }
  return {
    kind: 'resolved',
    function: found,
    overload: best.overload,
    argumentTypes: best.types,
    type: best.overload.returns(best.types),
  };
}

/** Whether a call can be NULL. */
export function callIsNullable(overload: FunctionOverload, argumentsNullable: readonly boolean[]): boolean {
  return overload.mayReturnNull || (overload.nulls === 'strict' && argumentsNullable.some((nullable) => nullable));
}

/** The overload a typed call of the plan stands for: its argument types are exactly those of one overload. */
export function overloadOf(name: string, argumentTypes: readonly SqlType[]): FunctionOverload | undefined {
  const found = findFunction(name);
  if (found?.name !== name) return undefined;
  for (const overload of found.overloads) {
    if (!acceptsCount(overload, argumentTypes.length)) continue;
    const match = matchArguments(overload, argumentTypes);
    if (match?.types.every((type, i) => isSame(type, argumentTypes[i]))) return overload;
  }
  return undefined;
}

function isSame(a: SqlType, b: SqlType | undefined): boolean {
  return b !== undefined && typesEqual(a, b);
}

function acceptsCount(overload: FunctionOverload, count: number): boolean {
  return overload.variadic ? count >= overload.parameters.length : count === overload.parameters.length;
}

function parameterAt(overload: FunctionOverload, index: number): ParameterType {
  return overload.parameters[Math.min(index, overload.parameters.length - 1)] ?? 'any';
}

/** An argument for `any` is as good as one widening step: a parameter of exactly its kind is better. */
const STEPS_OF_ANY = 1;

function matchArguments(
  overload: FunctionOverload,
  argumentTypes: readonly ArgumentType[],
): { readonly types: readonly SqlType[]; readonly steps: number } | undefined {
  const types: (SqlType | null)[] = [];
  let steps = 0;
  for (const [index, type] of argumentTypes.entries()) {
    const parameter = parameterAt(overload, index);
    if (typeof parameter === 'object' || parameter === 'any') {
      types.push(type);
      steps += STEPS_OF_ANY;
      continue;
    }
    const widened = type === null ? typeOfKind(parameter) : widenTo(type, parameter);
    if (widened === undefined) return undefined;
    steps += type === null ? 0 : (wideningSteps(type.kind, parameter) ?? 0);
    types.push(widened);
  }
  const unified = unifyGroups(overload, types);
  return unified === undefined ? undefined : { types: unified, steps };
}

/** Brings every parameter that is `sameAs` another, and that other one, to their common type. */
function unifyGroups(overload: FunctionOverload, types: readonly (SqlType | null)[]): readonly SqlType[] | undefined {
  const leaderOf = (index: number): number => {
    const parameter = parameterAt(overload, index);
    return typeof parameter === 'object' ? parameter.sameAs : index;
  };
  const common = new Map<number, SqlType | null>();
  for (const [index, type] of types.entries()) {
    const leader = leaderOf(index);
    const before = common.get(leader) ?? null;
    const joined = before === null || type === null ? (before ?? type) : commonType(before, type);
    if (joined === undefined) return undefined;
    common.set(leader, joined);
  }
  return types.map((_, index) => common.get(leaderOf(index)) ?? VARCHAR);
}

/** `SUBSTRING(VARCHAR, BIGINT, BIGINT)`; `…` after a parameter that may repeat. */
export function signaturesOf(found: ScalarFunction): readonly string[] {
  return found.overloads.map((overload) => {
    const parameters = overload.parameters.map((parameter) => parameterToText(overload, parameter));
    return `${found.name}(${parameters.join(', ')}${overload.variadic ? ', …' : ''})`;
  });
}

function parameterToText(overload: FunctionOverload, parameter: ParameterType): string {
  if (parameter === 'any') return 'any type';
  if (typeof parameter === 'string') return parameter.toUpperCase();
  const other = overload.parameters[parameter.sameAs];
  return typeof other === 'string' && other !== 'any' ? other.toUpperCase() : 'same type';
}

function expectedCount(overloads: readonly FunctionOverload[]): string {
  const open = overloads.filter((overload) => overload.variadic).map((overload) => overload.parameters.length);
  if (open.length > 0) return `at least ${Math.min(...open)}`;
  const counts = [...new Set(overloads.map((overload) => overload.parameters.length))].sort((a, b) => a - b);
  const last = counts.pop() ?? 0;
  return counts.length === 0 ? `${last}` : `${counts.join(', ')} or ${last}`;
}
