/** Trying again with back-off: full jitter, from the job's own clock and randomness. */
import type { Env } from '../env.js';

export interface RetryPolicy {
  /** Longest delay of the first repetition; each further one doubles it. */
  readonly first_ms: number;
  readonly longest_ms: number;
  /** From the first attempt on; an attempt that has begun is not cut short. */
  readonly total_ms: number;
}

/** Most failovers take less than a minute (S5). */
export const FAILOVER_RETRIES: RetryPolicy = { first_ms: 250, longest_ms: 20_000, total_ms: 6 * 60_000 };

/**
 * Runs `attempt` until it resolves, rejects with something that `isPassing` denies, or the time is over; then with the
 * last error.
 */
export async function withRetries<T>(
  env: Pick<Env, 'clock' | 'random'>,
  policy: RetryPolicy,
  isPassing: (error: unknown) => boolean,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  const start_ms = env.clock.monotonic_ms();
  for (let ceiling_ms = policy.first_ms; ; ceiling_ms = Math.min(ceiling_ms * 2, policy.longest_ms)) {
    try {
      return await attempt();
    } catch (error) {
      const delay_ms = Math.ceil(ceiling_ms * (0.5 + fraction(env) / 2));
      const over = env.clock.monotonic_ms() - start_ms + delay_ms > policy.total_ms;
      if (!isPassing(error) || over || signal.aborted) throw error;
      await env.clock.sleep(delay_ms, signal);
      if (isAborted(signal)) throw error;
    }
  }
}

/** It may have changed since it was looked at last, which TypeScript does not take into account. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** 0 up to 1. */
function fraction({ random }: Pick<Env, 'random'>): number {
  const [high = 0, low = 0] = random.bytes(2);
  return (high * 256 + low) / 65_536;
}
