/** The contract of sources against those that need no other machine. */
import { sourceContract } from './source-contract.js';
import { sourceSubjects } from './source-subjects.js';

for (const subject of sourceSubjects) sourceContract(subject);
