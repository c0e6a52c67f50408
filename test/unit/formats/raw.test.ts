import { expect, test } from 'vitest';
import { bytesOf, decodeAll } from '../../support/decoding.js';

test('the line is the value; empty lines are rows', () => {
  const { rows } = decodeAll(['line VARCHAR NOT NULL'], 'one\r\n\ntwö', 'auto', 'raw');
  expect(rows).toEqual([['one'], [''], ['twö']]);
});

test('bytes stay as they are, text is checked', () => {
  const input = Uint8Array.of(0x61, 0xff, 0x0a, 0x62, 0x0a);
  expect(decodeAll(['line VARBINARY'], input, 'auto', 'raw').rows).toEqual([
    [Uint8Array.of(0x61, 0xff)],
    [Uint8Array.of(0x62)],
  ]);
  const { rows, bad } = decodeAll(['line VARCHAR'], input, 'auto', 'raw');
  expect(rows).toEqual([['b']]);
  expect(bad.map(({ code }) => code)).toEqual(['invalid_utf8']);
});

test('metadata alone', () => {
  const { rows } = decodeAll(['o BIGINT NOT NULL METADATA FROM offset'], bytesOf('a\nbb\n'), 'auto', 'raw');
  expect(rows).toEqual([[0n], [2n]]);
});

test('any other schema is a bug of the plan', () => {
  expect(() => decodeAll(['a INT'], 'x', 'auto', 'raw')).toThrow(/RAW/u);
  expect(() => decodeAll(['a VARCHAR', 'b VARCHAR'], 'x', 'auto', 'raw')).toThrow(/RAW/u);
});
