/** The function catalogue: every scalar function, in the order of the reference documentation. */
import { conditionalFunctions } from './conditional.js';
import { conversionFunctions } from './conversion.js';
import type { ScalarFunction } from './function.js';
import { hashFunctions } from './hash.js';
import { jsonFunctions } from './json.js';
import { mathFunctions } from './math.js';
import { regexpFunctions } from './regexp.js';
import { textFunctions } from './text.js';
import { timeFunctions } from './time.js';

export const scalarFunctions: readonly ScalarFunction[] = [
  ...mathFunctions,
  ...textFunctions,
  ...regexpFunctions,
  ...timeFunctions,
  ...conditionalFunctions,
  ...conversionFunctions,
  ...jsonFunctions,
  ...hashFunctions,
];

const byName: ReadonlyMap<string, ScalarFunction> = new Map(
  scalarFunctions.flatMap((entry) => [entry.name, ...entry.aliases].map((name) => [name, entry] as const)),
);

/** By canonical name or alias, without regard to case. */
export function findFunction(name: string): ScalarFunction | undefined {
  return byName.get(name.toUpperCase());
}

/** All names and aliases, for suggestions. */
export function functionNames(): readonly string[] {
  return [...byName.keys()];
}
