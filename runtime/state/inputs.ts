/**
 * What generated loops read: typed arrays of a batch, in the order the loop expects them. 64-bit columns come as int32
 * halves over the same memory; only doubles as keys (one bit pattern per value) and text as keys (ids) are made anew.
 */
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import type { ColumnBatch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { ByteInterner } from './byte-interner.js';

export interface InputSlot {
  /**
   * `key`: int32 view (halves of 64- and 128-bit columns). `canonical`: halves of a double column, -0 as 0 and one NaN.
   * `ids`: interned text. `values`: the column's own array. The others are what their names say.
   */
  readonly view: 'key' | 'canonical' | 'ids' | 'values' | 'valid' | 'weights' | 'heap' | 'starts' | 'lengths';
  readonly column: number;
  readonly interner: number;
}

/** The slots in order; the same slot is listed once. */
export function inputList(): { readonly slots: InputSlot[]; add(slot: InputSlot): number } {
  const slots: InputSlot[] = [];
  return {
    slots,
    add(slot: InputSlot): number {
      const found = slots.findIndex(
        (other) => other.view === slot.view && other.column === slot.column && other.interner === slot.interner,
      );
      if (found >= 0) return found;
      slots.push(slot);
      return slots.length - 1;
    },
  };
}

/** Binds batches to slots, with buffers of its own for what has to be made. */
export class InputBinder {
  readonly #slots: readonly InputSlot[];
  readonly #bound: ArrayBufferView[] = [];
  readonly #scratch: (Int32Array | null)[];
  #allValid = new Uint8Array(0);
  #allOne = new Int32Array(0);

  constructor(slots: readonly InputSlot[]) {
    this.#slots = slots;
    this.#scratch = slots.map(() => null);
  }

  /** Valid until the next call. Text of the selected rows is interned into `interners`. */
  bind(
    batch: ColumnBatch,
    interners: readonly ByteInterner[],
    selection: Int32Array | null,
    count: number,
  ): readonly ArrayBufferView[] {
    for (let i = 0; i < this.#slots.length; i += 1) {
      this.#bound[i] = this.#view(this.#slots[i]!, i, batch, interners, selection, count);
    }
    return this.#bound;
  }

  #view(
    slot: InputSlot,
    index: number,
    batch: ColumnBatch,
    interners: readonly ByteInterner[],
    selection: Int32Array | null,
    count: number,
  ): ArrayBufferView {
    if (slot.view === 'weights') return batch.weights ?? this.#ones(batch.rowCount);
    const column = batch.columns[slot.column]!;
    switch (slot.view) {
      case 'valid':
        return column.valid ?? this.#valid(batch.rowCount);
      case 'key':
        return halves(column);
      case 'values':
        if (column.kind === 'bytes') throw new InternalError('text has no values array');
        return column.values;
      case 'canonical': {
        const scratch = this.#room(index, 2 * batch.rowCount);
        canonicalDoubles(column, selection, count, scratch);
        return scratch;
      }
      case 'ids': {
        if (column.kind !== 'bytes') throw new InternalError('only text has ids');
        const scratch = this.#room(index, batch.rowCount);
        interners[slot.interner]!.internColumn(column, selection, count, scratch);
        return scratch;
      }
      case 'heap':
      case 'starts':
      case 'lengths':
        if (column.kind !== 'bytes') throw new InternalError('only text has a heap');
        return column[slot.view];
    }
  }

  #room(index: number, length: number): Int32Array {
    const scratch = this.#scratch[index];
    if (scratch !== null && scratch !== undefined && scratch.length >= length) return scratch;
    return (this.#scratch[index] = new Int32Array(Math.max(length, 2048)));
  }

  #valid(rows: number): Uint8Array {
    if (this.#allValid.length < rows) this.#allValid = new Uint8Array(Math.max(rows, 8192)).fill(1);
    return this.#allValid;
  }

  #ones(rows: number): Int32Array {
    if (this.#allOne.length < rows) this.#allOne = new Int32Array(Math.max(rows, 8192)).fill(1);
    return this.#allOne;
  }
}

function halves(column: Column): Int32Array | Uint8Array {
  switch (column.kind) {
    case 'u8':
    case 'i32':
      return column.values;
    case 'i64':
    case 'i128':
    case 'f64':
      return new Int32Array(column.values.buffer, column.values.byteOffset, column.values.length * 2);
    case 'bytes':
      throw new InternalError('text has no words');
  }
}

/** -0 and 0 are one value, and so are all NaN. */
function canonicalDoubles(column: Column, selection: Int32Array | null, count: number, out: Int32Array): void {
  if (column.kind !== 'f64') throw new InternalError('only doubles are made canonical');
  const { values } = column;
  const doubles = new Float64Array(out.buffer, out.byteOffset, out.length >> 1);
  for (let i = 0; i < count; i += 1) {
    const row = selection === null ? i : selection[i]!;
    const value = values[row]!;
    if (value !== value) {
      out[2 * row] = 0;
      out[2 * row + 1] = 0x7ff80000;
    } else {
      doubles[row] = value + 0;
    }
  }
}
