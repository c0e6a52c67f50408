/**
 * Net changes of a stream that an aggregate has netted already: each key comes at most once in a micro-batch, as +1, as
 * -1, or as -1 with +1 right behind it (`PlanGraph.isNettedByKey` tells from the plan). Pairs are found by looking at
 * the row before, so that nothing is hashed or copied. Rows go on as they come, in the order in which `NetChanges`
 * would give them.
 */
import { selectedCount, type ColumnBatch } from '../columns/batch.js';
import { sameRow } from './copy-rows.js';
import type { Emit } from './operator.js';

export class AdjacentChanges {
  readonly #key: readonly number[];
  readonly #others: readonly number[];
  #kept = new Int32Array(0);
  #ordinal = 0;

  /** `key`: positions of the key columns among `columnCount` columns. */
  constructor(key: readonly number[], columnCount: number) {
    this.#key = key;
    this.#others = Array.from({ length: columnCount }, (_, i) => i).filter((i) => !key.includes(i));
  }

  begin(): void {
    this.#ordinal = 0;
  }

  /** Emits the net changes of some rows; returns their number. The aggregate never parts a pair. */
  push(rows: ColumnBatch, emit: Emit): number {
    const count = selectedCount(rows);
    if (count === 0) return 0;
    const ordinal_base = this.#ordinal;
    this.#ordinal += count;
    if (rows.weights === null) {
      emit({ ...rows, origin: null, ordinal_base });
      return count;
    }
    const kept = this.#select(rows, rows.weights, count);
    if (kept.length === 0) return 0;
    const isInserted = kept.every((row) => rows.weights![row]! > 0);
    emit({
      ...rows,
      selection: kept.length === rows.rowCount ? null : kept,
      weights: isInserted ? null : rows.weights,
      origin: null,
      ordinal_base,
    });
    return kept.length;
  }

  /** A new row stands for its pair; of a pair of equal rows nothing is left. */
  #select({ rowCount, columns, selection }: ColumnBatch, weights: Int32Array, count: number): Int32Array {
    if (this.#kept.length < count) this.#kept = new Int32Array(Math.max(count, rowCount));
    const keys = this.#key.map((i) => columns[i]!);
    const others = this.#others.map((i) => columns[i]!);
    const kept = this.#kept;
    let used = 0;
    for (let i = 0; i < count; i += 1) {
      const row = selection === null ? i : selection[i]!;
      if (weights[row]! < 0 && i + 1 < count) {
        const next = selection === null ? i + 1 : selection[i + 1]!;
        if (weights[next]! > 0 && sameRow(keys, row, next)) {
          i += 1;
          if (!sameRow(others, row, next)) kept[used++] = next;
          continue;
        }
      }
      kept[used++] = row;
    }
    return kept.subarray(0, used);
  }
}
