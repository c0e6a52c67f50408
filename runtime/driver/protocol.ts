/** The protocol's pure decisions in one place, so that a test can put a wrong one in and must see it caught. */
import { retainedCheckpoints } from '../checkpoint/retention.js';
import { objectProblem } from '../checkpoint/snapshot.js';
import { decideCollision, decideRecovery } from './recovery.js';

export interface Protocol {
  readonly decideRecovery: typeof decideRecovery;
  readonly decideCollision: typeof decideCollision;
  readonly retainedCheckpoints: typeof retainedCheckpoints;
  readonly objectProblem: typeof objectProblem;
}

export const PROTOCOL: Protocol = { decideRecovery, decideCollision, retainedCheckpoints, objectProblem };
