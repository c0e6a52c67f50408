/**
 * A row as a message of the schema that `protoTextOf` derives from its columns: fields in their order, a value without
 * presence left out where it is the default, so that the same row always has the same bytes.
 */
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type { Field, Schema, SqlType } from '../../../plan/types.js';
import type { ColumnBatch } from '../../columns/batch.js';
import type { Column, ColumnOf, PhysicalKind } from '../../columns/column.js';
import { EncodeBuffer } from '../encode-buffer.js';
import { VALUE_WRITERS } from '../encode-values.js';
import type { RowEncoder } from '../encode.js';
import { idFrame } from '../registry/sink-schema.js';
import { WIRE_64, WIRE_BYTES, WIRE_VARINT } from './cursor.js';

const VARINT_BYTES_MAX = 10;
const TIME_BYTES_MAX = 24;
const MICROS = 1_000_000n;
const NANOS_PER_MICRO = 1000n;
const word = new BigInt64Array(1);
const halves = new Int32Array(word.buffer);
const scratch = new DataView(new ArrayBuffer(8));

/** Writes tag and value of a row that is not NULL; a default only if `always`. */
type CellWriter = (out: EncodeBuffer, column: Column, row: number, always: boolean) => void;

/** `id`: of the schema in a registry, whose first message a row is; null = the bare message. */
export function createProtobufEncoder(schema: Schema, id: number | null): RowEncoder {
  const writers = schema.map((field, index) => cellWriter(field, index + 1));
  const header = id === null ? new Uint8Array(0) : frame(id);
  return {
    extension: 'pb',
    header: new Uint8Array(0),
    terminator_bytes: 0,
    encode(batch: ColumnBatch, row: number, out: EncodeBuffer) {
      out.append(header);
      for (let i = 0; i < writers.length; i++) {
        const column = batch.columns[i]!;
        const { nullable } = schema[i]!;
        const isNull = column.valid !== null && column.valid[row] === 0;
        if (!isNull) writers[i]!(out, column, row, nullable);
      }
    },
  };
}

/** The id, and the path to the first message. */
function frame(id: number): Uint8Array {
  return new Uint8Array([...idFrame(id), 0]);
}

function cellWriter({ type }: Field, number: number): CellWriter {
  const varint = number * 8 + WIRE_VARINT;
  const bytes = number * 8 + WIRE_BYTES;
  switch (type.kind) {
    case 'boolean':
      return (out, column, row, always) => {
        const value = expectColumn(column, 'u8').values[row]!;
        if (value === 0 && !always) return;
        writeVarint(out, varint, 0);
        out.byte(value === 0 ? 0 : 1);
      };
    case 'int':
      return (out, column, row, always) => {
        const value = expectColumn(column, 'i32').values[row]!;
        if (value === 0 && !always) return;
        writeVarint(out, varint, 0);
        writeVarint(out, value, value >> 31);
      };
    case 'bigint':
      return (out, column, row, always) => {
        writeLong(out, varint, expectColumn(column, 'i64').values[row]!, always);
      };
    case 'double':
      return (out, column, row, always) => {
        const value = expectColumn(column, 'f64').values[row]!;
        if (Object.is(value, 0) && !always) return;
        writeVarint(out, number * 8 + WIRE_64, 0);
        scratch.setFloat64(0, value, true);
        for (let i = 0; i < 8; i++) out.byte(scratch.getUint8(i));
      };
    case 'varchar':
    case 'json':
    case 'varbinary':
      return (out, column, row, always) => {
        const { heap, starts, lengths } = expectColumn(column, 'bytes');
        const start = starts[row]!;
        const length = lengths[row]!;
        if (length === 0 && !always) return;
        writeVarint(out, bytes, 0);
        writeVarint(out, length, 0);
        out.append(heap, start, start + length);
      };
    case 'decimal':
    case 'date':
    case 'time':
      return spelt(type, bytes);
    case 'timestamp':
    case 'timestamptz':
      return timeWriter(bytes, true);
    case 'interval':
      if (type.unit === 'microsecond') return timeWriter(bytes, false);
      return (out, column, row, always) => {
        writeLong(out, varint, expectColumn(column, 'i64').values[row]!, always);
      };
  }
}

function spelt(type: SqlType, tag: number): CellWriter {
  const text = new EncodeBuffer();
  const write = VALUE_WRITERS[type.kind];
  return (out, column, row) => {
    text.reset();
    write(text, column, row, type);
    writeVarint(out, tag, 0);
    writeVarint(out, text.length, 0);
    out.append(text.bytes, 0, text.length);
  };
}

/** Timestamp or Duration. The fraction of a time is never negative, that of a duration has the sign of the whole. */
function timeWriter(tag: number, isTime: boolean): CellWriter {
  const parts = new EncodeBuffer();
  return (out, column, row) => {
    const value = expectColumn(column, 'i64').values[row]!;
    let seconds = value / MICROS;
    let micros = value % MICROS;
    if (isTime && micros < 0n) {
      micros += MICROS;
      seconds -= 1n;
    }
    parts.reset();
    parts.ensure(TIME_BYTES_MAX);
    writeLong(parts, 8 + WIRE_VARINT, seconds, false);
    writeLong(parts, 16 + WIRE_VARINT, micros * NANOS_PER_MICRO, false);
    writeVarint(out, tag, 0);
    out.byte(parts.length);
    out.append(parts.bytes, 0, parts.length);
  };
}

function writeLong(out: EncodeBuffer, tag: number, value: bigint, always: boolean): void {
  if (value === 0n && !always) return;
  writeVarint(out, tag, 0);
  word[0] = value;
  writeVarint(out, halves[0]!, halves[1]!);
}

/** 64 bits from their words. */
function writeVarint(out: EncodeBuffer, low: number, high: number): void {
  out.ensure(VARINT_BYTES_MAX);
  const { bytes } = out;
  let at = out.length;
  let lower = low >>> 0;
  let upper = high >>> 0;
  while (upper !== 0 || lower > 0x7f) {
    bytes[at++] = (lower & 0x7f) | 0x80;
    lower = ((lower >>> 7) | (upper << 25)) >>> 0;
    upper >>>= 7;
  }
  bytes[at++] = lower;
  out.length = at;
}

function expectColumn<K extends PhysicalKind>(column: Column, kind: K): ColumnOf<K> {
  invariant(column.kind === kind, `expected a column of ${kind}, found ${column.kind}`);
  // Just checked; TypeScript does not narrow a union by a generic discriminant.
  return column as ColumnOf<K>;
}
