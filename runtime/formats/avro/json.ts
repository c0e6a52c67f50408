/**
 * Nested values as JSON text, with all digits and spelt as FORMAT JSON spells them: records and maps are objects, a
 * union is its value alone, bytes are base64.
 */
import type { AvroLogical, AvroRecord, AvroType } from '../../../plan/formats/avro/schema.js';
import { dateToText, decimalToText, doubleToText, timestampToText, timeToText } from '../../../plan/literals.js';
import { RecordError } from '../../../plan/values.js';
import type { EncodeBuffer } from '../encode-buffer.js';
import { writeJsonString } from '../encode-json.js';
import { RECORD_BYTES_MAX, RECORD_DEPTH_MAX } from '../format.js';
import { uuidText } from '../parquet/physical.js';
import { isUtf8Range } from '../utf8.js';
import type { AvroCursor } from './cursor.js';
import { daysOf, decimalOf, timeOf, timestampOf } from './values.js';

const COMMA = 44;
const COLON = 58;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** `{"a":`, `,"b":`, … of each record. */
const leads = new WeakMap<AvroRecord, readonly Uint8Array[]>();

/** Appends the text of the value at the cursor. Throws RecordError. */
export function writeAvroJson(type: AvroType, cursor: AvroCursor, out: EncodeBuffer, depth = 0): void {
  if (depth > RECORD_DEPTH_MAX) {
    throw new RecordError('too_deep', `expected at most ${String(RECORD_DEPTH_MAX)} levels, found more`);
  }
  switch (type.kind) {
    case 'null':
      out.ascii('null');
      return;
    case 'boolean':
      out.ascii(cursor.boolean() ? 'true' : 'false');
      return;
    case 'int':
    case 'long':
      writeInteger(type.kind, type.logical, cursor, out);
      return;
    case 'float':
      writeReal(cursor.float(), out);
      return;
    case 'double':
      writeReal(cursor.double(), out);
      return;
    case 'string':
      writeString(cursor, out);
      return;
    case 'bytes':
      writeBytes(cursor, cursor.length(), type.logical, out);
      return;
    case 'fixed':
      writeBytes(cursor, type.size, type.logical, out);
      return;
    case 'enum':
      out.append(Buffer.from(JSON.stringify(type.symbols[cursor.index(type.symbols.length)]), 'utf8'));
      return;
    case 'union':
      writeAvroJson(type.branches[cursor.index(type.branches.length)]!, cursor, out, depth);
      return;
    case 'record':
      writeRecord(type, cursor, out, depth);
      return;
    case 'array':
      writeItems(type.items, false, cursor, out, depth);
      return;
    case 'map':
      writeItems(type.values, true, cursor, out, depth);
      return;
  }
}

function writeRecord(type: AvroRecord, cursor: AvroCursor, out: EncodeBuffer, depth: number): void {
  let names = leads.get(type);
  if (names === undefined) {
    names = type.fields.map(({ name }, i) => Buffer.from(`${i === 0 ? '' : ','}${JSON.stringify(name)}:`, 'utf8'));
    leads.set(type, names);
  }
  out.byte(OPEN_BRACE);
  for (let i = 0; i < type.fields.length; i++) {
    out.append(names[i]!);
    writeAvroJson(type.fields[i]!.type, cursor, out, depth + 1);
  }
  out.byte(CLOSE_BRACE);
}

function writeItems(item: AvroType, named: boolean, cursor: AvroCursor, out: EncodeBuffer, depth: number): void {
  out.byte(named ? OPEN_BRACE : OPEN_BRACKET);
  let first = true;
  for (let count = cursor.blockCount(); count > 0; count = cursor.blockCount()) {
    for (let i = 0; i < count; i++) {
      // Items may take no bytes in the record, but they do as text.
      if (out.length > RECORD_BYTES_MAX) {
        throw new RecordError('too_long', `expected at most ${String(RECORD_BYTES_MAX)} bytes as JSON, found more`);
      }
      if (!first) out.byte(COMMA);
      first = false;
      if (named) {
        writeString(cursor, out);
        out.byte(COLON);
      }
      writeAvroJson(item, cursor, out, depth + 1);
    }
  }
  out.byte(named ? CLOSE_BRACE : CLOSE_BRACKET);
}

function writeInteger(kind: 'int' | 'long', logical: AvroLogical | null, cursor: AvroCursor, out: EncodeBuffer): void {
  if (logical === null || logical.kind === 'decimal' || logical.kind === 'uuid') {
    if (kind === 'int') out.integer(cursor.int());
    else out.ascii(String(cursor.bigint()));
    return;
  }
  out.ascii(`"${timeText(logical, kind === 'int' ? BigInt(cursor.int()) : cursor.bigint())}"`);
}

function timeText(logical: AvroLogical & { readonly kind: 'date' | 'time' | 'timestamp' }, value: bigint): string {
  switch (logical.kind) {
    case 'date':
      return dateToText(daysOf(Number(value)));
    case 'time':
      return timeToText(timeOf(value, logical.unit));
    case 'timestamp':
      return timestampToText(timestampOf(value, logical.unit));
  }
}

function writeReal(value: number, out: EncodeBuffer): void {
  out.ascii(Number.isFinite(value) ? doubleToText(value) : `"${String(value)}"`);
}

function writeString(cursor: AvroCursor, out: EncodeBuffer): void {
  const length = cursor.length();
  const start = cursor.take(length);
  if (!isUtf8Range(cursor.bytes, start, start + length)) {
    throw new RecordError('invalid_utf8', 'expected valid UTF-8, found other bytes');
  }
  writeJsonString(out, cursor.bytes, start, start + length);
}

function writeBytes(cursor: AvroCursor, length: number, logical: AvroLogical | null, out: EncodeBuffer): void {
  const start = cursor.take(length);
  const bytes = cursor.bytes.subarray(start, start + length);
  if (logical?.kind === 'decimal') out.ascii(decimalToText(decimalOf(bytes), logical.scale));
  else if (logical?.kind === 'uuid') out.ascii(`"${uuidText(bytes)}"`);
  else out.ascii(`"${Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('base64')}"`);
}
