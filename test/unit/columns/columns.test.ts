import { describe, expect, it } from 'vitest';
import { decimal, VARBINARY, VARCHAR, type SqlType, INT, BIGINT, BOOLEAN, DOUBLE } from '../../../plan/types.js';
import type { Value } from '../../../plan/values.js';
import { decodeUtf8 as decodePure, encodeUtf8 as encodePure } from '../../../plan/utf8.js';
import { BatchBuilder } from '../../../runtime/columns/batch-builder.js';
import { createBuilder } from '../../../runtime/columns/builder.js';
import { readValue } from '../../../runtime/columns/read.js';
import { decodeUtf8, encodeUtf8, firstInvalidUtf8 } from '../../../runtime/columns/utf8.js';

const SAMPLES: readonly (readonly [SqlType, readonly Value[]])[] = [
  [BOOLEAN, [true, false, null]],
  [INT, [0, -1, 2 ** 31 - 1, null, -(2 ** 31)]],
  [BIGINT, [0n, 2n ** 63n - 1n, null, -(2n ** 63n)]],
  [DOUBLE, [0.5, null, NaN, -0]],
  [decimal(38, 0), [10n ** 38n - 1n, -(10n ** 38n) + 1n, 0n, -1n, null]],
  [VARCHAR, ['', 'a', null, 'ß'.repeat(50), '😀', 'x'.repeat(5000)]],
  [VARBINARY, [Uint8Array.of(), Uint8Array.of(255, 0), null]],
];

describe('builders', () => {
  it.each(SAMPLES)('%j: values come back, also beyond the first capacity and after a reset', (type, values) => {
    const builder = createBuilder(type);
    for (let round = 0; round < 2; round += 1) {
      for (let i = 0; i < 3000; i += 1) builder.append(values[i % values.length]!);
      const column = builder.finish();
      for (let i = 0; i < 3000; i += 1) expect(readValue(column, i, type)).toEqual(values[i % values.length]);
      const copy = createBuilder(type);
      copy.appendColumn(column, 3000, Int32Array.of(1, 2, 2999));
      expect([0, 1, 2].map((i) => readValue(copy.finish(), i, type))).toEqual(
        [1, 2, 2999].map((i) => values[i % values.length]),
      );
      builder.reset();
      builder.append(values[0]!);
      expect(builder.finish().valid).toBe(null);
      builder.reset();
    }
  });

  it('batches have weights only where one is not 1', () => {
    const builder = new BatchBuilder([{ name: 'a', type: INT, nullable: true }]);
    builder.appendRow([1]);
    expect(builder.finish().weights).toBe(null);
    builder.appendRow([null], -1);
    const batch = builder.finish(7);
    expect([...batch.weights!.subarray(0, 2)]).toEqual([1, -1]);
    expect(batch).toMatchObject({ rowCount: 2, ordinal_base: 7, selection: null });
    builder.reset();
    expect(builder.finish()).toMatchObject({ rowCount: 0, weights: null });
  });
});

describe('UTF-8', () => {
  const texts = ['', 'abc', 'x'.repeat(24), 'x'.repeat(25), 'é', 'aé', '日本語', '😀', 'a😀b'.repeat(20)];
  it.each(texts)('%j both ways', (text) => {
    const heap = new Uint8Array(1000);
    const length = encodeUtf8(text, heap, 3);
    expect(decodeUtf8(heap, 3, length)).toBe(text);
    expect(encodePure(text)).toEqual(heap.slice(3, 3 + length));
    expect(decodePure(heap.subarray(3, 3 + length))).toBe(text);
    expect(firstInvalidUtf8(heap, 3, length)).toBe(-1);
  });

  it('lone surrogates become U+FFFD', () => {
    const heap = new Uint8Array(10);
    expect(decodeUtf8(heap, 0, encodeUtf8('\ud800', heap, 0))).toBe('\ufffd');
    expect(decodePure(encodePure('\ud800'))).toBe('\ufffd');
  });

  it('agrees with the platform’s decoder on every two bytes and on random longer ones', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const accepts = (bytes: Uint8Array): boolean => {
      try {
        decoder.decode(bytes);
        return true;
      } catch {
        return false;
      }
    };
    const check = (...bytes: number[]): void => {
      const array = Uint8Array.from(bytes);
      const wanted = accepts(array);
      if (firstInvalidUtf8(array, 0, array.length) < 0 !== wanted) expect.fail(`bytes ${bytes.join(' ')}`);
      if ((decodePure(array) !== undefined) !== wanted) expect.fail(`pure ${bytes.join(' ')}`);
    };
    for (let a = 0x7e; a < 256; a += 1) for (let b = 0; b < 256; b += 1) check(a, b);
    for (const a of [0xe0, 0xe1, 0xed, 0xef]) for (let b = 0x7f; b < 0xc1; b += 1) check(a, b, 0x80, 0x41);
    for (const a of [0xf0, 0xf1, 0xf4, 0xf5]) for (let b = 0x7f; b < 0xc1; b += 1) check(a, b, 0x80, 0xbf);
  });
});
