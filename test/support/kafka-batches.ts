/** Record batches of one record, for what no broker is made to write easily. */
import { crc32c } from '@node-rs/crc32';

export interface BatchParts {
  readonly baseOffset: number;
  readonly attributes: number;
  readonly producerId: number;
  readonly maxTime_ms: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Instead of what is made of key and value. */
  readonly records: Buffer;
  readonly recordCount: number;
}

export function buildBatch(parts: Partial<BatchParts>): Buffer {
  const { key = null, value = Buffer.from('{"id":1}'), recordCount = 1 } = parts;
  const fields = Buffer.concat([Buffer.from([0, 0, 0]), sized(key), sized(value), Buffer.from([0])]);
  const records = parts.records ?? Buffer.concat([varint(fields.length), fields]);
  const batch = Buffer.alloc(61 + records.length);
  batch.writeBigInt64BE(BigInt(parts.baseOffset ?? 0), 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(parts.attributes ?? 0, 21);
  batch.writeBigInt64BE(BigInt(parts.maxTime_ms ?? 0), 35);
  batch.writeBigInt64BE(BigInt(parts.producerId ?? -1), 43);
  batch.writeInt32BE(recordCount, 57);
  records.copy(batch, 61);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

function sized(bytes: Buffer | null): Buffer {
  return bytes === null ? varint(-1) : Buffer.concat([varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}
