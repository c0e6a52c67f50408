/**
 * Growable columns, one class per physical kind so that each append stays monomorphic. A builder is reset and filled
 * again; its buffers stay, so a steady state allocates nothing. `finish` gives a view of those buffers: it is valid
 * until the next append or reset.
 */
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import type { SqlType } from '../../plan/types.js';
import type { Value } from '../../plan/values.js';
import {
  physicalKind,
  type BytesColumn,
  type Column,
  type F64Column,
  type I128Column,
  type I32Column,
  type I64Column,
  type U8Column,
  type Validity,
} from './column.js';
import { writeI128 } from './i128.js';
import { encodedLengthMax, encodeUtf8 } from './utf8.js';

const ROWS_AT_FIRST = 1024;
const HEAP_BYTES_AT_FIRST = 16 * 1024;

export interface ColumnBuilder {
  /** Rows so far. */
  readonly length: number;
  /** The value of the builder's type; null appends NULL. */
  append(value: Value): void;
  /** Row `row` of a column of the same physical kind. */
  appendFrom(column: Column, row: number): void;
  /** The selected rows of a column of the same physical kind; null = rows 0 … rowCount - 1. */
  appendColumn(column: Column, rowCount: number, selection: Int32Array | null): void;
  finish(): Column;
  reset(): void;
}

export function createBuilder(type: SqlType): ColumnBuilder {
  switch (physicalKind(type)) {
    case 'u8':
      return new U8Builder();
    case 'i32':
      return new I32Builder();
    case 'i64':
      return new I64Builder();
    case 'f64':
      return new F64Builder();
    case 'i128':
      return new I128Builder();
    case 'bytes':
      return new BytesBuilder();
  }
}

function wrongKind(expected: string, found: unknown): never {
  throw new InternalError(`a builder of ${expected} was given ${String(found)}`);
}

/** Row count and validity, which all kinds share. The validity array exists as soon as one NULL was appended. */
abstract class BuilderBase implements ColumnBuilder {
  length = 0;
  protected capacity = ROWS_AT_FIRST;
  #valid: Uint8Array | null = null;
  #hasNull = false;

  /** Makes `capacity` rows of room in the value arrays, keeping what is there. */
  protected abstract resize(capacity: number): void;
  protected abstract appendPresent(value: NonNullable<Value>): void;
  /** Writes some value under the NULL at row `length`. */
  protected abstract appendEmpty(): void;
  protected abstract copyPresent(column: Column, row: number): void;
  abstract finish(): Column;

  append(value: Value): void {
    this.ensureRoom(1);
    if (value === null) {
      this.appendNull();
      return;
    }
    this.appendPresent(value);
    if (this.#hasNull) this.#valid![this.length] = 1;
    this.length += 1;
  }

  appendFrom(column: Column, row: number): void {
    this.ensureRoom(1);
    if (column.valid !== null && column.valid[row] === 0) {
      this.appendNull();
      return;
    }
    this.copyPresent(column, row);
    if (this.#hasNull) this.#valid![this.length] = 1;
    this.length += 1;
  }

  appendColumn(column: Column, rowCount: number, selection: Int32Array | null): void {
    const count = selection === null ? rowCount : selection.length;
    this.ensureRoom(count);
    for (let i = 0; i < count; i += 1) this.appendFrom(column, selection === null ? i : selection[i]!);
  }

  reset(): void {
    this.length = 0;
    this.#hasNull = false;
  }

  protected get validity(): Validity {
    return this.#hasNull ? this.#valid : null;
  }

  private appendNull(): void {
    if (!this.#hasNull) {
      if (this.#valid === null || this.#valid.length < this.capacity) this.#valid = new Uint8Array(this.capacity);
      this.#valid.fill(1, 0, this.length);
      this.#hasNull = true;
    }
    this.#valid![this.length] = 0;
    this.appendEmpty();
    this.length += 1;
  }

  private ensureRoom(rows: number): void {
    if (this.length + rows <= this.capacity) return;
    this.capacity = Math.max(this.capacity * 2, this.length + rows);
    this.resize(this.capacity);
    if (this.#valid !== null) {
      const grown = new Uint8Array(this.capacity);
      grown.set(this.#valid.subarray(0, this.length));
      this.#valid = grown;
    }
  }
}

class U8Builder extends BuilderBase {
  #values = new Uint8Array(ROWS_AT_FIRST);

  protected resize(capacity: number): void {
    const grown = new Uint8Array(capacity);
    grown.set(this.#values);
    this.#values = grown;
  }

  protected appendPresent(value: NonNullable<Value>): void {
    if (typeof value !== 'boolean') wrongKind('u8', value);
    this.#values[this.length] = value ? 1 : 0;
  }

  protected appendEmpty(): void {
    this.#values[this.length] = 0;
  }

  protected copyPresent(column: Column, row: number): void {
    if (column.kind !== 'u8') wrongKind('u8', column.kind);
    this.#values[this.length] = column.values[row]!;
  }

  finish(): U8Column {
    return { kind: 'u8', values: this.#values, valid: this.validity };
  }
}

class I32Builder extends BuilderBase {
  #values = new Int32Array(ROWS_AT_FIRST);

  protected resize(capacity: number): void {
    const grown = new Int32Array(capacity);
    grown.set(this.#values);
    this.#values = grown;
  }

  protected appendPresent(value: NonNullable<Value>): void {
    if (typeof value !== 'number') wrongKind('i32', value);
    this.#values[this.length] = value;
  }

  protected appendEmpty(): void {
    this.#values[this.length] = 0;
  }

  protected copyPresent(column: Column, row: number): void {
    if (column.kind !== 'i32') wrongKind('i32', column.kind);
    this.#values[this.length] = column.values[row]!;
  }

  finish(): I32Column {
    return { kind: 'i32', values: this.#values, valid: this.validity };
  }
}

class I64Builder extends BuilderBase {
  #values = new BigInt64Array(ROWS_AT_FIRST);

  protected resize(capacity: number): void {
    const grown = new BigInt64Array(capacity);
    grown.set(this.#values);
    this.#values = grown;
  }

  protected appendPresent(value: NonNullable<Value>): void {
    if (typeof value !== 'bigint') wrongKind('i64', value);
    this.#values[this.length] = value;
  }

  protected appendEmpty(): void {
    this.#values[this.length] = 0n;
  }

  protected copyPresent(column: Column, row: number): void {
    if (column.kind !== 'i64') wrongKind('i64', column.kind);
    this.#values[this.length] = column.values[row]!;
  }

  finish(): I64Column {
    return { kind: 'i64', values: this.#values, valid: this.validity };
  }
}

class F64Builder extends BuilderBase {
  #values = new Float64Array(ROWS_AT_FIRST);

  protected resize(capacity: number): void {
    const grown = new Float64Array(capacity);
    grown.set(this.#values);
    this.#values = grown;
  }

  protected appendPresent(value: NonNullable<Value>): void {
    if (typeof value !== 'number') wrongKind('f64', value);
    this.#values[this.length] = value;
  }

  protected appendEmpty(): void {
    this.#values[this.length] = 0;
  }

  protected copyPresent(column: Column, row: number): void {
    if (column.kind !== 'f64') wrongKind('f64', column.kind);
    this.#values[this.length] = column.values[row]!;
  }

  finish(): F64Column {
    return { kind: 'f64', values: this.#values, valid: this.validity };
  }
}

class I128Builder extends BuilderBase {
  #values = new BigInt64Array(2 * ROWS_AT_FIRST);

  protected resize(capacity: number): void {
    const grown = new BigInt64Array(2 * capacity);
    grown.set(this.#values);
    this.#values = grown;
  }

  protected appendPresent(value: NonNullable<Value>): void {
    if (typeof value !== 'bigint') wrongKind('i128', value);
    writeI128(this.#values, this.length, value);
  }

  protected appendEmpty(): void {
    writeI128(this.#values, this.length, 0n);
  }

  protected copyPresent(column: Column, row: number): void {
    if (column.kind !== 'i128') wrongKind('i128', column.kind);
    this.#values[2 * this.length] = column.values[2 * row]!;
    this.#values[2 * this.length + 1] = column.values[2 * row + 1]!;
  }

  finish(): I128Column {
    return { kind: 'i128', values: this.#values, valid: this.validity };
  }
}

/** VARCHAR, VARBINARY and JSON. All bytes live in one heap of the builder's own. */
export class BytesBuilder extends BuilderBase {
  #heap = new Uint8Array(HEAP_BYTES_AT_FIRST);
  #heapUsed = 0;
  #starts = new Int32Array(ROWS_AT_FIRST);
  #lengths = new Int32Array(ROWS_AT_FIRST);

  override reset(): void {
    super.reset();
    this.#heapUsed = 0;
  }

  /** Bytes in use on the heap. */
  get heapBytes(): number {
    return this.#heapUsed;
  }

  protected resize(capacity: number): void {
    const starts = new Int32Array(capacity);
    starts.set(this.#starts);
    this.#starts = starts;
    const lengths = new Int32Array(capacity);
    lengths.set(this.#lengths);
    this.#lengths = lengths;
  }

  protected appendPresent(value: NonNullable<Value>): void {
    if (typeof value === 'string') {
      this.#ensureHeap(encodedLengthMax(value));
      this.#commit(encodeUtf8(value, this.#heap, this.#heapUsed));
      return;
    }
    if (!(value instanceof Uint8Array)) wrongKind('bytes', value);
    this.#ensureHeap(value.length);
    this.#heap.set(value, this.#heapUsed);
    this.#commit(value.length);
  }

  protected appendEmpty(): void {
    this.#commit(0);
  }

  protected copyPresent(column: Column, row: number): void {
    if (column.kind !== 'bytes') wrongKind('bytes', column.kind);
    const start = column.starts[row]!;
    const length = column.lengths[row]!;
    this.#ensureHeap(length);
    const heap = this.#heap;
    const from = column.heap;
    let at = this.#heapUsed;
    if (length < 32) {
      for (let i = start; i < start + length; i += 1) heap[at++] = from[i]!;
    } else {
      heap.set(from.subarray(start, start + length), at);
    }
    this.#commit(length);
  }

  finish(): BytesColumn {
    return {
      kind: 'bytes',
      heap: this.#heap,
      starts: this.#starts,
      lengths: this.#lengths,
      valid: this.validity,
    };
  }

  #commit(length: number): void {
    this.#starts[this.length] = this.#heapUsed;
    this.#lengths[this.length] = length;
    this.#heapUsed += length;
  }

  #ensureHeap(bytes: number): void {
    const needed = this.#heapUsed + bytes;
    if (needed <= this.#heap.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#heap.length * 2));
    grown.set(this.#heap.subarray(0, this.#heapUsed));
    this.#heap = grown;
  }
}
