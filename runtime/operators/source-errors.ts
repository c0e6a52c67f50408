/** The `errors` output of a source: records that could not become rows, collected during a micro-batch. */
import type { RecordErrorCode } from '../../plan/values.js';
import { ERROR_SCHEMA } from '../../plan/plan.js';
import { BatchBuilder } from '../columns/batch-builder.js';
import { ROWS_PER_COLUMN_BATCH_MAX } from '../formats/format.js';
import type { Emit } from './operator.js';

interface ErrorRow {
  readonly partition: number;
  readonly resource: string;
  readonly position: number;
  readonly code: RecordErrorCode;
  readonly message: string;
  readonly raw: Uint8Array;
}

export class SourceErrors {
  readonly #source: string;
  readonly #builder = new BatchBuilder(ERROR_SCHEMA);
  #rows: ErrorRow[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  /** `raw` is copied. */
  add(row: ErrorRow): void {
    this.#rows.push({ ...row, raw: row.raw.slice() });
  }

  /**
   * Emits what was collected in order of partition and position: the order in which errors were found depends on how
   * the input was cut, this one does not.
   */
  flush(now_us: bigint, emit: Emit): void {
    if (this.#rows.length === 0) return;
    const rows = this.#rows.sort((a, b) => a.partition - b.partition || a.position - b.position);
    this.#rows = [];
    let ordinal = 0;
    for (let from = 0; from < rows.length; from += ROWS_PER_COLUMN_BATCH_MAX) {
      const part = rows.slice(from, from + ROWS_PER_COLUMN_BATCH_MAX);
      this.#builder.reset();
      for (const row of part) {
        const { partition, resource, position, code, message, raw } = row;
        this.#builder.appendRow([this.#source, partition, resource, BigInt(position), code, message, raw, now_us]);
      }
      emit(this.#builder.finish(ordinal));
      ordinal += part.length;
    }
  }
}
