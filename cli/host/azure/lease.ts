/** A lease of the service as a lock: renewed until it is released. */
import type { StoreLock } from '../../../runtime/storage/object-store.js';
import { serviceCode, treeError } from './failures.js';

/** The clients of both storage packages have these. */
export interface LeaseClient {
  acquireLease(duration_s: number): Promise<unknown>;
  renewLease(): Promise<unknown>;
  releaseLease(): Promise<unknown>;
}

/** A driver that was killed is in the way for as long. */
const DURATION_S = 30;
const RENEW_MS = 10_000;
const HELD: ReadonlySet<string> = new Set(['LeaseAlreadyPresent', 'LeaseIsBreakingAndCannotBeAcquired']);

/** Null if somebody else holds it. */
export async function acquire(client: LeaseClient, path: string): Promise<StoreLock | null> {
  try {
    await client.acquireLease(DURATION_S);
  } catch (error) {
    if (HELD.has(serviceCode(error))) return null;
    throw treeError(error, 'lease', path);
  }
  // A renewal that fails is tried again by the next one. A lease that was lost costs liveness only: writes are fenced.
  const renewal = setInterval(() => {
    client.renewLease().catch(() => undefined);
  }, RENEW_MS);
  renewal.unref();
  return {
    async release() {
      clearInterval(renewal);
      try {
        await client.releaseLease();
      } catch {
        // It runs out by itself.
      }
    },
  };
}
