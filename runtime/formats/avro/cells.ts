/**
 * One function per pair of an Avro type and a column: it reads the value at the cursor and writes it into a row of the
 * column's buffers. Made once per schema; nothing is allocated per value but where a type needs a BigInt.
 */
import { InternalError, invariant } from '../../../grammar/diagnostics/internal-error.js';
import { avroFits } from '../../../plan/formats/avro/fit.js';
import { avroTypeToText, type AvroType } from '../../../plan/formats/avro/schema.js';
import { isJsonText } from '../../../plan/json-text.js';
import type { SourceColumn } from '../../../plan/plan.js';
import { typeToText, type SqlType } from '../../../plan/types.js';
import { RecordError } from '../../../plan/values.js';
import type { Arena } from '../arena.js';
import type { Cells } from '../cells.js';
import { EncodeBuffer } from '../encode-buffer.js';
import { uuidText } from '../parquet/physical.js';
import type { RowBuffers } from '../row-buffers.js';
import { isUtf8Range } from '../utf8.js';
import type { AvroCursor } from './cursor.js';
import { writeAvroJson } from './json.js';
import { daysOf, decimalOf, scaled, timeOf, timestampOf } from './values.js';

/** Reads the value at the cursor into a row of one column. Throws RecordError, without the column's name. */
export type CellReader = (row: number) => void;

/** Beyond these a timestamp in microseconds is no safe number. */
const MILLIS_SAFE = 9e12;
const TWO_32 = 0x1_0000_0000;
/** 64 bits from their words. */
const WORD_BITS = 32n;

export interface AvroTarget {
  readonly cursor: AvroCursor;
  readonly arena: Arena;
  readonly buffers: RowBuffers;
  readonly cells: Cells;
  readonly columns: readonly SourceColumn[];
}

/** Makes the readers of columns; `columns` are those of the target. */
export class AvroCells {
  readonly #target: AvroTarget;
  readonly #text = new EncodeBuffer();
  /** All of the arena as words, for columns of 64 bits. */
  #words = new Int32Array(0);
  #generation = -1;

  constructor(target: AvroTarget) {
    this.#target = target;
    this.refresh();
  }

  /** To be called before rows are read: the arena may have grown. */
  refresh(): void {
    const { arena, buffers, cursor } = this.#target;
    buffers.refresh();
    if (this.#generation === arena.generation) return;
    this.#generation = arena.generation;
    this.#words = new Int32Array(arena.memory.buffer);
    cursor.bytes = arena.bytes;
  }

  /** A reader of a type that fits the column. */
  reader(avro: AvroType, index: number): CellReader {
    const column = this.#target.columns[index];
    invariant(column !== undefined, 'a column of the target');
    return this.#reader(avro, column.field.type, index);
  }

  /** Writes NULL. */
  missing(index: number): CellReader {
    return (row) => {
      const { valid } = this.#target.buffers.views[index]!;
      if (valid.length === 0) throw new RecordError('missing_value', 'expected a value (NOT NULL), found none');
      valid[row] = 0;
    };
  }

  #reader(avro: AvroType, type: SqlType, index: number): CellReader {
    if (avro.kind === 'null') return this.missing(index);
    if (avro.kind === 'union') return this.#union(avro.branches, type, index);
    switch (type.kind) {
      case 'boolean':
        return (row) => {
          this.#target.cells.boolean(index, row, this.#target.cursor.boolean());
        };
      case 'int':
        return (row) => {
          this.#writeInt(index, row, this.#target.cursor.int());
        };
      case 'bigint':
      case 'interval':
        return this.#long(index);
      case 'double':
        return this.#double(avro, index);
      case 'decimal':
        return this.#decimal(avro, type, index);
      case 'date':
        return (row) => {
          this.#writeInt(index, row, daysOf(this.#target.cursor.int()));
        };
      case 'time':
      case 'timestamp':
      case 'timestamptz':
        return this.#time(avro, index);
      case 'varchar':
        return this.#varchar(avro, index);
      case 'varbinary':
        return (row) => {
          const { cursor, cells } = this.#target;
          const length = avro.kind === 'fixed' ? avro.size : cursor.length();
          cells.slice(index, row, cursor.take(length), length);
        };
      case 'json':
        return avro.kind === 'string' && avro.logical === null ? this.#jsonText(index) : this.#json(avro, index);
    }
  }

  #union(branches: readonly AvroType[], type: SqlType, index: number): CellReader {
    const others = branches.filter(({ kind }) => kind !== 'null').length;
    const readers = branches.map((branch): CellReader => {
      // One of several is told apart by nothing, so that a string is a string and not JSON's text.
      if (type.kind === 'json' && others > 1 && branch.kind !== 'null') return this.#json(branch, index);
      if (avroFits(branch, type)) return this.#reader(branch, type, index);
      return () => {
        const found = `the branch ${avroTypeToText(branch)} of the union`;
        throw new RecordError('wrong_type', `expected ${typeToText(type)}, found ${found}`);
      };
    });
    const { cursor } = this.#target;
    return (row) => {
      readers[cursor.index(readers.length)]!(row);
    };
  }

  #long(index: number): CellReader {
    const { cursor } = this.#target;
    return (row) => {
      cursor.long();
      this.#writeWords(index, row, cursor.low, cursor.high);
    };
  }

  #double(avro: AvroType, index: number): CellReader {
    const { cursor, cells } = this.#target;
    if (avro.kind === 'float') {
      return (row) => {
        cells.double(index, row, cursor.float());
      };
    }
    if (avro.kind === 'double') {
      return (row) => {
        cells.double(index, row, cursor.double());
      };
    }
    return (row) => {
      cells.double(index, row, cursor.number());
    };
  }

  #decimal(avro: AvroType, type: SqlType & { readonly kind: 'decimal' }, index: number): CellReader {
    const { cursor } = this.#target;
    const { precision, scale } = type;
    if (avro.kind === 'int' || avro.kind === 'long') {
      return (row) => {
        this.#writeUnscaled(index, row, scaled(cursor.bigint(), scale, precision));
      };
    }
    if ((avro.kind !== 'bytes' && avro.kind !== 'fixed') || avro.logical?.kind !== 'decimal') throw unfit(avro, type);
    const more = scale - avro.logical.scale;
    return (row) => {
      const length = avro.kind === 'fixed' ? avro.size : cursor.length();
      const start = cursor.take(length);
      const value = decimalOf(cursor.bytes.subarray(start, start + length));
      this.#writeUnscaled(index, row, scaled(value, more, precision));
    };
  }

  #time(avro: AvroType, index: number): CellReader {
    const { cursor } = this.#target;
    if ((avro.kind !== 'int' && avro.kind !== 'long') || avro.logical === null)
      throw unfit(avro, { kind: 'timestamp' });
    const { logical } = avro;
    if (logical.kind === 'time') {
      return (row) => {
        this.#write64(index, row, timeOf(cursor.bigint(), logical.unit));
      };
    }
    if (logical.kind !== 'timestamp') throw unfit(avro, { kind: 'timestamp' });
    if (logical.unit === 'micro') return this.#long(index);
    if (logical.unit === 'nano') {
      return (row) => {
        this.#write64(index, row, timestampOf(cursor.bigint(), 'nano'));
      };
    }
    return (row) => {
      const value_ms = cursor.number();
      if (value_ms > -MILLIS_SAFE && value_ms < MILLIS_SAFE) {
        const value_us = value_ms * 1000;
        this.#writeWords(index, row, value_us | 0, Math.floor(value_us / TWO_32));
      } else {
        const exact = (BigInt(cursor.high) << WORD_BITS) | BigInt(cursor.low >>> 0);
        this.#write64(index, row, timestampOf(exact, 'milli'));
      }
    };
  }

  #varchar(avro: AvroType, index: number): CellReader {
    const { cursor, cells } = this.#target;
    if (avro.kind === 'string' || avro.kind === 'bytes') {
      return (row) => {
        const length = cursor.length();
        const start = cursor.take(length);
        if (!isUtf8Range(cursor.bytes, start, start + length)) {
          throw new RecordError('invalid_utf8', 'expected valid UTF-8, found other bytes');
        }
        cells.slice(index, row, start, length);
      };
    }
    if (avro.kind === 'enum') {
      const symbols = avro.symbols.map((symbol) => new TextEncoder().encode(symbol));
      return (row) => {
        this.#copy(index, row, symbols[cursor.index(symbols.length)]!);
      };
    }
    if (avro.kind !== 'fixed') throw unfit(avro, { kind: 'varchar' });
    return (row) => {
      const start = cursor.take(avro.size);
      this.#text.reset();
      this.#text.ascii(uuidText(cursor.bytes.subarray(start, start + avro.size)));
      this.#copy(index, row, this.#text.view());
    };
  }

  /** A string that holds JSON already. */
  #jsonText(index: number): CellReader {
    const { cursor, cells } = this.#target;
    return (row) => {
      const length = cursor.length();
      const start = cursor.take(length);
      const { bytes } = cursor;
      if (!isUtf8Range(bytes, start, start + length)) {
        throw new RecordError('invalid_utf8', 'expected valid UTF-8, found other bytes');
      }
      if (!isJsonText(Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('utf8'))) {
        throw new RecordError('malformed_record', 'expected JSON, found other text');
      }
      cells.slice(index, row, start, length);
    };
  }

  #json(avro: AvroType, index: number): CellReader {
    const { cursor } = this.#target;
    return (row) => {
      this.#text.reset();
      writeAvroJson(avro, cursor, this.#text);
      this.#copy(index, row, this.#text.view());
    };
  }

  /** Bytes from elsewhere, which the arena keeps until the batch has left. */
  #copy(index: number, row: number, bytes: Uint8Array): void {
    const { arena, cells } = this.#target;
    const address = arena.sideSpace(bytes.length);
    this.refresh();
    arena.bytes.set(bytes, address);
    cells.slice(index, row, address, bytes.length);
  }

  #writeInt(index: number, row: number, value: number): void {
    const view = this.#target.buffers.views[index]!;
    if (view.valid.length > 0) view.valid[row] = 1;
    view.i32[row] = value;
  }

  #writeWords(index: number, row: number, low: number, high: number): void {
    const { buffers } = this.#target;
    const { valid } = buffers.views[index]!;
    if (valid.length > 0) valid[row] = 1;
    const at = (buffers.spaces[index]!.values >> 2) + 2 * row;
    this.#words[at] = low;
    this.#words[at + 1] = high;
  }

  #write64(index: number, row: number, value: bigint): void {
    const view = this.#target.buffers.views[index]!;
    if (view.valid.length > 0) view.valid[row] = 1;
    view.i64[row] = value;
  }

  #writeUnscaled(index: number, row: number, value: bigint): void {
    if (this.#target.buffers.spaces[index]!.kind === 'i64') {
      this.#write64(index, row, value);
      return;
    }
    const view = this.#target.buffers.views[index]!;
    if (view.valid.length > 0) view.valid[row] = 1;
    view.i64[2 * row] = BigInt.asIntN(64, value);
    view.i64[2 * row + 1] = value >> 64n;
  }
}

function unfit(avro: AvroType, type: { readonly kind: string }): InternalError {
  return new InternalError(`${avroTypeToText(avro)} was taken for ${type.kind}`);
}
