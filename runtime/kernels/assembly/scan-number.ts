/**
 * Numbers of the SIMD scanner: eight digits at a time in a 64-bit word, after D. Lemire, "Quickly parsing eight digits"
 * (2018); doubles by W. Clinger's fast path (an integer below 2^53 divided by a power of ten up to 10^22 rounds
 * correctly).
 */
import { MEMBER_LIMIT, MEMBER_SCALE } from './scan-layout';

const ZEROS: u64 = 0x3030303030303030;

/** Result of `digits`: the value, and how many digits there were. */
let magnitude: u64 = 0;
let count: i32 = 0;

/** 10^0 to 10^18. */
const POWERS: usize = memory.data<u64>([
  1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000,
  10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000, 1000000000000000000,
]);

/** How many of the eight bytes, from the lowest, are digits (made zero to nine by XOR with zeros). */
export function digitCount(bits: u64): i32 {
  const other = ((bits + 0x7676767676767676) | bits) & 0x8080808080808080;
  return i32(ctz(other) >> 3);
}

/** The value of the lowest `size` (1 to 8) digit bytes. */
export function digitsValue(bits: u64, size: i32): u64 {
  let t = bits << u64(64 - (size << 3));
  t = t * 10 + (t >> 8);
  return ((t & 0x000000ff000000ff) * 0x000f424000000064 + ((t >> 16) & 0x000000ff000000ff) * 0x0000271000000001) >> 32;
}

export function powerOfTen(exponent: i32): u64 {
  return load<u64>(POWERS + (usize(exponent) << 3));
}

/** Eight characters at `p`; digits become zero to nine. */
export function eight(p: usize): u64 {
  return load<u64>(p) ^ ZEROS;
}

/** Reads 1 to 18 digits at `p` into `magnitude` and `count`; 0 if there are none or more. */
function digits(p: usize): usize {
  let bits = load<u64>(p) ^ ZEROS;
  let n = digitCount(bits);
  if (n == 0) return 0;
  magnitude = digitsValue(bits, n);
  count = n;
  p += n;
  if (n < 8) return p;
  bits = load<u64>(p) ^ ZEROS;
  n = digitCount(bits);
  if (n == 0) return p;
  magnitude = magnitude * powerOfTen(n) + digitsValue(bits, n);
  count += n;
  p += n;
  if (n < 8) return p;
  bits = load<u64>(p) ^ ZEROS;
  n = digitCount(bits);
  if (n == 0) return p;
  if (n > 2) return 0;
  magnitude = magnitude * powerOfTen(n) + digitsValue(bits, n);
  count += n;
  return p + n;
}

/** Whether the byte at `p` goes on with a number that is not a plain integer. */
function continues(p: usize): bool {
  const c = load<u8>(p);
  return c == 0x2e || c == 0x65 || c == 0x45;
}

/** Digits of an integer part: no leading zero. */
function integerDigits(p: usize): usize {
  const q = digits(p);
  return q != 0 && (count == 1 || load<u8>(p) != 0x30) ? q : 0;
}

export function integerValue(p: usize, target: usize, wide: bool): usize {
  const negative = load<u8>(p) == 0x2d;
  if (negative) p++;
  const q = integerDigits(p);
  if (q == 0 || continues(q)) return 0;
  const value = negative ? -i64(magnitude) : i64(magnitude);
  if (wide) {
    store<i64>(target, value);
    return q;
  }
  if (value != i64(i32(value))) return 0;
  store<i32>(target, i32(value));
  return q;
}

/**
 * Reads `[-]digits[.digits]` of at most 18 digits in all; `magnitude` is the number without its point, `count` becomes
 * the number of digits behind it.
 */
function pointNumber(p: usize): usize {
  let q = integerDigits(p);
  if (q == 0) return 0;
  if (load<u8>(q) != 0x2e) {
    count = 0;
    return q;
  }
  const whole = magnitude;
  const wholeCount = count;
  q = digits(q + 1);
  if (q == 0 || wholeCount + count > 18) return 0;
  magnitude += whole * powerOfTen(count);
  return q;
}

export function doubleValue(p: usize, target: usize): usize {
  const negative = load<u8>(p) == 0x2d;
  if (negative) p++;
  const q = pointNumber(p);
  if (q == 0 || continues(q) || magnitude > 9007199254740992) return 0;
  const value = f64(magnitude) / f64(powerOfTen(count));
  store<f64>(target, negative ? -value : value);
  return q;
}

export function decimalValue(p: usize, target: usize, member: usize, wide: bool): usize {
  const negative = load<u8>(p) == 0x2d;
  if (negative) p++;
  const q = pointNumber(p);
  if (q == 0 || continues(q)) return 0;
  const grow = load<i32>(member + MEMBER_SCALE) - count;
  if (grow < 0 || grow > 18) return 0;
  const power = powerOfTen(grow);
  const limit = load<u64>(member + MEMBER_LIMIT);
  if (magnitude >= limit / power) return 0;
  const unscaled = i64(magnitude * power);
  const value = negative ? -unscaled : unscaled;
  store<i64>(target, value);
  if (wide) store<i64>(target + 8, value >> 63);
  return q;
}

/** Behind the digits at `p`: at least one, or 0. */
function digitsEnd(p: usize): usize {
  let n = digitCount(eight(p));
  if (n == 0) return 0;
  let q = p + n;
  while (n == 8) {
    n = digitCount(eight(q));
    q += n;
  }
  return q;
}

/** Behind the number at `p`, or 0. */
export function numberEnd(p: usize): usize {
  const first = load<u8>(p) == 0x2d ? p + 1 : p;
  let q = digitsEnd(first);
  if (q == 0 || (q > first + 1 && load<u8>(first) == 0x30)) return 0;
  if (load<u8>(q) == 0x2e) {
    q = digitsEnd(q + 1);
    if (q == 0) return 0;
  }
  if ((load<u8>(q) | 0x20) != 0x65) return q;
  const sign = load<u8>(q + 1);
  return digitsEnd(sign == 0x2b || sign == 0x2d ? q + 2 : q + 1);
}

/** Digits of a fraction of a second in microseconds: `magnitude` becomes 0 to 999,999; 0 unless there are 1 to 6. */
export function microseconds(p: usize): usize {
  const bits = load<u64>(p) ^ ZEROS;
  const n = digitCount(bits);
  if (n == 0 || n > 6) return 0;
  magnitude = digitsValue(bits, n) * powerOfTen(6 - n);
  return p + n;
}

export function lastMagnitude(): u64 {
  return magnitude;
}

/** Reads an integer of at most 15 digits with its sign into `lastInteger`. */
let integer: i64 = 0;

export function smallInteger(p: usize): usize {
  const negative = load<u8>(p) == 0x2d;
  if (negative) p++;
  const q = integerDigits(p);
  if (q == 0 || continues(q) || count > 15) return 0;
  integer = negative ? -i64(magnitude) : i64(magnitude);
  return q;
}

export function lastInteger(): i64 {
  return integer;
}
