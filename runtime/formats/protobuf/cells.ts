/** From fields to cells: one reader per field and column, made once per schema. */
import { InternalError } from '../../../grammar/diagnostics/internal-error.js';
import { isJsonText } from '../../../plan/json-text.js';
import { DURATION_MESSAGE, TIMESTAMP_MESSAGE } from '../../../plan/formats/protobuf/known-types.js';
import type { ProtoField, ProtoMessage, ProtoScalar } from '../../../plan/formats/protobuf/model.js';
import type { SqlType } from '../../../plan/types.js';
import { RecordError } from '../../../plan/values.js';
import type { Arena } from '../arena.js';
import type { Cells } from '../cells.js';
import { EncodeBuffer } from '../encode-buffer.js';
import type { RowBuffers } from '../row-buffers.js';
import { isUtf8Range } from '../utf8.js';
import { WIRE_BYTES, WIRE_GROUP, wireOf, type WireCursor } from './cursor.js';
import { lastOf, ProtoJson, type Occurrences } from './json.js';

/** Reads the value at the cursor into the row. Throws RecordError. */
type Reader = (row: number) => void;

export type FieldReader =
  /** Each value is read where it stands; a later one overwrites an earlier one. */
  | { readonly kind: 'direct'; readonly wire: number; readonly read: Reader; readonly absent: Reader }
  /** Values are noted, and read when the record has been gone through; there may be none. */
  | { readonly kind: 'noted'; readonly read: (row: number, found: Occurrences) => void };

const encoder = new TextEncoder();

export class ProtoCells {
  readonly #cursor: WireCursor;
  readonly #arena: Arena;
  readonly #buffers: RowBuffers;
  readonly #cells: Cells;
  readonly #text = new EncodeBuffer();
  readonly #json: ProtoJson;
  /** All of the arena as words, for columns of 64 bits. */
  #words = new Int32Array(0);
  #generation = -1;

  constructor(cursor: WireCursor, arena: Arena, buffers: RowBuffers, cells: Cells) {
    this.#cursor = cursor;
    this.#arena = arena;
    this.#buffers = buffers;
    this.#cells = cells;
    this.#json = new ProtoJson(cursor, this.#text);
    this.refresh();
  }

  /** To be called before rows are read: the arena may have grown. */
  refresh(): void {
    this.#buffers.refresh();
    if (this.#generation === this.#arena.generation) return;
    this.#generation = this.#arena.generation;
    this.#words = new Int32Array(this.#arena.memory.buffer);
    this.#cursor.bytes = this.#arena.bytes;
  }

  /** Of a field that fits the column. */
  reader(field: ProtoField, type: SqlType, index: number): FieldReader {
    if (type.kind === 'json') return { kind: 'noted', read: this.#jsonReader(field, index) };
    const { type: proto } = field;
    if (proto.kind === 'message') return { kind: 'noted', read: this.#messageReader(proto.message, type, index) };
    const read = proto.kind === 'enum' ? this.#enumReader(field, index) : this.#scalar(proto.scalar, type, index);
    const wire = wireOf(proto.kind === 'enum' ? 'enum' : proto.scalar);
    return { kind: 'direct', wire, read, absent: this.#absent(field, type, index) };
  }

  #absent(field: ProtoField, type: SqlType, index: number): Reader {
    const { type: proto, presence, required } = field;
    if (required) {
      return () => {
        throw new RecordError('missing_value', 'expected a value (required), found none');
      };
    }
    const isEmpty = proto.kind === 'scalar' && proto.scalar === 'string' && type.kind !== 'varchar';
    if (presence || isEmpty) {
      return (row) => {
        this.#cells.null(index, row);
      };
    }
    if (proto.kind === 'enum') {
      const name = encoder.encode(proto.enum.values[0]?.name ?? '');
      return (row) => {
        this.#copy(index, row, name);
      };
    }
    switch (type.kind) {
      case 'boolean':
        return (row) => {
          this.#cells.boolean(index, row, false);
        };
      case 'int':
        return (row) => {
          this.#writeInt(index, row, 0);
        };
      case 'bigint':
        return (row) => {
          this.#writeWords(index, row, 0, 0);
        };
      case 'double':
        return (row) => {
          this.#cells.double(index, row, 0);
        };
      case 'varchar':
      case 'varbinary':
        return (row) => {
          this.#cells.slice(index, row, this.#arena.sideEnd, 0);
        };
      case 'decimal':
      case 'date':
      case 'time':
      case 'timestamp':
      case 'timestamptz':
      case 'interval':
      case 'json':
        throw new InternalError(`a ${type.kind} was taken for a field`);
    }
  }

  #scalar(scalar: ProtoScalar, type: SqlType, index: number): Reader {
    const cursor = this.#cursor;
    switch (scalar) {
      case 'string':
        return this.#stringReader(type, index);
      case 'bytes':
        return (row) => {
          cursor.skip();
          this.#cells.slice(index, row, cursor.valueStart, cursor.valueEnd - cursor.valueStart);
        };
      case 'float':
      case 'double':
        return (row) => {
          this.#cells.double(index, row, cursor.real(scalar));
        };
      case 'bool':
        return (row) => {
          cursor.integer('bool');
          this.#cells.boolean(index, row, cursor.low === 1);
        };
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
        if (type.kind === 'int') {
          return (row) => {
            cursor.integer(scalar);
            this.#writeInt(index, row, cursor.low);
          };
        }
        const isUnsigned = scalar === 'uint64' || scalar === 'fixed64';
        return (row) => {
          cursor.integer(scalar);
          if (isUnsigned && cursor.high < 0) {
            throw new RecordError('out_of_range', 'expected a number in the range of BIGINT, found a larger one');
          }
          this.#writeWords(index, row, cursor.low, cursor.high);
        };
      }
    }
  }

  #stringReader(type: SqlType, index: number): Reader {
    const cursor = this.#cursor;
    switch (type.kind) {
      case 'varchar':
        return (row) => {
          cursor.skip();
          this.#checkUtf8(cursor.valueStart, cursor.valueEnd);
          this.#cells.slice(index, row, cursor.valueStart, cursor.valueEnd - cursor.valueStart);
        };
      case 'decimal':
      case 'date':
      case 'time':
      case 'timestamp':
      case 'timestamptz':
        return (row) => {
          cursor.skip();
          const { valueStart, valueEnd } = cursor;
          if (valueStart === valueEnd) this.#cells.null(index, row);
          else if (type.kind === 'decimal') this.#cells.number(index, row, type, valueStart, valueEnd);
          else this.#cells.text(index, row, type, valueStart, valueEnd);
        };
      case 'boolean':
      case 'int':
      case 'bigint':
      case 'double':
      case 'varbinary':
      case 'interval':
      case 'json':
        throw new InternalError(`a string was taken for ${type.kind}`);
    }
  }

  #enumReader({ type }: ProtoField, index: number): Reader {
    if (type.kind !== 'enum') throw new InternalError('a field of an enum');
    const names = new Map<number, Uint8Array>();
    for (const { name, number } of type.enum.values) if (!names.has(number)) names.set(number, encoder.encode(name));
    return (row) => {
      this.#cursor.integer('enum');
      const { low } = this.#cursor;
      this.#copy(index, row, names.get(low) ?? encoder.encode(String(low)));
    };
  }

  #jsonReader(field: ProtoField, index: number): (row: number, found: Occurrences) => void {
    const { type } = field;
    const isText = !field.repeated && type.kind === 'scalar' && type.scalar === 'string';
    return (row, found) => {
      if (isText) {
        this.#jsonText(index, row, found);
        return;
      }
      this.#text.reset();
      if (this.#json.field(field, found)) this.#copy(index, row, this.#text.view());
      else this.#cells.null(index, row);
    };
  }

  /** A string in a column of JSON holds JSON already. */
  #jsonText(index: number, row: number, found: Occurrences): void {
    const at = lastOf(found, WIRE_BYTES);
    const start = found[at + 1] ?? 0;
    const end = found[at + 2] ?? 0;
    if (at < 0 || start === end) {
      this.#cells.null(index, row);
      return;
    }
    this.#checkUtf8(start, end);
    const { bytes } = this.#arena;
    if (!isJsonText(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8'))) {
      throw new RecordError('malformed_record', 'expected JSON, found other text');
    }
    this.#cells.slice(index, row, start, end - start);
  }

  /** Timestamps, durations, and wrappers of one value. */
  #messageReader(message: ProtoMessage, type: SqlType, index: number): (row: number, found: Occurrences) => void {
    const isTime = message.fullName === TIMESTAMP_MESSAGE || message.fullName === DURATION_MESSAGE;
    const [value] = message.fields;
    if (value === undefined) throw new InternalError('a message of one value');
    const inner = isTime ? null : this.reader(value, type, index);
    return (row, found) => {
      const segments = found.filter((_, i) => isContent(found[i - (i % 3)]!));
      if (segments.length === 0) this.#cells.null(index, row);
      else if (inner === null) this.#write64(index, row, this.#json.microseconds(message, segments));
      else if (inner.kind === 'direct') this.#unwrap(inner, value.number, segments, row);
    };
  }

  #unwrap(inner: FieldReader & { kind: 'direct' }, number: number, segments: Occurrences, row: number): void {
    const cursor = this.#cursor;
    let isThere = false;
    for (let i = 0; i < segments.length; i += 3) {
      cursor.range(segments[i + 1]!, segments[i + 2]!);
      while (cursor.tag()) {
        if (cursor.number === number && cursor.wire === inner.wire) {
          inner.read(row);
          isThere = true;
        } else cursor.skip();
      }
    }
    if (!isThere) inner.absent(row);
  }

  #checkUtf8(start: number, end: number): void {
    if (!isUtf8Range(this.#arena.bytes, start, end)) {
      throw new RecordError('invalid_utf8', 'expected valid UTF-8, found other bytes');
    }
  }

  /** Bytes from elsewhere, which the arena keeps until the batch has left. */
  #copy(index: number, row: number, bytes: Uint8Array): void {
    const address = this.#arena.sideSpace(bytes.length);
    this.refresh();
    this.#arena.bytes.set(bytes, address);
    this.#cells.slice(index, row, address, bytes.length);
  }

  #writeInt(index: number, row: number, value: number): void {
    const view = this.#buffers.views[index]!;
    if (view.valid.length > 0) view.valid[row] = 1;
    view.i32[row] = value;
  }

  #writeWords(index: number, row: number, low: number, high: number): void {
    const { valid } = this.#buffers.views[index]!;
    if (valid.length > 0) valid[row] = 1;
    const at = (this.#buffers.spaces[index]!.values >> 2) + 2 * row;
    this.#words[at] = low;
    this.#words[at + 1] = high;
  }

  #write64(index: number, row: number, value: bigint): void {
    const view = this.#buffers.views[index]!;
    if (view.valid.length > 0) view.valid[row] = 1;
    view.i64[row] = value;
  }
}

function isContent(wire: number): boolean {
  return wire === WIRE_BYTES || wire === WIRE_GROUP;
}
