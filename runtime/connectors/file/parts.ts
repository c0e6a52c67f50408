/** The rows of one micro-batch, encoded and cut into the files they will be. The cut depends on the rows alone. */
import { createHash } from 'node:crypto';
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type { Schema } from '../../../plan/types.js';
import type { ColumnBatch } from '../../columns/batch.js';
import { isNullAt } from '../../columns/read.js';
import { EncodeBuffer } from '../../formats/encode-buffer.js';
import { VALUE_WRITERS } from '../../formats/encode-values.js';
import type { RowEncoder } from '../../formats/encode.js';
import { compareText } from '../../../plan/compare.js';
import { forEachRow } from '../rows.js';
import { batchFolder, partitionSegment, partName } from './layout.js';
import type { CommittedFile } from './manifest.js';

export interface PartsOptions {
  readonly schema: Schema;
  readonly encoder: RowEncoder;
  /** Indexes of the columns whose values become folders. */
  readonly partitionBy: readonly number[];
  readonly fileBytes_max: number;
}

export interface PartFile {
  readonly file: CommittedFile;
  readonly bytes: Uint8Array;
}

/** Files of one partition folder. */
interface Partition {
  readonly folder: string;
  readonly full: { readonly bytes: Uint8Array; readonly rows: number }[];
  readonly buffer: EncodeBuffer;
  rows: number;
}

export class PartWriter {
  readonly #options: PartsOptions;
  readonly #row = new EncodeBuffer();
  #partitions = new Map<string, Partition>();
  #bytes = 0;

  constructor(options: PartsOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  reset(): void {
    this.#partitions = new Map();
    this.#bytes = 0;
  }

  write(batch: ColumnBatch): void {
    const { partitionBy } = this.#options;
    forEachRow(batch, (row, weight) => {
      invariant(weight > 0, 'a file sink takes appended rows only');
      const partition = this.#partition(partitionBy.length === 0 ? '' : this.#folderOf(batch, row));
      for (let copies = weight; copies > 0; copies--) this.#append(partition, batch, row);
    });
  }

  /** The files of batch `batch`, sorted by path. */
  finish(batch: number): readonly PartFile[] {
    const { extension } = this.#options.encoder;
    const files: PartFile[] = [];
    for (const partition of this.#partitions.values()) {
      const parts = [...partition.full, { bytes: partition.buffer.view(), rows: partition.rows }];
      parts.forEach(({ bytes, rows }, part) => {
        const path = `${batchFolder(batch)}/${partition.folder}${partName(part, extension)}`;
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        files.push({ file: { path, size: bytes.length, sha256, rows }, bytes });
      });
    }
    return files.sort((a, b) => compareText(a.file.path, b.file.path));
  }

  #append(partition: Partition, batch: ColumnBatch, row: number): void {
    const { encoder, fileBytes_max } = this.#options;
    const { buffer } = partition;
    this.#row.reset();
    encoder.encode(batch, row, this.#row);
    if (partition.rows > 0 && buffer.length + this.#row.length > fileBytes_max) {
      partition.full.push({ bytes: buffer.take(), rows: partition.rows });
      buffer.reset();
      partition.rows = 0;
    }
    if (partition.rows === 0) this.#add(buffer, encoder.header, encoder.header.length);
    this.#add(buffer, this.#row.bytes, this.#row.length);
    partition.rows += 1;
  }

  #add(buffer: EncodeBuffer, bytes: Uint8Array, length: number): void {
    buffer.append(bytes, 0, length);
    this.#bytes += length;
  }

  #partition(folder: string): Partition {
    const known = this.#partitions.get(folder);
    if (known !== undefined) return known;
    const fresh: Partition = { folder, full: [], buffer: new EncodeBuffer(), rows: 0 };
    this.#partitions.set(folder, fresh);
    return fresh;
  }

  #folderOf(batch: ColumnBatch, row: number): string {
    const { schema, partitionBy } = this.#options;
    let folder = '';
    for (const index of partitionBy) {
      const column = batch.columns[index];
      const field = schema[index];
      invariant(column !== undefined && field !== undefined, 'a column per field');
      let value: string | null = null;
      if (!isNullAt(column, row)) {
        this.#row.reset();
        VALUE_WRITERS[field.type.kind](this.#row, column, row, field.type);
        value = this.#row.view().toString('utf8');
      }
      folder += `${partitionSegment(field.name, value)}/`;
    }
    return folder;
  }
}
