/**
 * What the generated scanner calls for the less frequent cases. All return -1 (or NaN) for what isn't for the fast
 * path.
 */

import { valueEnd } from './scan-twin-values.js';

export { beyondAscii, checkedStringEnd, decodeString, valueEnd } from './scan-twin-values.js';

/** 10^0 to 10^18, all exact as doubles. */
export const POWERS: readonly number[] = Array.from({ length: 19 }, (_, exponent) => Number(`1e${String(exponent)}`));

const QUOTE = 0x22;

/** Behind the plain string whose first byte is at `p`. */
function stringEnd(bytes: Uint8Array, p: number): number {
  let q = p;
  for (;;) {
    const c = bytes[q] ?? 0;
    if (c === QUOTE) return q + 1;
    if (c < 0x20 || c === 0x5c) return -1;
    q++;
  }
}

function isDigit(bytes: Uint8Array, p: number): boolean {
  const c = bytes[p] ?? 0;
  return c >= 0x30 && c <= 0x39;
}

/** Behind the value of the unknown member whose key begins at `p`. */
export function unknownMemberEnd(bytes: Uint8Array, view: DataView, p: number): number {
  if (bytes[p] !== QUOTE) return -1;
  let q = stringEnd(bytes, p + 1);
  if (q < 0 || bytes[q] !== 0x3a) return -1;
  q++;
  return valueEnd(bytes, view, bytes[q] === 0x20 ? q + 1 : q);
}

/** The member whose key stands at `p`, or -1. */
export function findMember(bytes: Uint8Array, p: number, keys: readonly Uint8Array[]): number {
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index];
    if (key !== undefined && keyMatches(bytes, p, key)) return index;
  }
  return -1;
}

function keyMatches(bytes: Uint8Array, p: number, key: Uint8Array): boolean {
  for (let i = 0; i < key.length; i++) if (bytes[p + i] !== key[i]) return false;
  return true;
}

/** The digits at `[p, q)`, at most 18, into the two words at `index`. */
export function storeDigits(
  bytes: Uint8Array,
  p: number,
  q: number,
  negative: boolean,
  words: Int32Array,
  index: number,
): void {
  let high = 0;
  let low = 0;
  const middle = Math.max(p, q - 9);
  for (let i = p; i < middle; i++) high = high * 10 + (bytes[i] ?? 0) - 0x30;
  for (let i = middle; i < q; i++) low = low * 10 + (bytes[i] ?? 0) - 0x30;
  const value = BigInt(high) * 1_000_000_000n + BigInt(low);
  storeBigInt(negative ? -value : value, words, index);
}

function storeBigInt(value: bigint, words: Int32Array, index: number): void {
  words[index] = Number(BigInt.asIntN(32, value));
  words[index + 1] = Number(value >> 32n);
}

/** An integer below 2^53 into the two words at `index`. */
export function storeInteger(value: number, words: Int32Array, index: number): void {
  const high = Math.floor(value / 4294967296);
  words[index] = value - high * 4294967296;
  words[index + 1] = high;
}

function twoDigits(bytes: Uint8Array, p: number): number {
  return isDigit(bytes, p) && isDigit(bytes, p + 1) ? ((bytes[p] ?? 0) - 0x30) * 10 + (bytes[p + 1] ?? 0) - 0x30 : NaN;
}

/** Days of the date `YYYY-MM-DD` at `p`, years 1 to 9999, or NaN. After H. Hinnant's `days_from_civil`. */
export function dateDays(bytes: Uint8Array, p: number): number {
  const year = twoDigits(bytes, p) * 100 + twoDigits(bytes, p + 2);
  const month = twoDigits(bytes, p + 5);
  const day = twoDigits(bytes, p + 8);
  if (bytes[p + 4] !== 0x2d || bytes[p + 7] !== 0x2d) return NaN;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days)) return NaN;
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

/** Microseconds of the time `HH:MM:SS` at `p`, or NaN. */
export function clockMicroseconds(bytes: Uint8Array, p: number): number {
  const hour = twoDigits(bytes, p);
  const minute = twoDigits(bytes, p + 3);
  const second = twoDigits(bytes, p + 6);
  if (bytes[p + 2] !== 0x3a || bytes[p + 5] !== 0x3a) return NaN;
  return hour <= 23 && minute <= 59 && second <= 59 ? ((hour * 60 + minute) * 60 + second) * 1e6 : NaN;
}

/** Microseconds of `YYYY-MM-DDTHH:MM:SS` at `p`; NaN too where a double can't hold them exactly. */
export function secondMicroseconds(bytes: Uint8Array, p: number): number {
  const separator = bytes[p + 10];
  if (separator !== 0x54 && separator !== 0x20) return NaN;
  const value = dateDays(bytes, p) * 86_400_000_000 + clockMicroseconds(bytes, p + 11);
  // A day is left for the fraction and the offset.
  return Math.abs(value) < Number.MAX_SAFE_INTEGER - 86_400_000_000 ? value : NaN;
}

/** Microseconds of the offset `±HH:MM` at `p`, or NaN. */
export function offsetMicroseconds(bytes: Uint8Array, p: number): number {
  const sign = bytes[p];
  const hours = twoDigits(bytes, p + 1);
  const minutes = twoDigits(bytes, p + 4);
  if ((sign !== 0x2b && sign !== 0x2d) || bytes[p + 3] !== 0x3a) return NaN;
  const offset = hours <= 15 && minutes <= 59 ? (hours * 60 + minutes) * 60_000_000 : NaN;
  return sign === 0x2b ? offset : -offset;
}
