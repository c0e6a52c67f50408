/** The rows of a micro-batch as messages: key, value, partition, and the record batches that hold them. */
import { createHash, type Hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type { ColumnBatch } from '../../columns/batch.js';
import { isNullAt } from '../../columns/read.js';
import { EncodeBuffer } from '../../formats/encode-buffer.js';
import { createEncoder, type EncodeFormat, type RowEncoder } from '../../formats/encode.js';
import type { RecordsToSend } from '../../remote/kafka-producer.js';
import type { SinkShape } from '../connector.js';
import { forEachRow } from '../rows.js';
import { partitionOf } from './partitioner.js';
import { BATCH_HEADER_BYTES } from './batch-layout.js';
import { RecordWriter } from './record-writer.js';
import { kafkaSinkError } from './sink-messages.js';

const BATCH_BYTES_MAX = 512 * 1024;
const HASH_BYTES = 64 * 1024;
const PLUS = 43;
const MINUS = 45;

export interface MessageOptions {
  readonly topic: string;
  /** Of the topic. */
  readonly partitions: number;
  /** What the topic takes as one batch, header included. */
  readonly messageBytes_max: number;
  readonly compression: 'none' | 'gzip';
}

export class MessageRows {
  readonly #shape: SinkShape;
  readonly #format: EncodeFormat;
  readonly #options: MessageOptions;
  readonly #values: RowEncoder;
  /** Null: messages without key. */
  readonly #keys: RowEncoder | null;
  readonly #value = new EncodeBuffer();
  readonly #key = new EncodeBuffer();
  readonly #writers: readonly RecordWriter[];
  #finished: RecordsToSend[] = [];
  #finishedBytes = 0;
  readonly #signed = new EncodeBuffer();
  #hash: Hash = createHash('sha256');
  /** Rows without key go round the partitions. */
  #nextPartition = 0;

  /** `values`: the encoder of `format`. */
  constructor(shape: SinkShape, format: EncodeFormat, values: RowEncoder, options: MessageOptions) {
    this.#shape = shape;
    this.#format = format;
    this.#options = options;
    this.#values = values;
    const keySchema = shape.key.map((index) => {
      const field = shape.schema[index];
      invariant(field !== undefined, 'key columns are in the schema');
      return field;
    });
    this.#keys = keySchema.length === 0 ? null : createEncoder({ name: 'json' }, keySchema);
    this.#writers = Array.from({ length: options.partitions }, () => new RecordWriter());
  }

  reset(): void {
    for (const writer of this.#writers) writer.take();
    this.#finished = [];
    this.#finishedBytes = 0;
    this.#signed.reset();
    this.#hash = createHash('sha256');
    this.#nextPartition = 0;
  }

  get bytes(): number {
    return this.#writers.reduce((sum, writer) => sum + writer.bytes, this.#finishedBytes);
  }

  /** Throws a diagnostic for a message that the topic would not take. */
  write(rows: ColumnBatch): void {
    const keyRows = { ...rows, columns: this.#shape.key.flatMap((index) => rows.columns[index] ?? []) };
    forEachRow(rows, (row, weight) => {
      invariant(weight === 1 || this.#keys !== null, 'a sink without a key takes appended rows only');
      const key = this.#keys === null ? null : encoded(this.#keys, keyRows, row, this.#key);
      const content = encoded(this.#values, rows, row, this.#value);
      const value = weight < 0 || this.#isMissing(rows, row) ? null : content;
      this.#sign(weight, key, content);
      this.#add(key === null ? this.#roundRobin() : partitionOf(key, this.#options.partitions), key, value);
    });
    if (this.#signed.length > HASH_BYTES) this.#hashSigned();
  }

  /** The digest says which rows these are; the messages stay until `reset`. */
  finish(): { readonly digest: string; readonly batches: readonly RecordsToSend[] } {
    this.#hashSigned();
    this.#writers.forEach((writer, partition) => {
      if (writer.count > 0) this.#cut(writer, partition);
    });
    return { digest: this.#hash.copy().digest('hex'), batches: this.#finished };
  }

  #add(partition: number, key: Uint8Array | null, value: Uint8Array | null): void {
    const writer = this.#writers[partition];
    invariant(writer !== undefined, 'a writer per partition');
    const limit = Math.min(BATCH_BYTES_MAX, this.#options.messageBytes_max - BATCH_HEADER_BYTES);
    if (writer.count > 0 && writer.bytes + writer.sizeOf(key, value) > limit) this.#cut(writer, partition);
    writer.add(key, value);
  }

  #cut(writer: RecordWriter, partition: number): void {
    const { topic, compression: codec, messageBytes_max } = this.#options;
    const taken = writer.take();
    const records = codec === 'gzip' ? new Uint8Array(gzipSync(taken.records)) : taken.records;
    const bytes = records.length + BATCH_HEADER_BYTES;
    if (bytes > messageBytes_max) {
      throw kafkaSinkError(
        'ESQL8621',
        { bytes, limit: messageBytes_max },
        { place: topic, hint: 'Raise max.message.bytes of the topic, or write less per row.' },
      );
    }
    this.#finished.push({ topic, partition, count: taken.count, codec, records });
    this.#finishedBytes += records.length;
  }

  /** RAW has one column, and its NULL is Kafka's. */
  #isMissing(rows: ColumnBatch, row: number): boolean {
    const [column] = rows.columns;
    return this.#format.name === 'raw' && column !== undefined && isNullAt(column, row);
  }

  #roundRobin(): number {
    const partition = this.#nextPartition;
    this.#nextPartition = (partition + 1) % this.#options.partitions;
    return partition;
  }

  #sign(weight: number, key: Uint8Array | null, content: Uint8Array): void {
    const signed = this.#signed;
    signed.byte(weight > 0 ? PLUS : MINUS);
    if (key !== null) signed.append(key);
    signed.append(content);
    signed.byte(0);
  }

  #hashSigned(): void {
    this.#hash.update(this.#signed.view());
    this.#signed.reset();
  }
}

/** One record without its terminator; valid until the next one. */
function encoded(encoder: RowEncoder, rows: ColumnBatch, row: number, out: EncodeBuffer): Uint8Array {
  out.reset();
  encoder.encode(rows, row, out);
  return out.bytes.subarray(0, out.length - encoder.terminator_bytes);
}
