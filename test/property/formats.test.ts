import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDecoder } from '../../runtime/formats/decoder.js';
import { bytesOf, column, decodeAll, decodeInto, emptyDecoded, KERNELS, source } from '../support/decoding.js';

const numRuns = 150;

describe.each(KERNELS)('kernel %s', (kernel) => {
  test('agrees with JSON.parse where that is exact', () => {
    const row = fc.record({
      s: fc.string({ unit: 'grapheme', maxLength: 40 }),
      d: fc.double({ noNaN: true, noDefaultInfinity: true }),
      i: fc.integer(),
      b: fc.boolean(),
      u: fc.jsonValue({ maxDepth: 3 }),
    });
    const columns = ['s VARCHAR', 'd DOUBLE', 'i INT', 'b BOOLEAN', 'u JSON'];
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), fc.constantFrom(0, 1), (values, space) => {
        const lines = values.map((value) => JSON.stringify(value, null, space).replaceAll('\n', ' '));
        const { rows, bad } = decodeAll(columns, lines.map((line) => `${line}\n`).join(''), kernel);
        expect(bad).toEqual([]);
        const parsed = lines.map((line) => JSON.parse(line) as (typeof values)[number]);
        expect(rows.map((cells) => cells.slice(0, 4))).toEqual(parsed.map(({ s, d, i, b }) => [s, d, i, b]));
        rows.forEach((cells, index) => {
          const text = cells[4];
          expect(typeof text === 'string' ? JSON.parse(text) : text).toEqual(parsed[index]?.u);
        });
      }),
      { numRuns },
    );
  });

  test('every 64-bit integer and 38-digit decimal is exact', () => {
    const decimals = fc.bigInt({ min: 1n - 10n ** 38n, max: 10n ** 38n - 1n });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), decimals)), (values) => {
        const text = values.map(([a, b]) => `{"a":${String(a)},"b":${String(b)}}\n`).join('');
        expect(decodeAll(['a BIGINT', 'b DECIMAL(38,0)'], text, kernel).rows).toEqual(values);
      }),
      { numRuns },
    );
  });

  test('timestamps agree with Date', () => {
    const dates = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(fc.array(dates), (values) => {
        const text = values.map(
          (value) => `{"t":"${value.toISOString()}","d":"${value.toISOString().slice(0, 10)}"}\n`,
        );
        expect(decodeAll(['t TIMESTAMP', 'd DATE'], text.join(''), kernel).rows).toEqual(
          values.map((value) => [BigInt(value.getTime()) * 1000n, Math.floor(value.getTime() / 86_400_000)]),
        );
      }),
      { numRuns },
    );
  });
});

const field = fc.oneof(
  fc.stringMatching(/^[a-z]{1,6}$/u),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('"', '\r\n', ',', '\n"'),
);

function quoted(value: string): string {
  return /^[a-z]+$/u.test(value) ? value : `"${value.replaceAll('"', '""')}"`;
}

test('CSV: what was written is read, wherever it is cut', () => {
  const columns = ['a VARCHAR', 'b VARCHAR', 'c VARCHAR', 'o BIGINT NOT NULL METADATA FROM offset'];
  const types = columns.map((each) => column(each).field.type);
  // Unpaired surrogates can't be written as UTF-8.
  const text = field.filter((value) => Buffer.from(value).toString() === value);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(text, text, text)),
      fc.constantFrom('\n', '\r\n'),
      fc.nat(),
      (values, lineEnd, mark) => {
        const bytes = bytesOf(`a,b,c${lineEnd}${values.map((row) => row.map(quoted).join(',') + lineEnd).join('')}`);
        const whole = decodeAll(columns, bytes, 'auto', 'csv');
        expect(whole.bad).toEqual([]);
        expect(whole.rows.map((row) => row.slice(0, 3))).toEqual(values);
        const decoder = createDecoder(source(columns, 'csv'));
        const result = emptyDecoded();
        const cut = decoder.framing.lastRecordEnd(bytes, 0, mark % (bytes.length + 1));
        if (cut > 0) decodeInto(result, decoder, types, bytes.slice(0, cut), 0);
        decodeInto(result, decoder, types, bytes.slice(cut), cut);
        expect({ ...result, batches: [] }).toEqual({ ...whole, batches: [] });
      },
    ),
    { numRuns },
  );
});
