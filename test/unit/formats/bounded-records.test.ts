/** Records between given bounds, as a broker's messages come, and what the broker keeps beside them. */
import { expect, it } from 'vitest';
import { createDecoder } from '../../../runtime/formats/decoder.js';
import type { Envelope, RawChunk } from '../../../runtime/formats/format.js';
import { decodeInto, emptyDecoded, KERNELS, source, type Decoded } from '../../support/decoding.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Values with gaps of other bytes between them; null has no value. */
function chunkOf(values: readonly (string | null)[], change: Partial<RawChunk> = {}): Partial<RawChunk> {
  const parts: Uint8Array[] = [bytes('head')];
  const starts = new Int32Array(values.length);
  const lengths = new Int32Array(values.length);
  let at = 4;
  values.forEach((value, i) => {
    const part = bytes(`${value ?? ''}~gap~`);
    starts[i] = at;
    lengths[i] = value === null ? -1 : part.length - 5;
    at += part.length;
    parts.push(part);
  });
  const heap = new Uint8Array(Buffer.concat(parts));
  const each = Float64Array.from(values, (_, i) => 100 + 2 * i);
  return { heap, start: 0, end: heap.length, positions: { each }, records: { starts, lengths }, ...change };
}

function slices(values: readonly (string | null)[]): Envelope['keys'] {
  const { heap, records } = chunkOf(values);
  return { heap: heap ?? new Uint8Array(0), starts: records!.starts, lengths: records!.lengths };
}

function decode(
  spec: Parameters<typeof createDecoder>[0],
  kernel: (typeof KERNELS)[number],
  chunk: Partial<RawChunk>,
): Decoded {
  const decoder = createDecoder(spec, { kernel });
  decoder.begin();
  const decoded = emptyDecoded();
  const types = spec.columns.map((each) => each.field.type);
  decodeInto(decoded, decoder, types, new Uint8Array(0), 0, chunk);
  return decoded;
}

it.each(KERNELS)('JSON by the kernel %s: line breaks inside, two in one, none at all', (kernel) => {
  const values = ['{"id":1}', '{\n"id":\n2}\n', '{"id":3}\n{"id":4}', null, '', 'no', '{"id":7}'];
  const { rows, bad, origins } = decode(source(['id BIGINT']), kernel, chunkOf(values));
  expect(rows).toEqual([[1n], [2n], [7n]]);
  expect(bad.map(({ position, raw }) => [position, raw])).toEqual([
    [104, '{"id":3}\n{"id":4}'],
    [110, 'no'],
  ]);
  expect(origins.map(({ position, raw }) => [position, raw])).toEqual([
    [100, '{"id":1}'],
    [102, '{\n"id":\n2}\n'],
    [112, '{"id":7}'],
  ]);
});

it('RAW takes a value as it is, and NULL for a message without one', () => {
  const values = ['a\nb\r', '', null, 'c'];
  const { rows } = decode(source(['line VARCHAR'], 'raw'), 'auto', chunkOf(values));
  expect(rows).toEqual([['a\nb\r'], [''], [null], ['c']]);
  const { bad } = decode(source(['line VARCHAR NOT NULL'], 'raw'), 'auto', chunkOf(values));
  expect(bad.map(({ code, position }) => [code, position])).toEqual([['missing_value', 104]]);
});

it('CSV takes one record a message', () => {
  const values = ['1,"a\nb"', '2,b\n', '3,c\n4,d', '5'];
  const spec = source(['id BIGINT', 'name VARCHAR'], 'csv', { header: false });
  const { rows, bad } = decode(spec, 'auto', chunkOf(values));
  expect(rows).toEqual([
    [1n, 'a\nb'],
    [2n, 'b'],
  ]);
  expect(bad.map(({ position }) => position)).toEqual([104, 106]);
});

it('metadata comes from the envelope, by the record and not by the row', () => {
  const columns = [
    'id BIGINT',
    'at TIMESTAMP NOT NULL METADATA FROM timestamp',
    'epoch INT NOT NULL METADATA FROM leader_epoch',
    'k VARBINARY METADATA FROM key',
    'h JSON NOT NULL METADATA FROM headers',
    'topic VARCHAR NOT NULL METADATA FROM topic',
    'o BIGINT NOT NULL METADATA FROM offset',
  ];
  const values = ['{"id":1}', 'bad', null, '{"id":4}'];
  const envelope: Envelope = {
    timestamps_us: BigInt64Array.from([10n, 20n, 30n, 40n]),
    leaderEpochs: Int32Array.from([1, 2, 3, 4]),
    keys: slices(['one', 'two', 'three', null]),
    headers: slices(['{}', '{"a":"1"}', '{}', '{"a":"2"}']),
  };
  const { rows } = decode(source(columns), 'simd', chunkOf(values, { envelope, resource: 'orders' }));
  expect(rows).toEqual([
    [1n, 10n, 1, bytes('one'), '{}', 'orders', 100n],
    [4n, 40n, 4, null, '{"a":"2"}', 'orders', 106n],
  ]);
  // Where line breaks tell records apart, too.
  const lines = { heap: bytes('{"id":1}\nbad\n\n{"id":4}\n'), end: 24 };
  const framed: Partial<RawChunk> = {
    ...lines,
    start: 0,
    positions: { each: Float64Array.from([100, 102, 104, 106]) },
  };
  expect(decode(source(columns), 'simd', { ...framed, envelope, resource: 'orders' }).rows).toEqual(rows);
});

it('many records are brought in by pieces, in order', () => {
  const values = Array.from({ length: 30_000 }, (_, i) => `{"id":${String(i)},\n"x":"${'y'.repeat(i % 90)}"}`);
  const { rows, batches } = decode(source(['id BIGINT']), 'auto', chunkOf(values));
  expect(rows.map(([id]) => id)).toEqual(values.map((_, i) => BigInt(i)));
  expect(batches.length).toBeGreaterThan(3);
});
