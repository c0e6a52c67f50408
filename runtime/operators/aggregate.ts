/**
 * GROUP BY. Rows change their groups' accumulators as they are pushed; `finish` tells what that changed (`emit =
 * changes`), or gives the groups of the windows that the watermark has closed (`emit = final`), and drops what is
 * closed.
 */
import { InternalError, invariant } from '../../grammar/diagnostics/internal-error.js';
import type { AggregateOperator, WindowSpec } from '../../plan/plan.js';
import { selectedCount, type ColumnBatch } from '../columns/batch.js';
import type { AggregateTable } from '../state/aggregate-table.js';
import { tableLayout } from '../state/layout.js';
import { compilePrograms } from '../state/programs.js';
import { planAggregate, type Partitioning } from './aggregate-plan.js';
import { AggregateTables } from './aggregate-tables.js';
import type { BuildContext } from './build-context.js';
import { ChangeWriter, type WindowBounds } from './change-writer.js';
import { newCounters, resetCounters } from './counters.js';
import type { RuntimeOperator } from './operator.js';
import { PaneMerger } from './pane-merger.js';
import { PaneSplitter, type PaneRows } from './pane-splitter.js';
import { firstWindowStart, lastWindowStart, openWindows, paneLength } from './windows.js';

/** Windows that begin before it are beyond the range of timestamps; their rows were counted as late. */
const TIME_MIN_us = -(2n ** 63n);

/** Where the rows of one pane go. */
interface PaneTargets {
  /** None if all of its windows are closed. */
  readonly tables: readonly AggregateTable[];
  readonly isLate: boolean;
}

export class AggregateRuntime implements RuntimeOperator {
  readonly counters = newCounters();
  readonly state: AggregateTables;
  readonly #operator: AggregateOperator;
  readonly #partitioning: Partitioning;
  readonly #isGlobal: boolean;
  readonly #isWeighted: boolean;
  readonly #writer: ChangeWriter;
  readonly #splitter: PaneSplitter<PaneTargets> | null;
  readonly #merger: PaneMerger | null;

  constructor(operator: AggregateOperator, context: BuildContext) {
    const input = context.inputShapes(operator)[0];
    if (input === undefined) throw new InternalError(`aggregate ${operator.id} has no input`);
    const { partitioning, keyColumns, groups } = planAggregate(operator, input.schema);
    this.#operator = operator;
    this.#partitioning = partitioning;
    this.#isGlobal = partitioning.kind === 'all' && operator.group.length === 0;
    this.#isWeighted = input.changelog === 'changes';
    const layout = tableLayout({
      schema: input.schema,
      keyColumns,
      aggregates: operator.aggregates,
      weighted: this.#isWeighted,
      global: this.#isGlobal,
    });
    const isStamped = operator.emit === 'changes';
    const programs = compilePrograms(layout, isStamped);
    this.state = new AggregateTables(operator.id, programs, context.budget, isStamped);
    this.#merger =
      partitioning.kind === 'pane' ? new PaneMerger(this.state, programs, context.budget, partitioning.window) : null;
    this.#writer = new ChangeWriter(operator, groups, context.emit(operator.id, 'rows'));
    this.#splitter = this.#makeSplitter();
  }

  begin(): void {
    resetCounters(this.counters);
    this.#writer.begin();
    this.#splitter?.reset();
  }

  push(_input: number, rows: ColumnBatch): void {
    const { counters, state } = this;
    const count = selectedCount(rows);
    invariant(
      this.#isWeighted || rows.weights === null,
      `aggregate ${this.#operator.id} got weights on an append-only edge`,
    );
    counters.rowsIn += count;
    if (this.#splitter === null || this.#partitioning.kind === 'all') {
      counters.buffered += count;
      if (count > 0) state.accumulate(state.obtain(0n), rows, rows.selection, count);
      return;
    }
    const parts = this.#splitter.split(rows, this.#partitioning.column);
    for (const part of parts) {
      if (part.pane.isLate) counters.late += part.count;
      if (part.pane.tables.length > 0) counters.buffered += part.count;
    }
    counters.late += this.#splitter.nulls;
    if (parts.length > 1 && parts.some(({ pane }) => pane.tables.length > 1)) {
      this.#accumulateInterleaved(rows, parts);
      return;
    }
    for (const part of parts) {
      for (const table of part.pane.tables) state.accumulate(table, rows, part.selection, part.count);
    }
  }

  /** A window gets the rows of several panes: in order of rows, not pane by pane, however the batch was cut. */
  #accumulateInterleaved(rows: ColumnBatch, parts: readonly PaneRows<PaneTargets>[]): void {
    const partOf = new Int32Array(rows.rowCount).fill(-1);
    const flags = new Map<AggregateTable, Uint8Array>();
    parts.forEach(({ pane, selection, count }, p) => {
      for (let i = 0; i < count; i += 1) partOf[selection === null ? i : selection[i]!] = p;
      for (const table of pane.tables) {
        const own = flags.get(table) ?? new Uint8Array(parts.length);
        own[p] = 1;
        flags.set(table, own);
      }
    });
    const selection = new Int32Array(rows.rowCount);
    for (const [table, isTaken] of flags) {
      let count = 0;
      for (let row = 0; row < rows.rowCount; row += 1) {
        const part = partOf[row]!;
        if (part >= 0 && isTaken[part] === 1) selection[count++] = row;
      }
      this.state.accumulate(table, rows, selection, count);
    }
  }

  finish(inputWatermarks_us: readonly bigint[]): bigint {
    const watermark_us = inputWatermarks_us[0]!;
    if (this.#operator.emit === 'changes') this.#emitChanges();
    if (this.#partitioning.kind === 'pane') this.#closePanes(this.#partitioning.window, this.#merger!, watermark_us);
    else if (this.#partitioning.kind !== 'all') this.#closeTables(watermark_us);
    this.state.endBatch();
    this.state.watermark_us = watermark_us;
    this.counters.rowsOut += this.#writer.rowsOut;
    return watermark_us;
  }

  #emitChanges(): void {
    const { state } = this;
    if (this.#isGlobal) {
      const table = state.obtain(0n);
      if (table.count === 0) {
        table.insert(0, 0);
        table.touch(0);
        table.isDirty = true;
      }
    }
    for (const key of state.sortedKeys()) {
      const table = state.obtain(key);
      if (table.touchedCount === 0) continue;
      for (let t = 0; t < table.touchedCount; t += 1) table.settle(table.touched[t]!);
      this.#writer.writeChanges(table, this.#bounds(key), this.#isGlobal);
    }
  }

  /** Drops the tables whose window has closed, and emits them first if nothing was said about them yet. */
  #closeTables(watermark_us: bigint): void {
    for (const key of this.state.sortedKeys()) {
      const bounds = this.#bounds(key);
      if (bounds === null || bounds.end_us > watermark_us) continue;
      if (this.#operator.emit === 'final') {
        const table = this.state.obtain(key);
        table.settleAll();
        this.#writer.writeAll(table, bounds);
      }
      this.state.drop(key);
    }
  }

  /** Merges the panes of each window that has closed, and drops panes that no open window needs. */
  #closePanes(window: WindowSpec, merger: PaneMerger, watermark_us: bigint): void {
    const { state } = this;
    const panes = state.sortedKeys();
    const closing = new Set<bigint>();
    for (const pane of panes) {
      const last = lastWindowStart(pane, window);
      for (let start = firstWindowStart(pane, window); start <= last; start += window.slide_us) {
        const end = start + window.size_us;
        if (end > watermark_us) break;
        if (end > state.watermark_us && start >= TIME_MIN_us) closing.add(start);
      }
    }
    for (const start of [...closing].sort((a, b) => (a < b ? -1 : 1))) {
      const end_us = start + window.size_us;
      const own = panes.filter((pane) => pane >= start && pane < end_us);
      const merged = merger.merge(own.map((pane) => state.obtain(pane)));
      merged.settleAll();
      this.#writer.writeAll(merged, { start_us: start, end_us });
      merger.giveBack(merged);
    }
    for (const pane of panes) {
      if (lastWindowStart(pane, window) + window.size_us <= watermark_us) state.drop(pane);
    }
    merger.endBatch();
  }

  #bounds(key: bigint): WindowBounds | null {
    switch (this.#partitioning.kind) {
      case 'all':
        return null;
      case 'value':
        return { start_us: key, end_us: key };
      case 'window':
        return { start_us: key, end_us: key + this.#partitioning.window.size_us };
      case 'pane':
        throw new InternalError('a pane is not a window');
    }
  }

  #makeSplitter(): PaneSplitter<PaneTargets> | null {
    const partitioning = this.#partitioning;
    const { state } = this;
    switch (partitioning.kind) {
      case 'all':
        return null;
      case 'value':
        return new PaneSplitter<PaneTargets>(1n, 0n, (value) => {
          const isLate = value <= state.watermark_us;
          return { isLate, tables: isLate ? [] : [state.obtain(value)] };
        });
      case 'window':
        return new PaneSplitter<PaneTargets>(
          paneLength(partitioning.window),
          partitioning.window.offset_us,
          (pane_us) => {
            const { starts, isLate } = openWindows(pane_us, partitioning.window, state.watermark_us);
            return { isLate, tables: starts.map((start) => state.obtain(start)) };
          },
        );
      case 'pane':
        return new PaneSplitter<PaneTargets>(
          paneLength(partitioning.window),
          partitioning.window.offset_us,
          (pane_us) => {
            const { starts, isLate } = openWindows(pane_us, partitioning.window, state.watermark_us);
            return { isLate, tables: starts.length === 0 ? [] : [state.obtain(pane_us)] };
          },
        );
    }
  }
}
