/** The client of schema registries, against a registry over HTTP. */
import { afterEach, describe, expect, it } from 'vitest';
import { createEnv } from '../../../cli/host/env.js';
import { DiagnosticError } from '../../../grammar/diagnostics/diagnostic.js';
import { Secret } from '../../../plan/connectors/secret.js';
import { RecordError } from '../../../plan/values.js';
import type { Clock } from '../../../runtime/env.js';
import type { RawChunk } from '../../../runtime/formats/format.js';
import { connectRegistry, type RegistryFormatOptions } from '../../../runtime/formats/registry/connect.js';
import { KnownSchemas, requireSchemaId } from '../../../runtime/formats/registry/known-schemas.js';
import type { SchemaRegistry } from '../../../runtime/formats/registry/registry.js';
import { schemaIdOf } from '../../../runtime/formats/registry/sink-schema.js';
import { failureKind } from '../../../runtime/run.js';
import { SchemaRegistryDouble } from '../../support/servers/schema-registry.js';

const doubles: SchemaRegistryDouble[] = [];
afterEach(async () => {
  await Promise.all(doubles.splice(0).map((double) => double.stop()));
});

async function start(login: { readonly user: string; readonly password: string } | null = null) {
  const double = await SchemaRegistryDouble.start(login);
  doubles.push(double);
  return double;
}

/** Sleeping takes no time, and the time goes on by what was slept. */
function quickClock(): Clock {
  let slept_ms = 0;
  return {
    now_us: () => 0n,
    monotonic_ms: () => slept_ms,
    sleep: (duration_ms) => {
      slept_ms += duration_ms;
      return Promise.resolve();
    },
  };
}

async function connect(
  registry: string,
  options: Partial<RegistryFormatOptions> = {},
  clock = quickClock(),
): Promise<SchemaRegistry> {
  const none = { registry_user: null, registry_password: null, registry_ca: null };
  const env = { ...createEnv(), clock };
  const connected = await connectRegistry({ registry, ...none, ...options }, { env, workingDirectory: '/' });
  return connected!;
}

async function diagnosticOf(action: Promise<unknown>) {
  const error = await action.then(
    () => null,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(DiagnosticError);
  return (error as DiagnosticError).diagnostic;
}

describe('a registry', () => {
  it('is asked once for an id, with all that its schema refers to, the deepest first', async () => {
    const double = await start();
    double.add('base', 'base text', 'PROTOBUF');
    double.add('middle', 'middle text', 'PROTOBUF', [{ name: 'base.proto', subject: 'base', version: 1 }]);
    const id = double.add('top', 'top text', 'PROTOBUF', [
      { name: 'middle.proto', subject: 'middle', version: 1 },
      { name: 'base.proto', subject: 'base', version: 1 },
    ]);
    const client = await connect(double.address);
    const references = [
      { name: 'base.proto', text: 'base text' },
      { name: 'middle.proto', text: 'middle text' },
    ];
    const expected = { id, type: 'PROTOBUF', text: 'top text', references };
    expect(await client.schemaById(id)).toEqual(expected);
    const asked = double.requests.length;
    expect(await client.schemaById(id)).toEqual(expected);
    expect(double.requests).toHaveLength(asked);
  });

  it('takes schemas, and tells which it has', async () => {
    const double = await start();
    const client = await connect(`${double.address}/`);
    const schema = { type: 'PROTOBUF', text: 'syntax = "proto3";' } as const;
    expect(await client.lookup('a/b value', schema)).toBeNull();
    expect(await client.latest('a/b value')).toBeNull();
    const id = await client.register('a/b value', schema);
    expect(await client.register('a/b value', schema)).toBe(id);
    expect(await client.lookup('a/b value', schema)).toBe(id);
    expect(await client.lookup('a/b value', { type: 'AVRO', text: '"int"' })).toBeNull();
    expect(await client.latest('a/b value')).toMatchObject({ id, type: 'PROTOBUF', text: schema.text });
    expect(await client.schemaById(99)).toBeNull();
  });

  it('gives a sink its id, and the schema only if the sink registers', async () => {
    const double = await start();
    const client = await connect(double.address);
    const schema = { type: 'PROTOBUF', text: 'syntax = "proto3";' } as const;
    const found = await diagnosticOf(schemaIdOf({ registry: client, subject: null, register: false }, 's', schema));
    expect(found.code).toBe('ESQL8655');
    expect(found.facts[0]).toContain(schema.text);
    const id = await schemaIdOf({ registry: client, subject: null, register: true }, 's', schema);
    expect(await schemaIdOf({ registry: client, subject: null, register: false }, 's', schema)).toBe(id);
  });

  it('is asked again while it is busy or away, and then said to be', async () => {
    const double = await start();
    const id = double.add('s', '"int"');
    const client = await connect(double.address);
    double.troubles.push('status_500', 'hang_up', 'status_429');
    expect(await client.schemaById(id)).toMatchObject({ type: 'AVRO', text: '"int"' });
    expect(double.requests).toHaveLength(4);
    double.troubles.push(...Array.from({ length: 50 }, () => 'status_500' as const));
    const busy = await diagnosticOf(client.schemaById(7));
    expect(busy.code).toBe('ESQL8650');
    expect(busy.label).toContain('status 500, error 50001: Error in the backend data store while asking for schema 7');
    expect(failureKind(busy.code)).toBe('retryable');
    await double.stop();
    doubles.splice(0);
    expect((await diagnosticOf(client.schemaById(8))).code).toBe('ESQL8650');
  });

  it('has a login that stands in no message', async () => {
    const double = await start({ user: 'key', password: 'hunter2' });
    const id = double.add('s', '"int"');
    const good = { registry_user: 'key', registry_password: new Secret('PASSWORD', 'hunter2') };
    expect(await (await connect(double.address, good)).schemaById(id)).not.toBeNull();
    const wrong = { registry_user: 'key', registry_password: new Secret('PASSWORD', 'hunter3') };
    const refused = await diagnosticOf((await connect(double.address, wrong)).schemaById(id));
    expect(refused.code).toBe('ESQL8651');
    expect(JSON.stringify(refused)).not.toContain('hunter');
  });

  it.each(['no_json', 'endless'] as const)('that answers with %s is refused', async (trouble) => {
    const double = await start();
    double.troubles.push(trouble);
    expect((await diagnosticOf((await connect(double.address)).schemaById(1))).code).toBe('ESQL8652');
  });

  it('is told from another server', async () => {
    const double = await start();
    const found = await diagnosticOf((await connect(`${double.address}/wrong`)).schemaById(1));
    expect(found.code).toBe('ESQL8652');
    expect(found.hint).toContain('Correct `registry`');
  });

  it('may refuse what is not compatible', async () => {
    const double = await start();
    double.add('s', '"int"');
    double.frozen.add('s');
    const client = await connect(double.address);
    const found = await diagnosticOf(client.register('s', { type: 'AVRO', text: '"string"' }));
    expect(found.label).toContain('incompatible');
    expect(found.hint).toContain('compatible');
  });

  it('that changes what an id stands for is refused', async () => {
    const double = await start();
    const id = double.add('s', '"int"');
    const client = await connect(double.address);
    await client.schemaById(id);
    double.replace(id, '"string"');
    double.add('s', '"long"');
    const changed = double.add('t', '"string"');
    expect(changed).toBe(id);
    // The newest one of `t` has the id that was known for another schema.
    expect((await diagnosticOf(client.latest('t'))).code).toBe('ESQL8653');
  });

  it.each(['ftp://x', 'https://user:pass@host', 'https://host/?q=1', 'host:8081', 'http://', ''])(
    'has no address such as %j',
    async (address) => {
      const found = await diagnosticOf(connect(address));
      expect(found.code).toBe('ESQL8654');
      expect(found.label).not.toContain('pass');
    },
  );

  it('is trusted by given certificates, which have to be there', async () => {
    const found = await diagnosticOf(connect('https://127.0.0.1:1', { registry_ca: 'no/such.pem' }));
    expect(found.code).toBe('ESQL8400');
  });
});

describe('ids in front of records', () => {
  const framed = (id: number, ...body: number[]): number[] => [
    0,
    id >>> 24,
    (id >>> 16) & 255,
    (id >>> 8) & 255,
    id & 255,
    ...body,
  ];

  function chunkOf(records: readonly number[][]): RawChunk {
    const heap = new Uint8Array(records.flat());
    const lengths = Int32Array.from(records, (record) => record.length);
    let at = 0;
    const starts = Int32Array.from(records, (record) => (at += record.length) - record.length);
    return {
      heap,
      start: 0,
      end: heap.length,
      partition: 0,
      resource: 't',
      positions: { each: Float64Array.from(records.keys()) },
      records: { starts, lengths },
    };
  }

  it('are looked up before the chunk is decoded; one that is not there makes bad records', async () => {
    const double = await start();
    const id = double.add('s', '"int"');
    const other = double.add('s', '"bad"');
    const clock = quickClock();
    const known = new KnownSchemas(await connect(double.address, {}, clock), clock, ({ text }) => {
      if (text === '"bad"') throw new RecordError('wrong_type', 'does not fit');
      return text;
    });
    const chunk = chunkOf([
      framed(id, 1),
      framed(77),
      framed(id, 2),
      framed(other),
      [1, 2, 3],
      [],
      framed(id).slice(0, 4),
    ]);
    await known.prepare(chunk);
    expect(known.get(id)).toBe('"int"');
    expect(() => known.get(other)).toThrow(`schema ${other}: does not fit`);
    expect(() => known.get(77)).toThrow('expected a schema of the registry, found id 77');
    // Once more a little later, for registries of several nodes; then not for a minute.
    expect(double.requests.filter((request) => request.endsWith('/77'))).toHaveLength(2);
    const asked = double.requests.length;
    await known.prepare(chunk);
    expect(double.requests).toHaveLength(asked);
    await clock.sleep(61_000);
    await known.prepare(chunk);
    expect(double.requests.length).toBe(asked + 2);
  });

  it('are whole numbers of 32 bits behind a zero byte', () => {
    const bytes = new Uint8Array([9, ...framed(0xfedcba98), 7]);
    expect(requireSchemaId(bytes, 1, 7)).toBe(0xfedcba98);
    expect(() => requireSchemaId(bytes, 0, 7)).toThrow('found another first byte');
    expect(() => requireSchemaId(bytes, 1, 5)).toThrow('found 4 bytes');
  });
});
