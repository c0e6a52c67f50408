/**
 * What may be forgotten (docs/exactly-once.md §5). The newest checkpoints are kept whatever their age; older ones are
 * thinned to one per interval, back to the age that must be recoverable. Everything needed from the oldest kept one on
 * is kept.
 */
export interface RetentionPolicy {
  /** Newest valid checkpoints that are always kept: one more than the number of corruptions to survive. */
  readonly checkpoints_min: number;
  /** So far back a restart must be possible. */
  readonly age_us: bigint;
  /** Beyond the newest ones, one checkpoint per so much time is enough. */
  readonly spacing_us: bigint;
  /** Unreferenced state objects younger than this may belong to a checkpoint being written. */
  readonly grace_us: bigint;
}

const HOUR_US = 3_600_000_000n;

export const DEFAULT_RETENTION: RetentionPolicy = {
  checkpoints_min: 3,
  age_us: 24n * HOUR_US,
  spacing_us: HOUR_US,
  grace_us: HOUR_US,
};

export interface RetainedCheckpoint {
  readonly batch: number;
  /** Time of the batch. */
  readonly now_us: bigint;
}

/** Batches of the checkpoints to keep. `checkpoints` are the valid ones, in any order. */
export function retainedCheckpoints(
  checkpoints: readonly RetainedCheckpoint[],
  now_us: bigint,
  policy: RetentionPolicy,
): ReadonlySet<number> {
  const newestFirst = [...checkpoints].sort((a, b) => b.batch - a.batch);
  const kept = new Set<number>();
  let lastKept: RetainedCheckpoint | undefined;
  for (const [index, checkpoint] of newestFirst.entries()) {
    const age_us = now_us - checkpoint.now_us;
    const next = newestFirst[index + 1];
    // The first one beyond the age keeps the whole age recoverable; so does one whose successor lies a spacing further
    // back.
    const lastYoungEnough = lastKept === undefined || now_us - lastKept.now_us < policy.age_us;
    const spaced =
      lastYoungEnough &&
      (age_us >= policy.age_us ||
        next === undefined ||
        (lastKept !== undefined && lastKept.now_us - next.now_us >= policy.spacing_us));
    if (index < policy.checkpoints_min || spaced) {
      kept.add(checkpoint.batch);
      lastKept = checkpoint;
    }
  }
  return kept;
}
