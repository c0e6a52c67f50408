/**
 * A micro-batch's rows for a keyed sink, brought down to at most one change per key: +1 with the row's new content, or
 * -1 for a row that is gone. Rows are copied as they come; keys are told apart by a group table over their columns.
 */
import type { Schema } from '../../plan/types.js';
import type { ColumnBatch } from '../columns/batch.js';
import { createBuilder, type ColumnBuilder } from '../columns/builder.js';
import { ROWS_PER_COLUMN_BATCH_MAX } from '../formats/format.js';
import { AggregateTable } from '../state/aggregate-table.js';
import { StateBudget } from '../state/budget.js';
import { InputBinder } from '../state/inputs.js';
import { tableLayout } from '../state/layout.js';
import { compilePrograms, type TablePrograms } from '../state/programs.js';
import { gather, gatherColumn, sameRow } from './copy-rows.js';
import type { Emit } from './operator.js';

const ROWS_AT_FIRST = 1024;
/** Up to here, a key's rows are compared with each other; beyond, through a table over all columns. */
const COMPARED_ROWS_MAX = 8;

export interface NetChangesRequest {
  readonly schema: Schema;
  /** Positions of the key columns. */
  readonly key: readonly number[];
  /** Rows carry weights. */
  readonly weighted: boolean;
  /** The first row of a key stays, not the last. */
  readonly keepsFirst: boolean;
}

export class NetChanges {
  readonly #request: NetChangesRequest;
  readonly #keyPrograms: TablePrograms;
  readonly #rowPrograms: TablePrograms;
  readonly #keyBinder: InputBinder;
  readonly #builders: readonly ColumnBuilder[];
  #keys: AggregateTable;
  #rowCount = 0;
  #weights = new Int32Array(ROWS_AT_FIRST);
  /** The row before of the same key, -1 = none; `#last` holds each key's last row. */
  #previous = new Int32Array(ROWS_AT_FIRST);
  #last = new Int32Array(ROWS_AT_FIRST);
  #slots = new Int32Array(ROWS_AT_FIRST);

  constructor(request: NetChangesRequest) {
    this.#request = request;
    const { schema } = request;
    const programsFor = (keyColumns: readonly number[]): TablePrograms => {
      const layout = tableLayout({ schema, keyColumns, aggregates: [], weighted: false, global: false });
      return compilePrograms(layout, false, true);
    };
    this.#keyPrograms = programsFor(request.key);
    this.#rowPrograms = programsFor(schema.map((_, i) => i));
    this.#keyBinder = new InputBinder(this.#keyPrograms.inputs);
    this.#builders = schema.map((field) => createBuilder(field.type));
    this.#keys = newTable(this.#keyPrograms);
  }

  begin(): void {
    this.#rowCount = 0;
    for (const builder of this.#builders) builder.reset();
    // What grew for one large micro-batch is not kept for all others.
    this.#keys = newTable(this.#keyPrograms);
  }

  push(rows: ColumnBatch, count: number): void {
    const { selection } = rows;
    this.#reserve(count, rows.rowCount);
    const inputs = this.#keyBinder.bind(rows, this.#keys.interners, selection, count);
    const known = this.#keys.count;
    this.#keyPrograms.accumulate(this.#keys, inputs, selection, count, this.#slots);
    this.#reserveKeys(this.#keys.count);
    this.#last.fill(-1, known, this.#keys.count);
    rows.columns.forEach((column, i) => {
      this.#builders[i]!.appendColumn(column, rows.rowCount, selection);
    });
    for (let i = 0; i < count; i += 1) {
      const physical = selection === null ? i : selection[i]!;
      const key = this.#slots[physical]!;
      const row = this.#rowCount + i;
      this.#weights[row] = rows.weights === null ? 1 : rows.weights[physical]!;
      this.#previous[row] = this.#last[key]!;
      this.#last[key] = row;
    }
    this.#rowCount += count;
  }

  /** Emits the net changes in order of the keys' first rows; returns their number. */
  flush(emit: Emit): number {
    const columns = this.#builders.map((builder) => builder.finish());
    const batch: ColumnBatch = {
      rowCount: this.#rowCount,
      columns,
      selection: null,
      weights: null,
      origin: null,
      ordinal_base: 0,
    };
    const signs = new Int32Array(this.#rowCount);
    const kept = new Int32Array(this.#keys.count);
    let count = 0;
    let allInserted = true;
    for (let key = 0; key < this.#keys.count; key += 1) {
      const change = this.#request.weighted ? this.#netOf(key, batch) : { row: this.#plainOf(key), sign: 1 };
      if (change === null) continue;
      kept[count] = change.row;
      signs[change.row] = change.sign;
      if (change.sign < 0) allInserted = false;
      count += 1;
    }
    for (let from = 0; from < count; from += ROWS_PER_COLUMN_BATCH_MAX) {
      const selection = kept.subarray(from, Math.min(count, from + ROWS_PER_COLUMN_BATCH_MAX));
      emit({ ...batch, ...this.#dense(columns, selection, signs, allInserted), ordinal_base: from });
    }
    return count;
  }

  /** A selection has to ascend; keys' last rows need not: then the rows are gathered. */
  #dense(
    columns: ColumnBatch['columns'],
    rows: Int32Array,
    signs: Int32Array,
    allInserted: boolean,
  ): Pick<ColumnBatch, 'rowCount' | 'columns' | 'selection' | 'weights'> {
    const count = rows.length;
    return {
      rowCount: count,
      columns: columns.map((column) => gatherColumn(column, rows, count)),
      selection: null,
      weights: allInserted ? null : gather(signs, new Int32Array(count), rows, count),
    };
  }

  #plainOf(key: number): number {
    let row = this.#last[key]!;
    if (this.#request.keepsFirst) while (this.#previous[row]! >= 0) row = this.#previous[row]!;
    return row;
  }

  /** The key's newest content with a weight above zero in sum, else a content that is gone, else nothing. */
  #netOf(key: number, batch: ColumnBatch): { readonly row: number; readonly sign: number } | null {
    const rows: number[] = [];
    for (let row = this.#last[key]!; row >= 0; row = this.#previous[row]!) rows.push(row);
    rows.reverse();
    if (rows.length === 1) return this.#single(rows[0]!);
    const contents = rows.length <= COMPARED_ROWS_MAX ? this.#compared(rows, batch) : this.#tabled(rows, batch);
    let gone = -1;
    let newest = -1;
    for (const { row, weight } of contents) {
      if (weight > 0 && (newest < 0 || !this.#request.keepsFirst)) newest = row;
      if (weight < 0) gone = row;
    }
    if (newest >= 0) return { row: newest, sign: 1 };
    return gone >= 0 ? { row: gone, sign: -1 } : null;
  }

  #single(row: number): { readonly row: number; readonly sign: number } | null {
    const weight = this.#weights[row]!;
    return weight === 0 ? null : { row, sign: Math.sign(weight) };
  }

  /** The different contents of some rows in order of their last row, with their weights in sum. */
  #compared(rows: readonly number[], batch: ColumnBatch): { row: number; weight: number }[] {
    const contents: { row: number; weight: number }[] = [];
    for (const row of rows) {
      const found = contents.findIndex((content) => sameRow(batch.columns, content.row, row));
      const weight = (contents[found]?.weight ?? 0) + this.#weights[row]!;
      if (found >= 0) contents.splice(found, 1);
      contents.push({ row, weight });
    }
    return contents;
  }

  #tabled(rows: readonly number[], batch: ColumnBatch): { row: number; weight: number }[] {
    const table = newTable(this.#rowPrograms);
    const selection = Int32Array.from(rows);
    const slots = new Int32Array(batch.rowCount);
    const inputs = new InputBinder(this.#rowPrograms.inputs).bind(batch, table.interners, selection, rows.length);
    this.#rowPrograms.accumulate(table, inputs, selection, rows.length, slots);
    const contents = new Map<number, { row: number; weight: number }>();
    for (const row of rows) {
      const slot = slots[row]!;
      const weight = (contents.get(slot)?.weight ?? 0) + this.#weights[row]!;
      // Removed and set again, so that the order is that of the last rows.
      contents.delete(slot);
      contents.set(slot, { row, weight });
    }
    return [...contents.values()];
  }

  #reserve(count: number, physicalRows: number): void {
    const needed = this.#rowCount + count;
    if (needed > this.#weights.length) {
      const length = Math.max(needed, this.#weights.length * 2);
      this.#weights = grown(this.#weights, length);
      this.#previous = grown(this.#previous, length);
    }
    if (this.#slots.length < physicalRows) this.#slots = new Int32Array(physicalRows);
  }

  #reserveKeys(keys: number): void {
    if (keys > this.#last.length) this.#last = grown(this.#last, Math.max(keys, this.#last.length * 2));
  }
}

/** The rows of one micro-batch are bounded by its byte budget, not by that of the state. */
function newTable(programs: TablePrograms): AggregateTable {
  return new AggregateTable(programs, new StateBudget(Number.MAX_SAFE_INTEGER), false);
}

function grown(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}
