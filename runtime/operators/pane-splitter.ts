/**
 * Splits the rows of a batch by pane of time, keeping their order within each. Rows mostly come in order of time, so
 * the pane of the row before is tried first: two double comparisons per row. Times are exact as doubles below 2^53
 * microseconds (years 1684 to 2255); beyond, panes are found through BigInt.
 */
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import { selectedCount, type ColumnBatch } from '../columns/batch.js';
import type { I64Column } from '../columns/column.js';
import { floorDivide } from '../../plan/floor-divide.js';

const SAFE_HIGH = 2 ** 21;

export interface PaneRows<P> {
  readonly pane: P;
  /** In order; null = all physical rows. */
  readonly selection: Int32Array | null;
  readonly count: number;
}

interface Slot<P> {
  readonly pane: P;
  readonly start: number;
  readonly end: number;
  rows: Int32Array;
  count: number;
}

export class PaneSplitter<P> {
  readonly #length_us: bigint;
  readonly #offset_us: bigint;
  readonly #open: (start_us: bigint) => P;
  readonly #safe = new Map<number, Slot<P>>();
  readonly #unsafe = new Map<bigint, Slot<P>>();
  readonly #pool: Int32Array[] = [];
  #touched: Slot<P>[] = [];
  /** Rows of the last split without a time. */
  nulls = 0;

  /** `open` says what a pane is; it is asked once per pane and micro-batch. */
  constructor(length_us: bigint, offset_us: bigint, open: (start_us: bigint) => P) {
    this.#length_us = length_us;
    this.#offset_us = offset_us;
    this.#open = open;
  }

  /** Forgets the panes: the watermark has moved. */
  reset(): void {
    this.#safe.clear();
    this.#unsafe.clear();
  }

  /** Panes in order of their first row. Valid until the next call. */
  split(rows: ColumnBatch, columnIndex: number): readonly PaneRows<P>[] {
    const column = rows.columns[columnIndex];
    invariant(column?.kind === 'i64', 'windows are made over a time column');
    this.#recycle();
    const count = selectedCount(rows);
    this.#distribute(column, rows, count);
    const only = this.#touched.length === 1 ? this.#touched[0] : undefined;
    if (only?.count === count) return [{ pane: only.pane, selection: rows.selection, count }];
    return this.#touched.map((slot) => ({
      pane: slot.pane,
      selection: slot.rows.subarray(0, slot.count),
      count: slot.count,
    }));
  }

  #distribute(column: I64Column, rows: ColumnBatch, count: number): void {
    const { values, valid } = column;
    const { selection } = rows;
    const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
    let slot: Slot<P> | null = null;
    let start = NaN;
    let end = NaN;
    let target = new Int32Array(0);
    let used = 0;
    let nulls = 0;
    for (let i = 0; i < count; i += 1) {
      const row = selection === null ? i : selection[i]!;
      if (valid !== null && valid[row] === 0) {
        nulls += 1;
        continue;
      }
      const high = halves[2 * row + 1]!;
      const time = high * 4294967296 + (halves[2 * row]! >>> 0);
      if (!(time >= start && time < end)) {
        if (slot !== null) slot.count = used;
        const isSafe = high >= -SAFE_HIGH && high < SAFE_HIGH;
        slot = isSafe ? this.#safeSlot(time) : this.#unsafeSlot(values[row]!);
        start = slot.start;
        end = slot.end;
        if (slot.rows.length < rows.rowCount) this.#give(slot, rows.rowCount);
        target = slot.rows as Int32Array<ArrayBuffer>;
        used = slot.count;
      }
      target[used] = row;
      used += 1;
    }
    if (slot !== null) slot.count = used;
    this.nulls = nulls;
  }

  #safeSlot(time: number): Slot<P> {
    const length = Number(this.#length_us);
    const offset = Number(this.#offset_us);
    let start = Math.floor((time - offset) / length) * length + offset;
    // The quotient may have been rounded to the next whole number.
    if (start > time) start -= length;
    else if (time >= start + length) start += length;
    const known = this.#safe.get(start);
    if (known !== undefined) return known;
    const exact = floorDivide(BigInt(time) - this.#offset_us, this.#length_us) * this.#length_us + this.#offset_us;
    const slot: Slot<P> = {
      pane: this.#open(exact),
      start: Number(exact),
      end: Number(exact) + length,
      rows: new Int32Array(0),
      count: 0,
    };
    this.#safe.set(start, slot);
    return slot;
  }

  #unsafeSlot(time_us: bigint): Slot<P> {
    const start_us = floorDivide(time_us - this.#offset_us, this.#length_us) * this.#length_us + this.#offset_us;
    const known = this.#unsafe.get(start_us);
    if (known !== undefined) return known;
    // NaN bounds: the next row looks its pane up again.
    const slot: Slot<P> = { pane: this.#open(start_us), start: NaN, end: NaN, rows: new Int32Array(0), count: 0 };
    this.#unsafe.set(start_us, slot);
    return slot;
  }

  #give(slot: Slot<P>, rows: number): void {
    const pooled = this.#pool.pop();
    slot.rows = pooled !== undefined && pooled.length >= rows ? pooled : new Int32Array(Math.max(rows, 1024));
    slot.count = 0;
    this.#touched.push(slot);
  }

  #recycle(): void {
    for (const slot of this.#touched) {
      this.#pool.push(slot.rows);
      slot.rows = new Int32Array(0);
      slot.count = 0;
    }
    this.#touched = [];
  }
}
