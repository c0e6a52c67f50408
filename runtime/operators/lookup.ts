/**
 * Joins rows with the snapshot of a table, column batch by column batch. With at most one match a row stays at its
 * physical place and the table's columns are put beside it; with many, rows are repeated in the order of the table.
 */
import { InternalError, invariant } from '../../grammar/diagnostics/internal-error.js';
import type { LookupOperator } from '../../plan/plan.js';
import type { Schema } from '../../plan/types.js';
import { selectedCount, type ColumnBatch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { columnFromValues } from '../columns/write.js';
import { ROWS_PER_COLUMN_BATCH_MAX } from '../formats/format.js';
import type { PredicateKernel, ProjectionKernel, RowFailure } from '../kernels/kernel.js';
import type { BuildContext } from './build-context.js';
import { gather, gatherColumn } from './copy-rows.js';
import { newCounters, resetCounters } from './counters.js';
import type { LookupIndex } from './lookup-index.js';
import type { BatchContext, Emit, RuntimeOperator } from './operator.js';
import { PairList } from './pair-list.js';
import { FailurePolicy } from './row-failures.js';
import type { TableRuntime } from './table.js';

const NO_ROW = -1;

/** Rows of one column batch whose keys have been looked up. */
interface Probed {
  readonly rows: ColumnBatch;
  readonly selection: Int32Array | null;
  readonly count: number;
  /** First match by physical row, -1 = none. */
  readonly heads: Int32Array;
}

export class LookupRuntime implements RuntimeOperator {
  readonly counters = newCounters();
  readonly state = null;
  readonly #operator: LookupOperator;
  readonly #table: TableRuntime;
  readonly #index: LookupIndex;
  readonly #keys: ProjectionKernel | null;
  readonly #residual: PredicateKernel | null;
  readonly #failures: FailurePolicy;
  readonly #emit: Emit;
  /** A row of NULLs, in place of a table without rows. */
  readonly #nulls: readonly Column[];
  #context: BatchContext | null = null;
  #heads = new Int32Array(0);
  /** Rows made so far in this micro-batch, where rows are repeated. */
  #ordinal = 0;

  constructor(operator: LookupOperator, context: BuildContext) {
    const [stream, table] = operator.inputs;
    const [input] = context.inputShapes(operator);
    if (stream === undefined || table === undefined || input === undefined)
      throw new InternalError(`lookup ${operator.id} has two inputs`);
    this.#operator = operator;
    this.#table = context.table(table.from);
    this.#index = this.#table.index(operator.keys.map((key) => key.table));
    const keys = operator.keys.map((key) => key.stream);
    this.#keys = keys.every((key) => key.kind === 'column') ? null : context.kernels.projection(keys, input.schema);
    const both: Schema = [...input.schema, ...this.#table.schema];
    this.#residual = operator.residual === null ? null : context.kernels.predicate(operator.residual, both);
    this.#failures = new FailurePolicy(operator.id, operator.on_error, context.errorsOf(stream.from), this.counters);
    this.#emit = context.emit(operator.id, 'rows');
    this.#nulls = this.#table.schema.map((field) => columnFromValues(field.type, [null]));
  }

  begin(context: BatchContext): void {
    this.#context = context;
    this.#ordinal = 0;
    resetCounters(this.counters);
  }

  push(_input: number, rows: ColumnBatch): void {
    this.counters.rowsIn += selectedCount(rows);
    const probed = this.#probe(rows);
    if (probed.count === 0) return;
    if (this.#operator.matches === 'one') this.#joinOne(probed);
    else this.#joinMany(probed);
  }

  finish(inputWatermarks_us: readonly bigint[]): bigint {
    return inputWatermarks_us[0]!;
  }

  get #batch(): BatchContext {
    if (this.#context === null) throw new InternalError('push before begin');
    return this.#context;
  }

  #probe(rows: ColumnBatch): Probed {
    if (this.#heads.length < rows.rowCount) this.#heads = new Int32Array(Math.max(rows.rowCount, 1024));
    const heads = this.#heads;
    let { selection } = rows;
    let keys: readonly Column[];
    if (this.#keys === null) {
      keys = this.#operator.keys.map(({ stream }) => {
        const column = stream.kind === 'column' ? rows.columns[stream.index] : undefined;
        invariant(column !== undefined, 'a key column of the input');
        return column;
      });
    } else {
      const made = this.#keys(rows, this.#batch);
      this.#failed(rows, made.failures);
      // Pooled: the next batch's keys are made in the same memory, and this selection is used until then only.
      ({ columns: keys, selection } = made);
    }
    this.#index.probe(keys, rows.rowCount, selection, heads);
    return { rows, selection, count: selection === null ? rows.rowCount : selection.length, heads };
  }

  #failed(rows: ColumnBatch, failures: readonly RowFailure[]): void {
    if (failures.length > 0) this.#failures.handle(rows, failures);
  }

  #joinOne({ rows, selection, count, heads }: Probed): void {
    const { rowCount } = rows;
    const tableRows = new Int32Array(rowCount);
    const matched = new Uint8Array(rowCount);
    const found = new Int32Array(count);
    let used = 0;
    for (let i = 0; i < count; i += 1) {
      const row = selection === null ? i : selection[i]!;
      const head = heads[row]!;
      if (head < 0) continue;
      tableRows[row] = head;
      matched[row] = 1;
      found[used++] = row;
    }
    const keepsAll = this.#operator.kind === 'left';
    let matches = found.subarray(0, used);
    let failed: ReadonlySet<number> = NOTHING;
    if (this.#residual !== null && used > 0) {
      const columns = [...rows.columns, ...this.#tableColumns(tableRows, rowCount, matched)];
      const passed = this.#residual({ ...rows, columns, selection: matches }, this.#batch);
      this.#failed(rows, passed.failures);
      failed = new Set(passed.failures.map(({ row }) => row));
      matched.fill(0);
      for (const row of passed.selection) matched[row] = 1;
      matches = passed.selection.slice();
    }
    const kept = keepsAll ? withoutRows(selection, count, failed) : matches;
    const out = kept === null ? rowCount : kept.length;
    this.counters.rowsOut += out;
    this.counters.filtered += count - failed.size - out;
    if (out === 0) return;
    const columns = [...rows.columns, ...this.#tableColumns(tableRows, rowCount, matched)];
    this.#emit({ ...rows, columns, selection: kept });
  }

  #joinMany({ rows, selection, count, heads }: Probed): void {
    const { next } = this.#index;
    const pairs = new PairList();
    let filtered = 0;
    const flush = (): void => {
      filtered += this.#flushPairs(rows, pairs);
      pairs.clear();
    };
    for (let i = 0; i < count; i += 1) {
      const row = selection === null ? i : selection[i]!;
      pairs.begin(row);
      for (let match = heads[row]!; match >= 0; match = next[match]!) pairs.add(match);
      // All matches of a row together: only then is it known whether it has one.
      if (pairs.length >= ROWS_PER_COLUMN_BATCH_MAX) flush();
    }
    flush();
    this.counters.filtered += filtered;
  }

  /** Gives the number of rows that nothing came of. */
  #flushPairs(rows: ColumnBatch, pairs: PairList): number {
    let failed: ReadonlySet<number> = NOTHING;
    if (this.#residual !== null && pairs.length > 0) {
      const passed = this.#residual(this.#joined(rows, pairs.rows, pairs.matches), this.#batch);
      const byRow = new Map<number, RowFailure>();
      for (const { row, error } of passed.failures) {
        const at = pairs.rows[row]!;
        if (!byRow.has(at)) byRow.set(at, { row: at, error });
      }
      this.#failed(rows, [...byRow.values()]);
      failed = new Set(byRow.keys());
      pairs.keep(passed.selection);
    }
    const kept = pairs.finish(this.#operator.kind === 'left', failed);
    for (let from = 0; from < kept.rows.length; from += ROWS_PER_COLUMN_BATCH_MAX) {
      const to = Math.min(kept.rows.length, from + ROWS_PER_COLUMN_BATCH_MAX);
      const joined = this.#joined(rows, kept.rows.subarray(from, to), kept.matches.subarray(from, to));
      this.counters.rowsOut += joined.rowCount;
      this.#emit({ ...joined, ordinal_base: this.#ordinal });
      this.#ordinal += joined.rowCount;
    }
    return kept.withoutRow;
  }

  /** Row i of the result is row `rows[i]` of the input beside row `matches[i]` of the table; -1: NULLs. */
  #joined(input: ColumnBatch, rows: Int32Array, matches: Int32Array): ColumnBatch {
    const count = rows.length;
    const matched = new Uint8Array(count);
    const tableRows = new Int32Array(count);
    for (let i = 0; i < count; i += 1) {
      if (matches[i] === NO_ROW) continue;
      tableRows[i] = matches[i]!;
      matched[i] = 1;
    }
    return {
      rowCount: count,
      columns: [
        ...input.columns.map((column) => gatherColumn(column, rows, count)),
        ...this.#tableColumns(tableRows, count, matched),
      ],
      selection: null,
      weights: input.weights === null ? null : gather(input.weights, new Int32Array(count), rows, count),
      origin: null,
      ordinal_base: this.#ordinal,
    };
  }

  /** The table's columns at `tableRows`; NULL where nothing matched. */
  #tableColumns(tableRows: Int32Array, count: number, matched: Uint8Array): readonly Column[] {
    const { columns, rowCount } = this.#table.snapshot;
    const isInner = this.#operator.kind === 'inner';
    return (rowCount === 0 ? this.#nulls : columns).map((column) => {
      const found = gatherColumn(column, tableRows, count);
      if (isInner) return found;
      const valid = found.valid;
      if (valid === null) return { ...found, valid: matched.slice() };
      for (let i = 0; i < count; i += 1) if (matched[i] === 0) valid[i] = 0;
      return found;
    });
  }
}

const NOTHING: ReadonlySet<number> = new Set();

/** The selected rows but for those; null = all physical rows. */
function withoutRows(selection: Int32Array | null, count: number, gone: ReadonlySet<number>): Int32Array | null {
  if (gone.size === 0) return selection;
  const kept = new Int32Array(count);
  let used = 0;
  for (let i = 0; i < count; i += 1) {
    const row = selection === null ? i : selection[i]!;
    if (!gone.has(row)) kept[used++] = row;
  }
  return kept.subarray(0, used);
}
