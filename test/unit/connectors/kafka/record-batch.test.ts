/** Record batches: as a broker stores them with each codec, and built by hand for what brokers rarely do. */
import { crc32c } from '@node-rs/crc32';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decompress } from '../../../../runtime/compression/decompress.js';
import { CodecError } from '../../../../runtime/compression/codec-error.js';
import { BatchError, readBatches, type RecordBatch } from '../../../../runtime/connectors/kafka/record-batch.js';
import { buildBatch } from '../../../support/kafka-batches.js';
import { storedBatches } from './stored-batches.js';

type CodecName = keyof typeof storedBatches;
const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
const stored = (codec: CodecName): Buffer => Buffer.from(storedBatches[codec].join(''), 'base64');
const only = (bytes: Uint8Array): RecordBatch => readBatches(bytes, [])[0]!;
const contents = ({ bytes, start, end, codec }: RecordBatch): Uint8Array =>
  codec === 'none' ? bytes.subarray(start, end) : decompress(codec, bytes.subarray(start, end));
const offsets = (batches: readonly RecordBatch[]): string =>
  batches.map(({ baseOffset, visibility }) => `${visibility[0] ?? ''}${String(baseOffset)}`).join(' ');

describe('a batch of a broker', () => {
  test.each(CODECS)('with %s holds what it holds without', (codec) => {
    const batch = only(stored(codec));
    expect(batch).toMatchObject({ codec, baseOffset: 0, nextOffset: 40, recordCount: 40, visibility: 'visible' });
    expect(Buffer.from(contents(batch)).equals(Buffer.from(contents(only(stored('none')))))).toBe(true);
  });

  test('is refused if any bit of it differs', () => {
    const bytes = stored('none');
    for (let at = 21; at < bytes.length; at += 7) {
      bytes[at] = bytes[at]! ^ 0x10;
      expect(() => only(bytes)).toThrow(/checksum/u);
      bytes[at] = bytes[at]! ^ 0x10;
    }
  });

  test('is left out if it is cut off, and the one before is there', () => {
    const both = Buffer.concat([buildBatch({ baseOffset: 5 }), buildBatch({ baseOffset: 6 })]);
    for (let length = 0; length < both.length; length += 1) {
      const found = readBatches(both.subarray(0, length), []).length;
      expect(found).toBe(length < both.length / 2 ? 0 : 1);
    }
    expect(offsets(readBatches(both, []))).toBe('v5 v6');
  });

  test('of an older format or an unknown codec is not supported', () => {
    const problem = (bytes: Uint8Array): string => {
      try {
        return String(readBatches(bytes, []).length);
      } catch (error) {
        return error instanceof BatchError ? error.problem : 'another error';
      }
    };
    const old = buildBatch({});
    old[16] = 1;
    expect(problem(old)).toBe('unsupported');
    expect(problem(buildBatch({ attributes: 5 }))).toBe('unsupported');
    const short = buildBatch({});
    short.writeInt32BE(10, 8);
    expect(problem(short)).toBe('damaged');
  });

  test('has the time of the broker where the topic says so', () => {
    expect(only(buildBatch({ attributes: 8, maxTime_ms: 77 })).appendTime_ms).toBe(77);
    expect(only(buildBatch({ maxTime_ms: 77 })).appendTime_ms).toBe(null);
  });
});

describe('transactions', () => {
  const data = (baseOffset: number, producerId: number): Buffer =>
    buildBatch({ baseOffset, producerId, attributes: 0x10 });
  const marker = (baseOffset: number, producerId: number, type: 'abort' | 'commit'): Buffer =>
    buildBatch({ baseOffset, producerId, attributes: 0x30, key: Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1]) });
  const aborted = (...pairs: readonly (readonly [number, number])[]): { producerId: bigint; firstOffset: number }[] =>
    pairs.map(([producerId, firstOffset]) => ({ producerId: BigInt(producerId), firstOffset }));

  test('two that were aborted, the younger first: the list is in the order of the markers', () => {
    const log = [data(0, 1), data(1, 2), marker(2, 2, 'abort'), data(3, 1), marker(4, 1, 'abort'), data(5, 1)];
    const found = readBatches(Buffer.concat(log), aborted([2, 1], [1, 0]));
    expect(offsets(found)).toBe('a0 a1 c2 a3 c4 v5');
  });

  test('a fetch that begins inside both', () => {
    const log = [data(7, 1), data(8, 2), marker(9, 1, 'abort'), data(10, 2), marker(11, 2, 'abort'), data(12, 2)];
    expect(offsets(readBatches(Buffer.concat(log), aborted([1, 0], [2, 1])))).toBe('a7 a8 c9 a10 c11 v12');
  });

  test('two of one producer, with a committed one between', () => {
    const log = [
      data(0, 1),
      marker(1, 1, 'abort'),
      data(2, 1),
      marker(3, 1, 'commit'),
      data(4, 1),
      marker(5, 1, 'abort'),
    ];
    expect(offsets(readBatches(Buffer.concat(log), aborted([1, 0], [1, 4])))).toBe('a0 c1 v2 c3 a4 c5');
  });

  test('records outside of transactions, and keys like markers, stay', () => {
    const plain = buildBatch({ baseOffset: 1, producerId: 1, key: Buffer.alloc(4) });
    const keyed = buildBatch({ baseOffset: 2, producerId: 1, attributes: 0x10, key: Buffer.alloc(4) });
    const log = [data(0, 1), plain, keyed, data(3, 1), marker(4, 1, 'abort')];
    expect(offsets(readBatches(Buffer.concat(log), aborted([1, 0])))).toBe('a0 v1 a2 a3 c4');
  });
});

describe('codecs', () => {
  const payload = Buffer.from('0123456789'.repeat(5000));

  test.each(CODECS)('%s stops at the limit, and names damage', (codec) => {
    const batch = only(stored(codec));
    const bytes = batch.bytes.subarray(batch.start, batch.end);
    const whole = decompress(codec, bytes);
    expect(decompress(codec, bytes, whole.length)).toHaveLength(whole.length);
    const problem = (run: () => unknown): string => {
      try {
        run();
      } catch (error) {
        if (error instanceof CodecError) return error.problem;
        throw error;
      }
      return 'none';
    };
    expect(problem(() => decompress(codec, bytes, whole.length - 1))).toBe('too_large');
    expect(problem(() => decompress(codec, bytes.subarray(0, bytes.length - 9)))).toBe('damaged');
    expect(problem(() => decompress(codec, bytes.subarray(2)))).toMatch(/damaged|too_large/u);
  });

  test('gzip that expands a thousand times', () => {
    expect(() => decompress('gzip', gzipSync(Buffer.alloc(4 << 20)), 1 << 20)).toThrow(CodecError);
  });

  test('snappy without frames, with copies that overlap', () => {
    // "0123456789", then 49,990 bytes copied from 10 before, in elements of at most 64 bytes.
    const parts: number[] = [0xd0, 0x86, 0x03, 9 << 2, ...payload.subarray(0, 10)];
    for (let left = payload.length - 10; left > 0; left -= 64) parts.push(((Math.min(64, left) - 1) << 2) | 2, 10, 0);
    expect(Buffer.from(decompress('snappy', Uint8Array.from(parts))).equals(payload)).toBe(true);
  });

  test('lz4 with an overlapping match and a stored block', () => {
    const block = [0xaf, ...payload.subarray(0, 10), 10, 0, 20, 0x50, ...Buffer.from('abcde')];
    const length = Buffer.alloc(4);
    length.writeUInt32LE(block.length);
    const kept = Buffer.alloc(4);
    kept.writeUInt32LE(0x80000000 + 3);
    const head = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x00]);
    const frame = Buffer.concat([head, length, Buffer.from(block), kept, Buffer.from('xyz'), Buffer.alloc(4)]);
    const expected = `${'0123456789'.repeat(5).slice(0, 49)}abcdexyz`;
    expect(Buffer.from(decompress('lz4', frame)).toString()).toBe(expected);
  });
});

test('the checksum is CRC-32C', () => {
  // RFC 3720 §B.4.
  expect(crc32c(Buffer.alloc(32)).toString(16)).toBe('8a9136aa');
});
