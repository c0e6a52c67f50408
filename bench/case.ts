/** One thing that is measured: it runs alone in a process of its own, so that no case warms or spoils another. */

export interface Measured {
  /** Rows, bytes or operations that were done in `duration_ms`. */
  readonly count: number;
  readonly duration_ms: number;
  /** Rows of the result, where a case and what it is compared with have to agree on them. */
  readonly results?: number;
}

export interface BenchCase {
  readonly name: string;
  /** Processes are shown by what one of them takes. */
  readonly unit: 'rows' | 'bytes' | 'operations' | 'processes';
  /** The case that this one is compared with, by name: plain code for the same job. */
  readonly baseline?: string;
  /** A second one, shown beside it: another engine. */
  readonly rival?: string;
  /** The goal, in units per second; shown, never asserted. */
  readonly goal?: number;
  readonly run: (options: BenchOptions) => Promise<Measured>;
}

export interface BenchGroup {
  readonly name: string;
  readonly doc: string;
  readonly cases: readonly BenchCase[];
}

export interface BenchOptions {
  readonly rows: number;
  /** A file of `rows` bids, one JSON object per line. */
  readonly bids: string;
  /** An empty folder of this case alone. */
  readonly folder: string;
}

/** Runs `action` once for `warm`-up and then until `duration_ms` have passed; counts what the timed runs did. */
export async function repeat(
  count: number,
  duration_ms: number,
  action: () => void | Promise<void>,
): Promise<Measured> {
  await action();
  await action();
  let runs = 0;
  const start_ms = performance.now();
  do {
    await action();
    runs += 1;
  } while (performance.now() - start_ms < duration_ms);
  return { count: count * runs, duration_ms: performance.now() - start_ms };
}
