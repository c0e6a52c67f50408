/** Rows to bytes: what a FORMAT does for a sink. One row, one record, and the same bytes for the same row, always. */
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import type { FormatOptionsOf } from '../../plan/formats/index.js';
import type { RegisteredSchemas } from './registry/sink-schema.js';
import type { Schema } from '../../plan/types.js';
import type { ColumnBatch } from '../columns/batch.js';
import { createAvroEncoder } from './avro/encode.js';
import type { EncodeBuffer } from './encode-buffer.js';
import { createCsvEncoder } from './encode-csv.js';
import { createJsonEncoder } from './encode-json.js';
import { createRawEncoder } from './encode-raw.js';

export interface RowEncoder {
  /** Extension of files that hold these records, without a point. */
  readonly extension: string;
  /** What stands once at the start of every file; empty if nothing does. */
  readonly header: Uint8Array;
  /** What stands behind each row to tell it from the next: a line break, or nothing where messages do that. */
  readonly terminator_bytes: 0 | 1;
  /** Appends one row with its terminator. Weights and selection are the caller's business. */
  encode(batch: ColumnBatch, row: number, out: EncodeBuffer): void;
}

/** A sink's format with its options decoded. */
export type EncodeFormat =
  | { readonly name: 'json' }
  | { readonly name: 'csv'; readonly options: FormatOptionsOf<'csv', 'sink'> }
  | { readonly name: 'raw' }
  | {
      readonly name: 'avro';
      readonly options: Pick<FormatOptionsOf<'avro', 'sink'>, 'record_name' | 'compression'>;
      readonly registered?: RegisteredSchemas;
    }
  | {
      readonly name: 'protobuf';
      readonly options: Pick<FormatOptionsOf<'protobuf', 'sink'>, 'message'>;
      readonly registered?: RegisteredSchemas;
    }
  | { readonly name: 'parquet'; readonly options: FormatOptionsOf<'parquet', 'sink'> };

export function createEncoder(format: EncodeFormat, schema: Schema): RowEncoder {
  switch (format.name) {
    case 'json':
      return createJsonEncoder(schema);
    case 'csv':
      return createCsvEncoder(schema, format.options);
    case 'raw':
      return createRawEncoder(schema);
    case 'avro':
      return createAvroEncoder(schema, null);
    case 'protobuf':
      throw new InternalError('a format with a registry is opened (open.ts)');
    case 'parquet':
      throw new InternalError('a format of whole files has no encoder of rows');
  }
}
