import { describeExhaustive } from './exhaustive.js';
import { socketScenario } from './socket-scenario.js';
import { describeUnsynced } from './unsynced.js';

describeExhaustive(socketScenario);
describeUnsynced(socketScenario, /^(?:write|remove) .*\/wal\//u, 24);
