/** Exact arithmetic on unscaled decimals. */
import { RecordError } from './values.js';

const POWERS: readonly bigint[] = Array.from({ length: 78 }, (_, exponent) => 10n ** BigInt(exponent));

/** 10^exponent; the largest one needed is the product of two 38-digit scales. */
export function powerOfTen(exponent: number): bigint {
  return POWERS[exponent] ?? 10n ** BigInt(exponent);
}

/** `dividend / divisor`, rounded half away from zero. */
export function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const remainder = dividend % divisor;
  const twice = (remainder < 0n ? -remainder : remainder) * 2n;
  if (twice < (divisor < 0n ? -divisor : divisor)) return quotient;
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n;
}

/** The same number at another scale, rounded half away from zero where digits are lost. */
export function rescale(unscaled: bigint, from: number, to: number): bigint {
  if (to >= from) return unscaled * powerOfTen(to - from);
  return divideRounded(unscaled, powerOfTen(from - to));
}

/** Throws `overflow` unless the value has at most `precision` digits. */
export function checkPrecision(unscaled: bigint, precision: number): bigint {
  const limit = powerOfTen(precision);
  if (unscaled >= limit || unscaled <= -limit) {
    throw new RecordError('overflow', `a number has more than the ${precision} digits of its type`);
  }
  return unscaled;
}

/** The nearest DOUBLE. Exact where both parts are; otherwise the decimal text decides, which rounds once. */
export function decimalToDouble(unscaled: bigint, scale: number): number {
  if (scale === 0) return Number(unscaled);
  return Number(`${unscaled}e-${scale}`);
}
