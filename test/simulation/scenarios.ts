/** Every job of the simulation, and how many sampled double faults it takes in a test run. */
import { modelScenario } from './model-scenario.js';
import { PLAN_SCENARIOS } from './plan-scenarios.js';
import type { Scenario } from './scenario.js';
import { socketScenario } from './socket-scenario.js';

export interface Sampling {
  readonly scenario: Scenario;
  readonly samples: number;
  /** Share of the schedules in which a bit of the store flips, too. */
  readonly rotShare: number;
}

/** The small job is fast: it takes most of the samples. */
export const SAMPLINGS: readonly Sampling[] = [
  { scenario: modelScenario, samples: 1500, rotShare: 0.4 },
  // What came through a socket is only in its log: a damaged log is rightly refused, so none is damaged here.
  { scenario: socketScenario, samples: 300, rotShare: 0 },
  ...PLAN_SCENARIOS.map((scenario) => ({ scenario, samples: 100, rotShare: 0.1 })),
];

export function samplingOf(name: string): Sampling {
  const found = SAMPLINGS.find(({ scenario }) => scenario.name === name);
  if (found === undefined)
    throw new Error(`no job ${name}; there are ${SAMPLINGS.map((each) => each.scenario.name).join(', ')}`);
  return found;
}
