import { describe, expect, test } from 'vitest';
import { createDecoder } from '../../../runtime/formats/decoder.js';
import { ROWS_PER_COLUMN_BATCH_MAX } from '../../../runtime/formats/format.js';
import { bytesOf, column, decodeAll, decodeInto, emptyDecoded, KERNELS, source } from '../../support/decoding.js';

describe.each(KERNELS)('batches with kernel %s', (kernel) => {
  test('origin, metadata and positions by base', () => {
    const columns = [
      'a INT',
      'p INT NOT NULL METADATA FROM partition',
      'o BIGINT NOT NULL METADATA FROM offset',
      'f VARCHAR NOT NULL METADATA FROM path',
      'r VARBINARY NOT NULL METADATA FROM raw',
    ];
    const types = columns.map((each) => column(each).field.type);
    const decoder = createDecoder(source(columns), { kernel });
    const result = emptyDecoded();
    const text = '{"a":1}\r\nbad\n{"a":"\\u0041"}\n{"a":2}';
    decodeInto(result, decoder, types, bytesOf(text), 5_000_000_000, { partition: 3, resource: 'däta.jsonl' });
    const raw = (line: string) => Uint8Array.from(bytesOf(line));
    expect(result.rows).toEqual([
      [1, 3, 5_000_000_000n, 'däta.jsonl', raw('{"a":1}')],
      [2, 3, 5_000_000_028n, 'däta.jsonl', raw('{"a":2}')],
    ]);
    expect(result.origins).toEqual([
      { position: 5_000_000_000, raw: '{"a":1}', ordinal: 0 },
      { position: 5_000_000_028, raw: '{"a":2}', ordinal: 1 },
    ]);
    expect(result.bad.map(({ code, position, raw: bytes }) => [code, position, bytes])).toEqual([
      ['malformed_record', 5_000_000_009, 'bad'],
      ['wrong_type', 5_000_000_013, '{"a":"\\u0041"}'],
    ]);
  });

  test('listed positions count every record, empty and bad ones too', () => {
    const decoder = createDecoder(source(['a INT']), { kernel });
    const result = emptyDecoded();
    const positions = { each: Float64Array.of(10, 20, 30, 40, 50, 60) };
    const text = '{"a":1}\n\n{"a":2}\nbad\n{"a":3}\n{"a":4}\n';
    decodeInto(result, decoder, [{ kind: 'int' }], bytesOf(text), 0, { positions });
    expect(result.origins.map(({ position }) => position)).toEqual([10, 30, 50, 60]);
    expect(result.bad.map(({ position }) => position)).toEqual([40]);
  });

  test('batches have at most the largest size, and ordinals run through', () => {
    const count = 2 * ROWS_PER_COLUMN_BATCH_MAX + 5;
    const text = Array.from({ length: count }, (_, index) => `{"a":${String(index)}}\n`).join('');
    const { rows, batches, origins } = decodeAll(['a INT'], text, kernel);
    expect(batches).toEqual([ROWS_PER_COLUMN_BATCH_MAX, ROWS_PER_COLUMN_BATCH_MAX, 5]);
    expect(rows.every((row, index) => row[0] === index)).toBe(true);
    expect(origins.every(({ ordinal }, index) => ordinal === index)).toBe(true);
  });

  test('ordinals start again with a micro-batch', () => {
    const decoder = createDecoder(source(['a INT']), { kernel });
    const result = emptyDecoded();
    for (const begin of [true, false, true]) {
      if (begin) decoder.begin();
      decodeInto(result, decoder, [{ kind: 'int' }], bytesOf('{"a":1}\n{"a":2}\n'), 0);
    }
    expect(result.origins.map(({ ordinal }) => ordinal)).toEqual([0, 1, 2, 3, 0, 1]);
  });

  test('decoded strings may outgrow the memory', () => {
    const long = 'ä'.repeat(10_000);
    const line = `{"a":"\\u0041${long}"}\n`;
    const { rows } = decodeAll(['a VARCHAR'], `{"a":"x"}\n${line.repeat(600)}`, kernel);
    expect(rows).toHaveLength(601);
    expect(rows.slice(1).every((row) => row[0] === `A${long}`)).toBe(true);
  });

  test('a chunk in the memory of the decoder is read in place', () => {
    const decoder = createDecoder(source(['a INT']), { kernel });
    const text = bytesOf('{"a":1}\n{"a":2}\n{"a":3');
    for (let round = 0; round < 3; round++) {
      const heap = decoder.allocate(200_000 * (round + 1));
      heap.set(text, 100);
      const result = emptyDecoded();
      const end = decoder.framing.lastRecordEnd(heap, 100, 100 + text.length);
      decodeInto(result, decoder, [{ kind: 'int' }], heap, 0, { start: 100, end, positions: { base: 1000 } });
      expect(result.rows).toEqual([[1], [2]]);
      expect(result.origins.map(({ position }) => position)).toEqual([1100, 1108]);
      expect([...heap.subarray(100, 100 + text.length)]).toEqual([...text]);
    }
  });
});

test('metadata that no decoder gives is a bug of the plan', () => {
  expect(() => createDecoder(source(['m TIMESTAMPTZ METADATA FROM modified']))).toThrow(/modified/u);
});
