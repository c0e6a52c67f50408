import { describeExhaustive } from './exhaustive.js';
import { modelScenario } from './model-scenario.js';

describeExhaustive(modelScenario);
