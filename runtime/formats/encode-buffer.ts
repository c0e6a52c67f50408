/** A growable byte buffer with the number and text writers that encoders share. Nothing is allocated per value. */

const BYTES_AT_FIRST = 16 * 1024;
const ZERO = 48;
const MINUS = 45;
const POINT = 46;
/** Longest text of a 64-bit integer, with its sign. */
const INTEGER_BYTES_MAX = 20;

export class EncodeBuffer {
  bytes: Buffer = Buffer.allocUnsafe(BYTES_AT_FIRST);
  length = 0;

  /** Makes room for `extra` more bytes. */
  ensure(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  byte(value: number): void {
    this.ensure(1);
    this.bytes[this.length++] = value;
  }

  /** ASCII text, mostly of a few characters. */
  ascii(text: string): void {
    this.ensure(text.length);
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    this.length = at;
  }

  append(source: Uint8Array, start = 0, end: number = source.length): void {
    const count = end - start;
    this.ensure(count);
    const { bytes } = this;
    const at = this.length;
    // Below some 40 bytes a loop is faster than the call into `set`.
    if (count < 40) for (let i = 0; i < count; i++) bytes[at + i] = source[start + i]!;
    else bytes.set(source.subarray(start, end), at);
    this.length += count;
  }

  /** An integer with |value| <= 2^53. */
  integer(value: number): void {
    this.ensure(INTEGER_BYTES_MAX);
    const { bytes } = this;
    let at = this.length;
    let rest = value;
    if (rest < 0) {
      bytes[at++] = MINUS;
      rest = -rest;
    }
    const digits = digitCount(rest);
    let position = at + digits;
    this.length = position;
    while (rest > 0xffff_ffff) {
      const quotient = Math.floor(rest / 10);
      bytes[--position] = ZERO + (rest - quotient * 10);
      rest = quotient;
    }
    let small = rest >>> 0;
    do {
      const quotient = (small / 10) >>> 0;
      bytes[--position] = ZERO + (small - quotient * 10);
      small = quotient;
    } while (position > at);
  }

  /** `digits` digits, with leading zeros. */
  padded(value: number, digits: number): void {
    this.ensure(digits);
    let rest = value;
    for (let i = digits - 1; i >= 0; i--) {
      const quotient = Math.floor(rest / 10);
      this.bytes[this.length + i] = ZERO + (rest - quotient * 10);
      rest = quotient;
    }
    this.length += digits;
  }

  /** `.5` for 500,000; nothing for 0. */
  fraction(value_us: number): void {
    if (value_us === 0) return;
    this.ensure(7);
    this.bytes[this.length] = POINT;
    this.length += 1;
    this.padded(value_us, 6);
    while (this.bytes[this.length - 1] === ZERO) this.length -= 1;
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    return new Uint8Array(this.bytes.subarray(0, this.length));
  }

  /** What was written; valid until the next write. */
  view(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  reset(): void {
    this.length = 0;
  }
}

function digitCount(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  let count = 6;
  for (let bound = 1_000_000; value >= bound; bound *= 10) count += 1;
  return count;
}
