/** Rows of a file as column batches. */
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import { metadataOrigin } from '../../../plan/connectors/metadata.js';
import type { SourceColumn } from '../../../plan/plan.js';
import { RecordError } from '../../../plan/values.js';
import type { Column } from '../../columns/column.js';
import { createBuilder, type ColumnBuilder } from '../../columns/builder.js';
import { ROWS_PER_COLUMN_BATCH_MAX, type RowSink } from '../format.js';
import type { FileColumn, ParquetFile } from './file.js';

/** A batch of rows with long texts is handed over early. */
const BATCH_BYTES = 4 * 1024 * 1024;
const NO_BYTES = new Uint8Array(0);

export class ParquetRows {
  readonly #columns: readonly SourceColumn[];
  readonly #builders: readonly ColumnBuilder[];
  #ordinal = 0;

  constructor(columns: readonly SourceColumn[]) {
    this.#columns = columns;
    this.#builders = columns.map((column) => createBuilder(column.field.type));
  }

  /** Called first in every micro-batch: row ordinals start again at 0. */
  begin(): void {
    this.#ordinal = 0;
  }

  /** Hands over the rows `[start, end)`, in order. Rejects with ParquetError where the file is damaged. */
  async read(file: ParquetFile, resource: string, range: { start: number; end: number }, sink: RowSink): Promise<void> {
    for (let row = range.start; row < range.end;) {
      const window = file.windowAt(row);
      const values: (ArrayLike<unknown> | null)[] = [];
      for (const column of file.columns) values.push(column === null ? null : await file.values(column, window));
      const batchRows = Math.max(1, Math.floor(BATCH_BYTES / file.bytesPerRow(row)));
      const end = Math.min(range.end, window.end);
      while (row < end) {
        const count = Math.min(ROWS_PER_COLUMN_BATCH_MAX, batchRows, end - row);
        this.#emit(file, values, { first: row, offset: row - window.start, count, resource }, sink);
        row += count;
      }
    }
  }

  #emit(file: ParquetFile, values: readonly (ArrayLike<unknown> | null)[], slice: Slice, sink: RowSink): void {
    const { first, count, resource } = slice;
    const bad = new Map<number, RecordError>();
    const columns = this.#columns.map((column, index) => {
      const source = file.columns[index] ?? null;
      const data = values[index] ?? null;
      const builder = this.#builders[index];
      invariant(builder !== undefined, 'a builder per column');
      if (source !== null && data !== null) return fileValues(column, source, data, slice, builder, bad);
      return column.from === 'metadata' ? metadata(column, slice, builder) : missing(column, slice, builder, bad);
    });
    for (const [row, error] of [...bad].sort(([a], [b]) => a - b)) {
      const { code, message } = error;
      sink.bad({ code, message, partition: 0, resource, position: first + row, raw: NO_BYTES });
    }
    const starts = new Int32Array(count);
    for (let i = 0; i < count; i++) starts[i] = i;
    sink.rows({
      rowCount: count,
      columns,
      selection: bad.size === 0 ? null : starts.filter((row) => !bad.has(row)),
      weights: null,
      // A row has no bytes of its own; its position is its number in the file.
      origin: {
        partition: 0,
        resource,
        heap: NO_BYTES,
        starts: new Int32Array(count),
        lengths: new Int32Array(count),
        positions: Float64Array.from(starts, (row) => first + row),
        position_base: 0,
      },
      ordinal_base: this.#ordinal,
    });
    this.#ordinal += count;
  }
}

interface Slice {
  /** Number of the first row in the file, and in the window. */
  readonly first: number;
  readonly offset: number;
  readonly count: number;
  readonly resource: string;
}

function fileValues(
  { field, name }: SourceColumn,
  source: FileColumn,
  data: ArrayLike<unknown>,
  { offset, count }: Slice,
  builder: ColumnBuilder,
  bad: Map<number, RecordError>,
): Column {
  const same = asItIs(source, field.type.kind, data, offset, count);
  if (same !== null) return same;
  builder.reset();
  const { convert } = source;
  for (let row = 0; row < count; row++) {
    const value = data[offset + row];
    try {
      if (value !== null && value !== undefined) builder.append(convert(value));
      else if (field.nullable) builder.append(null);
      else throw isNull();
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      builder.append(null);
      if (!bad.has(row)) bad.set(row, new RecordError(error.code, `${name}: ${error.message}`));
    }
  }
  return builder.finish();
}

/** Typed arrays whose values mean the same in both. They hold no NULL. */
function asItIs(
  { leaf }: FileColumn,
  kind: string,
  data: ArrayLike<unknown>,
  offset: number,
  count: number,
): Column | null {
  if (data instanceof Float64Array && kind === 'double') {
    return { kind: 'f64', values: data.subarray(offset, offset + count), valid: null };
  }
  if (data instanceof Int32Array && (kind === 'date' || (kind === 'int' && leaf?.kind === 'integer' && leaf.signed))) {
    return { kind: 'i32', values: data.subarray(offset, offset + count), valid: null };
  }
  const isMicro = (leaf?.kind === 'timestamp' || leaf?.kind === 'time') && leaf.unit === 'micro';
  const isBigint = kind === 'bigint' && leaf?.kind === 'integer' && leaf.signed;
  if (data instanceof BigInt64Array && (isMicro || isBigint)) {
    return { kind: 'i64', values: data.subarray(offset, offset + count), valid: null };
  }
  return null;
}

function isNull(): RecordError {
  return new RecordError('missing_value', 'expected a value, found NULL');
}

/** A column that the file lacks. */
function missing(
  { field, name }: SourceColumn,
  { count }: Slice,
  builder: ColumnBuilder,
  bad: Map<number, RecordError>,
): Column {
  builder.reset();
  for (let row = 0; row < count; row++) {
    builder.append(null);
    if (!field.nullable && !bad.has(row))
      bad.set(row, new RecordError('missing_value', `${name}: ${isNull().message}`));
  }
  return builder.finish();
}

function metadata({ name }: SourceColumn, { first, count, resource }: Slice, builder: ColumnBuilder): Column {
  builder.reset();
  const origin = metadataOrigin(name);
  for (let row = 0; row < count; row++) {
    if (origin === 'resource') builder.append(resource);
    else if (origin === 'position') builder.append(BigInt(first + row));
    else if (origin === 'partition') builder.append(0);
    else {
      invariant(origin === 'raw', `files have no metadata ${name}`);
      builder.append(NO_BYTES);
    }
  }
  return builder.finish();
}
