/** FORMAT PROTOBUF: the wire format against protobufjs, an implementation of its own; records that are none; sinks. */
import fc from 'fast-check';
import protobufjs from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { messageNamed } from '../../../plan/formats/protobuf/model.js';
import { parseProtoSchema } from '../../../plan/formats/protobuf/schema.js';
import { protoTextOf } from '../../../plan/formats/protobuf/derived.js';
import { chooseMessage, protoMismatch } from '../../../plan/formats/protobuf/fit.js';
import type { Value } from '../../../plan/values.js';
import { EncodeBuffer } from '../../../runtime/formats/encode-buffer.js';
import { ProtobufDecoder } from '../../../runtime/formats/protobuf/decoder.js';
import { createProtobufEncoder } from '../../../runtime/formats/protobuf/encode.js';
import type { RegisteredSchema, SchemaRegistry } from '../../../runtime/formats/registry/registry.js';
import type { Decoder } from '../../../runtime/formats/format.js';
import { rowsBatch } from '../../support/connectors.js';
import { column, decodeInto, emptyDecoded, type Decoded } from '../../support/decoding.js';

const SCHEMA = `
  // A schema with a bit of everything.
  syntax = "proto3";
  package shop.v1; /* and a comment */
  import "google/protobuf/timestamp.proto";
  import public "google/protobuf/duration.proto";
  import "google/protobuf/wrappers.proto";
  option java_package = "com.shop";
  enum State { option allow_alias = true; OPEN = 0; PAID = 5; BEZAHLT = 5; LOST = -3; }
  message Order {
    reserved 40 to 45, 47; reserved "gone";
    int32 i32 = 1; int64 i64 = 2; uint32 u32 = 3; uint64 u64 = 4; sint32 s32 = 5; sint64 s64 = 6;
    fixed32 f32 = 7; fixed64 f64 = 8; sfixed32 sf32 = 9; sfixed64 sf64 = 10;
    float real = 11; double wide = 12; bool flag = 13; string text = 14; bytes raw = 15;
    State state = 16;
    optional int32 maybe = 17;
    Inner inner = 18 [(my.option) = { a: [1, 2], b: "x" }, deprecated = true];
    repeated sint32 packed = 19; repeated string names = 20; repeated Inner inners = 21;
    map<string, int64> counts = 22; map<int32, Inner> by_id = 23;
    oneof either { string left = 24; int64 right = 25; }
    google.protobuf.Timestamp at = 26; .google.protobuf.Duration took = 27; google.protobuf.Int64Value boxed = 28;
    string amount = 29; repeated int32 loose = 30 [packed = false];
    message Inner { int64 big = 1; optional string note = 2; State state = 3; Inner inner = 4; repeated bytes parts = 5; }
  }
  service Shop { rpc Get(Order) returns (Order) { option idempotency_level = NO_SIDE_EFFECTS; } }
  message Other { int32 i32 = 1; string text = 2; }
`;
const root = protobufjs.parse(SCHEMA, { keepCase: true }).root;
for (const [name, fields] of [
  ['Timestamp', { seconds: ['int64', 1], nanos: ['int32', 2] }],
  ['Duration', { seconds: ['int64', 1], nanos: ['int32', 2] }],
  ['Int64Value', { value: ['int64', 1] }],
] as const) {
  const type = new protobufjs.Type(name);
  for (const [field, [kind, id]] of Object.entries(fields)) type.add(new protobufjs.Field(field, id, kind));
  root.define('google.protobuf').add(type);
}
root.resolveAll();
const Order = root.lookupType('shop.v1.Order');

const COLUMNS = [
  'i32 INT', 'i64 BIGINT', 'u32 BIGINT', 'u64 JSON', 's32 INT', 's64 BIGINT', 'f32 BIGINT', 'f64 JSON', 'sf32 INT',
  'sf64 BIGINT', 'real DOUBLE', 'wide DOUBLE', 'flag BOOLEAN', 'text VARCHAR', 'raw VARBINARY', 'state VARCHAR',
  'maybe INT', 'inner JSON', 'packed JSON', 'names JSON', 'inners JSON', 'counts JSON', 'by_id JSON', 'left VARCHAR',
  'right BIGINT', 'at TIMESTAMPTZ', 'took INTERVAL', 'boxed BIGINT', 'amount DECIMAL(10,2)', 'loose JSON',
]; // prettier-ignore

const fixed = (columns: readonly string[], message: string | null = 'shop.v1.Order', text = SCHEMA): ProtobufDecoder =>
  new ProtobufDecoder(columns.map(column), { message, schema: { kind: 'text', text } });

function decode(decoder: Decoder, columns: readonly string[], records: readonly Uint8Array[]): Decoded {
  const heap = Buffer.concat(records);
  let at = 0;
  const starts = Int32Array.from(records, (record) => (at += record.length) - record.length);
  const lengths = Int32Array.from(records, (record) => record.length);
  const result = emptyDecoded();
  decoder.begin();
  const types = columns.map((text) => column(text).field.type);
  const chunk = { records: { starts, lengths }, positions: { each: Float64Array.from(records.keys()) } };
  decodeInto(result, decoder, types, heap, 0, chunk);
  return result;
}

const long = (min: bigint, max: bigint): fc.Arbitrary<string> => fc.bigInt({ min, max }).map(String);
const i64 = long(-(2n ** 63n), 2n ** 63n - 1n);
const i32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const u32 = fc.nat(2 ** 32 - 1);
const bytes = fc.uint8Array({ maxLength: 12 });
const stateText = fc.constantFrom('OPEN', 'PAID', 'LOST');
const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const { inner } = fc.letrec<{ inner: Record<string, unknown> }>((tie) => ({
  inner: fc.record({
    big: some(i64),
    note: some(fc.string({ unit: 'binary' })),
    state: some(stateText),
    inner: fc.option(tie('inner'), { nil: undefined, maxDepth: 2, depthSize: 'small' }),
    parts: fc.array(bytes, { maxLength: 3 }),
  }),
}));
const order = fc.record({
  i32: some(i32), i64: some(i64), u32: some(u32), u64: some(long(0n, 2n ** 64n - 1n)), s32: some(i32), s64: some(i64),
  f32: some(u32), f64: some(long(0n, 2n ** 64n - 1n)), sf32: some(i32), sf64: some(i64),
  real: some(fc.float()), wide: some(fc.double()), flag: some(fc.boolean()), text: some(fc.string({ unit: 'binary' })),
  raw: some(bytes), state: some(stateText), maybe: some(i32), inner: some(inner), packed: fc.array(i32, { maxLength: 5 }),
  names: fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }), inners: fc.array(inner, { maxLength: 2 }),
  counts: fc.dictionary(fc.string({ maxLength: 4 }).filter((key) => key !== '__proto__'), i64, { maxKeys: 3 }),
  by_id: fc.dictionary(i32.map(String), inner, { maxKeys: 2 }), left: some(fc.string()),
  at: some(fc.record({ seconds: long(-62_135_596_800n, 253_402_300_799n), nanos: fc.nat(999_999_999) })),
  took: some(fc.record({ seconds: long(0n, 315_576_000_000n), nanos: fc.nat(999_999_999) })),
  boxed: some(fc.record({ value: i64 })), amount: some(fc.integer({ min: -99_999, max: 99_999 }).map((c) => (c / 100).toFixed(2))),
  loose: fc.array(i32, { maxLength: 4 }),
}); // prettier-ignore

/** Without the members that are undefined: protobufjs takes those for values. */
function written(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(written);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (each === undefined ? [] : [[key, written(each)]])),
  );
}

const encode = (value: object): Uint8Array => Order.encode(Order.fromObject(written(value) as object)).finish();

type Plain = Readonly<Record<string, unknown>>;

/** What an Inner is as JSON, from what protobufjs was given. */
function innerJson(value: Plain): Plain {
  return {
    big: BigInt((value['big'] as string | undefined) ?? 0),
    ...(value['note'] === undefined ? {} : { note: value['note'] }),
    state: value['state'] ?? 'OPEN',
    ...(value['inner'] === undefined ? {} : { inner: innerJson(value['inner'] as Plain) }),
    parts: (value['parts'] as Uint8Array[]).map((part) => Buffer.from(part).toString('base64')),
  };
}

/** Canonical: keys sorted, all digits. */
function text(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(text).join()}]`;
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, each]) => `${JSON.stringify(key)}:${text(each)}`).join()}}`;
}

const exact = (json: string): unknown =>
  JSON.parse(json.replace(/(?<=^|[:[,])(-?\d{16,})(?=$|[,\]}])/gu, '"#$1"'), (_k, v: unknown) =>
    typeof v === 'string' && v.startsWith('#') ? BigInt(v.slice(1)) : v,
  );

function expectedRow(value: Plain): Value[] {
  const big = (name: string): bigint => BigInt((value[name] as string | number | undefined) ?? 0);
  const time = (name: string): bigint | null => {
    const parts = value[name] as { seconds: string; nanos: number } | undefined;
    return parts === undefined ? null : BigInt(parts.seconds) * 1_000_000n + BigInt(Math.floor(parts.nanos / 1000));
  };
  const plain = (name: string, otherwise: Value): Value => (value[name] as Value | undefined) ?? otherwise;
  const map = (name: string, each: (found: never) => unknown): string =>
    text(Object.fromEntries(Object.entries(value[name] as Plain).map(([key, v]) => [key, each(v as never)])));
  return [
    plain('i32', 0), big('i64'), big('u32'), String(big('u64')), plain('s32', 0), big('s64'), big('f32'), String(big('f64')),
    plain('sf32', 0), big('sf64'), plain('real', 0), plain('wide', 0), plain('flag', false), plain('text', ''),
    plain('raw', new Uint8Array(0)), plain('state', 'OPEN'), plain('maybe', null),
    value['inner'] === undefined ? null : text(innerJson(value['inner'] as Plain)),
    text(value['packed']), text(value['names']), text((value['inners'] as Plain[]).map(innerJson)),
    map('counts', (count: string) => BigInt(count)), map('by_id', innerJson), plain('left', null), null,
    time('at'), time('took'), value['boxed'] === undefined ? null : BigInt((value['boxed'] as { value: string }).value),
    value['amount'] === undefined ? null : BigInt(Math.round(Number(value['amount']) * 100)), text(value['loose']),
  ]; // prettier-ignore
}

/** One for all: its memory takes longer to make than records to read. */
const everything = fixed(COLUMNS);
const JSON_COLUMNS = new Set(COLUMNS.flatMap((each, i) => (each.endsWith('JSON') ? [i] : [])));

describe('records', () => {
  it('are what protobufjs wrote', () => {
    fc.assert(
      fc.property(fc.array(order, { minLength: 1, maxLength: 4 }), (orders) => {
        const { rows, bad } = decode(everything, COLUMNS, orders.map(encode));
        expect(bad).toEqual([]);
        rows.forEach((row, i) => {
          const got = row.map((v, c) => (JSON_COLUMNS.has(c) && v !== null ? text(exact(v as string)) : v));
          expect(got).toEqual(expectedRow(orders[i]!));
        });
      }),
      { numRuns: 300 },
    );
  });

  it('that are damaged are rows or bad records, and nothing else', () => {
    fc.assert(
      fc.property(order, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat(), (value, edits, cut) => {
        const record = Uint8Array.from(encode(value));
        for (const [at, byte] of edits) if (record.length > 0) record[at % record.length] = byte;
        const damaged = record.subarray(0, record.length - (cut % 3));
        const { rows, bad } = decode(everything, COLUMNS, [damaged, new Uint8Array(0)]);
        expect(rows.length + bad.length).toBe(2);
        for (const row of rows)
          for (const [c, v] of row.entries()) if (JSON_COLUMNS.has(c) && v !== null) JSON.parse(v as string);
      }),
      { numRuns: 500 },
    );
  });

  it('of random bytes are rows or bad records', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (record) => {
        const { rows, bad } = decode(everything, COLUMNS, [record]);
        expect(rows.length + bad.length).toBe(1);
      }),
      { numRuns: 1000 },
    );
  });

  const hex = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits.replaceAll(' ', ''), 'hex'));

  it.each([
    ['a value given twice: the last one', '08 01 08 02', ['i32 INT'], [2]],
    [
      'a message given twice: both together',
      '9201 02 0801 9201 03 1a 01 62'.replace('1a', '12'),
      ['inner JSON'],
      ['{"big":1,"note":"b","state":"OPEN","parts":[]}'],
    ],
    ['numbers packed and loose, whatever the schema says', '9a01 02 0204 9801 06', ['packed JSON'], ['[1,2,3]']],
    ['fields of another wire type are unknown', '0d 01000000 08 07', ['i32 INT'], [7]],
    ['unknown fields and groups', 'fa07 02 ffff f307 f407 08 07', ['i32 INT'], [7]],
    ['an enum without a name', '800163', ['state VARCHAR'], ['99']],
    ['a negative enum', '8001 fdffffffffffffffff01', ['state VARCHAR'], ['LOST']],
    ['columns that the schema lacks', '0807', ['none VARCHAR', 'i32 INT'], [null, 7]],
    [
      'entries of a map given twice: the last one',
      'b201 05 0a0161 1001 b201 05 0a0161 1002',
      ['counts JSON'],
      ['{"a":2}'],
    ],
  ] as const)('%s', (_what, digits, columns, expected) => {
    const { rows, bad } = decode(fixed(columns), columns, [hex(digits)]);
    expect(bad).toEqual([]);
    expect(rows[0]).toEqual(expected);
  });

  it.each([
    ['an end in the middle', '08', ['i32 INT'], 'malformed_record', 'the end of the record'],
    ['a length beyond the end', '7205 61', ['text VARCHAR'], 'malformed_record', 'the end of the record'],
    ['a huge length', '72ffffffffffffffff7f', ['text VARCHAR'], 'malformed_record', 'the end of the record'],
    ['field number 0', '0001', ['i32 INT'], 'malformed_record', 'the tag'],
    ['wire type 7', '0f', ['i32 INT'], 'malformed_record', 'the tag'],
    ['a long integer', '08ffffffffffffffffffffff01', ['i32 INT'], 'malformed_record', 'ten bytes'],
    ['an open group', 'f307', ['i32 INT'], 'malformed_record', 'the end of the record'],
    ['a group that ends as another', 'f307 fc07', ['i32 INT'], 'malformed_record', 'the end of another'],
    ['an end of no group', '0c', ['i32 INT'], 'malformed_record', 'did not begin'],
    ['text that is none', '7201ff', ['text VARCHAR'], 'invalid_utf8', 'column text'],
    [
      'a time of year 10000',
      'd201 07 0880dbd9a7ba06'.replace('07 0880dbd9a7ba06', '07 08808aa1cfc44d'),
      ['at TIMESTAMPTZ'],
      'out_of_range',
      'google.protobuf.Timestamp',
    ],
    ['an amount that is none', 'ea01 01 78', ['amount DECIMAL(10,2)'], 'wrong_type', 'column amount'],
    ['no value where there has to be one', '', ['maybe INT NOT NULL'], 'missing_value', 'column maybe'],
    ['no column where there has to be one', '', ['none INT NOT NULL'], 'missing_value', 'column none'],
    ['groups within groups', 'f307'.repeat(100), ['i32 INT'], 'too_deep', '64'],
  ] as const)('are bad with %s', (_what, digits, columns, code, message) => {
    const { rows, bad } = decode(fixed(columns), columns, [hex(digits), hex('')]);
    expect(rows.length + bad.length).toBe(2);
    expect(bad[0]).toMatchObject({ code });
    expect(bad[0]?.message).toContain(message);
  });

  it('are bad where messages lie too deep', () => {
    let record = new Uint8Array(0);
    for (let depth = 0; depth < 100; depth++) record = Uint8Array.from([0x22, ...lengthOf(record), ...record]);
    const outer = Uint8Array.from([0x92, 0x01, ...lengthOf(record), ...record]);
    expect(decode(fixed(['inner JSON']), ['inner JSON'], [outer]).bad[0]?.code).toBe('too_deep');
  });

  it('of proto2 have groups and required fields', () => {
    const schema = `message M { required int32 a = 1; optional group Part = 2 { optional string b = 3; } repeated int32 c = 4; }`;
    const columns = ['a INT', 'part JSON', 'c JSON'];
    const { rows, bad } = decode(fixed(columns, null, schema), columns, [
      hex('0801 13 1a0178 14 2002 2203 030405'),
      hex('13 14'),
    ]);
    expect(rows).toEqual([[1, '{"b":"x"}', '[2,3,4,5]']]);
    expect(bad[0]?.message).toBe('column a: expected a value (required), found none');
  });
});

function lengthOf({ length }: Uint8Array): number[] {
  return length < 128 ? [length] : [(length & 127) | 128, length >> 7];
}

describe('with a registry', () => {
  const frame = (id: number, path: readonly number[], body: Uint8Array): Uint8Array =>
    Uint8Array.from([0, 0, 0, 0, id, ...path, ...body]);

  function registryOf(schemas: readonly RegisteredSchema[]): SchemaRegistry {
    const none = (): Promise<never> => Promise.reject(new Error('not asked'));
    const schemaById = (id: number) => Promise.resolve(schemas.find((schema) => schema.id === id) ?? null);
    return { schemaById, latest: none, register: none, lookup: none };
  }

  async function read(columns: readonly string[], message: string | null, records: readonly Uint8Array[]) {
    const registry = registryOf([
      { id: 1, type: 'PROTOBUF', text: SCHEMA, references: [] },
      { id: 2, type: 'AVRO', text: '"int"', references: [] },
      { id: 3, type: 'PROTOBUF', text: 'message {', references: [] },
      {
        id: 4,
        type: 'PROTOBUF',
        text: 'syntax = "proto3"; import "part.proto"; message W { p.Part part = 1; int64 text = 2; }',
        references: [{ name: 'part.proto', text: 'syntax = "proto3"; package p; message Part { int32 a = 1; }' }],
      },
    ]);
    const clock = { now_us: () => 0n, monotonic_ms: () => 0, sleep: () => Promise.resolve() };
    const decoder = new ProtobufDecoder(columns.map(column), {
      message,
      schema: { kind: 'registry', registry, clock },
    });
    const heap = Buffer.concat(records);
    let at = 0;
    const starts = Int32Array.from(records, (record) => (at += record.length) - record.length);
    const lengths = Int32Array.from(records, (record) => record.length);
    const positions = { each: Float64Array.from(records.keys()) };
    await decoder.prepare!({
      heap,
      start: 0,
      end: heap.length,
      partition: 0,
      resource: 't',
      positions,
      records: { starts, lengths },
    });
    return decode(decoder, columns, records);
  }

  const body = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, 'hex'));

  it('records say which schema and message they are', async () => {
    const columns = ['i32 INT', 'text VARCHAR'];
    const { rows, bad } = await read(columns, null, [
      frame(1, [0], body('0807')),
      frame(1, [2, 2], body('08081201 78'.replace(' ', ''))),
      frame(1, [4, 0, 0], body('')),
      frame(2, [0], body('')),
      frame(3, [0], body('')),
      frame(4, [0], body('0a020801')),
      frame(9, [0], body('')),
      frame(1, [2, 8], body('')),
      frame(1, [2, 1], body('')),
      Uint8Array.from([1, 2]),
    ]);
    expect(rows).toEqual([
      [7, ''],
      [8, 'x'],
      [null, null],
    ]);
    expect(bad.map(({ code, message, position }) => `${position} ${code}: ${message}`)).toEqual([
      '3 unknown_schema: schema 2: expected a schema of Protobuf, found AVRO',
      '4 unknown_schema: schema 3: expected a readable schema: line 1: expected a name, found `{`',
      '5 wrong_type: column text: expected what fits VARCHAR, found int64',
      '6 unknown_schema: expected a schema of the registry, found id 9',
      '7 malformed_record: expected the index of a message of the schema, found another one',
      '8 malformed_record: expected the index of a message, found another number',
      '9 malformed_record: expected a zero byte and the id of a schema, found 2 bytes',
    ]);
  });

  it('only the wanted message is a row, and schemas refer to others', async () => {
    const columns = ['i32 INT'];
    const { rows, bad } = await read(columns, 'shop.v1.Other', [
      frame(1, [0], body('0807')),
      frame(1, [2, 2], body('0807')),
    ]);
    expect(rows).toEqual([[7]]);
    expect(bad[0]?.message).toBe('expected a message shop.v1.Other, found shop.v1.Order');
    expect((await read(['part JSON'], null, [frame(4, [0], body('0a020801'))])).rows).toEqual([['{"a":1}']]);
  });
});

describe('schemas', () => {
  it('have the messages that protobufjs finds in them', () => {
    const parsed = parseProtoSchema(SCHEMA);
    if (!parsed.ok) throw new Error(parsed.why);
    const message = messageNamed(parsed.schema, 'shop.v1.Order')!;
    const fields = message.fields.map(({ name, number, repeated }) => [name, number, repeated]);
    const theirs = Order.fieldsArray
      .map((field) => [field.name, field.id, field.repeated || field.map])
      .sort((a, b) => (a[1] as number) - (b[1] as number));
    expect(fields).toEqual(theirs);
  });

  it.each([
    ['message M { int32 a = 1; int32 b = 1; }', 'number 1 is used twice'],
    ['message M { int32 a = 1; int64 a = 2; }', 'field `a` is declared twice'],
    ['message M { Nothing a = 1; }', 'there is no type `Nothing`'],
    ['message M { int32 a = 0; }', 'the number of a field'],
    ['message M { int32 a = 19001; }', 'the number of a field'],
    ['message M { map<double, int32> a = 1; }', '`double` is no key of a map'],
    ['message M { required int32 a = 1; }', 'which proto3 does not have'],
    ['message M { int32 a = 1 }', 'expected `;`, found `}`'],
    ['message M { int32 a = 1;', 'found `the end`'],
    ['enum E { }', 'values of enum E'],
    ['message M {} message M {}', 'declared twice'],
    ['nonsense', 'expected a declaration'],
    ['message M {'.repeat(40), 'at most 32'],
    ['message M { string s = 1 [default = "', 'found "'],
  ])('%s is refused', (body, why) => {
    const parsed = parseProtoSchema(`syntax = "proto3"; ${body}`);
    expect(parsed).toMatchObject({ ok: false });
    expect((parsed as { why: string }).why).toContain(why);
  });

  it('of other kinds are refused', () => {
    expect(parseProtoSchema('edition = "2023"; message M {}')).toMatchObject({ ok: false });
    expect(parseProtoSchema('message M { int32 a = 1; }')).toMatchObject({ ok: false });
  });

  it('name types as fields and fields as keywords', () => {
    const parsed = parseProtoSchema(
      'syntax = "proto3"; message M { string message = 1; optional enum.option reserved = 2; int32 map = 3; oneof option { int32 oneof = 4; } message group { int32 extend = 1; } } message enum { message option {} }',
    );
    expect(parsed).toMatchObject({ ok: true });
  });

  it('fit columns or say why not', () => {
    const parsed = parseProtoSchema(SCHEMA);
    if (!parsed.ok) throw new Error(parsed.why);
    const chosen = chooseMessage(parsed.schema, 'shop.v1.Order');
    if (!chosen.ok) throw new Error(chosen.why);
    const problem = (text: string): string | null => {
      const { name, field } = column(text);
      return protoMismatch(chosen.message, [{ name, field }]);
    };
    expect(COLUMNS.map(problem)).toEqual(COLUMNS.map(() => null));
    expect(problem('i64 INT')).toContain('expected what fits INT, found int64');
    expect(problem('names VARCHAR')).toContain('found repeated string');
    expect(problem('counts VARCHAR')).toContain('found map');
    expect(problem('nope INT')).toBe('message shop.v1.Order has no field `nope`');
    expect(chooseMessage(parsed.schema, null)).toMatchObject({ ok: false });
    expect(chooseMessage(parsed.schema, 'Order')).toMatchObject({ ok: false });
  });
});

const DERIVED = `syntax = "proto3";

package shop;

import "google/protobuf/duration.proto";
import "google/protobuf/timestamp.proto";

message Order {
  bool b = 1;
  optional bool b2 = 2;
  int32 i = 3;
  optional int32 i2 = 4;
  int64 l = 5;
  optional int64 l2 = 6;
  double d = 7;
  optional double d2 = 8;
  optional string m = 9;
  string s = 10;
  optional string s2 = 11;
  optional bytes x = 12;
  optional string j = 13;
  optional string day = 14;
  optional string tod = 15;
  google.protobuf.Timestamp ts = 16;
  google.protobuf.Timestamp tz = 17;
  google.protobuf.Duration span = 18;
}
`;

describe('a sink', () => {
  const columns = [
    'b BOOLEAN NOT NULL', 'b2 BOOLEAN', 'i INT NOT NULL', 'i2 INT', 'l BIGINT NOT NULL', 'l2 BIGINT', 'd DOUBLE NOT NULL',
    'd2 DOUBLE', 'm DECIMAL(20,3)', 's VARCHAR NOT NULL', 's2 VARCHAR', 'x VARBINARY', 'j JSON', 'day DATE', 'tod TIME',
    'ts TIMESTAMP', 'tz TIMESTAMPTZ', 'span INTERVAL',
  ]; // prettier-ignore
  const schema = columns.map((text) => column(text).field);

  it('makes its schema from its columns', () => {
    expect(protoTextOf(schema, 'shop.Order')).toBe(DERIVED);
  });

  it('writes what protobufjs reads, and its own source, too', () => {
    const text = protoTextOf(schema, 'shop.Order');
    const rootOfText = protobufjs.parse(text, { keepCase: true }).root;
    for (const name of ['Timestamp', 'Duration']) {
      const type = new protobufjs.Type(name)
        .add(new protobufjs.Field('seconds', 1, 'int64'))
        .add(new protobufjs.Field('nanos', 2, 'int32'));
      rootOfText.define('google.protobuf').add(type);
    }
    const theirs = rootOfText.lookupType('shop.Order');
    fc.assert(
      fc.property(
        fc.record({
          b: fc.boolean(),
          b2: some(fc.boolean()),
          i: i32,
          i2: some(i32),
          l: i64,
          l2: some(i64),
          d: fc.double(),
          d2: some(fc.double()),
          m: some(fc.bigInt({ min: -(10n ** 20n) + 1n, max: 10n ** 20n - 1n })),
          s: fc.string({ unit: 'binary' }),
          s2: some(fc.string()),
          x: some(bytes),
          j: some(fc.json()),
          day: some(fc.integer({ min: -700_000, max: 2_900_000 })),
          tod: some(fc.bigInt({ min: 0n, max: 86_399_999_999n })),
          ts: some(fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n })),
          tz: some(fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n })),
          span: some(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n })),
        }),
        (given) => {
          const values = columns.map(
            (each) => (given as Readonly<Record<string, unknown>>)[each.split(' ')[0]!] ?? null,
          );
          const out = new EncodeBuffer();
          createProtobufEncoder(schema, null).encode(batchOf(values), 0, out);
          const record = out.take();
          const found = theirs.toObject(theirs.decode(record), { longs: String, defaults: false }) as Plain;
          expect(found['l'] ?? '0').toBe(given.l);
          expect(found['i2']).toBe(given.i2);
          expect(found['s2']).toBe(given.s2);
          expect((found['s'] as string | undefined) ?? '').toBe(given.s);
          const { rows, bad } = decode(fixed(columns, 'shop.Order', text), columns, [record]);
          expect(bad).toEqual([]);
          expect(rows[0]).toEqual(
            values.map((value, c) =>
              / BIGINT/u.test(columns[c]!) && value !== null ? BigInt(value as string) : value,
            ),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('puts id and message in front where a registry has the schema', () => {
    const out = new EncodeBuffer();
    createProtobufEncoder([column('i INT NOT NULL').field], 0x01020304).encode(
      rowsBatch([column('i INT NOT NULL').field], [[5]]),
      0,
      out,
    );
    expect([...out.take()]).toEqual([0, 1, 2, 3, 4, 0, 8, 5]);
  });

  function batchOf(values: readonly unknown[]) {
    const typed = values.map((value, i) =>
      / BIGINT/u.test(columns[i]!) && value !== null ? BigInt(value as string) : value,
    );
    return rowsBatch(schema, [typed as Value[]]);
  }
});
