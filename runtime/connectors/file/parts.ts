/** The rows of one micro-batch, encoded and cut into the files they will be. The cut depends on the rows alone. */
import { createHash } from 'node:crypto';
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type { Schema } from '../../../plan/types.js';
import type { ColumnBatch } from '../../columns/batch.js';
import { isNullAt } from '../../columns/read.js';
import { EncodeBuffer } from '../../formats/encode-buffer.js';
import { VALUE_WRITERS } from '../../formats/encode-values.js';
import type { FileEncoder, FileWriter } from '../../formats/file-writer.js';
import { compareText } from '../../../plan/compare.js';
import { forEachRow } from '../rows.js';
import { batchFolder, partitionSegment, partName } from './layout.js';
import type { CommittedFile } from './manifest.js';

export interface PartsOptions {
  readonly schema: Schema;
  readonly encoder: FileEncoder;
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
  writer: FileWriter;
}

export class PartWriter {
  readonly #options: PartsOptions;
  /** For values in names of folders. */
  readonly #text = new EncodeBuffer();
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
      const parts = [...partition.full, finished(partition.writer)];
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
    let before = partition.writer.bytes;
    if (!partition.writer.append(batch, row, fileBytes_max)) {
      const full = finished(partition.writer);
      partition.full.push(full);
      // A full file may have become smaller by its compression.
      this.#bytes += full.bytes.length - before;
      partition.writer = encoder.create();
      before = 0;
      partition.writer.append(batch, row, fileBytes_max);
    } else if (partition.writer.rows === 1) before = 0;
    this.#bytes += partition.writer.bytes - before;
  }

  #partition(folder: string): Partition {
    const known = this.#partitions.get(folder);
    if (known !== undefined) return known;
    const fresh: Partition = { folder, full: [], writer: this.#options.encoder.create() };
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
        this.#text.reset();
        VALUE_WRITERS[field.type.kind](this.#text, column, row, field.type);
        value = this.#text.view().toString('utf8');
      }
      folder += `${partitionSegment(field.name, value)}/`;
    }
    return folder;
  }
}

function finished(writer: FileWriter): { readonly bytes: Uint8Array; readonly rows: number } {
  return { bytes: writer.finish(), rows: writer.rows };
}
