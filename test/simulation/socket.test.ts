import { describeExhaustive } from './exhaustive.js';
import { socketScenario } from './socket-scenario.js';

describeExhaustive(socketScenario);
