/**
 * From groups to output rows, a batch of at most 8,192 at a time: `-old` before `+new` for changed groups, or every
 * living group once. Columns are written one after another; a pair that turns out to be equal is left out of the
 * selection.
 */
import { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import type { AggregateOperator } from '../../plan/plan.js';
import { RecordError } from '../../plan/values.js';
import { ROWS_PER_COLUMN_BATCH_MAX } from '../formats/format.js';
import type { AggregateTable } from '../state/aggregate-table.js';
import { writeAccumulator, writeKey, type Emission } from '../state/finalise.js';
import { OutputColumn } from '../state/output-columns.js';
import { operatorDiagnostic } from './messages.js';
import type { Emit } from './operator.js';

/** What a group column is: a key of the tables, or the same for a whole table. */
export type GroupColumn =
  { readonly kind: 'key'; readonly key: number } | { readonly kind: 'window_start' | 'window_end' };

export interface WindowBounds {
  readonly start_us: bigint;
  readonly end_us: bigint;
}

const PAIRS = ROWS_PER_COLUMN_BATCH_MAX / 2;

export class ChangeWriter {
  readonly #operator: AggregateOperator;
  readonly #groups: readonly GroupColumn[];
  readonly #emit: Emit;
  readonly #columns: readonly OutputColumn[];
  readonly #weights = new Int32Array(ROWS_PER_COLUMN_BATCH_MAX);
  readonly #oldEntries = new Int32Array(PAIRS);
  readonly #oldPositions = new Int32Array(PAIRS);
  readonly #newEntries = new Int32Array(ROWS_PER_COLUMN_BATCH_MAX);
  readonly #newPositions = new Int32Array(ROWS_PER_COLUMN_BATCH_MAX);
  /** Position of the old row of each group that has both. */
  readonly #pairs = new Int32Array(PAIRS);
  #ordinal = 0;
  rowsOut = 0;

  constructor(operator: AggregateOperator, groups: readonly GroupColumn[], emit: Emit) {
    this.#operator = operator;
    this.#groups = groups;
    this.#emit = emit;
    this.#columns = operator.output.schema.map((field) => new OutputColumn(field.type, ROWS_PER_COLUMN_BATCH_MAX));
  }

  begin(): void {
    this.#ordinal = 0;
    this.rowsOut = 0;
  }

  /** The changes of this micro-batch, in order of first touch; `isGlobal`: the group exists without rows, too. */
  writeChanges(table: AggregateTable, bounds: WindowBounds | null, isGlobal: boolean): void {
    for (let from = 0; from < table.touchedCount; from += PAIRS) {
      this.#writeChangedPart(table, bounds, isGlobal, from, Math.min(from + PAIRS, table.touchedCount));
    }
  }

  /** Every living group, in order of first appearance. */
  writeAll(table: AggregateTable, bounds: WindowBounds | null): void {
    if (table.programs.layout.weightWord < 0) {
      for (let from = 0; from < table.count; from += ROWS_PER_COLUMN_BATCH_MAX) {
        const count = Math.min(ROWS_PER_COLUMN_BATCH_MAX, table.count - from);
        for (let i = 0; i < count; i += 1) {
          this.#newEntries[i] = from + i;
          this.#newPositions[i] = i;
        }
        this.#writeRows(table, bounds, 0, count, count, 0, true);
      }
      return;
    }
    let count = 0;
    for (let entry = 0; entry < table.count; entry += 1) {
      if (!table.isAlive(table.i32, entry)) continue;
      this.#newEntries[count] = entry;
      this.#newPositions[count] = count;
      count += 1;
      if (count === ROWS_PER_COLUMN_BATCH_MAX) {
        this.#writeRows(table, bounds, 0, count, count, 0, true);
        count = 0;
      }
    }
    if (count > 0) this.#writeRows(table, bounds, 0, count, count, 0, true);
  }

  #writeChangedPart(
    table: AggregateTable,
    bounds: WindowBounds | null,
    isGlobal: boolean,
    from: number,
    to: number,
  ): void {
    let olds = 0;
    let news = 0;
    let pairs = 0;
    let position = 0;
    for (let t = from; t < to; t += 1) {
      const entry = table.touched[t]!;
      const wasAlive = entry < table.countBefore && (isGlobal || table.isAlive(table.old32, t));
      const isAlive = isGlobal || table.isAlive(table.i32, entry);
      // Without aggregates a row that stays says nothing new.
      if (wasAlive && isAlive && this.#operator.aggregates.length === 0) continue;
      if (wasAlive && isAlive) this.#pairs[pairs++] = position;
      if (wasAlive) {
        this.#oldEntries[olds] = t;
        this.#oldPositions[olds++] = position;
        this.#weights[position++] = -1;
      }
      if (isAlive) {
        this.#newEntries[news] = entry;
        this.#newPositions[news++] = position;
        this.#weights[position++] = 1;
      }
      if (wasAlive !== isAlive) table.dead += isAlive ? (entry < table.countBefore ? -1 : 0) : 1;
      else if (!isAlive && entry >= table.countBefore) table.dead += 1;
    }
    if (position > 0) this.#writeRows(table, bounds, olds, news, position, pairs, false);
  }

  #writeRows(
    table: AggregateTable,
    bounds: WindowBounds | null,
    olds: number,
    news: number,
    rowCount: number,
    pairs: number,
    isAppend: boolean,
  ): void {
    for (const column of this.#columns) column.reset();
    const before = { i32: table.old32, i64: table.old64, f64: table.oldF64 };
    const old: Emission = {
      table,
      from: before,
      entries: this.#oldEntries,
      positions: this.#oldPositions,
      count: olds,
    };
    const now: Emission = {
      table,
      from: table,
      entries: this.#newEntries,
      positions: this.#newPositions,
      count: news,
    };
    if (olds > 0) this.#writeColumns(old, bounds, rowCount);
    this.#writeColumns(now, bounds, rowCount);
    const selection = pairs === 0 ? null : this.#withoutEqualPairs(rowCount, pairs);
    const isAppendOnly = isAppend || this.#operator.output.changelog === 'append';
    invariant(!isAppendOnly || olds === 0, `aggregate ${this.#operator.id} would change rows that it may only append`);
    const selected = selection === null ? rowCount : selection.length;
    if (selected > 0) {
      this.#emit({
        rowCount,
        columns: this.#columns.map((column) => column.column()),
        selection,
        weights: isAppendOnly ? null : this.#weights,
        origin: null,
        ordinal_base: this.#ordinal,
      });
    }
    this.#ordinal += rowCount;
    this.rowsOut += selected;
  }

  #writeColumns(emission: Emission, bounds: WindowBounds | null, rowCount: number): void {
    const { keys, accumulators } = emission.table.programs.layout;
    this.#groups.forEach((group, i) => {
      const out = this.#columns[i]!;
      if (group.kind === 'key') {
        writeKey(keys[group.key]!, emission, out);
        return;
      }
      invariant(bounds !== null, 'a window column needs a window');
      // The same in old rows and new ones.
      out.i64.fill(group.kind === 'window_start' ? bounds.start_us : bounds.end_us, 0, rowCount);
    });
    accumulators.forEach((accumulator, i) => {
      const out = this.#columns[this.#groups.length + i]!;
      try {
        writeAccumulator(accumulator, i, emission, out);
      } catch (error) {
        if (!(error instanceof RecordError)) throw error;
        const { id } = this.#operator;
        throw new DiagnosticError(
          operatorDiagnostic(
            'ESQL8551',
            { operator: id, column: accumulator.call.field.name, what: error.message },
            { hint: 'A wider type avoids it: CAST the argument to DECIMAL(38, 0) or DOUBLE.' },
          ),
          { cause: error },
        );
      }
    });
  }

  /** Nothing is said about a group whose row did not change. */
  #withoutEqualPairs(rowCount: number, pairs: number): Int32Array | null {
    const dropped = new Uint8Array(rowCount);
    let count = 0;
    for (let p = 0; p < pairs; p += 1) {
      const position = this.#pairs[p]!;
      let same = true;
      for (let c = this.#groups.length; same && c < this.#columns.length; c += 1) {
        same = this.#columns[c]!.isSame(position, position + 1);
      }
      if (!same) continue;
      dropped[position] = 1;
      dropped[position + 1] = 1;
      count += 2;
    }
    if (count === 0) return null;
    const selection = new Int32Array(rowCount - count);
    for (let row = 0, used = 0; row < rowCount; row += 1) if (dropped[row] === 0) selection[used++] = row;
    return selection;
  }
}
