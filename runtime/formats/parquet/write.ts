/**
 * Rows to a Parquet file, with the same bytes for the same rows: nothing of the file depends on when or where it is
 * written. Snappy comes with the library and not from Node, whose own codecs give other bytes in other versions.
 */
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type { FormatOptionsOf } from '../../../plan/formats/index.js';
import { PRECISION_MAX_I64, type Field, type Schema } from '../../../plan/types.js';
import { BatchBuilder } from '../../columns/batch-builder.js';
import type { ColumnBatch } from '../../columns/batch.js';
import type { Column } from '../../columns/column.js';
import { readI128 } from '../../columns/i128.js';
import type { FileEncoder, FileWriter } from '../file-writer.js';

type ParquetOptions = FormatOptionsOf<'parquet', 'sink'>;

/** What the footer and the headers of a column take, roughly. */
const COLUMN_BYTES = 200;
/** Rows are encoded before they take more than this. */
const GROUP_BYTES_MAX = 64 * 1024 * 1024;

export function createParquetEncoder(schema: Schema, options: ParquetOptions): FileEncoder {
  const elements = [root(schema), ...schema.map(elementOf)];
  return {
    extension: 'parquet',
    create: () => new ParquetFileWriter(schema, elements, options),
  };
}

class ParquetFileWriter implements FileWriter {
  readonly #schema: Schema;
  readonly #options: ParquetOptions;
  readonly #out = new ByteWriter();
  readonly #writer: ParquetWriter;
  readonly #group: BatchBuilder;
  #groupBytes = 0;
  #rows = 0;
  #whole: Uint8Array | null = null;

  constructor(schema: Schema, elements: readonly SchemaElement[], options: ParquetOptions) {
    this.#schema = schema;
    this.#options = options;
    this.#group = new BatchBuilder(schema);
    this.#writer = new ParquetWriter({
      writer: this.#out,
      schema: [...elements],
      codec: options.compression === 'snappy' ? 'SNAPPY' : 'UNCOMPRESSED',
      createdBy: 'esql',
    });
  }

  get rows(): number {
    return this.#rows;
  }

  /** Groups that are full as they are in the file, and the others before encoding and compression. */
  get bytes(): number {
    return this.#out.offset + this.#groupBytes + COLUMN_BYTES * this.#schema.length;
  }

  append(batch: ColumnBatch, row: number, bytes_max: number): boolean {
    const bytes = rowBytes(batch, row);
    if (this.#rows > 0 && this.bytes + bytes > bytes_max) return false;
    for (const [index, builder] of this.#group.columns.entries()) {
      const column = batch.columns[index];
      invariant(column !== undefined, 'a column per field');
      builder.appendFrom(column, row);
    }
    this.#group.endRow();
    this.#groupBytes += bytes;
    this.#rows += 1;
    if (this.#group.rowCount >= this.#options.row_group_rows || this.#groupBytes >= GROUP_BYTES_MAX) this.#endGroup();
    return true;
  }

  finish(): Uint8Array {
    if (this.#whole !== null) return this.#whole;
    if (this.#group.rowCount > 0) this.#endGroup();
    // The element's own annotation, which the library must not see before: it would parse and print the text again.
    this.#writer.schema = this.#writer.schema.map((each) =>
      each.logical_type?.type === 'JSON' ? { ...each, converted_type: 'JSON' } : each,
    );
    void this.#writer.finish();
    this.#whole = this.#out.getBytes();
    return this.#whole;
  }

  #endGroup(): void {
    const { rowCount, columns } = this.#group.finish();
    const columnData = this.#schema.map((field, index) => {
      const column = columns[index];
      invariant(column !== undefined, 'a column per field');
      return { name: field.name, data: physicalValues(field, column, rowCount) };
    });
    void this.#writer.write({ columnData, rowGroupSize: rowCount });
    this.#group.reset();
    this.#groupBytes = 0;
  }
}

function root(schema: Schema): SchemaElement {
  return { name: 'root', num_children: schema.length };
}

/** A column of the file. Types without a name in the format are their integers. */
function elementOf({ name, type, nullable }: Field): SchemaElement {
  const base = { name, repetition_type: nullable ? 'OPTIONAL' : 'REQUIRED' } as const;
  switch (type.kind) {
    case 'boolean':
      return { ...base, type: 'BOOLEAN' };
    case 'int':
      return { ...base, type: 'INT32' };
    case 'bigint':
    case 'interval':
      return { ...base, type: 'INT64' };
    case 'double':
      return { ...base, type: 'DOUBLE' };
    case 'decimal': {
      const { precision, scale } = type;
      const logical = { converted_type: 'DECIMAL', precision, scale } as const;
      const logical_type = { type: 'DECIMAL', precision, scale } as const;
      return precision <= PRECISION_MAX_I64
        ? { ...base, type: 'INT64', ...logical, logical_type }
        : { ...base, type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, ...logical, logical_type };
    }
    case 'varchar':
      return { ...base, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };
    case 'json':
      // The converted type comes at the end.
      return { ...base, type: 'BYTE_ARRAY', logical_type: { type: 'JSON' } };
    case 'varbinary':
      return { ...base, type: 'BYTE_ARRAY' };
    case 'date':
      return { ...base, type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } };
    case 'time':
      return { ...base, type: 'INT64', logical_type: { type: 'TIME', isAdjustedToUTC: false, unit: 'MICROS' } };
    case 'timestamp':
      return { ...base, type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' } };
    case 'timestamptz':
      return {
        ...base,
        type: 'INT64',
        converted_type: 'TIMESTAMP_MICROS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
      };
  }
}

/** Values as the library takes them: numbers, bigints, booleans, bytes; null for NULL. */
function physicalValues(field: Field, column: Column, count: number): unknown[] {
  const { valid } = column;
  const values = new Array<unknown>(count);
  for (let row = 0; row < count; row++) {
    values[row] = valid !== null && valid[row] === 0 ? null : physicalValue(column, row);
  }
  if (!field.nullable) invariant(!values.includes(null), `column ${field.name} has no NULL`);
  return values;
}

function physicalValue(column: Column, row: number): unknown {
  switch (column.kind) {
    case 'u8':
      return column.values[row] !== 0;
    case 'i32':
    case 'i64':
    case 'f64':
      return column.values[row];
    case 'i128':
      return readI128(column.values, row);
    case 'bytes': {
      const start = column.starts[row] ?? 0;
      return column.heap.subarray(start, start + (column.lengths[row] ?? 0));
    }
  }
}

const VALUE_BYTES = { u8: 1, i32: 4, i64: 8, f64: 8, i128: 16, bytes: 4 } as const;

function rowBytes(batch: ColumnBatch, row: number): number {
  let bytes = 0;
  for (const column of batch.columns) {
    bytes += VALUE_BYTES[column.kind];
    if (column.kind === 'bytes') bytes += column.lengths[row] ?? 0;
  }
  return bytes;
}
