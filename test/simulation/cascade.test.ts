import { describeExhaustive } from './exhaustive.js';
import { planScenarioNamed } from './plan-scenarios.js';

describeExhaustive(planScenarioNamed('cascade'));
