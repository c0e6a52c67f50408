/** What generated loops call (`H`). */
import { roundHalfEven } from '../../plan/casts.js';
import { compareBytes, compareText } from '../../plan/compare.js';
import type { Value } from '../../plan/values.js';
import { compareSlices } from '../columns/compare-slices.js';
import { decodeUtf8 } from '../columns/utf8.js';
import { randomAt, uuidAt } from './batch-values.js';

export type NonNullValue = NonNullable<Value>;

/** The same number of bytes at two places. */
function equalBytes(a: Uint8Array, aStart: number, length: number, b: Uint8Array, bStart: number): boolean {
  for (let k = 0; k < length; k += 1) if (a[aStart + k] !== b[bStart + k]) return false;
  return true;
}

export const loopHelpers = {
  decodeUtf8,
  equalBytes,
  compareSlices,
  compareBytes,
  compareText,
  roundHalfEven,
  randomAt,
  uuidAt,
} as const;
