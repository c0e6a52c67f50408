/** Rows to whole files: what a FORMAT does for a sink of files. */
import type { Schema } from '../../plan/types.js';
import type { ColumnBatch } from '../columns/batch.js';
import { createAvroFileEncoder } from './avro/container-writer.js';
import { EncodeBuffer } from './encode-buffer.js';
import { createEncoder, type EncodeFormat, type RowEncoder } from './encode.js';
import { createParquetEncoder } from './parquet/write.js';

/** One file in the making. */
export interface FileWriter {
  readonly rows: number;
  /** What was written so far; where only the end tells it, an upper estimate. */
  readonly bytes: number;
  /** Appends a row. False, and nothing appended: the file has rows, and with this one it would have more bytes. */
  append(batch: ColumnBatch, row: number, bytes_max: number): boolean;
  /** The whole file, also when asked for again; nothing is appended afterwards. */
  finish(): Uint8Array;
}

export interface FileEncoder {
  /** Extension of the files, without a point. */
  readonly extension: string;
  create(): FileWriter;
}

export function createFileEncoder(format: EncodeFormat, schema: Schema): FileEncoder {
  if (format.name === 'avro') return createAvroFileEncoder(schema, format.options);
  if (format.name === 'parquet') return createParquetEncoder(schema, format.options);
  const encoder = createEncoder(format, schema);
  return { extension: encoder.extension, create: () => new RecordFileWriter(encoder) };
}

/** A header, then record after record. */
class RecordFileWriter implements FileWriter {
  readonly #encoder: RowEncoder;
  readonly #buffer = new EncodeBuffer();
  #rows = 0;

  constructor(encoder: RowEncoder) {
    this.#encoder = encoder;
    this.#buffer.append(encoder.header);
  }

  get rows(): number {
    return this.#rows;
  }

  get bytes(): number {
    return this.#buffer.length;
  }

  append(batch: ColumnBatch, row: number, bytes_max: number): boolean {
    const before = this.#buffer.length;
    this.#encoder.encode(batch, row, this.#buffer);
    if (this.#rows > 0 && this.#buffer.length > bytes_max) {
      this.#buffer.length = before;
      return false;
    }
    this.#rows += 1;
    return true;
  }

  finish(): Uint8Array {
    return this.#buffer.view();
  }
}
