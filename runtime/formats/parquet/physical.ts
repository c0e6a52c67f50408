/** Physical values, as the library hands them over, as numbers and texts of the language. */
import { checkTimestamp } from '../../../plan/cast-text.js';
import { RecordError } from '../../../plan/values.js';
import { firstInvalidUtf8 } from '../../columns/utf8.js';
import type { TimeUnit } from './leaf.js';

const PER_MILLI = 1000n;
const NANO_PER_MICRO = 1000n;

/** Nanoseconds are cut down to the microsecond before, as in all casts to TIMESTAMP from finer clocks. */
export function toMicroseconds(value: bigint, unit: TimeUnit): bigint {
  switch (unit) {
    case 'milli':
      return checkTimestamp(value * PER_MILLI);
    case 'micro':
      return value;
    case 'nano': {
      const rest = value % NANO_PER_MICRO;
      return (value - (rest < 0n ? rest + NANO_PER_MICRO : rest)) / NANO_PER_MICRO;
    }
  }
}

export function integer(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  throw new RecordError('malformed_record', 'expected an integer in the file, found something else');
}

/** The bits of a signed integer read as an unsigned one. */
export function unsigned(value: unknown, bits: 32 | 64): bigint {
  return BigInt.asUintN(bits, integer(value));
}

/** The unscaled value of a DECIMAL: an integer, or big-endian two's complement. */
export function unscaled(value: unknown): bigint {
  if (!(value instanceof Uint8Array)) return integer(value);
  let sum = 0n;
  for (const byte of value) sum = (sum << 8n) | BigInt(byte);
  return BigInt.asIntN(Math.max(1, value.length) * 8, sum);
}

export function bytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new RecordError('malformed_record', 'expected bytes in the file, found something else');
}

/** Bytes that are valid UTF-8. */
export function utf8(value: unknown): Uint8Array {
  const found = bytes(value);
  if (firstInvalidUtf8(found, 0, found.length) < 0) return found;
  throw new RecordError('malformed_record', 'expected text, found bytes that are not UTF-8');
}

/** A half-precision float (IEEE 754 binary16), little-endian. */
export function float16(value: unknown): number {
  const [low = 0, high = 0] = bytes(value);
  const sign = high & 0x80 ? -1 : 1;
  const exponent = (high >> 2) & 0x1f;
  const fraction = ((high & 3) << 8) | low;
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024);
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

export function uuidText(value: unknown): string {
  const hex = Buffer.from(bytes(value)).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
