/** What Avro's logical types are as values of columns. */
import { checkPrecision, powerOfTen } from '../../../plan/decimal.js';
import { RecordError } from '../../../plan/values.js';
import { toMicroseconds, unscaled } from '../parquet/physical.js';

const DAY_US = 86_400_000_000n;
/** DATE is from year 1 to year 9999. */
const DAYS_MIN = -719_162;
const DAYS_MAX = 2_932_896;
/** Far more than any DECIMAL has; a record may claim megabytes of digits. */
const DECIMAL_BYTES_MAX = 64;

/** Big-endian two's complement. */
export function decimalOf(bytes: Uint8Array): bigint {
  if (bytes.length > DECIMAL_BYTES_MAX) {
    throw new RecordError('overflow', `expected a decimal of at most ${String(DECIMAL_BYTES_MAX)} bytes, found more`);
  }
  return unscaled(bytes);
}

/** Brings a decimal to a larger scale. Throws `overflow` if it has too many digits. */
export function scaled(value: bigint, more: number, precision: number): bigint {
  return checkPrecision(more === 0 ? value : value * powerOfTen(more), precision);
}

export function daysOf(days: number): number {
  if (days >= DAYS_MIN && days <= DAYS_MAX) return days;
  throw new RecordError('out_of_range', 'expected a day from year 1 to year 9999, found another');
}

export function timeOf(value: bigint, unit: 'milli' | 'micro'): bigint {
  const time_us = toMicroseconds(value, unit);
  if (time_us >= 0n && time_us < DAY_US) return time_us;
  throw new RecordError('out_of_range', 'expected a time within one day, found another');
}

export function timestampOf(value: bigint, unit: 'milli' | 'micro' | 'nano'): bigint {
  return toMicroseconds(value, unit);
}
