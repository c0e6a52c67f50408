/** A table's place in the pipeline: it holds the snapshot in force, and the indexes over it that lookups asked for. */
import { isDeepStrictEqual } from 'node:util';
import { InternalError, invariant } from '../../grammar/diagnostics/internal-error.js';
import type { Expression } from '../../plan/expression.js';
import type { TableOperator } from '../../plan/plan.js';
import type { Schema } from '../../plan/types.js';
import type { ColumnBatch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { ProjectionKernel } from '../kernels/kernel.js';
import { BudgetShare } from '../state/budget.js';
import { tableError } from '../tables/messages.js';
import type { TableSnapshot } from '../tables/snapshot.js';
import type { BuildContext } from './build-context.js';
import { copyColumn } from './copy-rows.js';
import { newCounters } from './counters.js';
import { LookupIndex } from './lookup-index.js';
import { WATERMARK_NONE, type BatchContext, type RuntimeOperator } from './operator.js';

const EMPTY: TableSnapshot = { rowCount: 0, columns: [], bytes: 0 };
/** Keys of a table depend on its rows alone. */
const NO_BATCH: BatchContext = { batch: 0, sources: new Map(), now_us: 0n, seed: 0n };

export class TableRuntime implements RuntimeOperator {
  readonly counters = newCounters();
  readonly state = null;
  readonly schema: Schema;
  readonly #operator: TableOperator;
  readonly #context: BuildContext;
  readonly #share: BudgetShare;
  readonly #indexes: TableIndex[] = [];
  #snapshot = EMPTY;

  constructor(operator: TableOperator, context: BuildContext) {
    this.schema = operator.output.schema;
    this.#operator = operator;
    this.#context = context;
    this.#share = new BudgetShare(context.budget);
  }

  get snapshot(): TableSnapshot {
    return this.#snapshot;
  }

  get bytes(): number {
    return this.#share.bytes;
  }

  /**
   * An index by these expressions over the columns, of whatever snapshot is in force; lookups by the same share one.
   */
  index(keys: readonly Expression[]): LookupIndex {
    const known = this.#indexes.find((index) => isDeepStrictEqual(index.keys, keys));
    const index = known ?? new TableIndex(keys, this.schema, this.#context);
    if (known === undefined) this.#indexes.push(index);
    return index.index;
  }

  /**
   * Puts a snapshot in force; from the next micro-batch on rows are joined with it. Rejects with ESQL8206, ESQL8700.
   */
  load(snapshot: TableSnapshot): void {
    this.#share.change(snapshot.bytes);
    this.#snapshot = snapshot;
    for (const index of this.#indexes) index.build(snapshot, this.#operator.table);
    this.#share.change(snapshot.bytes + this.#indexes.reduce((sum, { index }) => sum + index.bytes, 0));
  }

  begin(): void {
    // Nothing flows through it.
  }

  push(): void {
    throw new InternalError(`table ${this.#operator.id} has no inputs`);
  }

  finish(): bigint {
    return WATERMARK_NONE;
  }
}

class TableIndex {
  readonly index = new LookupIndex();
  readonly keys: readonly Expression[];
  readonly #kernel: ProjectionKernel | null;

  constructor(keys: readonly Expression[], schema: Schema, context: BuildContext) {
    this.keys = keys;
    this.#kernel = keys.every((key) => key.kind === 'column') ? null : context.kernels.projection(keys, schema);
  }

  build({ rowCount, columns }: TableSnapshot, table: string): void {
    this.index.build(this.#columns(rowCount, columns, table), rowCount);
  }

  #columns(rowCount: number, columns: readonly Column[], table: string): readonly Column[] {
    if (this.#kernel === null) {
      return this.keys.map((key) => {
        const column = key.kind === 'column' ? columns[key.index] : undefined;
        invariant(column !== undefined, 'a key column of the table');
        return column;
      });
    }
    const rows: ColumnBatch = { rowCount, columns, selection: null, weights: null, origin: null, ordinal_base: 0 };
    const made = this.#kernel(rows, NO_BATCH);
    const [failure] = made.failures;
    if (failure === undefined) return made.columns.map((column) => ownColumn(column, rowCount));
    throw tableError(
      'ESQL8700',
      { table, what: failure.error.message },
      {
        place: `table \`${table}\`, row ${String(failure.row + 1)}`,
        hint: 'Correct the value, or the condition of ON.',
      },
    );
  }
}

/** Kernels use their columns again. */
function ownColumn(column: Column, rowCount: number): Column {
  return copyColumn(column, rowCount, (heap) => heap.slice());
}
