/** The contract of sinks against those that need no other machine. */
import { sinkContract } from './sink-contract.js';
import { sinkSubjects } from './sink-subjects.js';

for (const subject of sinkSubjects) sinkContract(subject);
