import { describeExhaustive } from './exhaustive.js';
import { planScenarioNamed } from './plan-scenarios.js';
import { describeUnsynced } from './unsynced.js';

describeExhaustive(planScenarioNamed('lookup'));
describeUnsynced(planScenarioNamed('lookup'), /^link .*\/tables\//u, 24);
