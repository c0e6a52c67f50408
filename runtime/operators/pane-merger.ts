/**
 * Merges the panes of hopping windows. A pane is merged once per window it lies in, so where that is often its groups
 * are numbered first (GroupDirectory), as long as the budget has plenty left: numbers save time, not state. The rows of
 * a window and their order are the same either way.
 */
import type { WindowSpec } from '../../plan/plan.js';
import type { AggregateTable } from '../state/aggregate-table.js';
import type { StateBudget } from '../state/budget.js';
import { compileDirectory, GroupDirectory, type DirectoryPrograms } from '../state/group-directory.js';
import type { TablePrograms } from '../state/programs.js';
import type { AggregateTables } from './aggregate-tables.js';

/** Windows per pane from which numbering a pane's groups costs less than looking them up at every merge. */
const WINDOWS_PER_PANE_MIN = 3n;
/** Part of the budget's free bytes that the directory may be expected to take. */
const BUDGET_PART = 8;
/** Bytes per group beside the key: index, number, place, and the room that doubling leaves empty. */
const GROUP_BYTES = 32;

export class PaneMerger {
  readonly #tables: AggregateTables;
  readonly #keyWords: number;
  readonly #budget: StateBudget;
  /** Null where numbering is not worth it. */
  readonly #programs: DirectoryPrograms | null;
  #directory: GroupDirectory | null = null;
  /** Groups of the window that was merged last. */
  #groupsExpected = 0;

  constructor(tables: AggregateTables, programs: TablePrograms, budget: StateBudget, window: WindowSpec) {
    this.#tables = tables;
    this.#keyWords = programs.layout.keyWords;
    this.#budget = budget;
    const isWorthNumbers = this.#keyWords > 0 && window.size_us >= WINDOWS_PER_PANE_MIN * window.slide_us;
    this.#programs = isWorthNumbers ? compileDirectory(programs) : null;
  }

  /** The groups of all panes in one table, in order of first appearance. To be given back when it was read. */
  merge(panes: readonly AggregateTable[]): AggregateTable {
    const programs = this.#programs;
    const merged =
      programs !== null && this.#fits(panes) ? this.#mergeNumbered(programs, panes) : this.#mergePlain(panes);
    this.#groupsExpected = merged.count;
    return merged;
  }

  giveBack(merged: AggregateTable): void {
    if (this.#directory === null) merged.release();
    else this.#directory.giveBack(merged);
  }

  /** To be called after panes were dropped. */
  endBatch(): void {
    if (this.#directory === null) return;
    if (!this.#directory.retain(new Set(this.#tables.tables.values()))) this.#releaseDirectory();
  }

  #mergeNumbered(programs: DirectoryPrograms, panes: readonly AggregateTable[]): AggregateTable {
    this.#directory ??= new GroupDirectory(programs, this.#budget);
    return this.#directory.merge(panes, this.#groupsExpected);
  }

  #mergePlain(panes: readonly AggregateTable[]): AggregateTable {
    this.#releaseDirectory();
    const merged = this.#tables.create();
    merged.reserve(this.#groupsExpected);
    for (const pane of panes) merged.mergeFrom(pane);
    return merged;
  }

  #fits(panes: readonly AggregateTable[]): boolean {
    let bytes = 0;
    for (const { count, interners } of panes) {
      bytes += 2 * count * (8 * this.#keyWords + GROUP_BYTES);
      for (const interner of interners) bytes += 2 * interner.bytes;
    }
    const held = this.#directory?.bytes ?? 0;
    return bytes < (this.#budget.free_bytes + held) / BUDGET_PART;
  }

  #releaseDirectory(): void {
    this.#directory?.release();
    this.#directory = null;
  }
}
