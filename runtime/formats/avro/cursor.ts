/**
 * Reads Avro's primitives from bytes, never beyond an end. A long is left in two 32-bit words, so that a column of
 * BIGINT is filled without a BigInt per value.
 */
import { RecordError } from '../../../plan/values.js';

const TWO_32 = 0x1_0000_0000;
const VARINT_BYTES_MAX = 10;
const scratch = new DataView(new ArrayBuffer(8));

export class AvroCursor {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  /** The words of the long read last. */
  low = 0;
  high = 0;

  reset(bytes: Uint8Array, at: number, end: number): void {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** Leaves the value in `low` and `high`. */
  long(): void {
    const { bytes, end, at } = this;
    const first = at < end ? bytes[at]! : 0x80;
    if (first < 0x80) {
      this.at = at + 1;
      this.low = (first >>> 1) ^ -(first & 1);
      this.high = -(first & 1);
      return;
    }
    this.#longer();
  }

  #longer(): void {
    const { bytes, end } = this;
    // 28 bits of the value each, and the rest.
    let first = 0;
    let second = 0;
    let third = 0;
    let at = this.at;
    for (let count = 0; ; count++) {
      if (at >= end) throw cutOff();
      const byte = bytes[at++]!;
      const bits = byte & 0x7f;
      if (count < 4) first |= bits << (7 * count);
      else if (count < 8) second |= bits << (7 * (count - 4));
      else third |= bits << (7 * (count - 8));
      if (byte < 0x80) {
        if (count === VARINT_BYTES_MAX - 1 && byte > 1) throw tooWide();
        break;
      }
      if (count === VARINT_BYTES_MAX - 1) throw tooWide();
    }
    this.at = at;
    const low = first | (second << 28);
    const high = (second >>> 4) | (third << 24);
    const sign = -(low & 1);
    this.low = ((low >>> 1) | (high << 31)) ^ sign;
    this.high = (high >>> 1) ^ sign;
  }

  /** A long as the nearest number. */
  number(): number {
    this.long();
    return this.high * TWO_32 + (this.low >>> 0);
  }

  bigint(): bigint {
    this.long();
    return (BigInt(this.high) << 32n) | BigInt(this.low >>> 0);
  }

  int(): number {
    this.long();
    if (this.high !== this.low >> 31) {
      throw new RecordError('malformed_record', 'expected an int of 32 bits, found a larger one');
    }
    return this.low;
  }

  boolean(): boolean {
    if (this.at >= this.end) throw cutOff();
    const byte = this.bytes[this.at++]!;
    if (byte > 1) throw new RecordError('malformed_record', 'expected a boolean, found another byte');
    return byte === 1;
  }

  float(): number {
    this.#fill(4);
    return scratch.getFloat32(0, true);
  }

  double(): number {
    this.#fill(8);
    return scratch.getFloat64(0, true);
  }

  /** The index of a union's branch or an enum's symbol. */
  index(count: number): number {
    this.long();
    if (this.high !== 0 || this.low < 0 || this.low >= count) {
      throw new RecordError('malformed_record', `expected one of ${String(count)} branches or symbols, found another`);
    }
    return this.low;
  }

  /** The length of a string or of bytes, all of which are there. */
  length(): number {
    const length = this.number();
    if (length < 0 || length > this.end - this.at) throw cutOff();
    return length;
  }

  /** The address of `count` bytes, which are gone over. */
  take(count: number): number {
    const { at } = this;
    if (count > this.end - at) throw cutOff();
    this.at = at + count;
    return at;
  }

  /**
   * How many items stand in the next block of an array or map; 0 at its end. The size that a negative count has beside
   * it is left in `blockBytes`, else -1.
   */
  blockCount(): number {
    const count = this.number();
    this.blockBytes = -1;
    if (count >= 0) return count;
    this.blockBytes = this.length();
    return -count;
  }

  blockBytes = -1;

  #fill(count: number): void {
    const at = this.take(count);
    for (let i = 0; i < count; i++) scratch.setUint8(i, this.bytes[at + i]!);
  }
}

export function cutOff(): RecordError {
  return new RecordError('malformed_record', 'expected more bytes by the schema, found the end');
}

function tooWide(): RecordError {
  return new RecordError('malformed_record', 'expected an integer of 64 bits, found a longer one');
}
