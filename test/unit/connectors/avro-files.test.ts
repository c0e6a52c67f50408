/** Avro container files as input of a source of files: written by `avsc`, cut anywhere, and what is refused. */
import avsc from 'avsc';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { compile } from '../../../compiler/compile.js';
import { SourceFile } from '../../../grammar/diagnostics/source.js';
import type { SourceRange } from '../../../runtime/connectors/connector.js';
import { createFileEncoder } from '../../../runtime/formats/file-writer.js';
import { codeOf, readRows, rowsBatch } from '../../support/connectors.js';
import { fileSources } from '../../support/file-sources.js';
import { column } from '../../support/decoding.js';

const { at, make } = fileSources('avro');

/** A container file as `avsc` writes it. */
function write(name: string, schema: object, rows: readonly object[], codec: 'null' | 'deflate', blockSize = 1000) {
  const type = avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: 'never' });
  const codecs = {
    null: (bytes: Buffer, done: (error: null, bytes: Buffer) => void) => {
      done(null, bytes);
    },
    deflate: (bytes: Buffer, done: (error: null, bytes: Buffer) => void) => {
      done(null, deflateRawSync(bytes));
    },
  };
  const encoder = new avsc.streams.BlockEncoder(type, { codec, codecs, blockSize });
  const parts: Buffer[] = [];
  encoder.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise((resolve) => encoder.on('end', resolve));
  for (const row of rows) encoder.write(row);
  encoder.end();
  return ended.then(() => {
    writeFileSync(at(name), Buffer.concat(parts));
  });
}

const SCHEMA = {
  type: 'record',
  name: 'R',
  fields: [
    { name: 'id', type: 'long' },
    { name: 's', type: ['null', 'string'] },
  ],
};
const rowsOf = (count: number): object[] =>
  Array.from({ length: count }, (_, i) => ({ id: i, s: i % 3 === 0 ? null : `n${String(i)}` }));

it.each(['null', 'deflate'] as const)(
  'cuts large files by bytes, and every range gives its rows: %s',
  async (codec) => {
    await write('x.avro', SCHEMA, rowsOf(3000), codec);
    const { source, bench } = make(['id BIGINT NOT NULL', 's VARCHAR', 'at BIGINT METADATA FROM offset'], 'x.avro');
    await source.open(null);
    const ranges: SourceRange[] = [];
    for (let batch = await source.plan({ bytes_max: 1500 }); batch.length > 0;) {
      ranges.push(...batch);
      batch = batch.at(-1)?.final === true ? [] : await source.plan({ bytes_max: 1500 });
    }
    expect(ranges.length).toBeGreaterThan(5);
    const rows: string[] = [];
    for (const range of ranges) rows.push(...(await readRows(source, bench, [range])));
    expect(rows).toHaveLength(3000);
    rows.forEach((row, i) => {
      const text = i % 3 === 0 ? 'null' : `"n${String(i)}"`;
      expect(row).toBe(`[${String(i)},${text},${String(i)}]@x.avro:${String(i)}`);
    });
    // From the middle, by a source that has not walked there.
    const other = make(['id BIGINT NOT NULL', 's VARCHAR', 'at BIGINT METADATA FROM offset'], 'x.avro');
    await other.source.open(null);
    const some = ranges.slice(3, 5);
    expect(await readRows(other.source, other.bench, some)).toEqual(await readRows(source, bench, some));
  },
);

it('reads what Event Hubs captures', async () => {
  const value = ['long', 'double', 'string', 'bytes'];
  const capture = {
    type: 'record',
    name: 'EventData',
    namespace: 'Microsoft.ServiceBus.Messaging',
    fields: [
      { name: 'SequenceNumber', type: 'long' },
      { name: 'Offset', type: 'string' },
      { name: 'EnqueuedTimeUtc', type: 'string' },
      { name: 'SystemProperties', type: { type: 'map', values: value } },
      { name: 'Properties', type: { type: 'map', values: [...value, 'null'] } },
      { name: 'Body', type: ['null', 'bytes'] },
    ],
  };
  const type = avsc.Type.forSchema(capture as avsc.Schema, { wrapUnions: 'always' });
  const encoder = new avsc.streams.BlockEncoder(type, { codec: 'null' });
  const parts: Buffer[] = [];
  encoder.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise((resolve) => encoder.on('end', resolve));
  encoder.end({
    SequenceNumber: 42,
    Offset: '8589934592',
    EnqueuedTimeUtc: '1/31/2026 1:00:00 PM',
    SystemProperties: { 'x-opt-enqueued-time': { long: 1_769_864_400_000 } },
    Properties: { kind: { string: 'order' } },
    Body: { bytes: Buffer.from('{"id":7}') },
  });
  await ended;
  writeFileSync(at('x.avro'), Buffer.concat(parts));
  const columns = ['SequenceNumber BIGINT NOT NULL', 'Offset VARCHAR', 'SystemProperties JSON', 'Properties JSON'];
  const { source, bench } = make([...columns, 'Body VARCHAR'], 'x.avro');
  await source.open(null);
  expect(await readRows(source, bench, await source.plan({ bytes_max: 1e9 }))).toEqual([
    String.raw`[42,"8589934592","{\"x-opt-enqueued-time\":1769864400000}","{\"kind\":\"order\"}","{\"id\":7}"]@x.avro:0`,
  ]);
});

it('reads what it writes, in Snappy, and takes files of a followed folder as they come', async () => {
  mkdirSync(at('in'));
  const columns = ['id BIGINT NOT NULL', 's VARCHAR'];
  const schema = columns.map((each) => column(each).field);
  const encoder = createFileEncoder({ name: 'avro', options: { record_name: 'r', compression: 'snappy' } }, schema);
  const writer = encoder.create();
  const batch = rowsBatch(
    schema,
    Array.from({ length: 9000 }, (_, i) => [BigInt(i), `text ${String(i % 7)} `.repeat(5)]),
  );
  for (let row = 0; row < 9000; row++) writer.append(batch, row, Infinity);
  writeFileSync(at('in/a.avro'), writer.finish());
  const { source, bench } = make(columns, 'in');
  await source.open(null);
  const rows = await readRows(source, bench, await source.plan({ bytes_max: 1e9 }));
  expect(rows).toHaveLength(9000);
  expect(rows[8999]).toBe(`[8999,"${'text 4 '.repeat(5)}"]@in/a.avro:8999`);
  // And avsc reads it; only its own codecs, so that the data is stored.
  const stored = createFileEncoder(
    { name: 'avro', options: { record_name: 'r', compression: 'none' } },
    schema,
  ).create();
  stored.append(batch, 3, Infinity);
  writeFileSync(at('y.avro'), stored.finish());
  const found: unknown[] = [];
  await new Promise((resolve, reject) => {
    avsc
      .createFileDecoder(at('y.avro'))
      .on('data', (each: unknown) => found.push(each))
      .on('end', resolve)
      .on('error', reject);
  });
  expect(JSON.parse(JSON.stringify(found))).toEqual([{ id: 3, s: 'text 3 '.repeat(5) }]);
});

it('refuses what is not Avro, not of these columns, or damaged', async () => {
  writeFileSync(at('x.avro'), '{"id":1}\n{"id":2}\n');
  await write('y.avro', SCHEMA, rowsOf(200), 'null', 100);
  const whole = readFileSync(at('y.avro'));
  writeFileSync(at('cut.avro'), whole.subarray(0, whole.length - 5));
  const bent = Buffer.from(whole);
  bent.fill(0xff, whole.length - 30, whole.length - 20);
  writeFileSync(at('bent.avro'), bent);
  const plan =
    (columns: readonly string[], path: string, format = {}) =>
    async (): Promise<unknown> => {
      const { source, bench } = make(columns, path, {}, format);
      await source.open(null);
      return readRows(source, bench, await source.plan({ bytes_max: 1e9 }));
    };
  expect(await codeOf(plan(['id BIGINT'], 'x.avro'))).toBe('ESQL8640');
  expect(await codeOf(plan(['id BIGINT'], 'cut.avro'))).toBe('ESQL8640');
  expect(await codeOf(plan(['id BIGINT'], 'bent.avro'))).toBe('ESQL8640');
  expect(await codeOf(plan(['s BIGINT'], 'y.avro'))).toBe('ESQL8641');
  expect(await codeOf(plan(['other BIGINT'], 'y.avro'))).toBe('ESQL8642');
  expect(await codeOf(plan(['other BIGINT'], 'y.avro', { missing_columns: 'null' }))).toBe('none');
  const compressed = (): Promise<unknown> => {
    make(['id BIGINT'], 'x.avro', { compression: 'gzip' });
    return Promise.resolve();
  };
  expect(await codeOf(() => Promise.resolve().then(compressed))).toBe('ESQL8643');
});

const SCHEMA_TEXT = JSON.stringify(SCHEMA);
it.each([
  ["socket', host = 'h', port = 1", 'AVRO', 'has no messages'],
  ["file', path = 'x'", `AVRO (schema = '${SCHEMA_TEXT}')`, '`schema` is for messages'],
  ["kafka', brokers = 'b', topic = 't'", 'AVRO', 'can only be read with their schema'],
  ["kafka', brokers = 'b', topic = 't'", "AVRO (schema = '{')", 'no JSON'],
  [
    "kafka', brokers = 'b', topic = 't'",
    `AVRO (schema = '${SCHEMA_TEXT.replace('long', 'string')}')`,
    'expected what fits',
  ],
  ["kafka', brokers = 'b', topic = 't'", `AVRO (schema = '${SCHEMA_TEXT.replace('"id"', '"x"')}')`, 'no field `id`'],
  ["kafka', brokers = 'b', topic = 't'", `AVRO (schema = '${SCHEMA_TEXT}')`, ''],
])('a source from %s in %s: %s', (connector, format, problem) => {
  const text = `CREATE SOURCE s (id BIGINT) WITH (connector = '${connector}) FORMAT ${format};\n`;
  const { diagnostics } = compile({ source: new SourceFile('q.esql', text), include: () => undefined });
  const found = diagnostics.filter(({ severity }) => severity === 'error');
  expect(found.map(({ code }) => code)).toEqual(problem === '' ? [] : ['ESQL2024']);
  expect(found.map(({ label }) => label).join(' ')).toContain(problem);
});
