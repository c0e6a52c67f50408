/** Fixed-size output buffers: rows are written at any position below the capacity, then shown as a batch's columns. */
import type { SqlType } from '../../plan/types.js';
import { physicalKind, type Column } from '../columns/column.js';

export class OutputColumn {
  readonly type: SqlType;
  readonly kind: Column['kind'];
  readonly u8: Uint8Array<ArrayBuffer>;
  readonly i32: Int32Array<ArrayBuffer>;
  readonly i64: BigInt64Array<ArrayBuffer>;
  readonly f64: Float64Array<ArrayBuffer>;
  readonly lengths: Int32Array<ArrayBuffer>;
  readonly valid: Uint8Array<ArrayBuffer>;
  heap = new Uint8Array(0);
  #heapUsed = 0;
  #hasNull = false;

  constructor(type: SqlType, rows: number) {
    this.type = type;
    this.kind = physicalKind(type);
    const kind = this.kind;
    this.u8 = new Uint8Array(kind === 'u8' ? rows : 0);
    this.i32 = new Int32Array(kind === 'i32' || kind === 'bytes' ? rows : 0);
    this.i64 = new BigInt64Array(kind === 'i64' ? rows : kind === 'i128' ? 2 * rows : 0);
    this.f64 = new Float64Array(kind === 'f64' ? rows : 0);
    this.lengths = new Int32Array(kind === 'bytes' ? rows : 0);
    this.valid = new Uint8Array(rows).fill(1);
  }

  /** Begins a new batch of at most `rows` rows. */
  reset(): void {
    if (this.#hasNull) this.valid.fill(1);
    this.#hasNull = false;
    this.#heapUsed = 0;
  }

  setNull(position: number): void {
    this.valid[position] = 0;
    this.#hasNull = true;
  }

  setBytes(position: number, bytes: Uint8Array, start: number, length: number): void {
    if (this.#heapUsed + length > this.heap.length) {
      const heap = new Uint8Array(Math.max(4096, this.#heapUsed + length, this.heap.length * 2));
      heap.set(this.heap.subarray(0, this.#heapUsed));
      this.heap = heap;
    }
    this.heap.set(bytes.subarray(start, start + length), this.#heapUsed);
    this.i32[position] = this.#heapUsed;
    this.lengths[position] = length;
    this.#heapUsed += length;
  }

  /** A view of the buffers, valid until the next reset. */
  column(): Column {
    const valid = this.#hasNull ? this.valid : null;
    switch (this.kind) {
      case 'u8':
        return { kind: 'u8', values: this.u8, valid };
      case 'i32':
        return { kind: 'i32', values: this.i32, valid };
      case 'i64':
        return { kind: 'i64', values: this.i64, valid };
      case 'i128':
        return { kind: 'i128', values: this.i64, valid };
      case 'f64':
        return { kind: 'f64', values: this.f64, valid };
      case 'bytes':
        return { kind: 'bytes', heap: this.heap, starts: this.i32, lengths: this.lengths, valid };
    }
  }

  /** Whether two rows hold the same value: NULL equals NULL, NaN equals NaN. */
  isSame(a: number, b: number): boolean {
    if (this.valid[a] !== this.valid[b]) return false;
    if (this.valid[a] === 0) return true;
    switch (this.kind) {
      case 'u8':
        return this.u8[a] === this.u8[b];
      case 'i32':
        return this.i32[a] === this.i32[b];
      case 'i64':
        return this.i64[a] === this.i64[b];
      case 'i128':
        return this.i64[2 * a] === this.i64[2 * b] && this.i64[2 * a + 1] === this.i64[2 * b + 1];
      case 'f64':
        return this.f64[a] === this.f64[b] || (Number.isNaN(this.f64[a]) && Number.isNaN(this.f64[b]));
      case 'bytes': {
        const length = this.lengths[a]!;
        if (length !== this.lengths[b]) return false;
        const from = this.i32[a]!;
        const to = this.i32[b]!;
        for (let i = 0; i < length; i += 1) if (this.heap[from + i] !== this.heap[to + i]) return false;
        return true;
      }
    }
  }
}
