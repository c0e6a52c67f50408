/** All rows of a table at one moment, as columns. Immutable. */
import type { Schema } from '../../plan/types.js';
import { selectedCount, type ColumnBatch } from '../columns/batch.js';
import { BytesBuilder, createBuilder, type ColumnBuilder } from '../columns/builder.js';
import type { Column } from '../columns/column.js';
import { runtimeError } from '../messages.js';

export interface TableSnapshot {
  readonly rowCount: number;
  /** Arrays may be longer than the rows. */
  readonly columns: readonly Column[];
  /** Memory that they take. */
  readonly bytes: number;
}

/** Text of one column is found by 32-bit positions. */
const BYTES_MAX = 2 ** 31 - 1;

/** Takes rows in until the memory is used up; then with ESQL8206. */
export class SnapshotBuilder {
  readonly #builders: readonly ColumnBuilder[];
  readonly #bytes_max: number;
  readonly #place: string;
  #rowCount = 0;
  #fixedBytes = 0;

  constructor(schema: Schema, bytes_max: number, place: string) {
    this.#builders = schema.map((field) => createBuilder(field.type));
    this.#bytes_max = Math.min(bytes_max, BYTES_MAX);
    this.#place = place;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /** Copies the selected rows. */
  add(rows: ColumnBatch): void {
    this.#builders.forEach((builder, index) => {
      const column = rows.columns[index];
      if (column === undefined) return;
      builder.appendColumn(column, rows.rowCount, rows.selection);
      this.#fixedBytes += selectedCount(rows) * rowBytes(column);
    });
    this.#rowCount += selectedCount(rows);
    this.#checkLimit();
  }

  finish(): TableSnapshot {
    return snapshotOf(
      this.#rowCount,
      this.#builders.map((builder) => builder.finish()),
    );
  }

  #checkLimit(): void {
    let bytes = this.#fixedBytes;
    for (const builder of this.#builders) if (builder instanceof BytesBuilder) bytes += builder.heapBytes;
    if (bytes <= this.#bytes_max) return;
    throw runtimeError(
      'ESQL8206',
      { bytes: String(bytes), limit: String(this.#bytes_max) },
      {
        place: this.#place,
        facts: ['A table is kept in memory as a whole, with the columns that the query needs.'],
        hint: 'Raise the limit with `SET state_bytes`, or read a smaller table.',
      },
    );
  }
}

/** Bytes per row besides text. */
function rowBytes(column: Column): number {
  switch (column.kind) {
    case 'u8':
      return 2;
    case 'i32':
      return 5;
    case 'i64':
    case 'f64':
    case 'bytes':
      return 9;
    case 'i128':
      return 17;
  }
}

function columnBytes(column: Column): number {
  const valid = column.valid?.byteLength ?? 0;
  if (column.kind !== 'bytes') return valid + column.values.byteLength;
  return valid + column.heap.byteLength + column.starts.byteLength + column.lengths.byteLength;
}

/** Snapshot of `columns` as they are. */
export function snapshotOf(rowCount: number, columns: readonly Column[]): TableSnapshot {
  return { rowCount, columns, bytes: columns.reduce((sum, column) => sum + columnBytes(column), 0) };
}
