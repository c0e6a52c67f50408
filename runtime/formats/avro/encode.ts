/** A row as a datum of the schema that `avroSchemaOf` derives from its columns. */
import { InternalError, invariant } from '../../../grammar/diagnostics/internal-error.js';
import type { Field, Schema } from '../../../plan/types.js';
import type { ColumnBatch } from '../../columns/batch.js';
import type { Column } from '../../columns/column.js';
import { readI128 } from '../../columns/i128.js';
import type { EncodeBuffer } from '../encode-buffer.js';
import type { RowEncoder } from '../encode.js';
import { idFrame } from '../registry/sink-schema.js';

/** Appends the value of a row that is not NULL. */
type CellWriter = (out: EncodeBuffer, column: Column, row: number) => void;

/** Integers up to here are doubled without loss. */
const DOUBLED_SAFE = 2 ** 52;
const VARINT_BYTES_MAX = 10;
const scratch = new DataView(new ArrayBuffer(8));
const scratchBytes = new Uint8Array(scratch.buffer);

/** The branches of a nullable column's union, as long integers. */
const NULL_BRANCH = 0;
const VALUE_BRANCH = 2;

/** One datum a message. `id`: of the schema in a registry, which stands in front; null = the bare datum. */
export function createAvroEncoder(schema: Schema, id: number | null): RowEncoder {
  const write = createAvroRowWriter(schema);
  const frame = id === null ? null : idFrame(id);
  return {
    extension: 'avro',
    header: new Uint8Array(0),
    terminator_bytes: 0,
    encode(batch, row, out) {
      if (frame !== null) out.append(frame);
      write(batch, row, out);
    },
  };
}

export function createAvroRowWriter(schema: Schema): (batch: ColumnBatch, row: number, out: EncodeBuffer) => void {
  const writers = schema.map(cellWriter);
  return (batch, row, out) => {
    for (let i = 0; i < writers.length; i++) writers[i]!(out, batch.columns[i]!, row);
  };
}

function cellWriter({ name, type, nullable }: Field): CellWriter {
  const write = type.kind === 'decimal' ? writeDecimal : WRITERS[type.kind];
  return (out, column, row) => {
    const isNull = column.valid !== null && column.valid[row] === 0;
    invariant(!isNull || nullable, `column ${name} has no NULL`);
    if (nullable) out.byte(isNull ? NULL_BRANCH : VALUE_BRANCH);
    if (!isNull) write(out, column, row);
  };
}

const writeWord: CellWriter = (out, column, row) => {
  if (column.kind !== 'i32') throw wrongKind(column);
  writeAvroLong(out, column.values[row]!);
};

const writeLong: CellWriter = (out, column, row) => {
  if (column.kind !== 'i64') throw wrongKind(column);
  const value = column.values[row]!;
  const number = Number(value);
  if (number > -DOUBLED_SAFE && number < DOUBLED_SAFE) writeAvroLong(out, number);
  else writeBigLong(out, value);
};

const writeBytes: CellWriter = (out, column, row) => {
  if (column.kind !== 'bytes') throw wrongKind(column);
  const start = column.starts[row]!;
  const length = column.lengths[row]!;
  writeAvroLong(out, length);
  out.append(column.heap, start, start + length);
};

const writeDecimal: CellWriter = (out, column, row) => {
  if (column.kind !== 'i64' && column.kind !== 'i128') throw wrongKind(column);
  const value = column.kind === 'i64' ? column.values[row]! : readI128(column.values, row);
  let size = 1;
  while (BigInt.asIntN(8 * size, value) !== value) size++;
  writeAvroLong(out, size);
  for (let shift = 8 * (size - 1); shift >= 0; shift -= 8) out.byte(Number((value >> BigInt(shift)) & 0xffn));
};

const WRITERS = {
  boolean: (out, column, row) => {
    if (column.kind !== 'u8') throw wrongKind(column);
    out.byte(column.values[row] === 0 ? 0 : 1);
  },
  double: (out, column, row) => {
    if (column.kind !== 'f64') throw wrongKind(column);
    scratch.setFloat64(0, column.values[row]!, true);
    out.append(scratchBytes);
  },
  int: writeWord,
  date: writeWord,
  bigint: writeLong,
  interval: writeLong,
  time: writeLong,
  timestamp: writeLong,
  timestamptz: writeLong,
  varchar: writeBytes,
  varbinary: writeBytes,
  json: writeBytes,
} as const satisfies Readonly<Record<Exclude<Field['type']['kind'], 'decimal'>, CellWriter>>;

/** A long below 2^52, either side of zero. */
export function writeAvroLong(out: EncodeBuffer, value: number): void {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  out.ensure(VARINT_BYTES_MAX);
  const { bytes } = out;
  let at = out.length;
  while (rest > 0x7fff_ffff) {
    bytes[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  while (rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  out.length = at;
}

function writeBigLong(out: EncodeBuffer, value: bigint): void {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  while (rest > 0x7fn) {
    out.byte(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  out.byte(Number(rest));
}

function wrongKind(column: Column): InternalError {
  return new InternalError(`an Avro writer was given a column of ${column.kind}`);
}
