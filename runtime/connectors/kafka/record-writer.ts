/**
 * Record batches (message format 2) as a producer writes them: records first, the header when it is known under which
 * id, epoch and number they go. Source: https://kafka.apache.org/documentation/#recordbatch.
 */
import {
  ATTRIBUTES_AT,
  BASE_TIME_AT,
  BATCH_HEADER_BYTES,
  CRC_AT,
  LAST_OFFSET_DELTA_AT,
  LEADER_EPOCH_AT,
  LENGTH_AT,
  MAGIC_AT,
  MAX_TIME_AT,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  RECORD_COUNT_AT,
  SEQUENCE_AT,
  TRANSACTIONAL,
} from './batch-layout.js';
import { crc32c } from '@node-rs/crc32';
import { EncodeBuffer } from '../../formats/encode-buffer.js';
import type { RecordsToSend } from '../../remote/kafka-producer.js';

/** -1 and -1 without transactions. */
export interface ProducerIdentity {
  readonly id: number;
  readonly epoch: number;
}

export interface BatchSeal {
  readonly identity: ProducerIdentity;
  /** Number of the first record; -1 without transactions. */
  readonly sequence: number;
  readonly transactional: boolean;
  /** Of all records. */
  readonly time_ms: number;
}

const MAGIC = 2;
const CODECS = { none: 0, gzip: 1 } as const;

/** The whole batch: header and records. */
export function sealBatch(batch: RecordsToSend, seal: BatchSeal): Uint8Array {
  const { records, count, codec } = batch;
  const bytes = new Uint8Array(BATCH_HEADER_BYTES + records.length);
  const view = new DataView(bytes.buffer);
  const time = BigInt(seal.time_ms);
  view.setInt32(LENGTH_AT, bytes.length - LEADER_EPOCH_AT);
  view.setInt32(LEADER_EPOCH_AT, -1);
  view.setInt8(MAGIC_AT, MAGIC);
  view.setInt16(ATTRIBUTES_AT, CODECS[codec] | (seal.transactional ? TRANSACTIONAL : 0));
  view.setInt32(LAST_OFFSET_DELTA_AT, count - 1);
  view.setBigInt64(BASE_TIME_AT, time);
  view.setBigInt64(MAX_TIME_AT, time);
  view.setBigInt64(PRODUCER_ID_AT, BigInt(seal.identity.id));
  view.setInt16(PRODUCER_EPOCH_AT, seal.identity.epoch);
  view.setInt32(SEQUENCE_AT, seal.sequence);
  view.setInt32(RECORD_COUNT_AT, count);
  bytes.set(records, BATCH_HEADER_BYTES);
  view.setUint32(CRC_AT, crc32c(bytes.subarray(ATTRIBUTES_AT)));
  return bytes;
}

/** Records one behind the other, up to a number of bytes. */
export class RecordWriter {
  readonly #out = new EncodeBuffer();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#out.length;
  }

  /** Bytes that a record takes as the next one. */
  sizeOf(key: Uint8Array | null, value: Uint8Array | null): number {
    const body = this.#bodySize(key, value);
    return varintSize(body) + body;
  }

  /** Null is Kafka's null: no key, or a deletion. The bytes are copied. */
  add(key: Uint8Array | null, value: Uint8Array | null): void {
    const out = this.#out;
    writeVarint(out, this.#bodySize(key, value));
    // Attributes, and no time besides that of the batch.
    out.byte(0);
    out.byte(0);
    writeVarint(out, this.#count);
    writeNullable(out, key);
    writeNullable(out, value);
    // No headers.
    out.byte(0);
    this.#count += 1;
  }

  /** The records so far; the writer is empty after it. */
  take(): { readonly records: Uint8Array; readonly count: number } {
    const taken = { records: this.#out.take(), count: this.#count };
    this.#out.reset();
    this.#count = 0;
    return taken;
  }

  #bodySize(key: Uint8Array | null, value: Uint8Array | null): number {
    return 3 + varintSize(this.#count) + nullableSize(key) + nullableSize(value);
  }
}

function nullableSize(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : varintSize(bytes.length) + bytes.length;
}

function writeNullable(out: EncodeBuffer, bytes: Uint8Array | null): void {
  writeVarint(out, bytes === null ? -1 : bytes.length);
  if (bytes !== null) out.append(bytes);
}

/** Bytes of a zigzag varint of a number from 0 to 2^30. */
function varintSize(value: number): number {
  let size = 1;
  for (let rest = value * 2; rest > 0x7f; rest = Math.floor(rest / 128)) size += 1;
  return size;
}

function writeVarint(out: EncodeBuffer, value: number): void {
  let rest = value < 0 ? -value * 2 - 1 : value * 2;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) out.byte((rest & 0x7f) | 0x80);
  out.byte(rest);
}
