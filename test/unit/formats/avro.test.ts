/** FORMAT AVRO against `avsc`, an independent implementation: messages, files, and bytes that are neither. */
import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { avroSchemaOf } from '../../../plan/formats/avro/fit.js';
import { parseAvroSchema } from '../../../plan/formats/avro/schema.js';
import type { Field } from '../../../plan/types.js';
import type { Value } from '../../../plan/values.js';
import { createDecoder } from '../../../runtime/formats/decoder.js';
import { EncodeBuffer } from '../../../runtime/formats/encode-buffer.js';
import { createEncoder } from '../../../runtime/formats/encode.js';
import { createFileEncoder } from '../../../runtime/formats/file-writer.js';
import { rowsBatch } from '../../support/connectors.js';
import { column, decodeInto, emptyDecoded, source, type Decoded } from '../../support/decoding.js';

/** Longs with all their digits. */
const long = avsc.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
});
const isLong = (schema: unknown): boolean =>
  schema === 'long' || (typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'long');
const typeOf = (schema: object): avsc.Type =>
  avsc.Type.forSchema(schema as avsc.Schema, {
    wrapUnions: 'never',
    omitRecordMethods: true,
    typeHook: (each) => (isLong(each) ? long : undefined),
  });

function decode(columns: readonly string[], schema: object, messages: readonly Uint8Array[], options = {}): Decoded {
  const spec = source(columns, 'avro', { schema: JSON.stringify(schema), ...options });
  const decoder = createDecoder(spec);
  decoder.begin();
  const result = emptyDecoded();
  const starts = new Int32Array(messages.length);
  const lengths = Int32Array.from(messages, (message) => message.length);
  let at = 0;
  lengths.forEach((length, i) => {
    starts[i] = at;
    at += length;
  });
  const types = spec.columns.map((each) => each.field.type);
  decodeInto(result, decoder, types, Buffer.concat(messages), 0, {
    records: { starts, lengths },
    positions: { each: Float64Array.from(messages, (_, i) => 100 + i) },
  });
  return result;
}

const record = (...fields: readonly (readonly [string, unknown])[]): object => ({
  type: 'record',
  name: 'a.R',
  fields: fields.map(([name, type]) => ({ name, type })),
});
const orNull = (type: unknown): unknown => ['null', type];
const logical = (type: string, logicalType: string, more = {}): object => ({ type, logicalType, ...more });

describe('messages', () => {
  it('become columns of every type, nullable or not', () => {
    const schema = record(
      ['unused', { type: 'array', items: { type: 'map', values: ['null', 'string'] } }],
      ['b', 'boolean'],
      ['i', 'int'],
      ['l', 'long'],
      ['f', orNull('float')],
      ['d', 'double'],
      ['n', orNull(logical('bytes', 'decimal', { precision: 9, scale: 2 }))],
      ['w', { ...logical('fixed', 'decimal', { precision: 38, scale: 10 }), name: 'W', size: 16 }],
      ['s', 'string'],
      ['e', { type: 'enum', name: 'E', symbols: ['X', 'Yy'] }],
      ['u', { ...logical('fixed', 'uuid'), name: 'U', size: 16 }],
      ['v', 'bytes'],
      ['dt', logical('int', 'date')],
      ['t1', logical('int', 'time-millis')],
      ['t2', logical('long', 'time-micros')],
      ['ts1', logical('long', 'timestamp-millis')],
      ['ts2', logical('long', 'local-timestamp-micros')],
      ['ts3', logical('long', 'timestamp-nanos')],
      ['j', { type: 'array', items: ['null', 'long', 'string'] }],
      ['x', orNull('string')],
    );
    const columns = [
      ...['b BOOLEAN NOT NULL', 'i INT', 'l BIGINT', 'f DOUBLE', 'd DOUBLE', 'n DECIMAL(12,4)', 'w DECIMAL(38,10)'],
      ...['s VARCHAR', 'e VARCHAR', 'u VARCHAR', 'v VARBINARY', 'dt DATE', 't1 TIME', 't2 TIME', 'ts1 TIMESTAMP'],
      ...['ts2 TIMESTAMP', 'ts3 TIMESTAMPTZ', 'j JSON', 'x VARCHAR', 'at BIGINT METADATA FROM offset'],
    ];
    const uuid = Buffer.from('123e4567e89b12d3a456426614174000', 'hex');
    const wide = Buffer.alloc(16, 0xff);
    const values = {
      unused: [{ a: null, b: 'x' }, {}],
      ...{ b: true, i: -2_147_483_648, l: 2n ** 63n - 1n, f: 1.5, d: -0.1, n: Buffer.from([0xff, 0x38]), w: wide },
      ...{ s: 'ä😀', e: 'Yy', u: uuid, v: Buffer.from([0, 255]), dt: -1, t1: 86_399_999, t2: 1n, ts1: -1n },
      ...{ ts2: -(2n ** 63n), ts3: -1n, j: [null, 2n ** 60n, '"\n'], x: null },
    };
    const { rows, bad } = decode(columns, schema, [typeOf(schema).toBuffer(values)]);
    expect(bad).toEqual([]);
    expect(rows[0]?.slice(0, -1)).toEqual([
      ...[true, -2_147_483_648, 2n ** 63n - 1n, 1.5, -0.1, -20_000n, -1n, 'ä😀', 'Yy'],
      ...['123e4567-e89b-12d3-a456-426614174000', Uint8Array.of(0, 255), -1, 86_399_999_000n, 1n, -1000n],
      ...[-(2n ** 63n), -1n, '[null,1152921504606846976,"\\"\\n"]', null],
    ]);
    expect(rows[0]?.at(-1)).toBe(100n);
  });

  it('are promoted, found by an alias, and NULL where that is allowed', () => {
    const fields = [
      { name: 'a', type: 'int' },
      { name: 'b', type: 'long' },
      { name: 'c', type: 'string' },
      { name: 'd', type: 'bytes', aliases: ['old'] },
      { name: 'i', type: ['null', 'int', 'string'] },
    ];
    const schema = { type: 'record', name: 'R', fields };
    const bytes = (i: unknown): Buffer =>
      typeOf(schema).toBuffer({ a: 7, b: 2n ** 53n + 1n, c: '[1.50]', d: Buffer.from('x'), i });
    const columns = ['a BIGINT', 'b DOUBLE', 'c JSON', 'old VARCHAR', 'i INT', 'gone INT'];
    const { rows, bad } = decode(columns, schema, [bytes(1), bytes(null), bytes('y')], { missing_columns: 'null' });
    expect(rows).toEqual([
      [7n, 2 ** 53, '[1.50]', 'x', 1, null],
      [7n, 2 ** 53, '[1.50]', 'x', null, null],
    ]);
    expect(bad[0]).toMatchObject({ code: 'wrong_type', position: 102 });
    expect(bad[0]?.message).toBe('field i: expected INT, found the branch string of the union');
  });

  it('that are damaged are bad records, and leave no row', () => {
    const schema = record(['a', 'long'], ['s', 'string'], ['m', { type: 'map', values: 'int' }]);
    const whole = typeOf(schema).toBuffer({ a: 5n, s: 'abc', m: { k: 1 } });
    const messages = [whole.subarray(0, 3), Buffer.concat([whole, Buffer.of(0)]), Buffer.alloc(0), whole];
    const negative = Buffer.of(0, 1);
    const { rows, bad } = decode(['a BIGINT', 's VARCHAR', 'm JSON'], schema, [...messages, negative]);
    expect(rows).toEqual([[5n, 'abc', '{"k":1}']]);
    expect(bad.map(({ code, position }) => `${code}@${String(position)}`)).toEqual([
      'malformed_record@100',
      'malformed_record@101',
      'malformed_record@102',
      'malformed_record@104',
    ]);
  });

  it.each([
    ['NOT NULL', 'a INT NOT NULL', orNull('int'), null, 'missing_value'],
    ['digits', 'a DECIMAL(3,2)', logical('bytes', 'decimal', { precision: 4, scale: 2 }), Buffer.of(4, 0), 'overflow'],
    ['huge digits', 'a DECIMAL(3,2)', logical('bytes', 'decimal', { precision: 4 }), Buffer.alloc(100), 'overflow'],
    ['UTF-8', 'a VARCHAR', 'bytes', Buffer.of(0xff), 'invalid_utf8'],
    ['JSON', 'a JSON', 'string', '{', 'malformed_record'],
    ['a day', 'a DATE', logical('int', 'date'), 2_000_000_000, 'out_of_range'],
    ['a time', 'a TIME', logical('int', 'time-millis'), -1, 'out_of_range'],
    ['a timestamp', 'a TIMESTAMP', logical('long', 'timestamp-millis'), 2n ** 62n, 'out_of_range'],
  ])('with a value that is no %s are bad records', (_, field, type, value, code) => {
    const schema = record(['a', type]);
    const { rows, bad } = decode([field], schema, [typeOf(schema).toBuffer({ a: value })]);
    expect(rows).toEqual([]);
    expect(bad.map((each) => each.code)).toEqual([code]);
  });

  it('that nest without end, or claim items without bytes, are refused in time', () => {
    const list = record(['next', ['null', 'a.R']]);
    const deep = decode(['next JSON'], list, [Buffer.alloc(5000, 2)]);
    expect(deep.bad[0]?.code).toBe('too_deep');
    expect(decode(['x INT'], list, [Buffer.alloc(5000, 2)], { missing_columns: 'null' }).bad[0]?.code).toBe('too_deep');
    const nulls = record(['n', { type: 'array', items: 'null' }]);
    const many = Buffer.of(0xfe, 0xff, 0xff, 0xff, 0xff, 0x3f, 0);
    expect(decode(['n JSON'], nulls, [many]).bad[0]?.code).toBe('too_long');
    expect(decode(['x INT'], nulls, [many], { missing_columns: 'null' }).rows).toEqual([[null]]);
  });
});

/** Any type of the format, with values as `avsc` takes them and as JSON has them. */
interface Sample {
  readonly type: unknown;
  readonly value: unknown;
  readonly json: unknown;
}

let names = 0;
const samples = fc.letrec<{ one: Sample }>((tie) => ({
  one: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.boolean().map((value): Sample => ({ type: 'boolean', value, json: value })),
    fc.integer().map((value): Sample => ({ type: 'int', value, json: value })),
    fc.maxSafeInteger().map((value): Sample => ({ type: 'long', value: BigInt(value), json: value })),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((value): Sample => ({ type: 'double', value, json: value })),
    fc.string({ unit: 'binary' }).map((value): Sample => ({ type: 'string', value, json: value })),
    fc.uint8Array().map((value): Sample => {
      return { type: 'bytes', value: Buffer.from(value), json: Buffer.from(value).toString('base64') };
    }),
    fc.constant<Sample>({ type: 'null', value: null, json: null }),
    fc.array(tie('one'), { minLength: 0, maxLength: 3 }).map((fields): Sample => {
      const name = `R${String(names++)}`;
      const entries = (key: 'type' | 'value' | 'json') =>
        fields.map((each, i) => [`f${String(i)}`, each[key]] as const);
      return {
        type: { type: 'record', name, fields: entries('type').map(([field, type]) => ({ name: field, type })) },
        value: Object.fromEntries(entries('value')),
        json: Object.fromEntries(entries('json')),
      };
    }),
    fc.tuple(tie('one'), fc.nat(3)).map(([item, count]): Sample => ({
      type: { type: 'array', items: item.type },
      value: Array.from({ length: count }, () => item.value),
      json: Array.from({ length: count }, () => item.json),
    })),
    fc
      .tuple(tie('one'), fc.uniqueArray(fc.constantFrom('a', 'b', '"'), { maxLength: 2 }))
      .map(([item, keys]): Sample => ({
        type: { type: 'map', values: item.type },
        value: Object.fromEntries(keys.map((key) => [key, item.value])),
        json: Object.fromEntries(keys.map((key) => [key, item.json])),
      })),
  ),
}));

describe('against avsc', () => {
  it('any nested value is the same as JSON', () => {
    fc.assert(
      fc.property(samples.one, ({ type, value, json }) => {
        const schema = record(['skipped', type], ['j', { type: 'array', items: type }], ['end', 'int']);
        // Named types are defined once.
        const text = JSON.stringify(schema);
        fc.pre(!/"R\d+"/u.test(text));
        const bytes = typeOf(schema).toBuffer({ skipped: value, j: [value], end: 7 });
        const { rows, bad } = decode(['j JSON', 'end INT'], schema, [bytes]);
        expect(bad).toEqual([]);
        expect(JSON.parse(String(rows[0]?.[0]))).toEqual([structuredClone(json)]);
        expect(rows[0]?.[1]).toBe(7);
      }),
      { numRuns: 100 },
    );
    fc.assert(
      fc.property(samples.one, ({ type, value, json }) => {
        const schema = record(['j', { type: 'record', name: 'Inner', fields: [{ name: 'x', type }] }], ['end', 'int']);
        const bytes = typeOf(schema).toBuffer({ j: { x: value }, end: 7 });
        const { rows, bad } = decode(['j JSON', 'end INT'], schema, [bytes]);
        expect(bad).toEqual([]);
        expect(JSON.parse(String(rows[0]?.[0]))).toEqual(structuredClone({ x: json }));
        expect(decode(['end INT'], schema, [bytes]).rows).toEqual([[7]]);
      }),
      { numRuns: 100 },
    );
  });

  it('any bytes are rows or bad records', () => {
    const schema = record(
      ['a', ['null', 'long']],
      ['t', logical('long', 'timestamp-millis')],
      ['d', logical('bytes', 'decimal', { precision: 10, scale: 2 })],
      ['j', { type: 'map', values: ['null', 'a.R', { type: 'array', items: 'double' }] }],
      ['e', { type: 'enum', name: 'E', symbols: ['X'] }],
    );
    const columns = ['a BIGINT', 't TIMESTAMP', 'd DECIMAL(10,2)', 'j JSON', 'e VARCHAR'];
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), (messages) => {
        const { rows, bad } = decode(columns, schema, messages);
        expect(rows.length + bad.length).toBe(messages.length);
      }),
      { numRuns: 500 },
    );
  });
});

const ALL = [
  ...['b BOOLEAN NOT NULL', 'i INT', 'l BIGINT', 'd DOUBLE', 'm DECIMAL(12,2)', 'w DECIMAL(38,10)', 's VARCHAR'],
  ...['v VARBINARY', 'dt DATE', 'tm TIME', 'ts TIMESTAMP', 'tz TIMESTAMPTZ', 'j JSON', 'y INTERVAL'],
];
const ROWS: readonly (readonly Value[])[] = [
  [true, 0, 0n, 0.5, 0n, 0n, '', new Uint8Array(0), 0, 0n, 0n, 0n, '{"a": 1}', 0n],
  [false, ...Array.from({ length: 13 }, () => null)],
  [
    ...[
      true,
      -2_147_483_648,
      -(2n ** 63n),
      -1e300,
      -999_999_999_999n,
      -(10n ** 38n) + 1n,
      'ä😀',
      Uint8Array.of(0, 255),
    ],
    ...[-719_162, 86_399_999_999n, -1n, 2n ** 53n, '[1]', -5n],
  ],
  [
    ...[true, 2_147_483_647, 2n ** 63n - 1n, NaN, 128n, 10n ** 38n - 1n, 'x'.repeat(3000), Uint8Array.of(1)],
    ...[2_932_896, 1n, 2n ** 52n, -(2n ** 52n), '"t"', 2n ** 40n],
  ],
];
const fields = (columns: readonly string[]): Field[] => columns.map((text) => column(text).field);

describe('what is written', () => {
  const schema = JSON.parse(avroSchemaOf(fields(ALL), 'shop.Row')) as object;

  it('is a schema that avsc takes and we read', () => {
    expect(typeOf(schema).toString()).toContain('shop.Row');
    expect(parseAvroSchema(JSON.stringify(schema)).ok).toBe(true);
  });

  it('comes back as messages, byte for byte as avsc writes them', () => {
    const encoder = createEncoder(
      { name: 'avro', options: { record_name: 'shop.Row', compression: 'none' } },
      fields(ALL),
    );
    const batch = rowsBatch(fields(ALL), ROWS);
    const messages = ROWS.map((_, row) => {
      const out = new EncodeBuffer();
      encoder.encode(batch, row, out);
      return out.take();
    });
    expect(decode(ALL, schema, messages).rows).toEqual(ROWS);
    const type = typeOf(schema);
    for (const message of messages) {
      expect(type.toBuffer(type.fromBuffer(Buffer.from(message))).equals(message)).toBe(true);
    }
  });

  it.each(['snappy', 'none'] as const)('is the same file for the same rows, in blocks: %s', (compression) => {
    const encoder = createFileEncoder({ name: 'avro', options: { record_name: 'row', compression } }, fields(ALL));
    const write = (): Uint8Array => {
      const writer = encoder.create();
      const batch = rowsBatch(fields(ALL), ROWS);
      for (let i = 0; i < 100; i++) expect(writer.append(batch, i % ROWS.length, Infinity)).toBe(true);
      expect(writer.append(batch, 0, 10)).toBe(false);
      expect(writer.rows).toBe(100);
      return writer.finish();
    };
    expect(Buffer.from(write()).equals(write())).toBe(true);
  });
});

it.each([
  ['nothing', '', 'no JSON'],
  ['a primitive', '"int"', 'expected a record, found int'],
  ['an unknown type', '{"type":"record","name":"R","fields":[{"name":"a","type":"B"}]}', 'no type "B"'],
  ['a record without fields', '{"type":"record","name":"R"}', 'no list of fields'],
  [
    'a field twice',
    '{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}',
    'two',
  ],
  ['a field without type', '{"type":"record","name":"R","fields":[{"name":"a"}]}', 'no type'],
  ['a union in a union', '{"type":"record","name":"R","fields":[{"name":"a","type":[["int"]]}]}', 'union'],
])('a schema of %s is refused', (_, text, why) => {
  const parsed = parseAvroSchema(text);
  expect(parsed.ok ? '' : parsed.why).toContain(why);
});
