/** Builds a column batch row by row, for operators and sources that make rows of their own. */
import type { Schema } from '../../plan/types.js';
import type { Value } from '../../plan/values.js';
import type { ColumnBatch } from './batch.js';
import { createBuilder, type ColumnBuilder } from './builder.js';

const ROWS_AT_FIRST = 1024;

export class BatchBuilder {
  /** One per field of the schema: append to every one of them, then call `endRow`. */
  readonly columns: readonly ColumnBuilder[];
  #rowCount = 0;
  #weights = new Int32Array(ROWS_AT_FIRST);
  #allOne = true;

  constructor(schema: Schema) {
    this.columns = schema.map((field) => createBuilder(field.type));
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /** Ends the row whose values were appended to `columns`. */
  endRow(weight = 1): void {
    if (this.#rowCount === this.#weights.length) {
      const grown = new Int32Array(this.#weights.length * 2);
      grown.set(this.#weights);
      this.#weights = grown;
    }
    this.#weights[this.#rowCount] = weight;
    if (weight !== 1) this.#allOne = false;
    this.#rowCount += 1;
  }

  appendRow(values: readonly Value[], weight = 1): void {
    for (const [index, column] of this.columns.entries()) column.append(values[index] ?? null);
    this.endRow(weight);
  }

  /** The rows so far; valid until the next append or reset. `ordinalBase` is the ordinal of the first one. */
  finish(ordinalBase = 0): ColumnBatch {
    return {
      rowCount: this.#rowCount,
      columns: this.columns.map((column) => column.finish()),
      selection: null,
      weights: this.#allOne ? null : this.#weights,
      origin: null,
      ordinal_base: ordinalBase,
    };
  }

  reset(): void {
    for (const column of this.columns) column.reset();
    this.#rowCount = 0;
    this.#allOne = true;
  }
}
