/**
 * Repeats each row for each of its open windows, in row order and within a row by start. Tumbling windows repeat
 * nothing: their columns pass through with two more beside them.
 */
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import type { OperatorId, WindowSpec } from '../../plan/plan.js';
import { selectedCount, type ColumnBatch, type RowOrigin } from '../columns/batch.js';
import { ROWS_PER_COLUMN_BATCH_MAX } from '../formats/format.js';
import { gather, gatherColumn } from './copy-rows.js';
import { newCounters, resetCounters } from './counters.js';
import type { Emit, RuntimeOperator } from './operator.js';
import { PaneSplitter } from './pane-splitter.js';
import { WatermarkState } from './watermark-state.js';
import { openWindows, paneLength, type OpenWindows } from './windows.js';

interface Repetitions {
  /** Physical row and window of each output row. */
  readonly rows: Int32Array;
  readonly starts: BigInt64Array;
  readonly count: number;
}

export class WindowRuntime implements RuntimeOperator {
  readonly counters = newCounters();
  readonly state: WatermarkState;
  readonly #column: number;
  readonly #window: WindowSpec;
  readonly #emit: Emit;
  readonly #splitter: PaneSplitter<OpenWindows>;
  #starts = new BigInt64Array(0);
  #ends = new BigInt64Array(0);
  #ordinal = 0;

  constructor(operator: { readonly id: OperatorId; readonly column: number; readonly window: WindowSpec }, emit: Emit) {
    this.#column = operator.column;
    this.#window = operator.window;
    this.#emit = emit;
    this.state = new WatermarkState(operator.id);
    this.#splitter = new PaneSplitter(paneLength(operator.window), operator.window.offset_us, (start_us) =>
      openWindows(start_us, operator.window, this.state.watermark_us),
    );
  }

  begin(): void {
    resetCounters(this.counters);
    this.#splitter.reset();
    this.#ordinal = 0;
  }

  push(_input: number, rows: ColumnBatch): void {
    const parts = this.#splitter.split(rows, this.#column);
    const { counters } = this;
    counters.rowsIn += selectedCount(rows);
    counters.late += this.#splitter.nulls;
    for (const { pane, count } of parts) if (pane.isLate) counters.late += count;
    if (this.#window.size_us === this.#window.slide_us) this.#tumble(rows, parts);
    else this.#hop(rows, parts);
  }

  finish(inputWatermarks_us: readonly bigint[]): bigint {
    this.state.watermark_us = inputWatermarks_us[0]!;
    return this.state.watermark_us;
  }

  #tumble(rows: ColumnBatch, parts: ReturnType<PaneSplitter<OpenWindows>['split']>): void {
    if (this.#starts.length < rows.rowCount) {
      this.#starts = new BigInt64Array(Math.max(rows.rowCount, 1024));
      this.#ends = new BigInt64Array(this.#starts.length);
    }
    const starts = this.#starts;
    const ends = this.#ends;
    // Bytes rather than flags per pane, because panes may be interleaved and the output keeps the order of rows.
    const taken = new Uint8Array(rows.rowCount);
    let total = 0;
    for (const { pane, selection, count } of parts) {
      const start = pane.starts[0];
      if (start === undefined) continue;
      const end = start + this.#window.size_us;
      total += count;
      for (let i = 0; i < count; i += 1) {
        const row = selection === null ? i : selection[i]!;
        starts[row] = start;
        ends[row] = end;
        taken[row] = 1;
      }
    }
    if (total === 0) return;
    let selection = rows.selection;
    if (total < selectedCount(rows)) {
      selection = new Int32Array(total);
      for (let row = 0, used = 0; row < rows.rowCount; row += 1) if (taken[row] === 1) selection[used++] = row;
    }
    this.counters.rowsOut += total;
    this.#emit({
      ...rows,
      selection,
      columns: [
        ...rows.columns,
        { kind: 'i64', values: starts, valid: null },
        { kind: 'i64', values: ends, valid: null },
      ],
    });
  }

  #hop(rows: ColumnBatch, parts: ReturnType<PaneSplitter<OpenWindows>['split']>): void {
    const { rows: sources, starts, count } = this.#repetitions(rows, parts);
    for (let from = 0; from < count; from += ROWS_PER_COLUMN_BATCH_MAX) {
      const length = Math.min(ROWS_PER_COLUMN_BATCH_MAX, count - from);
      const slice = sources.subarray(from, from + length);
      const windowStarts = starts.slice(from, from + length);
      const windowEnds = windowStarts.map((start) => start + this.#window.size_us);
      this.counters.rowsOut += length;
      this.#emit({
        rowCount: length,
        columns: [
          ...rows.columns.map((column) => gatherColumn(column, slice, length)),
          { kind: 'i64', values: windowStarts, valid: null },
          { kind: 'i64', values: windowEnds, valid: null },
        ],
        selection: null,
        weights: rows.weights === null ? null : gather(rows.weights, new Int32Array(length), slice, length),
        origin: rows.origin === null ? null : gatherOrigin(rows.origin, slice, length),
        ordinal_base: this.#ordinal,
      });
      this.#ordinal += length;
    }
  }

  /** All (row, window) pairs in order of rows. */
  #repetitions(rows: ColumnBatch, parts: ReturnType<PaneSplitter<OpenWindows>['split']>): Repetitions {
    const panes: (OpenWindows | undefined)[] = new Array<OpenWindows | undefined>(rows.rowCount);
    let total = 0;
    for (const { pane, selection, count } of parts) {
      total += count * pane.starts.length;
      for (let i = 0; i < count; i += 1) panes[selection === null ? i : selection[i]!] = pane;
    }
    const sources = new Int32Array(total);
    const starts = new BigInt64Array(total);
    let used = 0;
    for (let row = 0; row < rows.rowCount; row += 1) {
      const pane = panes[row];
      if (pane === undefined) continue;
      for (const start of pane.starts) {
        sources[used] = row;
        starts[used] = start;
        used += 1;
      }
    }
    invariant(used === total, 'windows were lost between counting and writing');
    return { rows: sources, starts, count: total };
  }
}

function gatherOrigin(origin: RowOrigin, rows: Int32Array, count: number): RowOrigin {
  const positions = new Float64Array(count);
  for (let i = 0; i < count; i += 1) {
    const row = rows[i]!;
    positions[i] = origin.positions === null ? origin.position_base + origin.starts[row]! : origin.positions[row]!;
  }
  return {
    ...origin,
    starts: gather(origin.starts, new Int32Array(count), rows, count),
    lengths: gather(origin.lengths, new Int32Array(count), rows, count),
    positions,
  };
}
