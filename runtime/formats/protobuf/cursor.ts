/** Reads Protobuf's wire format from bytes, never beyond an end. Integers are left in two 32-bit words. */
import type { ProtoScalar } from '../../../plan/formats/protobuf/model.js';
import { RecordError } from '../../../plan/values.js';
import { RECORD_DEPTH_MAX } from '../format.js';

export const WIRE_VARINT = 0;
export const WIRE_64 = 1;
export const WIRE_BYTES = 2;
export const WIRE_GROUP = 3;
export const WIRE_GROUP_END = 4;
export const WIRE_32 = 5;

const VARINT_BYTES_MAX = 10;
const scratch = new DataView(new ArrayBuffer(8));

export class WireCursor {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  /** The words of the integer read last, and the field's number and wire type behind `tag`. */
  low = 0;
  high = 0;
  number = 0;
  wire = 0;
  /** Where the value that `skip` passed stands: contents of what has a length, all bytes of others. */
  valueStart = 0;
  valueEnd = 0;

  range(at: number, end: number): void {
    this.at = at;
    this.end = end;
  }

  varint(): void {
    const { bytes, end } = this;
    let at = this.at;
    // 28 bits of the value each, and the rest.
    let first = 0;
    let second = 0;
    let third = 0;
    for (let count = 0; ; count++) {
      if (at >= end) throw cutOff();
      const byte = bytes[at++]!;
      const bits = byte & 0x7f;
      if (count < 4) first |= bits << (7 * count);
      else if (count < 8) second |= bits << (7 * (count - 4));
      else third |= bits << (7 * (count - 8));
      if (byte < 0x80) break;
      if (count === VARINT_BYTES_MAX - 1) throw malformed('an integer of at most ten bytes', 'a longer one');
    }
    this.at = at;
    this.low = first | (second << 28);
    this.high = (second >>> 4) | (third << 24);
  }

  fixed32(): void {
    const { bytes, at } = this;
    if (this.end - at < 4) throw cutOff();
    this.low = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    this.at = at + 4;
  }

  fixed64(): void {
    if (this.end - this.at < 8) throw cutOff();
    this.fixed32();
    const { low } = this;
    this.fixed32();
    this.high = this.low;
    this.low = low;
  }

  /** False at the end. */
  tag(): boolean {
    if (this.at === this.end) return false;
    this.varint();
    const { low, high } = this;
    this.number = low >>> 3;
    this.wire = low & 7;
    if (high !== 0 || this.number === 0 || this.wire > WIRE_32) throw malformed('the tag of a field', 'another value');
    return true;
  }

  /** Passes the value behind the tag, and says where it stands. */
  skip(depth = 0): void {
    this.valueStart = this.at;
    switch (this.wire) {
      case WIRE_VARINT:
        this.varint();
        break;
      case WIRE_64:
        this.#pass(8);
        break;
      case WIRE_32:
        this.#pass(4);
        break;
      case WIRE_BYTES: {
        this.varint();
        const length = this.high === 0 ? this.low >>> 0 : Infinity;
        this.valueStart = this.at;
        this.#pass(length);
        break;
      }
      case WIRE_GROUP:
        this.#skipGroup(depth);
        return;
      default:
        throw malformed('a field', 'the end of a group that did not begin');
    }
    this.valueEnd = this.at;
  }

  #skipGroup(depth: number): void {
    if (depth > RECORD_DEPTH_MAX) throw tooDeep();
    const { number, at: start } = this;
    let end = start;
    for (;;) {
      end = this.at;
      if (!this.tag()) throw cutOff();
      if (this.wire === WIRE_GROUP_END) break;
      this.skip(depth + 1);
    }
    if (this.number !== number) throw malformed('the end of the group that began', 'the end of another');
    this.wire = WIRE_GROUP;
    this.valueStart = start;
    this.valueEnd = end;
  }

  #pass(length: number): void {
    if (length > this.end - this.at) throw cutOff();
    this.at += length;
  }

  /** Reads a number, a boolean or an enum's value; integers are left as 64 bits with their sign. */
  integer(scalar: ProtoScalar | 'enum'): void {
    switch (scalar) {
      case 'int64':
      case 'uint64':
        this.varint();
        return;
      case 'int32':
      case 'enum':
        this.varint();
        this.high = this.low >> 31;
        return;
      case 'uint32':
        this.varint();
        this.high = 0;
        return;
      case 'sint32':
        this.varint();
        this.low = (this.low >>> 1) ^ -(this.low & 1);
        this.high = this.low >> 31;
        return;
      case 'sint64': {
        this.varint();
        const sign = -(this.low & 1);
        this.low = ((this.low >>> 1) | (this.high << 31)) ^ sign;
        this.high = (this.high >>> 1) ^ sign;
        return;
      }
      case 'bool':
        this.varint();
        this.low = this.low === 0 && this.high === 0 ? 0 : 1;
        this.high = 0;
        return;
      case 'fixed32':
        this.fixed32();
        this.high = 0;
        return;
      case 'sfixed32':
        this.fixed32();
        this.high = this.low >> 31;
        return;
      case 'fixed64':
      case 'sfixed64':
        this.fixed64();
        return;
      case 'float':
      case 'double':
      case 'string':
      case 'bytes':
        throw new TypeError(`${scalar} is no integer`);
    }
  }

  real(scalar: 'float' | 'double'): number {
    if (scalar === 'float') {
      this.fixed32();
      scratch.setInt32(0, this.low, true);
      return scratch.getFloat32(0, true);
    }
    this.fixed64();
    scratch.setInt32(0, this.low, true);
    scratch.setInt32(4, this.high, true);
    return scratch.getFloat64(0, true);
  }
}

/** The wire type that a value of the scalar has where it stands alone. */
export function wireOf(scalar: ProtoScalar | 'enum'): number {
  switch (scalar) {
    case 'int32':
    case 'int64':
    case 'uint32':
    case 'uint64':
    case 'sint32':
    case 'sint64':
    case 'bool':
    case 'enum':
      return WIRE_VARINT;
    case 'fixed64':
    case 'sfixed64':
    case 'double':
      return WIRE_64;
    case 'fixed32':
    case 'sfixed32':
    case 'float':
      return WIRE_32;
    case 'string':
    case 'bytes':
      return WIRE_BYTES;
  }
}

export function malformed(expected: string, found: string): RecordError {
  return new RecordError('malformed_record', `expected ${expected}, found ${found}`);
}

export function tooDeep(): RecordError {
  return new RecordError('too_deep', `expected at most ${String(RECORD_DEPTH_MAX)} levels of nesting, found more`);
}

function cutOff(): RecordError {
  return malformed('more bytes', 'the end of the record');
}
