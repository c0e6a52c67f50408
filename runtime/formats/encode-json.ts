/**
 * JSON lines. BIGINT and DECIMAL are numbers with all their digits (a reader that takes JSON numbers for doubles loses
 * some: that is the reader's choice); dates and times are ISO 8601 strings; VARBINARY is base64; JSON stands as it is;
 * NaN and the infinities are strings, as PostgreSQL's to_json writes them; NULL is null, so every record has every
 * member.
 */
import type { Schema, SqlType, TypeKind } from '../../plan/types.js';
import type { Column } from '../columns/column.js';
import type { EncodeBuffer } from './encode-buffer.js';
import { VALUE_WRITERS, type ValueWriter } from './encode-values.js';
import type { RowEncoder } from './encode.js';

const QUOTE = 34;
const BACKSLASH = 92;
const LINE_BREAK = 10;
const CARRIAGE_RETURN = 13;
const BLANK = 32;
const CLOSING_BRACE = 125;
const HEX = Buffer.from('0123456789abcdef', 'latin1');
const NULL_TEXT = Buffer.from('null', 'latin1');

/** The character behind the backslash of control characters that have a short escape, else 0. */
const SHORT_ESCAPES = new Uint8Array(32);
for (const [code, letter] of [
  [8, 'b'],
  [9, 't'],
  [10, 'n'],
  [12, 'f'],
  [13, 'r'],
] as const) {
  SHORT_ESCAPES[code] = letter.charCodeAt(0);
}

/** How the text of a type becomes a JSON value. */
const SPELLINGS: { readonly [K in TypeKind]: 'bare' | 'quoted' | 'escaped' | 'json' | 'double' } = {
  boolean: 'bare',
  int: 'bare',
  bigint: 'bare',
  interval: 'bare',
  decimal: 'bare',
  double: 'double',
  varchar: 'escaped',
  json: 'json',
  varbinary: 'quoted',
  date: 'quoted',
  time: 'quoted',
  timestamp: 'quoted',
  timestamptz: 'quoted',
};

export function createJsonEncoder(schema: Schema): RowEncoder {
  // `{"a":`, `,"b":`, …: everything between values is made once.
  const leads = schema.map((field, i) => Buffer.from(`${i === 0 ? '{' : ','}${JSON.stringify(field.name)}:`, 'utf8'));
  const writers = schema.map((field) => jsonWriter(field.type));
  const types = schema.map((field) => field.type);
  const count = schema.length;
  return {
    extension: 'jsonl',
    header: new Uint8Array(0),
    terminator_bytes: 1,
    encode(batch, row, out) {
      const { columns } = batch;
      for (let i = 0; i < count; i++) {
        const column = columns[i]!;
        out.append(leads[i]!);
        if (column.valid !== null && column.valid[row] === 0) out.append(NULL_TEXT);
        else writers[i]!(out, column, row, types[i]!);
      }
      if (count === 0) out.ascii('{');
      out.byte(CLOSING_BRACE);
      out.byte(LINE_BREAK);
    },
  };
}

function jsonWriter(type: SqlType): ValueWriter {
  const write = VALUE_WRITERS[type.kind];
  switch (SPELLINGS[type.kind]) {
    case 'bare':
      return write;
    case 'quoted':
      return (out, column, row) => {
        out.byte(QUOTE);
        write(out, column, row, type);
        out.byte(QUOTE);
      };
    case 'escaped':
      return writeEscaped;
    case 'json':
      return writeJson;
    case 'double':
      return (out, column, row) => {
        const finite = column.kind === 'f64' && Number.isFinite(column.values[row]);
        if (!finite) out.byte(QUOTE);
        write(out, column, row, type);
        if (!finite) out.byte(QUOTE);
      };
  }
}

function writeEscaped(out: EncodeBuffer, column: Column, row: number): void {
  if (column.kind !== 'bytes') return;
  const start = column.starts[row]!;
  writeJsonString(out, column.heap, start, start + column.lengths[row]!);
}

/** The text at `heap[start … end)`, which is UTF-8, as a JSON string. */
export function writeJsonString(out: EncodeBuffer, heap: Uint8Array, start: number, end: number): void {
  // The worst case is a control character: six bytes for one.
  out.ensure((end - start) * 6 + 2);
  const { bytes } = out;
  let at = out.length;
  bytes[at++] = QUOTE;
  for (let i = start; i < end; i++) {
    const value = heap[i]!;
    if (value >= 32 && value !== QUOTE && value !== BACKSLASH) {
      bytes[at++] = value;
      continue;
    }
    bytes[at++] = BACKSLASH;
    if (value >= 32) {
      bytes[at++] = value;
      continue;
    }
    const short = SHORT_ESCAPES[value]!;
    if (short !== 0) {
      bytes[at++] = short;
      continue;
    }
    bytes[at++] = 117; // u
    bytes[at++] = 48;
    bytes[at++] = 48;
    bytes[at++] = HEX[value >> 4]!;
    bytes[at++] = HEX[value & 15]!;
  }
  bytes[at++] = QUOTE;
  out.length = at;
}

/** Line breaks in JSON text can only be blanks between tokens: one would end the record. */
function writeJson(out: EncodeBuffer, column: Column, row: number): void {
  if (column.kind !== 'bytes') return;
  const { heap } = column;
  const start = column.starts[row]!;
  const length = column.lengths[row]!;
  out.ensure(length);
  for (let i = 0; i < length; i++) {
    const value = heap[start + i]!;
    out.bytes[out.length + i] = value === LINE_BREAK || value === CARRIAGE_RETURN ? BLANK : value;
  }
  out.length += length;
}
