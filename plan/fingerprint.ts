/** Fingerprints: what tells whether two plans are the same. The only file of the pure core that uses Node. */
import { createHash } from 'node:crypto';
import { encodePlan } from './encode.js';
import type { Plan } from './plan.js';

/** SHA-256 as lower-case hex; text is hashed as UTF-8. */
export function sha256Hex(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * The fingerprint of what a plan does: the SHA-256 of its canonical JSON without the compiler's version and the query's
 * name and hash, so that a comment added to the query doesn't make another plan.
 */
export function planFingerprint(plan: Plan): string {
  return sha256Hex(encodePlan({ ...plan, compiler: '', query: { name: '', sha256: '' } }));
}
