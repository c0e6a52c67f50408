import { describe, expect, it } from 'vitest';
import {
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  INT,
  INTERVAL_MICROSECOND,
  JSON_TYPE,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  VARBINARY,
  VARCHAR,
  decimal,
  type Schema,
  type SqlType,
} from '../../../plan/types.js';
import { valueToText } from '../../../plan/literals.js';
import type { Value } from '../../../plan/values.js';
import { EncodeBuffer } from '../../../runtime/formats/encode-buffer.js';
import { VALUE_WRITERS } from '../../../runtime/formats/encode-values.js';
import { createEncoder, type EncodeFormat } from '../../../runtime/formats/encode.js';
import { rowsBatch } from '../../support/connectors.js';
import { decodeAll } from '../../support/decoding.js';

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;
const cases: readonly (readonly [SqlType, readonly NonNullable<Value>[]])[] = [
  [BOOLEAN, [true, false]],
  [INT, [0, -1, 7, 10, 99, 100, 999_999, 1_000_000, 2_147_483_647, -2_147_483_648]],
  [
    BIGINT,
    [
      0n,
      -5n,
      2_147_483_648n,
      4_294_967_295n,
      4_294_967_296n,
      -4_294_967_297n,
      9_007_199_254_740_991n,
      9_007_199_254_740_993n,
      MIN,
      MAX,
    ],
  ],
  [DOUBLE, [0, -0, 1.5, -2, 1e21, 5e-324, 0.1, Number.NaN, Infinity, -Infinity, 9_007_199_254_740_992]],
  [decimal(12, 2), [0n, 5n, -5n, 123_456n, -100n]],
  [decimal(38, 10), [10n ** 37n, -(10n ** 37n) + 1n, 1n]],
  [DATE, [0, -1, 11_323, -719_528, -719_529, 2_932_897, 2_147_483_647, -2_147_483_648]],
  [TIME, [0n, 1n, 86_399_999_999n, 500_000n]],
  [TIMESTAMP, [0n, -1n, 978_307_200_000_000n, 978_307_200_123_400n, MIN, MAX]],
  [TIMESTAMPTZ, [0n, -86_400_000_001n, 253_402_300_800_000_000n]],
  [INTERVAL_MICROSECOND, [0n, -90_000_000n]],
  [VARCHAR, ['', 'ä€😀', 'plain']],
];

describe('texts of values', () => {
  it.each(cases)('are the canonical ones: %j', (type, values) => {
    const batch = rowsBatch(
      [{ name: 'x', type, nullable: false }],
      values.map((value) => [value]),
    );
    const out = new EncodeBuffer();
    const texts = values.map((_, row) => {
      out.reset();
      VALUE_WRITERS[type.kind](out, batch.columns[0]!, row, type);
      return out.view().toString('utf8');
    });
    expect(texts).toEqual(values.map((value) => valueToText(value, type)));
  });
});

function encode(format: EncodeFormat, schema: Schema, rows: readonly (readonly Value[])[]): string {
  const encoder = createEncoder(format, schema);
  const out = new EncodeBuffer();
  out.append(encoder.header);
  const batch = rowsBatch(schema, rows);
  rows.forEach((_, row) => {
    encoder.encode(batch, row, out);
  });
  return out.view().toString('utf8');
}

const field = (name: string, type: SqlType) => ({ name, type, nullable: true });

describe('JSON lines', () => {
  it('escapes what JSON needs escaped, and reads back equal', () => {
    const nasty = ['"', '\\', '\n\r\t\b\f', '\u0000\u001f\u007f', 'ä€😀', '</script>', '\u2028'];
    const text = encode(
      { name: 'json' },
      [field('"k\n', VARCHAR)],
      nasty.map((value) => [value]),
    );
    const parsed = text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, string>);
    expect(parsed.map((row) => row['"k\n'])).toEqual(nasty);
  });

  it('spells each type as the page says', () => {
    const schema = [
      field('i', BIGINT),
      field('d', decimal(20, 2)),
      field('f', DOUBLE),
      field('t', TIMESTAMP),
      field('b', VARBINARY),
      field('j', JSON_TYPE),
      field('o', BOOLEAN),
    ];
    const rows = [
      [MAX, 123_456_789_012_345_678_901n, Number.NaN, 0n, new Uint8Array([0, 255, 16]), '{"a":\n1}', true],
      [null, null, null, null, null, null, null],
    ];
    expect(encode({ name: 'json' }, schema, rows)).toBe(
      '{"i":9223372036854775807,"d":1234567890123456789.01,"f":"NaN","t":"1970-01-01T00:00:00","b":"AP8Q","j":{"a": 1},"o":true}\n' +
        '{"i":null,"d":null,"f":null,"t":null,"b":null,"j":null,"o":null}\n',
    );
    expect(encode({ name: 'json' }, [], [[]])).toBe('{}\n');
  });

  it('is what the source reads', () => {
    const schema = [field('i', BIGINT), field('d', decimal(12, 2)), field('s', VARCHAR), field('t', TIMESTAMP)];
    const rows = [
      [MIN, -5n, 'a"\u0001', -1n],
      [null, null, null, null],
    ];
    const decoded = decodeAll(
      ['i BIGINT', 'd DECIMAL(12,2)', 's VARCHAR', 't TIMESTAMP'],
      encode({ name: 'json' }, schema, rows),
      'twin',
    );
    expect(decoded.bad).toEqual([]);
    expect(decoded.rows).toEqual(rows);
  });
});

describe('CSV', () => {
  const csv = (
    options: Partial<{ header: boolean; delimiter: string; quote: string; null: string }> = {},
  ): EncodeFormat => ({
    name: 'csv',
    options: { header: true, delimiter: ',', quote: '"', null: '', ...options },
  });
  const schema = [field('id', BIGINT), field('na,me', VARCHAR)];

  it('quotes where it must, and tells NULL from empty text', () => {
    const rows = [
      [1n, 'a,b'],
      [2n, 'q"q'],
      [3n, 'l\nl'],
      [4n, ''],
      [5n, null],
      [6n, ' x'],
      [7n, 'plain'],
    ];
    expect(encode(csv(), schema, rows)).toBe('id,"na,me"\n1,"a,b"\n2,"q""q"\n3,"l\nl"\n4,""\n5,\n6," x"\n7,plain\n');
  });

  it('takes other spellings', () => {
    const rows = [
      [1n, 'a;b'],
      [2n, "it's"],
      [3n, null],
      [4n, 'NULL'],
    ];
    expect(encode(csv({ header: false, delimiter: ';', quote: "'", null: 'NULL' }), schema, rows)).toBe(
      "1;'a;b'\n2;'it''s'\n3;NULL\n4;'NULL'\n",
    );
  });

  it('is what the source reads', () => {
    const names = ['a,b', 'q"q', 'l\nl', '', null, ' x '];
    const text = encode(
      csv(),
      [field('id', BIGINT), field('name', VARCHAR)],
      names.map((name, i) => [BigInt(i), name]),
    );
    const decoded = decodeAll(['id BIGINT', 'name VARCHAR'], text, 'twin', 'csv', { header: true });
    expect(decoded.rows).toEqual(names.map((name, i) => [BigInt(i), name]));
  });
});

it('RAW writes the column and a line break', () => {
  expect(encode({ name: 'raw' }, [field('x', VARCHAR)], [['a"b'], [null]])).toBe('a"b\n\n');
});
