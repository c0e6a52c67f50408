/** Arithmetic of windows `[start, end)` whose starts are `offset + k × slide`. Everything in microseconds. */
import { floorDivide } from '../../plan/floor-divide.js';
import type { WindowSpec } from '../../plan/plan.js';

const I64_MIN = -(2n ** 63n);
const I64_MAX = 2n ** 63n - 1n;

/** Start of the last window that holds `time_us`. */
export function lastWindowStart(time_us: bigint, window: WindowSpec): bigint {
  return floorDivide(time_us - window.offset_us, window.slide_us) * window.slide_us + window.offset_us;
}

/** Start of the first window that holds `time_us`: the smallest one above `time_us - size`. */
export function firstWindowStart(time_us: bigint, window: WindowSpec): bigint {
  return lastWindowStart(time_us - window.size_us, window) + window.slide_us;
}

/** The longest stretch of time that belongs to the same windows: windows begin and end only at its multiples. */
export function paneLength(window: WindowSpec): bigint {
  let a = window.size_us;
  let b = window.slide_us;
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

export interface OpenWindows {
  /** Starts of the windows of a time that are open, ascending. */
  readonly starts: readonly bigint[];
  /** At least one of its windows is closed, or lies beyond the range of timestamps. */
  readonly isLate: boolean;
}

/** Which windows of a time are still open when the watermark stands at `watermark_us`. */
export function openWindows(time_us: bigint, window: WindowSpec, watermark_us: bigint): OpenWindows {
  const starts: bigint[] = [];
  let isLate = false;
  const last = lastWindowStart(time_us, window);
  for (let start = firstWindowStart(time_us, window); start <= last; start += window.slide_us) {
    const end = start + window.size_us;
    if (end <= watermark_us || start < I64_MIN || end > I64_MAX) isLate = true;
    else starts.push(start);
  }
  return { starts, isLate };
}
