/** The selected rows of a column batch, one by one. */
import type { ColumnBatch } from '../columns/batch.js';

export function forEachRow(batch: ColumnBatch, visit: (row: number, weight: number) => void): void {
  const { selection, weights } = batch;
  const count = selection === null ? batch.rowCount : selection.length;
  for (let i = 0; i < count; i++) {
    const row = selection === null ? i : (selection[i] ?? 0);
    visit(row, weights === null ? 1 : (weights[row] ?? 1));
  }
}
