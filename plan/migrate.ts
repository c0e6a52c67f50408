/** Old plans as new ones. A step works on JSON, because the types of an old version don't exist any more. */
import { PLAN_VERSION } from './plan.js';

export type MigrationStep = (plan: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** By the version that a step starts from; its result has the next one. */
const steps: ReadonlyMap<number, MigrationStep> = new Map();

/** The plan in the current version, or undefined if no step leads from its version to here. */
export function migratePlan(
  plan: Readonly<Record<string, unknown>>,
  version: number,
): Readonly<Record<string, unknown>> | undefined {
  let migrated = plan;
  for (let at = version; at !== PLAN_VERSION; at += 1) {
    const step = at < PLAN_VERSION ? steps.get(at) : undefined;
    if (step === undefined) return undefined;
    migrated = step(migrated);
  }
  return migrated;
}
