/**
 * Messages, lists and maps as JSON text: names as in the schema, integers with all digits, bytes in base64, enums by
 * name, Timestamp as ISO 8601, wrappers as their value. As everywhere here an absent value without presence is its
 * default; what has presence and is absent is left out.
 */
import { DURATION_MESSAGE, isWrapper, TIMESTAMP_MESSAGE } from '../../../plan/formats/protobuf/known-types.js';
import type { ProtoEnum, ProtoField, ProtoMessage, ProtoScalar } from '../../../plan/formats/protobuf/model.js';
import { isLengthDelimited } from '../../../plan/formats/protobuf/schema.js';
import { doubleToText, timestampToText } from '../../../plan/literals.js';
import { RecordError } from '../../../plan/values.js';
import type { EncodeBuffer } from '../encode-buffer.js';
import { writeJsonString } from '../encode-json.js';
import { RECORD_BYTES_MAX, RECORD_DEPTH_MAX } from '../format.js';
import { isUtf8Range } from '../utf8.js';
import { malformed, tooDeep, WIRE_BYTES, WIRE_GROUP, wireOf, type WireCursor } from './cursor.js';

/** Values of a field as they stand in the record: three numbers each, wire type, start and end. */
export type Occurrences = number[];

const COMMA = 44;
const COLON = 58;
const QUOTE = 34;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const NONE: Occurrences = [];
const TIMESTAMP_SECONDS_MIN = -62_135_596_800n;
const TIMESTAMP_SECONDS_MAX = 253_402_300_799n;
const DURATION_SECONDS_MAX = 315_576_000_000n;
const NANOS_MAX = 999_999_999n;
const WORD_BITS = 32n;
const encoder = new TextEncoder();

export class ProtoJson {
  readonly #cursor: WireCursor;
  readonly #out: EncodeBuffer;

  constructor(cursor: WireCursor, out: EncodeBuffer) {
    this.#cursor = cursor;
    this.#out = out;
  }

  /** Appends the value of a field. False, and nothing appended, where it is absent. Throws RecordError. */
  field(field: ProtoField, found: Occurrences, depth = 0): boolean {
    if (this.#out.length > RECORD_BYTES_MAX) {
      throw new RecordError('too_long', `expected at most ${String(RECORD_BYTES_MAX)} bytes as JSON, found more`);
    }
    if (field.map) this.#map(field, found, depth);
    else if (field.repeated) this.#list(field, found, depth);
    else if (field.type.kind === 'message') {
      const segments = found.filter((_, i) => hasContent(found[i - (i % 3)]!));
      if (segments.length === 0) return false;
      this.#message(field.type.message, segments, depth + 1);
    } else if (field.type.kind === 'enum') {
      const at = lastOf(found, wireOf('enum'));
      if (at < 0 && field.presence) return false;
      this.#enumValue(field.type.enum, found, at);
    } else {
      const at = lastOf(found, wireOf(field.type.scalar));
      if (at < 0 && field.presence) return false;
      this.#scalar(field.type.scalar, found, at);
    }
    return true;
  }

  /** The content of a message, which may stand in several parts. */
  #message(message: ProtoMessage, segments: Occurrences, depth: number): void {
    if (depth > RECORD_DEPTH_MAX) throw tooDeep();
    if (message.fullName === TIMESTAMP_MESSAGE) {
      this.#quoted(`${timestampToText(this.microseconds(message, segments))}Z`);
      return;
    }
    if (message.fullName === DURATION_MESSAGE) {
      this.#quoted(durationText(this.microseconds(message, segments)));
      return;
    }
    const found = this.#fieldsOf(segments);
    if (isWrapper(message.fullName)) {
      for (const field of message.fields) this.field(field, found.get(field.number) ?? NONE, depth);
      return;
    }
    const out = this.#out;
    out.byte(OPEN_BRACE);
    let first = true;
    for (const field of message.fields) {
      const start = out.length;
      if (!first) out.byte(COMMA);
      this.#quoted(field.name);
      out.byte(COLON);
      if (this.field(field, found.get(field.number) ?? NONE, depth)) first = false;
      else if (field.required) {
        throw new RecordError('missing_value', `expected a value of ${message.fullName}.${field.name}, found none`);
      } else out.length = start;
    }
    out.byte(CLOSE_BRACE);
  }

  #fieldsOf(segments: Occurrences): ReadonlyMap<number, Occurrences> {
    const cursor = this.#cursor;
    const found = new Map<number, Occurrences>();
    for (let i = 0; i < segments.length; i += 3) {
      cursor.range(segments[i + 1]!, segments[i + 2]!);
      while (cursor.tag()) {
        cursor.skip();
        const known = found.get(cursor.number);
        if (known === undefined) found.set(cursor.number, [cursor.wire, cursor.valueStart, cursor.valueEnd]);
        else known.push(cursor.wire, cursor.valueStart, cursor.valueEnd);
      }
    }
    return found;
  }

  #list(field: ProtoField, found: Occurrences, depth: number): void {
    const out = this.#out;
    out.byte(OPEN_BRACKET);
    let first = true;
    const next = (): void => {
      if (!first) out.byte(COMMA);
      first = false;
    };
    const { type } = field;
    for (let i = 0; i < found.length; i += 3) {
      const wire = found[i]!;
      if (type.kind === 'message') {
        if (!hasContent(wire)) continue;
        next();
        this.#message(type.message, found.slice(i, i + 3), depth + 1);
        continue;
      }
      const scalar = type.kind === 'enum' ? 'enum' : type.scalar;
      if (wire === wireOf(scalar)) {
        next();
        this.#single(type, found, i);
      } else if (wire === WIRE_BYTES) {
        const end = found[i + 2]!;
        for (let at = found[i + 1]!; at < end; at = this.#cursor.at) {
          next();
          this.#single(type, [wire, at, end], 0);
          if (out.length > RECORD_BYTES_MAX) {
            throw new RecordError('too_long', `expected at most ${String(RECORD_BYTES_MAX)} bytes as JSON, found more`);
          }
        }
      }
    }
    out.byte(CLOSE_BRACKET);
  }

  #single(type: Exclude<ProtoField['type'], { kind: 'message' }>, found: Occurrences, at: number): void {
    if (type.kind === 'enum') this.#enumValue(type.enum, found, at);
    else this.#scalar(type.scalar, found, at);
  }

  /** Of entries with the same key the last one counts; keys stand in the order in which they came first. */
  #map(field: ProtoField, found: Occurrences, depth: number): void {
    if (field.type.kind !== 'message') return;
    const [key, value] = field.type.message.fields;
    if (key === undefined || value === undefined) return;
    const out = this.#out;
    const start = out.length;
    const entries = new Map<string, string>();
    for (let i = 0; i < found.length; i += 3) {
      if (!hasContent(found[i]!)) continue;
      const parts = this.#fieldsOf(found.slice(i, i + 3));
      const isText = key.type.kind === 'scalar' && key.type.scalar === 'string';
      const name = this.#textOf(start, () => {
        if (!isText) out.byte(QUOTE);
        this.field(key, parts.get(1) ?? NONE, depth);
        if (!isText) out.byte(QUOTE);
      });
      const text = this.#textOf(start, () => {
        const isThere = this.field(value, parts.get(2) ?? NONE, depth + 1);
        // A message that is absent is an empty one here.
        if (!isThere && value.type.kind === 'message') this.#message(value.type.message, NONE, depth + 1);
      });
      entries.set(name, text);
    }
    out.byte(OPEN_BRACE);
    let first = true;
    for (const [name, text] of entries) {
      if (!first) out.byte(COMMA);
      first = false;
      out.append(encoder.encode(`${name}:${text}`));
    }
    out.byte(CLOSE_BRACE);
  }

  /** What `write` appends at `start`, which it is taken away from again. */
  #textOf(start: number, write: () => void): string {
    write();
    const text = this.#out.bytes.toString('utf8', start, this.#out.length);
    this.#out.length = start;
    return text;
  }

  /** `at` < 0: the default. */
  #enumValue({ values }: ProtoEnum, found: Occurrences, at: number): void {
    if (at < 0) {
      this.#quoted(values[0]?.name ?? '');
      return;
    }
    const number = this.#enumNumber(found, at);
    const name = values.find((value) => value.number === number)?.name;
    if (name === undefined) this.#out.integer(number);
    else this.#quoted(name);
  }

  #enumNumber(found: Occurrences, at: number): number {
    this.#cursor.range(found[at + 1]!, found[at + 2]!);
    this.#cursor.integer('enum');
    return this.#cursor.low;
  }

  #scalar(scalar: ProtoScalar, found: Occurrences, at: number): void {
    const cursor = this.#cursor;
    const out = this.#out;
    if (at < 0) {
      out.ascii(isLengthDelimited(scalar) ? '""' : scalar === 'bool' ? 'false' : '0');
      return;
    }
    const start = found[at + 1]!;
    const end = found[at + 2]!;
    cursor.range(start, end);
    switch (scalar) {
      case 'string':
        if (!isUtf8Range(cursor.bytes, start, end)) {
          throw new RecordError('invalid_utf8', 'expected valid UTF-8, found other bytes');
        }
        writeJsonString(out, cursor.bytes, start, end);
        return;
      case 'bytes':
        this.#quoted(Buffer.from(cursor.bytes.buffer, cursor.bytes.byteOffset + start, end - start).toString('base64'));
        return;
      case 'float':
      case 'double': {
        const value = cursor.real(scalar);
        if (Number.isFinite(value)) out.ascii(doubleToText(value));
        else this.#quoted(doubleToText(value));
        return;
      }
      case 'bool':
        cursor.integer('bool');
        out.ascii(cursor.low === 1 ? 'true' : 'false');
        return;
      case 'int32':
      case 'int64':
      case 'uint32':
      case 'uint64':
      case 'sint32':
      case 'sint64':
      case 'fixed32':
      case 'fixed64':
      case 'sfixed32':
      case 'sfixed64': {
        cursor.integer(scalar);
        const { low, high } = cursor;
        const isUnsigned = scalar === 'uint64' || scalar === 'fixed64';
        if (high === low >> 31 && !(isUnsigned && high < 0)) out.integer(low);
        else {
          const upper = BigInt(isUnsigned ? high >>> 0 : high);
          out.ascii(String((upper << WORD_BITS) | BigInt(low >>> 0)));
        }
      }
    }
  }

  /** Of a Timestamp or a Duration: what is finer is cut off towards the past. Throws RecordError beyond their range. */
  microseconds(message: ProtoMessage, segments: Occurrences): bigint {
    const found = this.#fieldsOf(segments);
    const part = (number: number): bigint => {
      const occurrences = found.get(number) ?? NONE;
      const at = lastOf(occurrences, 0);
      if (at < 0) return 0n;
      this.#cursor.range(occurrences[at + 1]!, occurrences[at + 2]!);
      this.#cursor.integer(number === 1 ? 'int64' : 'int32');
      return (BigInt(this.#cursor.high) << WORD_BITS) | BigInt(this.#cursor.low >>> 0);
    };
    const seconds = part(1);
    const nanos = part(2);
    const isTime = message.fullName === TIMESTAMP_MESSAGE;
    const isWithin = isTime
      ? seconds >= TIMESTAMP_SECONDS_MIN && seconds <= TIMESTAMP_SECONDS_MAX && nanos >= 0n && nanos <= NANOS_MAX
      : magnitude(seconds) <= DURATION_SECONDS_MAX && magnitude(nanos) <= NANOS_MAX && seconds * nanos >= 0n;
    if (!isWithin) {
      const found = `${String(seconds)} seconds and ${String(nanos)} nanoseconds`;
      throw new RecordError('out_of_range', `expected a value in the range of ${message.fullName}, found ${found}`);
    }
    return (seconds * 1_000_000_000n + nanos - (((nanos % 1000n) + 1000n) % 1000n)) / 1000n;
  }

  #quoted(text: string): void {
    const bytes = encoder.encode(text);
    writeJsonString(this.#out, bytes, 0, bytes.length);
  }
}

function hasContent(wire: number): boolean {
  return wire === WIRE_BYTES || wire === WIRE_GROUP;
}

/** The index of the last value of the wire type, or -1: values of other types are unknown fields. */
export function lastOf(found: Occurrences, wire: number): number {
  for (let i = found.length - 3; i >= 0; i -= 3) if (found[i] === wire) return i;
  return -1;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** As Protobuf's JSON spells it: `-1.5s`. */
function durationText(value_us: bigint): string {
  const absolute = magnitude(value_us);
  const fraction = String(absolute % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/u, '');
  const sign = value_us < 0n ? '-' : '';
  return `${sign}${String(absolute / 1_000_000n)}${fraction === '' ? '' : `.${fraction}`}s`;
}

/** The path to a message in front of a record: zigzag integers, their count first; a single 0 is the first message. */
export function readIndexes(cursor: WireCursor): readonly number[] {
  const next = (): number => {
    cursor.integer('sint64');
    if (cursor.high !== cursor.low >> 31 || cursor.low < 0) throw malformed('the index of a message', 'another number');
    return cursor.low;
  };
  const count = next();
  if (count === 0) return [0];
  if (count > RECORD_DEPTH_MAX) throw malformed('the indexes of a message', `${String(count)} of them`);
  return Array.from({ length: count }, next);
}
