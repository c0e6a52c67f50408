/** Messages of a Kafka sink without a broker: bytes that other clients read, and partitions that they choose. */
import { crc32c } from '@node-rs/crc32';
import { describe, expect, it } from 'vitest';
import { BIGINT, VARCHAR, type Schema } from '../../../plan/types.js';
import { decompress } from '../../../runtime/compression/decompress.js';
import { murmur2, partitionOf } from '../../../runtime/connectors/kafka/partitioner.js';
import { readBatches, VarintCursor } from '../../../runtime/connectors/kafka/record-batch.js';
import { RecordWriter, sealBatch } from '../../../runtime/connectors/kafka/record-writer.js';
import { decodeProgress, encodeProgress } from '../../../runtime/connectors/kafka/sink-progress.js';
import { MessageRows, type MessageOptions } from '../../../runtime/connectors/kafka/sink-rows.js';
import { createEncoder, type EncodeFormat } from '../../../runtime/formats/encode.js';
import { codeOf, rowsBatch, sinkContext } from '../../support/connectors.js';

const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString('utf8'));
const bytesOf = (value: string): Uint8Array => Buffer.from(value, 'utf8');

describe('partitions', () => {
  // From `UtilsTest.testMurmur2` of Apache Kafka.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('of %s are those of the Java client', (key, hash) => {
    expect(murmur2(bytesOf(key))).toBe(hash);
    expect(partitionOf(bytesOf(key), 7)).toBe((hash & 0x7fffffff) % 7);
  });
});

describe('record batches', () => {
  const seal = { identity: { id: 4711, epoch: 3 }, sequence: 10, transactional: true, time_ms: 1_700_000_000_000 };

  it('are read as they were written', () => {
    const writer = new RecordWriter();
    const sizes = [];
    for (const [key, value] of [
      [null, bytesOf('x')],
      [bytesOf('k'), null],
      [bytesOf('key'), bytesOf('v'.repeat(300))],
    ] as const) {
      sizes.push(writer.sizeOf(key, value));
      const before = writer.bytes;
      writer.add(key, value);
      expect(writer.bytes - before).toBe(sizes.at(-1));
    }
    const bytes = sealBatch({ topic: 't', partition: 0, codec: 'none', ...writer.take() }, seal);
    const [batch, ...others] = readBatches(bytes, []);
    expect(others).toEqual([]);
    expect(batch).toMatchObject({ recordCount: 3, nextOffset: 3, baseTime_ms: seal.time_ms, visibility: 'visible' });
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    expect([view.getBigInt64(43), view.getInt16(51), view.getInt32(53)]).toEqual([4711n, 3, 10]);
    expect(view.getInt16(21)).toBe(0x10);
    expect(view.getUint32(17)).toBe(crc32c(bytes.subarray(21)));
    const cursor = new VarintCursor(bytes, batch?.start ?? 0, bytes.length);
    const lengths = [0, 1, 2].map((delta) => {
      const end = cursor.next() + cursor.at;
      cursor.at += 1;
      expect([cursor.next(), cursor.next()]).toEqual([0, delta]);
      const key = cursor.next();
      cursor.at += Math.max(0, key);
      const value = cursor.next();
      cursor.at = end;
      return [key, value];
    });
    expect(lengths).toEqual([
      [-1, 1],
      [1, -1],
      [3, 300],
    ]);
    expect(cursor.at).toBe(bytes.length);
    expect(writer.count).toBe(0);
  });
});

const SCHEMA: Schema = [
  { name: 'id', type: BIGINT, nullable: false },
  { name: 'name', type: VARCHAR, nullable: true },
];

function messages(key: number[], changes: Partial<MessageOptions> = {}, format: EncodeFormat = { name: 'json' }) {
  const schema = format.name === 'raw' ? SCHEMA.slice(1) : SCHEMA;
  const { shape } = sinkContext('/', { schema, key });
  const options = { topic: 't', partitions: 2, messageBytes_max: 1000, compression: 'none', ...changes } as const;
  const rows = new MessageRows(shape, format, createEncoder(format, schema), options);
  return {
    rows,
    read: () => {
      return rows.finish().batches.flatMap(({ partition, codec, records, count }) => {
        const bytes = codec === 'none' ? records : decompress(codec, records);
        const cursor = new VarintCursor(bytes, 0, bytes.length);
        const nullable = (): string | null => {
          const length = cursor.next();
          if (length < 0) return null;
          cursor.at += length;
          return text(bytes.subarray(cursor.at - length, cursor.at));
        };
        return Array.from({ length: count }, () => {
          const end = cursor.next() + cursor.at;
          cursor.at += 3;
          const found = [partition, nullable(), nullable()] as const;
          cursor.at = end;
          return found;
        });
      });
    },
  };
}

describe('rows as messages', () => {
  it('go round the partitions without a key', () => {
    const { rows, read } = messages([]);
    rows.write(
      rowsBatch(SCHEMA, [
        [1n, 'a'],
        [2n, null],
        [3n, 'c'],
      ]),
    );
    expect(read()).toEqual([
      [0, null, '{"id":1,"name":"a"}'],
      [0, null, '{"id":3,"name":"c"}'],
      [1, null, '{"id":2,"name":null}'],
    ]);
    rows.reset();
    expect([rows.bytes, read()]).toEqual([0, []]);
  });

  it('have the key as JSON, and no value when they are deleted', () => {
    const { rows, read } = messages([0], { partitions: 1, compression: 'gzip' });
    rows.write(
      rowsBatch(
        SCHEMA,
        [
          [1n, 'a'],
          [2n, 'b'],
        ],
        [1, -1],
      ),
    );
    expect(read()).toEqual([
      [0, '{"id":1}', '{"id":1,"name":"a"}'],
      [0, '{"id":2}', null],
    ]);
  });

  it('are values alone in RAW, where NULL is no value', () => {
    const { rows, read } = messages([], { partitions: 1 }, { name: 'raw' });
    rows.write(rowsBatch(SCHEMA.slice(1), [['a\nb'], [null], ['']]));
    expect(read()).toEqual([
      [0, null, 'a\nb'],
      [0, null, null],
      [0, null, ''],
    ]);
  });

  it('are cut into batches that the topic takes', async () => {
    const { rows } = messages([], { partitions: 1, messageBytes_max: 200 });
    const names = Array.from({ length: 20 }, (_, index) => [BigInt(index), 'n'.repeat(index)] as const);
    rows.write(rowsBatch(SCHEMA, names));
    const { batches } = rows.finish();
    expect(batches.length).toBeGreaterThan(3);
    expect(batches.reduce((sum, { count }) => sum + count, 0)).toBe(20);
    for (const { records } of batches) expect(records.length + 61).toBeLessThanOrEqual(200);
    const large = messages([], { partitions: 1, messageBytes_max: 200 });
    large.rows.write(rowsBatch(SCHEMA, [[1n, 'x'.repeat(200)]]));
    expect(await codeOf(async () => Promise.resolve(large.rows.finish()))).toBe('ESQL8621');
  });

  it('have a digest that knows each row, its sign and their order', () => {
    const digest = (content: [bigint, string][], weights: number[] = []): string => {
      const { rows } = messages([0]);
      rows.write(rowsBatch(SCHEMA, content, weights));
      return rows.finish().digest;
    };
    const base = digest([
      [1n, 'a'],
      [2n, 'b'],
    ]);
    expect(
      new Set([
        base,
        digest([
          [2n, 'b'],
          [1n, 'a'],
        ]),
        digest(
          [
            [1n, 'a'],
            [2n, 'b'],
          ],
          [1, -1],
        ),
        digest([[1n, 'a']]),
      ]).size,
    ).toBe(4);
    expect(
      digest([
        [1n, 'a'],
        [2n, 'b'],
      ]),
    ).toBe(base);
  });
});

describe('progress', () => {
  const progress = { epoch: 3, batch: 7, digest: 'd', intentHash: 'h', intent: '{"a":1}' };

  it('is what it was', () => {
    expect(decodeProgress(encodeProgress(progress), 't')).toEqual(progress);
  });

  it.each(['', 'x', '7', 'null', '{}', '{"v":2}', '{"v":1,"epoch":-1}', '{"v":1,"epoch":1,"batch":1.5}'])(
    'is refused where it is damaged: %s',
    async (damaged) => {
      expect(await codeOf(async () => Promise.resolve(decodeProgress(bytesOf(damaged), 't')))).toBe('ESQL8624');
    },
  );
});

describe('varints', () => {
  it('are read back in every length, and end where the bytes end', () => {
    const values = [
      0,
      -1,
      1,
      63,
      -64,
      64,
      -65,
      8191,
      -8192,
      8192,
      -8193,
      2 ** 20,
      -(2 ** 20),
      2 ** 31,
      -(2 ** 40),
      2 ** 50,
    ];
    const bytes = values.flatMap((value) => {
      const encoded: number[] = [];
      let rest = value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value);
      for (; rest > 0x7fn; rest >>= 7n) encoded.push(Number(rest & 0x7fn) | 0x80);
      return [...encoded, Number(rest)];
    });
    const cursor = new VarintCursor(Uint8Array.from(bytes), 0, bytes.length);
    expect(values.map(() => cursor.next())).toEqual(values);
    expect(cursor.at).toBe(bytes.length);
    expect(cursor.next()).toBe(0);
    expect(cursor.at).toBeGreaterThan(bytes.length);
    const cut = new VarintCursor(Uint8Array.of(0x80, 0x01), 0, 1);
    expect(cut.next()).toBe(0);
    expect(cut.at).toBe(2);
  });
});
