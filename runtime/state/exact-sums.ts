/**
 * Sums of doubles that values can be taken out of again without a trace. Every finite double is a whole multiple of
 * 2^-1074, so the sum is kept as that whole number, of any length; the result is that number rounded once, to nearest,
 * ties to even. (The exactness of Shewchuk's expansions, 1997, with a representation that does not depend on the order
 * of additions.) Infinities and NaN are counted beside it.
 */
import type { SectionReader } from './section.js';

const scratch = new DataView(new ArrayBuffer(8));
const UNIT_EXPONENT = 1074n;
const SIGNIFICANT_BITS = 64;

/** A finite double in units of 2^-1074. */
function unitsOf(value: number): bigint {
  scratch.setFloat64(0, value);
  const high = scratch.getUint32(0);
  const exponent = (high >>> 20) & 0x7ff;
  const fraction = BigInt((high & 0xfffff) * 2 ** 32 + scratch.getUint32(4));
  const magnitude = exponent === 0 ? fraction : (fraction | (1n << 52n)) << BigInt(exponent - 1);
  return high >>> 31 === 1 ? -magnitude : magnitude;
}

function bitLength(magnitude: bigint): number {
  const text = magnitude.toString(16);
  return text.length * 4 - Math.clz32(Number.parseInt(text[0] ?? '0', 16)) + 28;
}

/** The double nearest to `units` × 2^-1074. */
function doubleOf(units: bigint): number {
  if (units === 0n) return 0;
  const negative = units < 0n;
  let magnitude = negative ? -units : units;
  const excess = bitLength(magnitude) - SIGNIFICANT_BITS;
  let shift = 0n;
  if (excess > 0) {
    shift = BigInt(excess);
    const rest = magnitude & ((1n << shift) - 1n);
    // The lowest bit remembers that something was cut off, so that the one rounding in Number() sees it.
    magnitude = (magnitude >> shift) | (rest === 0n ? 0n : 1n);
  }
  const exponent = Number(shift - UNIT_EXPONENT);
  // Two steps, because 2^-1074 and 2^1023 are the ends of what one factor can be.
  const half = Math.trunc(exponent / 2);
  const value = Number(magnitude) * 2 ** half * 2 ** (exponent - half);
  return negative ? -value : value;
}

/** One sum per entry of a table; words NAN, PLUS, MINUS count what is not finite. */
export class ExactSums {
  #units: bigint[] = [];

  get bytes(): number {
    return this.#units.length * 160;
  }

  /** Adds `value` `weight` times; `f64[at]` … are the accumulator's words: result, NaN, +Infinity, -Infinity. */
  add(f64: Float64Array, at: number, entry: number, value: number, weight: number): void {
    if (Number.isFinite(value)) {
      const units = unitsOf(value);
      this.#units[entry] = (this.#units[entry] ?? 0n) + (weight === 1 ? units : units * BigInt(weight));
    } else {
      this.#units[entry] ??= 0n;
      const slot = at + (Number.isNaN(value) ? 1 : value > 0 ? 2 : 3);
      f64[slot] = f64[slot]! + weight;
    }
  }

  merge(
    f64: Float64Array,
    at: number,
    entry: number,
    other: ExactSums,
    source: Float64Array,
    from: number,
    otherEntry: number,
  ): void {
    this.#units[entry] = (this.#units[entry] ?? 0n) + (other.#units[otherEntry] ?? 0n);
    for (let i = 1; i <= 3; i += 1) f64[at + i] = f64[at + i]! + source[from + i]!;
  }

  /** Writes the result of an entry into its first word. */
  settle(f64: Float64Array, at: number, entry: number): void {
    const nan = f64[at + 1]! > 0 || (f64[at + 2]! > 0 && f64[at + 3]! > 0);
    if (nan) f64[at] = NaN;
    else if (f64[at + 2]! > 0) f64[at] = Infinity;
    else if (f64[at + 3]! > 0) f64[at] = -Infinity;
    else f64[at] = doubleOf(this.#units[entry] ?? 0n);
  }

  move(from: number, to: number, target: ExactSums): void {
    target.#units[to] = this.#units[from] ?? 0n;
  }

  /** Per entry the number of words and the sign, then the words. */
  dump(count: number): readonly ArrayBufferView[] {
    const lengths = new Int32Array(count);
    const words: bigint[] = [];
    for (let entry = 0; entry < count; entry += 1) {
      const units = this.#units[entry] ?? 0n;
      const before = words.length;
      for (let rest = units < 0n ? -units : units; rest !== 0n; rest >>= 64n) words.push(BigInt.asUintN(64, rest));
      lengths[entry] = (units < 0n ? -1 : 1) * (words.length - before);
    }
    return [lengths, BigUint64Array.from(words)];
  }

  load(reader: SectionReader, count: number): void {
    const lengths = reader.integers(count, 'lengths of exact sums');
    const words = reader.words(null, 'exact sums');
    let at = 0;
    for (let entry = 0; entry < count; entry += 1) {
      const length = Math.abs(lengths[entry]!);
      if (at + length > words.length) reader.fail('its exact sums are cut off');
      let units = 0n;
      for (let i = length - 1; i >= 0; i -= 1) units = (units << 64n) | BigInt.asUintN(64, words[at + i]!);
      this.#units[entry] = lengths[entry]! < 0 ? -units : units;
      at += length;
    }
    if (at !== words.length) reader.fail('its exact sums have words too many');
  }
}
