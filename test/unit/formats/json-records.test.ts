import { describe, expect, test } from 'vitest';
import { createDecoder } from '../../../runtime/formats/decoder.js';
import { RECORD_BYTES_MAX, RECORD_DEPTH_MAX } from '../../../runtime/formats/format.js';
import { bytesOf, decodeAll, decodeInto, emptyDecoded, KERNELS, source } from '../../support/decoding.js';

const COLUMNS = ['a BIGINT NOT NULL', 's VARCHAR'];
const FIRST = '{"a":0,"s":"first"}\n';

describe.each(KERNELS)('kernel %s', (kernel) => {
  const decode = (text: string | Uint8Array, columns = COLUMNS) => decodeAll(columns, text, kernel);

  test.each([
    ['blanks everywhere', ' \t{ "a" : 1 , "s" : "x" } \t'],
    ['blanks behind colon and comma', '{"a": 1, "s": "x"}'],
    ['another order', '{"s":"x","a":1}'],
    ['members nobody needs', '{"u":"y","a":1,"v":-1.5,"s":"x","w":null,"z":true}'],
    ['nested members nobody needs', '{"u":{"a":[9,{}]},"a":1,"s":"x"}'],
    ['escapes in members nobody needs', '{"u":"\\"}\\u0041","a":1,"s":"x"}'],
    ['an escaped name', '{"\\u0061":1,"s":"x"}'],
    ['a carriage return', '{"a":1,"s":"x"}\r'],
    ['the last of equal names counts', '{"a":"wrong","s":"y","a":1,"s":"x"}'],
    ['the last of equal names counts, escaped', '{"a":2,"s":"x","\\u0061":1}'],
    ['a long string nobody needs', `{"u":"${'long '.repeat(100)}","a":1,"s":"x"}`],
    ['a long name', `{"${'u'.repeat(100)}":1,"a":1,"s":"x"}`],
    ['a name that begins like another', '{"a1":5,"":6,"a":1,"ss":"y","s":"x"}'],
  ])('is a record: %s', (_, line) => {
    const { rows, bad } = decode(`${FIRST}${line}\n${line}\n${line}`);
    expect(bad).toEqual([]);
    expect(rows).toEqual([
      [0n, 'first'],
      [1n, 'x'],
      [1n, 'x'],
      [1n, 'x'],
    ]);
  });

  test.each([
    ['cut off in the tail', '{"a":1,"s":"x","u":"y', 'expected the rest of a string at byte 22'],
    ['no closing brace', '{"a":1,"s":"x"', "expected ',' or '}' at byte 15"],
    ['something behind it', '{"a":1,"s":"x"}}', 'expected the end of the record at byte 16'],
    ['two records', '{"a":1,"s":"x"}{"a":1,"s":"x"}', 'expected the end of the record'],
    ['a trailing comma', '{"a":1,"s":"x",}', 'expected a member name'],
    ['a leading comma', '{,"a":1}', 'expected a member name'],
    ['no colon', '{"a" 1}', "expected ':'"],
    ['a bare name', '{a:1}', 'expected a member name'],
    ['single quotes', "{'a':1}", 'expected a member name'],
    ['an array', '[1,2]', 'expected an object'],
    ['a number', '12', 'expected an object'],
    ['null', 'null', 'expected an object'],
    ['a number nobody needs, with a leading zero', '{"a":1,"s":"x","u":01}', "expected ',' or '}'"],
    ['a number nobody needs, without digits', '{"a":1,"s":"x","u":-}', 'expected a digit'],
    ['a literal nobody needs', '{"a":1,"s":"x","u":nul}', "expected 'null'"],
    ['a control byte nobody needs', '{"a":1,"s":"x","u":"\x01"}', 'expected the rest of a string'],
    ['a NUL byte', '{"a":1,"s":"x"}\0', 'found byte 0x00'],
    ['a byte order mark in the middle', '\uFEFF{"a":1,"s":"x"}', 'found byte 0xef'],
    ['other white space', '{"a":1,\u00a0"s":"x"}', 'expected a member name'],
  ])('is malformed: %s', (_, line, message) => {
    for (const end of ['\n', '']) {
      const { rows, bad } = decode(`${FIRST}${line}\n${FIRST}${line}${end}`);
      expect(rows).toHaveLength(2);
      expect(bad.map((each) => each.code)).toEqual(['malformed_record', 'malformed_record']);
      expect(bad[0]?.message).toContain(message);
      expect(bad[1]?.raw).toBe(Buffer.from(line).toString('latin1'));
    }
  });

  test.each([
    ['escapes of every kind', '\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20ac\\ud83c\\udf88', '"\\/\b\f\n\r\tAé€🎈'],
    [
      'escapes in a long string',
      `${'sixteen letters.'.repeat(3)}\\n${'x'.repeat(40)}`,
      `${'sixteen letters.'.repeat(3)}\n${'x'.repeat(40)}`,
    ],
    ['escapes beside other characters', 'é\\u00e9é', 'ééé'],
    ['two low surrogates', '\\udf88\\udf88', null],
    ['two high surrogates', '\\ud83c\\ud83c', null],
    ['a high surrogate at the end', 'x\\ud83c', null],
    ['a high surrogate before another escape', '\\ud83c\\u0041', null],
    ['a pair with something between', '\\ud83cx\\udf88', null],
  ])('a needed string has %s', (_, text, value) => {
    const { rows, bad } = decode(`${FIRST}{"a":1,"s":"${text}"}\n${FIRST}{"a":1,"s":"${text}"}\n`);
    const expected = value === null ? [] : [[1n, value]];
    expect(rows).toEqual([[0n, 'first'], ...expected, [0n, 'first'], ...expected]);
    expect(bad.map(({ code }) => code)).toEqual(value === null ? ['invalid_utf8', 'invalid_utf8'] : []);
  });

  test.each([
    '[1,]',
    '{"a":1,}',
    '{"a"}',
    '[1}',
    '{"a":1]',
    '[1 2]',
    '[[]',
    '[01]',
    '{"a":tru}',
    '["\\x"]',
    '["\\u00g0"]',
    '{1:2}',
  ])('a nested value that nobody needs is checked: %s', (value) => {
    const { rows, bad } = decode(`${FIRST}{"a":1,"u":${value},"s":"x"}\n${FIRST}`);
    expect(rows).toHaveLength(2);
    expect(bad.map(({ code }) => code)).toEqual(['malformed_record']);
  });

  test('UTF-8 is checked in needed strings only', () => {
    const invalid = Uint8Array.of(0xc3, 0x28);
    const line = (name: string, bytes: Uint8Array) =>
      Buffer.concat([bytesOf(`{"a":1,"${name}":"`), bytes, bytesOf('","s2":"é"}\n')]);
    const input = Buffer.concat([bytesOf(FIRST), line('u', invalid), line('s', invalid), line('s', bytesOf('é'))]);
    const { rows, bad } = decode(input);
    expect(rows).toEqual([
      [0n, 'first'],
      [1n, null],
      [1n, 'é'],
    ]);
    expect(bad.map((each) => each.code)).toEqual(['invalid_utf8']);
  });

  test.each([
    ['overlong', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['cut off', [0xe2, 0x82]],
    ['a lone continuation', [0x80]],
  ])('invalid UTF-8: %s', (_, bytes) => {
    const input = Buffer.concat([bytesOf(`${FIRST}{"a":1,"s":"`), Uint8Array.from(bytes), bytesOf('"}\n')]);
    expect(decode(input).bad.map((each) => each.code)).toEqual(['invalid_utf8']);
  });

  test('empty lines are skipped, and nothing else', () => {
    const { rows, bad } = decode('\n\r\n  \t\n{"a":1}\n\n{"a":2}\r\n\n');
    expect(rows).toEqual([
      [1n, null],
      [2n, null],
    ]);
    expect(bad).toEqual([]);
    expect(decode('').rows).toEqual([]);
  });

  test('a byte order mark begins a file', () => {
    const { rows, bad, origins } = decode('\uFEFF{"a":1}\n{"a":2}\n');
    expect(rows).toEqual([
      [1n, null],
      [2n, null],
    ]);
    expect(bad).toEqual([]);
    expect(origins.map((origin) => origin.position)).toEqual([3, 11]);
  });

  test('nesting is limited, also where nobody reads', () => {
    const nested = (depth: number) => `{"a":1,"u":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    expect(decode(nested(RECORD_DEPTH_MAX)).rows).toHaveLength(1);
    const { bad } = decode(`${nested(RECORD_DEPTH_MAX + 1)}\n${'{"a":'.repeat(200_000)}\n`);
    expect(bad.map((each) => each.code)).toEqual(['too_deep', 'too_deep']);
  });

  test('a record that is too long is refused, wherever it lies', () => {
    const record = Buffer.alloc(RECORD_BYTES_MAX + 1, 'x');
    record.write('{"a":1,"s":"');
    record.write('"}', record.length - 2);
    const fits = record.subarray(1);
    fits.write('{"a":1,"s":"');
    const long = Buffer.from(record);
    long.write('{"a":1,"s":"x');
    const input = Buffer.concat([bytesOf(FIRST), long, bytesOf('\n'), fits, bytesOf(`\n${FIRST}`)]);
    const foreign = decode(input);
    expect(foreign.rows.map((row) => row[0])).toEqual([0n, 1n, 0n]);
    expect(foreign.bad.map(({ code, position }) => [code, position])).toEqual([['too_long', FIRST.length]]);

    const decoder = createDecoder(source(COLUMNS), { kernel });
    const own = decoder.allocate(input.length);
    own.set(input);
    const inPlace = emptyDecoded();
    decodeInto(inPlace, decoder, [{ kind: 'bigint' }, { kind: 'varchar' }], own, 0);
    expect(inPlace.rows.map((row) => row[0])).toEqual([0n, 1n, 0n]);
    expect(inPlace.bad.map(({ code, position }) => [code, position])).toEqual([['too_long', FIRST.length]]);
  });

  test('many columns', () => {
    const names = Array.from({ length: 150 }, (_, index) => `c${String(index)}`);
    const columns = names.map((name) => `${name} INT`);
    const line = `{${names.map((name, index) => `"${name}":${String(index)}`).join(',')}}\n`;
    const { rows } = decodeAll(columns, `${line}${line}{"c149":7}\n`, kernel);
    expect(rows).toEqual([names.map((_, i) => i), names.map((_, i) => i), names.map((_, i) => (i === 149 ? 7 : null))]);
  });

  test('names that need escapes, and names that look like code', () => {
    const names = ['a"b', 'back\\slash', "'];throw 1;//", '`${x}`', 'ü', '', ' '];
    const text = `${JSON.stringify(Object.fromEntries(names.map((name, index) => [name, index])))}\n`;
    const decoder = createDecoder(
      {
        columns: names.map((name) => ({
          from: 'record',
          name,
          field: { name, type: { kind: 'int' }, nullable: false },
        })),
        unused: [],
        format: { name: 'json', options: {} },
      },
      { kernel },
    );
    const result = emptyDecoded();
    decodeInto(
      result,
      decoder,
      names.map(() => ({ kind: 'int' })),
      bytesOf(text.repeat(3)),
      0,
    );
    expect(result.rows).toEqual([0, 1, 2].map(() => [0, 1, 2, 3, 4, 5, 6]));
  });
});
