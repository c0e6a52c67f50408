/** TYPE_INFO ([MS-TDS] 2.2.5.6): how a type is announced before its values. */
import { type ByteReader, type ByteWriter } from './bytes.js';
import * as sql from './engine/sql-type.js';
import { type Collation, type SqlType } from './engine/sql-type.js';

/** How the bytes of a value are laid out, apart from what they mean. */
export type Layout = 'fixed' | 'byte-length' | 'short-length' | 'long-text' | 'chunks' | 'variant' | 'null';

export interface WireType {
  readonly type: SqlType;
  readonly layout: Layout;
  /** Bytes of a value of fixed layout. */
  readonly size: number;
}

const TOKEN = {
  null: 0x1f,
  image: 0x22,
  text: 0x23,
  guid: 0x24,
  oldVarbinary: 0x25,
  intN: 0x26,
  oldVarchar: 0x27,
  date: 0x28,
  time: 0x29,
  datetime2: 0x2a,
  datetimeoffset: 0x2b,
  oldBinary: 0x2d,
  oldChar: 0x2f,
  int1: 0x30,
  bit: 0x32,
  int2: 0x34,
  int4: 0x38,
  smalldatetime: 0x3a,
  real: 0x3b,
  money: 0x3c,
  datetime: 0x3d,
  float: 0x3e,
  variant: 0x62,
  ntext: 0x63,
  bitN: 0x68,
  decimalN: 0x6a,
  numericN: 0x6c,
  floatN: 0x6d,
  moneyN: 0x6e,
  datetimeN: 0x6f,
  smallmoney: 0x7a,
  int8: 0x7f,
  varbinary: 0xa5,
  varchar: 0xa7,
  binary: 0xad,
  char: 0xaf,
  nvarchar: 0xe7,
  nchar: 0xef,
  xml: 0xf1,
} as const;

export const TOKEN_TVP = 0xf3;
const MAX_LENGTH = 0xffff;

/** Locale 0x0409 and the comparison flags; the sort id 52 is that of SQL_Latin1_General_CP1_CI_AS. */
export const COLLATION_BYTES: Readonly<Record<Collation, readonly number[]>> = {
  ci: [0x09, 0x04, 0xd0, 0x00, 0x34],
  cs: [0x09, 0x04, 0xc0, 0x00, 0x33],
  bin: [0x09, 0x04, 0x00, 0x02, 0x00],
};

/** A type of the wire that the double has no counterpart for. */
export class UnknownWireType extends Error {}

const wire = (type: SqlType, layout: Layout, size = 0): WireType => ({ type, layout, size });

const INTEGERS: Readonly<Record<number, SqlType>> = { 1: sql.TINYINT, 2: sql.SMALLINT, 4: sql.INT, 8: sql.BIGINT };

const FIXED: Readonly<Record<number, WireType>> = {
  [TOKEN.int1]: wire(sql.TINYINT, 'fixed', 1),
  [TOKEN.bit]: wire(sql.BIT, 'fixed', 1),
  [TOKEN.int2]: wire(sql.SMALLINT, 'fixed', 2),
  [TOKEN.int4]: wire(sql.INT, 'fixed', 4),
  [TOKEN.int8]: wire(sql.BIGINT, 'fixed', 8),
  [TOKEN.real]: wire(sql.REAL, 'fixed', 4),
  [TOKEN.float]: wire(sql.FLOAT, 'fixed', 8),
  [TOKEN.money]: wire(sql.MONEY, 'fixed', 8),
  [TOKEN.smallmoney]: wire(sql.SMALLMONEY, 'fixed', 4),
  [TOKEN.datetime]: wire(sql.DATETIME, 'fixed', 8),
  [TOKEN.smalldatetime]: wire(sql.SMALLDATETIME, 'fixed', 4),
  [TOKEN.date]: wire(sql.DATE, 'byte-length'),
  [TOKEN.null]: wire(sql.INT, 'null'),
};

/** Reads a TYPE_INFO. Throws UnknownWireType, and ShortRead at the end of the message. */
export function readTypeInfo(reader: ByteReader): WireType {
  const token = reader.u8();
  const fixed = FIXED[token];
  return fixed ?? readSmall(token, reader) ?? readLong(token, reader);
}

function readSmall(token: number, reader: ByteReader): WireType | null {
  switch (token) {
    case TOKEN.intN:
      return wire(INTEGERS[reader.u8()] ?? sql.BIGINT, 'byte-length');
    case TOKEN.bitN:
      reader.u8();
      return wire(sql.BIT, 'byte-length');
    case TOKEN.floatN:
      return wire(reader.u8() === 4 ? sql.REAL : sql.FLOAT, 'byte-length');
    case TOKEN.moneyN:
      return wire(reader.u8() === 4 ? sql.SMALLMONEY : sql.MONEY, 'byte-length');
    case TOKEN.datetimeN:
      return wire(reader.u8() === 4 ? sql.SMALLDATETIME : sql.DATETIME, 'byte-length');
    case TOKEN.guid:
      reader.u8();
      return wire(sql.UNIQUEIDENTIFIER, 'byte-length');
    case TOKEN.decimalN:
    case TOKEN.numericN: {
      reader.u8();
      const precision = reader.u8();
      return wire(sql.decimal(precision, reader.u8()), 'byte-length');
    }
    case TOKEN.time:
      return wire(sql.time(reader.u8()), 'byte-length');
    case TOKEN.datetime2:
      return wire(sql.datetime2(reader.u8()), 'byte-length');
    case TOKEN.datetimeoffset:
      return wire(sql.datetimeoffset(reader.u8()), 'byte-length');
    case TOKEN.oldBinary:
    case TOKEN.oldVarbinary:
      return wire(sql.varbinary(reader.u8()), 'byte-length');
    case TOKEN.oldChar:
    case TOKEN.oldVarchar:
      return wire(sql.varchar(reader.u8()), 'byte-length');
    default:
      return null;
  }
}

function readLong(token: number, reader: ByteReader): WireType {
  switch (token) {
    case TOKEN.varbinary:
    case TOKEN.binary: {
      const length = reader.u16();
      return length === MAX_LENGTH
        ? wire(sql.varbinary(-1), 'chunks')
        : wire(token === TOKEN.binary ? sql.binary(length) : sql.varbinary(length), 'short-length');
    }
    case TOKEN.varchar:
    case TOKEN.char: {
      const length = reader.u16();
      reader.take(5);
      return length === MAX_LENGTH
        ? wire(sql.varchar(-1), 'chunks')
        : wire(token === TOKEN.char ? sql.char(length) : sql.varchar(length), 'short-length');
    }
    case TOKEN.nvarchar:
    case TOKEN.nchar: {
      const length = reader.u16();
      reader.take(5);
      return length === MAX_LENGTH
        ? wire(sql.nvarchar(-1), 'chunks')
        : wire(token === TOKEN.nchar ? sql.nchar(length / 2) : sql.nvarchar(length / 2), 'short-length');
    }
    case TOKEN.ntext:
    case TOKEN.text:
      reader.take(9);
      return wire(token === TOKEN.ntext ? sql.nvarchar(-1) : sql.varchar(-1), 'long-text');
    case TOKEN.image:
      reader.take(4);
      return wire(sql.varbinary(-1), 'long-text');
    case TOKEN.xml:
      if (reader.u8() === 1) {
        reader.shortText();
        reader.shortText();
        reader.text();
      }
      return wire(sql.nvarchar(-1), 'chunks');
    case TOKEN.variant:
      reader.take(4);
      return wire(sql.SQL_VARIANT, 'variant');
    default:
      throw new UnknownWireType(`type token 0x${token.toString(16)}`);
  }
}

const INTEGER_SIZES: Readonly<Record<string, readonly [number, number]>> = {
  tinyint: [1, TOKEN.int1],
  smallint: [2, TOKEN.int2],
  int: [4, TOKEN.int4],
  bigint: [8, TOKEN.int8],
};

/** Bytes of a time of day with so many fractional digits. */
export const timeSize = (scale: number): number => (scale <= 2 ? 3 : scale <= 4 ? 4 : 5);

/** Bytes of a decimal of this precision, its sign included. */
export const decimalSize = (precision: number): number =>
  precision <= 9 ? 5 : precision <= 19 ? 9 : precision <= 28 ? 13 : 17;

/** Writes a TYPE_INFO as SQL Server announces a column; types without NULL have shorter forms. */
export function writeTypeInfo(writer: ByteWriter, type: SqlType, isNullable: boolean): void {
  const integer = INTEGER_SIZES[type.name];
  if (integer !== undefined) {
    const [size, token] = integer;
    if (isNullable) writer.u8(TOKEN.intN).u8(size);
    else writer.u8(token);
    return;
  }
  const collation = Buffer.from(COLLATION_BYTES[type.collation]);
  const length = type.length === -1 ? MAX_LENGTH : type.length;
  const fixedOr = (fixed: number, nullable: number, size: number): unknown =>
    isNullable ? writer.u8(nullable).u8(size) : writer.u8(fixed);
  switch (type.name) {
    case 'bit':
      return void fixedOr(TOKEN.bit, TOKEN.bitN, 1);
    case 'real':
      return void fixedOr(TOKEN.real, TOKEN.floatN, 4);
    case 'float':
      return void fixedOr(TOKEN.float, TOKEN.floatN, 8);
    case 'smallmoney':
      return void fixedOr(TOKEN.smallmoney, TOKEN.moneyN, 4);
    case 'money':
      return void fixedOr(TOKEN.money, TOKEN.moneyN, 8);
    case 'datetime':
      return void fixedOr(TOKEN.datetime, TOKEN.datetimeN, 8);
    case 'smalldatetime':
      return void fixedOr(TOKEN.smalldatetime, TOKEN.datetimeN, 4);
    case 'decimal':
      return void writer.u8(TOKEN.decimalN).u8(decimalSize(type.precision)).u8(type.precision).u8(type.scale);
    case 'date':
      return void writer.u8(TOKEN.date);
    case 'time':
    case 'datetime2':
    case 'datetimeoffset':
      return void writer.u8(TOKEN[type.name]).u8(type.scale);
    case 'uniqueidentifier':
      return void writer.u8(TOKEN.guid).u8(16);
    case 'char':
    case 'varchar':
      return void writer.u8(TOKEN[type.name]).u16(length).raw(collation);
    case 'nchar':
    case 'nvarchar':
      return void writer
        .u8(TOKEN[type.name])
        .u16(type.length === -1 ? length : length * 2)
        .raw(collation);
    case 'binary':
    case 'varbinary':
      return void writer.u8(TOKEN[type.name]).u16(length);
    case 'sql_variant':
      return void writer.u8(TOKEN.variant).u32(8009);
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
      return;
  }
}
