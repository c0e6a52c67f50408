/** Rows that come in whole: table-valued parameters ([MS-TDS] 2.2.5.5.5) and bulk loads (2.2.6.1). */
import { type ByteReader } from './bytes.js';
import { type SqlType, type SqlValue } from './engine/sql-type.js';
import { readTypeInfo, UnknownWireType, type WireType } from './type-info.js';
import { readValue } from './values.js';

export interface WireColumn {
  readonly name: string;
  readonly type: SqlType;
}

export interface TableValue {
  /** Name of the table type, without and with its schema as far as the client says. */
  readonly typeName: string;
  readonly columns: readonly WireColumn[];
  readonly rows: readonly (readonly SqlValue[])[];
}

const TVP = { null: 0xffff, row: 0x01, end: 0x00, orderUnique: 0x10, columnOrdering: 0x11 } as const;
const BULK = { columns: 0x81, row: 0xd1, nullBitmapRow: 0xd2, done: 0xfd } as const;

/** Reads the TYPE_INFO of a table-valued parameter with its rows. */
export function readTableValue(reader: ByteReader): TableValue {
  reader.u8();
  reader.shortText();
  const schema = reader.shortText();
  const name = reader.shortText();
  const typeName = schema === '' ? name : `${schema}.${name}`;
  const count = reader.u16();
  const wires: WireType[] = [];
  const columns: WireColumn[] = [];
  if (count !== TVP.null) {
    for (let index = 0; index < count; index += 1) {
      reader.u32();
      reader.u16();
      const wire = readTypeInfo(reader);
      wires.push(wire);
      columns.push({ name: reader.shortText(), type: wire.type });
    }
  }
  readOrdering(reader);
  const rows: SqlValue[][] = [];
  while (reader.u8() === TVP.row) rows.push(wires.map((wire) => readValue(reader, wire)));
  return { typeName, columns, rows };
}

/** Optional metadata tokens; the end token that closes them is read, too. */
function readOrdering(reader: ByteReader): void {
  for (let token = reader.u8(); token !== TVP.end; token = reader.u8()) {
    if (token === TVP.orderUnique) {
      const entries = reader.u16();
      for (let index = 0; index < entries; index += 1) {
        reader.u16();
        reader.u8();
      }
    } else if (token === TVP.columnOrdering) {
      const entries = reader.u16();
      for (let index = 0; index < entries; index += 1) reader.u16();
    } else {
      throw new UnknownWireType(`table-valued metadata 0x${token.toString(16)}`);
    }
  }
}

/** The rows of a bulk load message. */
export function readBulkLoad(reader: ByteReader): Omit<TableValue, 'typeName'> {
  const wires: WireType[] = [];
  const columns: WireColumn[] = [];
  const rows: SqlValue[][] = [];
  while (reader.left > 0) {
    const token = reader.u8();
    if (token === BULK.done) break;
    if (token === BULK.columns) {
      const count = reader.u16();
      for (let index = 0; index < count; index += 1) {
        reader.u32();
        reader.u16();
        const wire = readTypeInfo(reader);
        // Old large objects carry the name of their table between type and name.
        if (wire.layout === 'long-text') reader.text();
        wires.push(wire);
        columns.push({ name: reader.shortText(), type: wire.type });
      }
    } else if (token === BULK.row || token === BULK.nullBitmapRow) {
      const bitmap = token === BULK.row ? null : reader.take(Math.ceil(wires.length / 8));
      rows.push(
        wires.map((wire, index) => {
          const isNull = bitmap !== null && (bitmap[index >> 3]! & (1 << (index & 7))) !== 0;
          if (isNull) return null;
          if (wire.layout === 'long-text') return readLongText(reader, wire);
          return readValue(reader, wire);
        }),
      );
    } else {
      throw new UnknownWireType(`token 0x${token.toString(16)} in a bulk load`);
    }
  }
  return { columns, rows };
}

/** In rows, an old large object has a text pointer and a timestamp before its length. */
function readLongText(reader: ByteReader, wire: WireType): SqlValue {
  const pointer = reader.u8();
  if (pointer === 0) return null;
  reader.take(pointer + 8);
  return readValue(reader, wire);
}
