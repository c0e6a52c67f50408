/** A pooled column that a projection writes at the physical rows of its input. It grows and is never given back. */
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import type { SqlType } from '../../plan/types.js';
import type { Value } from '../../plan/values.js';
import { physicalKind, type Column, type PhysicalKind } from '../columns/column.js';
import { writeI128 } from '../columns/i128.js';
import { encodedLengthMax, encodeUtf8 } from '../columns/utf8.js';

const HEAP_BYTES_AT_FIRST = 16 * 1024;

type FixedValues = Uint8Array | Int32Array | Float64Array | BigInt64Array;

function fixedValues(kind: PhysicalKind, rows: number): FixedValues {
  switch (kind) {
    case 'u8':
      return new Uint8Array(rows);
    case 'i32':
      return new Int32Array(rows);
    case 'f64':
      return new Float64Array(rows);
    case 'i64':
      return new BigInt64Array(rows);
    case 'i128':
      return new BigInt64Array(2 * rows);
    case 'bytes':
      return new Uint8Array(0);
  }
}

export class OutputColumn {
  readonly kind: PhysicalKind;
  /** Values of fixed size; unused for bytes. */
  values: FixedValues;
  /** All 1 at the start of a batch; only `setNull` writes here. */
  valid = new Uint8Array(0);
  starts = new Int32Array(0);
  lengths = new Int32Array(0);
  hasNull = false;
  #rows = 0;
  #heap = new Uint8Array(0);
  #used = 0;

  constructor(type: SqlType) {
    this.kind = physicalKind(type);
    this.values = fixedValues(this.kind, 0);
  }

  /** Makes room for a batch and forgets the last one. */
  begin(rows: number): void {
    if (this.hasNull) this.valid.fill(1);
    this.hasNull = false;
    this.#used = 0;
    if (rows <= this.#rows) return;
    this.#rows = Math.max(rows, 1024);
    this.valid = new Uint8Array(this.#rows).fill(1);
    if (this.kind === 'bytes') {
      this.starts = new Int32Array(this.#rows);
      this.lengths = new Int32Array(this.#rows);
      if (this.#heap.length === 0) this.#heap = new Uint8Array(HEAP_BYTES_AT_FIRST);
    } else {
      this.values = fixedValues(this.kind, this.#rows);
    }
  }

  setNull(row: number): void {
    this.hasNull = true;
    this.valid[row] = 0;
    if (this.kind !== 'bytes') return;
    this.starts[row] = 0;
    this.lengths[row] = 0;
  }

  putText(row: number, text: string): void {
    this.#ensureHeap(encodedLengthMax(text));
    this.#commit(row, encodeUtf8(text, this.#heap, this.#used));
  }

  putSlice(row: number, heap: Uint8Array, start: number, length: number): void {
    this.#ensureHeap(length);
    const target = this.#heap;
    const at = this.#used;
    if (length < 32) for (let k = 0; k < length; k += 1) target[at + k] = heap[start + k]!;
    else target.set(heap.subarray(start, start + length), at);
    this.#commit(row, length);
  }

  putBytes(row: number, bytes: Uint8Array): void {
    this.putSlice(row, bytes, 0, bytes.length);
  }

  /** Any value, for rows that the interpreter computed. */
  put(row: number, value: Value): void {
    if (value === null) {
      this.setNull(row);
      return;
    }
    if (typeof value === 'string') this.putText(row, value);
    else if (value instanceof Uint8Array) this.putBytes(row, value);
    else if (typeof value === 'bigint') {
      if (!(this.values instanceof BigInt64Array)) throw new InternalError(`a bigint for a column of ${this.kind}`);
      if (this.kind === 'i128') writeI128(this.values, row, value);
      else this.values[row] = value;
    } else {
      if (this.values instanceof BigInt64Array) throw new InternalError(`a number for a column of ${this.kind}`);
      this.values[row] = Number(value);
    }
  }

  /** A view; valid until the next `begin`. */
  finish(): Column {
    const valid = this.hasNull ? this.valid : null;
    if (this.kind === 'bytes') {
      return { kind: 'bytes', heap: this.#heap, starts: this.starts, lengths: this.lengths, valid };
    }
    // The constructor made the array that belongs to the kind.
    return { kind: this.kind, values: this.values, valid } as Column;
  }

  #commit(row: number, length: number): void {
    this.starts[row] = this.#used;
    this.lengths[row] = length;
    this.#used += length;
  }

  #ensureHeap(bytes: number): void {
    const needed = this.#used + bytes;
    if (needed <= this.#heap.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#heap.length));
    grown.set(this.#heap.subarray(0, this.#used));
    this.#heap = grown;
  }
}
