import { describeExhaustive } from './exhaustive.js';
import { planScenarioNamed } from './plan-scenarios.js';
import { describeUnsynced } from './unsynced.js';

describeExhaustive(planScenarioNamed('stateless'));
describeUnsynced(planScenarioNamed('stateless'), /^link .*\/_committed\//u, 3);
