/**
 * Rows to an object container file, with the same bytes for the same rows: the sync marker, which other writers draw by
 * lot, is a hash of the file, so that no value can hold it either. Snappy comes from a library and not from Node, whose
 * own codecs give other bytes in other versions.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import { avroSchemaOf } from '../../../plan/formats/avro/fit.js';
import type { FormatOptionsOf } from '../../../plan/formats/index.js';
import type { Schema } from '../../../plan/types.js';
import type { ColumnBatch } from '../../columns/batch.js';
import { EncodeBuffer } from '../encode-buffer.js';
import type { FileEncoder, FileWriter } from '../file-writer.js';
import { createAvroRowWriter, writeAvroLong } from './encode.js';

type AvroFileOptions = Pick<FormatOptionsOf<'avro', 'sink'>, 'compression' | 'record_name'>;
type RowWriter = ReturnType<typeof createAvroRowWriter>;

const MAGIC = Buffer.from('Obj\x01', 'latin1');
const SYNC_BYTES = 16;
/** A block is closed when it has so many bytes, before compression. */
const BLOCK_BYTES = 64 * 1024;
/** Two varints and the sync marker. */
const BLOCK_OVERHEAD_BYTES = 16 + SYNC_BYTES;

export function createAvroFileEncoder(schema: Schema, options: AvroFileOptions): FileEncoder {
  const text = avroSchemaOf(schema, options.record_name);
  const write = createAvroRowWriter(schema);
  return { extension: 'avro', create: () => new AvroFileWriter(write, text, options.compression) };
}

class AvroFileWriter implements FileWriter {
  readonly #write: RowWriter;
  readonly #compression: AvroFileOptions['compression'];
  readonly #header: Uint8Array;
  /** Blocks that are closed, without their sync markers. */
  readonly #blocks: Uint8Array[] = [];
  readonly #current = new EncodeBuffer();
  #currentRows = 0;
  #closedBytes = 0;
  #rows = 0;
  #whole: Uint8Array | null = null;

  constructor(write: RowWriter, schemaText: string, compression: AvroFileOptions['compression']) {
    this.#write = write;
    this.#compression = compression;
    this.#header = headerOf(schemaText, compression === 'snappy' ? 'snappy' : 'null');
  }

  get rows(): number {
    return this.#rows;
  }

  /** Closed blocks as they are in the file, and the current one before compression. */
  get bytes(): number {
    return this.#header.length + SYNC_BYTES + this.#closedBytes + this.#current.length + BLOCK_OVERHEAD_BYTES;
  }

  append(batch: ColumnBatch, row: number, bytes_max: number): boolean {
    const before = this.#current.length;
    this.#write(batch, row, this.#current);
    if (this.#rows > 0 && this.bytes > bytes_max) {
      this.#current.length = before;
      return false;
    }
    this.#rows += 1;
    this.#currentRows += 1;
    if (this.#current.length >= BLOCK_BYTES) this.#close();
    return true;
  }

  finish(): Uint8Array {
    if (this.#whole !== null) return this.#whole;
    if (this.#currentRows > 0) this.#close();
    const hash = createHash('sha256').update(this.#header);
    for (const block of this.#blocks) hash.update(block);
    const sync = hash.digest().subarray(0, SYNC_BYTES);
    this.#whole = Buffer.concat([this.#header, sync, ...this.#blocks.flatMap((block) => [block, sync])]);
    return this.#whole;
  }

  #close(): void {
    const out = new EncodeBuffer();
    const data = this.#compression === 'snappy' ? snappyBlock(this.#current.view()) : this.#current.view();
    writeAvroLong(out, this.#currentRows);
    writeAvroLong(out, data.length);
    out.append(data);
    const block = out.take();
    this.#blocks.push(block);
    this.#closedBytes += block.length + SYNC_BYTES;
    this.#current.reset();
    this.#currentRows = 0;
  }
}

function headerOf(schemaText: string, codec: string): Uint8Array {
  const out = new EncodeBuffer();
  out.append(MAGIC);
  const entries = [
    ['avro.codec', codec],
    ['avro.schema', schemaText],
  ] as const;
  writeAvroLong(out, entries.length);
  for (const [name, value] of entries) {
    for (const text of [name, value]) {
      const bytes = Buffer.from(text, 'utf8');
      writeAvroLong(out, bytes.length);
      out.append(bytes);
    }
  }
  writeAvroLong(out, 0);
  return out.take();
}

/** Compressed, with the checksum of what it holds. */
function snappyBlock(bytes: Uint8Array): Uint8Array {
  const compressed = snappyCompress(bytes);
  const block = Buffer.alloc(compressed.length + 4);
  block.set(compressed);
  block.writeUInt32BE(crc32(bytes), compressed.length);
  return block;
}
