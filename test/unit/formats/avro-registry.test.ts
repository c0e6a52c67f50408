/** FORMAT AVRO with the schemas in a registry over HTTP; `avsc` writes and reads the other side. */
import avsc from 'avsc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEnv } from '../../../cli/host/env.js';
import type { Field } from '../../../plan/types.js';
import { DiagnosticError } from '../../../grammar/diagnostics/diagnostic.js';
import type { OptionValues } from '../../../plan/plan.js';
import { EncodeBuffer } from '../../../runtime/formats/encode-buffer.js';
import { openDecoder, openEncoder, type OpenContext } from '../../../runtime/formats/open.js';
import { connectRegistry } from '../../../runtime/formats/registry/connect.js';
import { rowsBatch } from '../../support/connectors.js';
import { column, decodeInto, emptyDecoded, source, type Decoded } from '../../support/decoding.js';
import { SchemaRegistryDouble } from '../../support/servers/schema-registry.js';

const FIRST = { type: 'record', name: 'shop.Order', fields: [{ name: 'id', type: 'int' }] };
const MONEY = { type: 'fixed', name: 'shop.Money', size: 4, logicalType: 'decimal', precision: 8, scale: 2 };
const SECOND = {
  type: 'record',
  name: 'shop.Order',
  fields: [
    { name: 'note', type: ['null', 'string'], default: null },
    { name: 'id', type: 'long' },
    { name: 'price', type: 'shop.Money' },
  ],
};

let schemas: SchemaRegistryDouble;
const context: OpenContext = {
  env: createEnv(),
  workingDirectory: '/',
  resolved: (found) => {
    if (!found.ok) throw new Error('options that hold were expected');
    return found.options;
  },
};
beforeAll(async () => {
  schemas = await SchemaRegistryDouble.start();
});
afterAll(() => schemas.stop());

const framed = (id: number, body: Uint8Array): Uint8Array => Uint8Array.from([0, 0, 0, id >> 8, id & 255, ...body]);

async function decode(
  columns: readonly string[],
  messages: readonly Uint8Array[],
  options: OptionValues = {},
): Promise<Decoded> {
  const spec = source(columns, 'avro', { registry: schemas.address, ...options });
  const decoder = await openDecoder(spec, { kernel: 'auto' }, context);
  decoder.begin();
  const bytes = Buffer.concat(messages);
  const lengths = Int32Array.from(messages, ({ length }) => length);
  let at = 0;
  const starts = lengths.map((length) => (at += length) - length);
  const records = { starts, lengths };
  const positions = { each: Float64Array.from(messages.keys()) };
  await decoder.prepare?.({ heap: bytes, start: 0, end: at, partition: 0, resource: 't', positions, records });
  const result = emptyDecoded();
  decodeInto(
    result,
    decoder,
    spec.columns.map(({ field }) => field.type),
    bytes,
    0,
    { records, positions },
  );
  return result;
}

describe('a source', () => {
  it('reads each message by the schema that it names, with what that schema refers to', async () => {
    schemas.add('money', JSON.stringify(MONEY), 'AVRO');
    const reference = { name: 'shop.Money', subject: 'money', version: 1 };
    const first = schemas.add('orders-value', JSON.stringify(FIRST), 'AVRO');
    const second = schemas.add('orders-value', JSON.stringify(SECOND), 'AVRO', [reference]);
    const foreign = schemas.add('other', 'syntax = "proto3"; message A {}', 'PROTOBUF');
    const text = schemas.add('text', '"string"', 'AVRO');
    const body = avsc.Type.forSchema(FIRST as avsc.Schema).toBuffer({ id: 7 });
    const messages = [
      framed(first, body),
      // Branch 1 with "ok", id 8, 12.50 as four bytes.
      framed(second, Uint8Array.from([2, 4, 111, 107, 16, 0, 0, 4, 226])),
      framed(999, body),
      framed(foreign, body),
      framed(text, body),
      body,
      framed(first, Uint8Array.from([...body, 1])),
      framed(first, body),
    ];
    const found = await decode(['id BIGINT NOT NULL', 'price DECIMAL(10,2)', 'note VARCHAR'], messages, {
      missing_columns: 'null',
    });
    expect(found.rows).toEqual([
      [7n, null, null],
      [8n, 1250n, 'ok'],
      [7n, null, null],
    ]);
    expect(found.bad.map(({ code, position }) => [position, code])).toEqual([
      [2, 'unknown_schema'],
      [3, 'unknown_schema'],
      [4, 'unknown_schema'],
      [5, 'malformed_record'],
      [6, 'malformed_record'],
    ]);
    expect(found.bad[4]?.message).toContain('1 bytes more');
  });

  it('makes bad records of a schema that lacks a column or has another type', async () => {
    const id = schemas.add('orders-value', JSON.stringify(FIRST), 'AVRO');
    const body = avsc.Type.forSchema(FIRST as avsc.Schema).toBuffer({ id: 7 });
    const lacking = await decode(['id INT', 'price DOUBLE'], [framed(id, body)]);
    expect(lacking.bad[0]).toMatchObject({ code: 'wrong_type' });
    expect(lacking.bad[0]?.message).toContain('column price: expected a field of that name');
    const other = await decode(['id VARCHAR'], [framed(id, body)]);
    expect(other.bad[0]?.message).toContain('column id: expected what fits VARCHAR, found int');
  });
});

describe('a sink', () => {
  const fields: readonly Field[] = ['id BIGINT NOT NULL', 'name VARCHAR'].map((text) => column(text).field);

  async function encoderOf(subject: string | null, register: boolean) {
    const none = { registry_user: null, registry_password: null, registry_ca: null };
    const registry = (await connectRegistry({ registry: schemas.address, ...none }, context))!;
    const options = { record_name: 'shop.Row', compression: 'none' } as const;
    return openEncoder({ name: 'avro', options, registered: { registry, subject, register } }, fields, 'rows-value');
  }

  it('writes the id of its schema in front of each row, the same at every start', async () => {
    const missing = await encoderOf(null, false).catch((error: unknown) => error);
    expect(missing).toBeInstanceOf(DiagnosticError);
    expect((missing as DiagnosticError).diagnostic.code).toBe('ESQL8655');
    const messages: Uint8Array[] = [];
    for (const register of [true, false]) {
      const encoder = await encoderOf(null, register);
      const out = new EncodeBuffer();
      encoder.encode(rowsBatch(fields, [[2n ** 60n, 'é']]), 0, out);
      messages.push(out.take());
    }
    expect(messages[1]).toEqual(messages[0]);
    const read = await decode(['id BIGINT', 'name VARCHAR'], messages);
    expect(read.bad).toEqual([]);
    expect(read.rows).toEqual([
      [2n ** 60n, 'é'],
      [2n ** 60n, 'é'],
    ]);
    expect((await encoderOf('elsewhere', true)).extension).toBe('avro');
  });
});
