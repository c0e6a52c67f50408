/** Values on the wire, exact in both directions ([MS-TDS] 2.2.5.5). */
import { type ByteReader, ByteWriter } from './bytes.js';
import { ByteReader as Reader } from './bytes.js';
import { decode1252, encode1252 } from './code-page.js';
import * as sql from './engine/sql-type.js';
import { isVariant, type OffsetMoment, type SqlType, type SqlValue } from './engine/sql-type.js';
import { decimalSize, timeSize, type WireType } from './type-info.js';

const TICKS_PER_DAY = 864_000_000_000n;
const UNITS_PER_DAY = 25_920_000n;
const CHUNKED_NULL = 0xffffffffffffffffn;
const CHUNKED_UNKNOWN = 0xfffffffffffffffen;
const SHORT_NULL = 0xffff;

const unitOf = (scale: number): bigint => 10n ** BigInt(7 - scale);

/** Reads a value announced with that TYPE_INFO. */
export function readValue(reader: ByteReader, wire: WireType): SqlValue {
  const bytes = readBytes(reader, wire);
  return bytes === null ? null : fromBytes(bytes, wire.type);
}

function readBytes(reader: ByteReader, wire: WireType): Buffer | null {
  switch (wire.layout) {
    case 'null':
      return null;
    case 'fixed':
      return reader.take(wire.size);
    case 'byte-length': {
      const length = reader.u8();
      return length === 0 && !sql.isString(wire.type) && !sql.isBinary(wire.type) ? null : reader.take(length);
    }
    case 'short-length': {
      const length = reader.u16();
      return length === SHORT_NULL ? null : reader.take(length);
    }
    case 'long-text': {
      const length = reader.i32();
      return length < 0 ? null : reader.take(length);
    }
    case 'chunks':
      return readChunks(reader);
    case 'variant': {
      const length = reader.u32();
      return length === 0 ? null : reader.take(length);
    }
  }
}

function readChunks(reader: ByteReader): Buffer | null {
  const total = reader.u64();
  if (total === CHUNKED_NULL) return null;
  const chunks: Buffer[] = [];
  for (let length = reader.u32(); length !== 0; length = reader.u32()) chunks.push(reader.take(length));
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

/** The meaning of a value's bytes. */
export function fromBytes(bytes: Buffer, type: SqlType): SqlValue {
  const reader = new Reader(bytes);
  switch (type.name) {
    case 'bit':
      return reader.u8() === 0 ? 0n : 1n;
    case 'tinyint':
      return BigInt(reader.u8());
    case 'smallint':
      return BigInt(reader.i16());
    case 'int':
    case 'smallmoney':
      return BigInt(reader.i32());
    case 'bigint':
      return reader.i64();
    case 'decimal': {
      const isNegative = reader.u8() === 0;
      const magnitude = reader.unsigned(reader.left);
      return isNegative ? -magnitude : magnitude;
    }
    case 'money': {
      const high = BigInt(reader.i32());
      return (high << 32n) | BigInt(reader.u32());
    }
    case 'real':
      return reader.f32();
    case 'float':
      return reader.f64();
    case 'date':
      return reader.unsigned(3);
    case 'time':
      return reader.unsigned(timeSize(type.scale)) * unitOf(type.scale);
    case 'datetime2':
    case 'datetimeoffset': {
      const ticks = reader.unsigned(timeSize(type.scale)) * unitOf(type.scale);
      const moment = reader.unsigned(3) * TICKS_PER_DAY + ticks;
      return type.name === 'datetime2' ? moment : { ticks: moment, offset_minutes: reader.i16() };
    }
    case 'datetime': {
      const days = BigInt(reader.i32());
      return days * UNITS_PER_DAY + BigInt(reader.u32());
    }
    case 'smalldatetime': {
      const days = BigInt(reader.u16());
      return days * 1440n + BigInt(reader.u16());
    }
    case 'char':
    case 'varchar':
      return decode1252(bytes);
    case 'nchar':
    case 'nvarchar':
      return bytes.toString('utf16le');
    case 'binary':
    case 'varbinary':
      return Buffer.from(bytes);
    case 'uniqueidentifier':
      return guidFromBytes(bytes);
    case 'sql_variant':
      throw new Error('variants as parameters are not part of the protocol');
  }
}

function guidFromBytes(bytes: Buffer): string {
  const reversed = (from: number, to: number): string =>
    Buffer.from(bytes.subarray(from, to)).reverse().toString('hex');
  const plain = (from: number, to: number): string => bytes.subarray(from, to).toString('hex');
  return [reversed(0, 4), reversed(4, 6), reversed(6, 8), plain(8, 10), plain(10, 16)].join('-').toUpperCase();
}

function guidToBytes(text: string): Buffer {
  const [a, b, c, d, e] = text.split('-').map((part) => Buffer.from(part, 'hex'));
  return Buffer.concat([a!.reverse(), b!.reverse(), c!.reverse(), d!, e!]);
}

/** The bytes of a value, without any length. */
export function toBytes(value: Exclude<SqlValue, null>, type: SqlType): Buffer {
  const writer = new ByteWriter();
  switch (type.name) {
    case 'bit':
    case 'tinyint':
      return writer.u8(Number(value)).finish();
    case 'smallint':
      return writer.i16(Number(value)).finish();
    case 'int':
    case 'smallmoney':
      return writer.i32(Number(value)).finish();
    case 'bigint':
      return writer.i64(value as bigint).finish();
    case 'decimal': {
      const unscaled = value as bigint;
      writer.u8(unscaled < 0n ? 0 : 1);
      return writer.unsigned(unscaled < 0n ? -unscaled : unscaled, decimalSize(type.precision) - 1).finish();
    }
    case 'money': {
      const unscaled = value as bigint;
      return writer
        .i32(Number(unscaled >> 32n))
        .u32(Number(unscaled & 0xffffffffn))
        .finish();
    }
    case 'real':
      return writer.f32(value as number).finish();
    case 'float':
      return writer.f64(value as number).finish();
    case 'date':
      return writer.unsigned(value as bigint, 3).finish();
    case 'time':
      return writer.unsigned((value as bigint) / unitOf(type.scale), timeSize(type.scale)).finish();
    case 'datetime2':
      return momentBytes(writer, value as bigint, type.scale).finish();
    case 'datetimeoffset': {
      const { ticks, offset_minutes } = value as OffsetMoment;
      return momentBytes(writer, ticks, type.scale).i16(offset_minutes).finish();
    }
    case 'datetime': {
      const [days, units] = floorDivide(value as bigint, UNITS_PER_DAY);
      return writer.i32(Number(days)).u32(Number(units)).finish();
    }
    case 'smalldatetime': {
      const [days, minutes] = floorDivide(value as bigint, 1440n);
      return writer.u16(Number(days)).u16(Number(minutes)).finish();
    }
    case 'char':
    case 'varchar':
      return encode1252(value as string);
    case 'nchar':
    case 'nvarchar':
      return Buffer.from(value as string, 'utf16le');
    case 'binary':
    case 'varbinary':
      return Buffer.from(value as Uint8Array);
    case 'uniqueidentifier':
      return guidToBytes(value as string);
    case 'sql_variant':
      return variantBytes(value);
  }
}

function momentBytes(writer: ByteWriter, ticks: bigint, scale: number): ByteWriter {
  const [days, timeOfDay] = floorDivide(ticks, TICKS_PER_DAY);
  return writer.unsigned(timeOfDay / unitOf(scale), timeSize(scale)).unsigned(days, 3);
}

function floorDivide(value: bigint, by: bigint): readonly [bigint, bigint] {
  const rest = ((value % by) + by) % by;
  return [(value - rest) / by, rest];
}

/** A variant holds its type, the properties of the type, and the bytes. */
function variantBytes(value: Exclude<SqlValue, null>): Buffer {
  if (!isVariant(value)) throw new Error('a variant without its type');
  const info = new ByteWriter();
  const { type } = value;
  const bytes = toBytes(value.value, type);
  const collated = (token: number, length: number): ByteWriter =>
    info
      .u8(token)
      .u8(7)
      .raw(Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]))
      .u16(length);
  if (type.name === 'nvarchar') return collated(0xe7, 8000).raw(bytes).finish();
  if (type.name === 'varchar') return collated(0xa7, 8000).raw(bytes).finish();
  const token = VARIANT_TOKENS[type.name];
  if (token === undefined) throw new Error(`variants of type ${type.name} are not sent`);
  return info.u8(token).u8(0).raw(bytes).finish();
}

/** Types without properties of their own that properties of the server come in. */
const VARIANT_TOKENS: Readonly<Partial<Record<SqlType['name'], number>>> = {
  int: 0x38,
  bigint: 0x7f,
  bit: 0x32,
  datetime: 0x3d,
};

/** Writes a value as a row holds it, for a type announced by `writeTypeInfo` with the same nullability. */
export function writeValue(writer: ByteWriter, value: SqlValue, type: SqlType, isNullable: boolean): void {
  const isLong = sql.isString(type) || sql.isBinary(type);
  if (isLong && type.length === -1) return writeChunks(writer, value, type);
  if (value === null) {
    if (isLong) writer.u16(SHORT_NULL);
    else if (type.name === 'sql_variant') writer.u32(0);
    else writer.u8(0);
    return;
  }
  const bytes = toBytes(value, type);
  if (isLong) writer.u16(bytes.length);
  else if (type.name === 'sql_variant') writer.u32(bytes.length);
  else if (isNullable || !hasFixedForm(type)) writer.u8(bytes.length);
  writer.raw(bytes);
}

function writeChunks(writer: ByteWriter, value: SqlValue, type: SqlType): void {
  if (value === null) {
    writer.u64(CHUNKED_NULL);
    return;
  }
  const bytes = toBytes(value, type);
  // Lengths may be unknown beforehand; every client must cope, so some are.
  writer.u64(bytes.length > 60_000 ? CHUNKED_UNKNOWN : BigInt(bytes.length));
  for (let at = 0; at < bytes.length; at += 32_768) {
    const chunk = bytes.subarray(at, at + 32_768);
    writer.u32(chunk.length).raw(chunk);
  }
  writer.u32(0);
}

const hasFixedForm = (type: SqlType): boolean =>
  sql.isInteger(type) || ['real', 'float', 'money', 'smallmoney', 'datetime', 'smalldatetime'].includes(type.name);
