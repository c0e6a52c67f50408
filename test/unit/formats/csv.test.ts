import { describe, expect, test } from 'vitest';
import { createDecoder } from '../../../runtime/formats/decoder.js';
import type { OptionValues } from '../../../plan/plan.js';
import { bytesOf, column, decodeAll, decodeInto, emptyDecoded, source } from '../../support/decoding.js';

const csv = (columns: readonly string[], text: string, options: OptionValues = {}) =>
  decodeAll(columns, text, 'auto', 'csv', options);
const NO_HEADER = { header: 'false' };

describe('records', () => {
  test('columns by name, in the order of the header', () => {
    const { rows, origins } = csv(['b VARCHAR', 'a INT'], 'a,x,b\n1,-,one\r\n2,-,two');
    expect(rows).toEqual([
      ['one', 1],
      ['two', 2],
    ]);
    expect(origins.map(({ position, raw }) => [position, raw])).toEqual([
      [6, '1,-,one'],
      [15, '2,-,two'],
    ]);
  });

  test('a byte order mark and quotes around header names', () => {
    expect(csv(['a"b INT', 'c INT'], '\uFEFF"a""b","c"\r\n1,2\r\n').rows).toEqual([[1, 2]]);
  });

  test('columns by position', () => {
    const decoder = createDecoder(source(['2 INT', '3 VARCHAR'], 'csv', NO_HEADER, ['1']));
    const result = emptyDecoded();
    decodeInto(result, decoder, [{ kind: 'int' }, { kind: 'varchar' }], bytesOf('x,1,a\ny,2,b\n'), 0);
    expect(result.rows).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    expect(csv(['a INT', 'b INT'], '1,2\n', NO_HEADER).rows).toEqual([[1, 2]]);
  });

  test('quotes, doubled quotes, delimiters and line breaks inside', () => {
    const { rows, bad } = csv(['a VARCHAR', 'b VARCHAR'], 'a,b\n"x,1","say ""hi"""\n"two\r\nlines",y\n"",""\n');
    expect(bad).toEqual([]);
    expect(rows).toEqual([
      ['x,1', 'say "hi"'],
      ['two\r\nlines', 'y'],
      ['', ''],
    ]);
  });

  test('other delimiter, quote and NULL text', () => {
    const options = { delimiter: '|', quote: "'", null: 'NULL' };
    expect(csv(['a VARCHAR', 'b VARCHAR'], "a|b\n'x|''1'|NULL\n|'NULL'\n", options).rows).toEqual([
      ["x|'1", null],
      ['', 'NULL'],
    ]);
  });

  test('NULL and the empty string', () => {
    const { rows } = csv(['a INT', 'b VARCHAR', 'c VARCHAR NOT NULL'], 'a,b,c\n,,x\n1,"",""\n');
    expect(rows).toEqual([
      [null, null, 'x'],
      [1, '', ''],
    ]);
    expect(csv(['a INT'], 'a,b\n"",\n').bad.map(({ code }) => code)).toEqual(['wrong_type']);
    expect(csv(['b VARCHAR NOT NULL'], 'b,c\n,1\n').bad.map(({ code }) => code)).toEqual(['missing_value']);
  });

  test.each([
    ['too few fields', '1\n', 'expected 2 fields, found 1'],
    ['too many fields', '1,2,3\n', 'expected 2 fields, found 3'],
    ['a quote inside', '1,5" disk\n', 'found one inside'],
    ['something behind a quote', '"1"x,2\n', 'behind a closing quote'],
  ])('is malformed: %s', (_, line, message) => {
    const { rows, bad } = csv(['a INT', 'b VARCHAR'], `a,b\n1,x\n${line}2,y\n`);
    expect(rows).toEqual([
      [1, 'x'],
      [2, 'y'],
    ]);
    expect(bad.map(({ code }) => code)).toEqual(['malformed_record']);
    expect(bad[0]?.message).toContain(message);
  });

  test('an open quote reaches to the end of the input', () => {
    const { rows, bad } = csv(['a INT', 'b VARCHAR'], 'a,b\n1,x\n2,"y\n3,z\n');
    expect(rows).toEqual([[1, 'x']]);
    expect(bad).toMatchObject([{ code: 'malformed_record', position: 8, raw: '2,"y\n3,z\n' }]);
  });

  test('empty lines are skipped', () => {
    expect(csv(['a INT'], 'a\n1\n\n\r\n2\n').rows).toEqual([[1], [2]]);
  });

  test('a column that the header lacks is an error of the file, or NULL, or missing', () => {
    const { bad, rows } = csv(['a INT', 'z INT'], 'a,Z\n1,2\n');
    expect(rows).toEqual([]);
    expect(bad).toMatchObject([
      { code: 'malformed_record', message: 'expected a column `z` in the header of the file, found a, Z' },
    ]);
    const asNull = { missing_columns: 'null' };
    expect(csv(['a INT', 'z INT'], 'a\n1\n', asNull).rows).toEqual([[1, null]]);
    expect(csv(['a INT', 'z INT NOT NULL'], 'a\n1\n', asNull).bad.map(({ code }) => code)).toEqual(['missing_value']);
  });

  test('a header that is malformed spoils its file', () => {
    expect(csv(['a INT'], '"a"x\n1\n').bad).toMatchObject([{ code: 'malformed_record', position: 5 }]);
  });

  test('the header comes again before a range in the middle, and makes no row', () => {
    const decoder = createDecoder(source(['a INT'], 'csv'));
    const types = [column('a INT').field.type];
    expect(decoder.framing.header).toBe(true);
    expect(() => {
      decodeInto(emptyDecoded(), decoder, types, bytesOf('1,2\n'), 40);
    }).toThrow(/header/u);
    const result = emptyDecoded();
    decodeInto(result, decoder, types, bytesOf('b,a\n'), 0);
    decodeInto(result, decoder, types, bytesOf('1,2\n'), 40);
    expect(result.rows).toEqual([[2]]);
    expect(result.origins.map(({ ordinal }) => ordinal)).toEqual([0]);
  });
});

describe('values', () => {
  test.each([
    ['BOOLEAN', 'TRUE', true],
    ['BOOLEAN', 'n', false],
    ['BOOLEAN', '2', 'wrong_type'],
    ['INT', ' 12 ', 12],
    ['INT', '-2147483648', -2147483648],
    ['INT', '2147483648', 'out_of_range'],
    ['INT', '1.5', 'wrong_type'],
    ['INT', 'x', 'wrong_type'],
    ['BIGINT', '007', 7n],
    ['BIGINT', '+7', 7n],
    ['BIGINT', '-9223372036854775808', -(2n ** 63n)],
    ['BIGINT', '9223372036854775808', 'out_of_range'],
    ['DOUBLE', '1.5', 1.5],
    ['DOUBLE', '.5', 0.5],
    ['DOUBLE', '1e-3', 0.001],
    ['DOUBLE', 'NaN', NaN],
    ['DOUBLE', '-Infinity', -Infinity],
    ['DOUBLE', '1e309', 'out_of_range'],
    ['DOUBLE', '0x10', 'wrong_type'],
    ['DECIMAL(6,2)', '-12.5', -1250n],
    ['DECIMAL(6,2)', '12.345', 'out_of_range'],
    ['DECIMAL(6,2)', '10000', 'out_of_range'],
    ['DECIMAL(30,2)', '12345678901234567890.12', 1234567890123456789012n],
    ['VARCHAR', ' x ', ' x '],
    ['DATE', '2026-01-01', 20454],
    ['DATE', '2026-02-30', 'wrong_type'],
    ['TIME', '01:00:00.5', 3_600_500_000n],
    ['TIMESTAMP', '1970-01-01 00:00:01', 1_000_000n],
    ['TIMESTAMP', '1970-01-01T00:00:01.25Z', 1_250_000n],
    ['TIMESTAMP', '1970-01-01T00:00:01.', 'wrong_type'],
    ['TIMESTAMPTZ', '1970-01-01T01:00:00+01:00', 0n],
    ['INTERVAL', '2m', 120_000_000n],
    ['VARBINARY', 'AP8=', Uint8Array.of(0, 255)],
    ['JSON', '[1]', '[1]'],
    ['JSON', '[1', 'malformed_record'],
  ])('%s from %s', (type, text, expected) => {
    for (const constraint of ['', ' NOT NULL']) {
      const { rows, bad } = csv([`x ${type}${constraint}`, 'y INT'], `x,y\n${text},1\n"${text}",1\n`);
      const isError = typeof expected === 'string' && /_/u.test(expected);
      expect(bad.map(({ code }) => code)).toEqual(isError ? [expected, expected] : []);
      expect(rows).toEqual(
        isError
          ? []
          : [
              [expected, 1],
              [expected, 1],
            ],
      );
    }
  });
});

test.each([
  ['a,b\nc,d\ne', 8],
  ['a,"b\nc",d\ne', 10],
  ['a,"b\nc', 0],
  ['a,"b""\n"\n', 9],
  ['5" disk\nx', 8],
  ['', 0],
])('framing of %j', (text, end) => {
  const { framing } = createDecoder(source(['a INT'], 'csv'));
  const bytes = bytesOf(`###${text}###`);
  expect(framing.lastRecordEnd(bytes, 3, bytes.length - 3) - 3).toBe(end);
});
