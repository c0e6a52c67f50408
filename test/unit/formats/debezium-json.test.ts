/** FORMAT DEBEZIUM JSON: which rows a change takes back and adds, and which records are none. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createDecoder } from '../../../runtime/formats/decoder.js';
import { decodeAll, decodeInto, emptyDecoded, source, type Decoded } from '../../support/decoding.js';

const COLUMNS = ['id BIGINT NOT NULL', 'name VARCHAR'];
const decode = (text: string, columns = COLUMNS, options = {}): Decoded =>
  decodeAll(columns, text, 'auto', 'debezium json', options);
const change = (op: string, before: unknown, after: unknown): string =>
  JSON.stringify({ before, after, source: { ts_ms: 1, op: 'x' }, op, ts_ms: 2 });
const ANN = { id: 1, name: 'ann' };
const BOB = { id: 1, name: 'b\n"ö' };

it('adds rows that are created or read, replaces those that change, takes back those that go', () => {
  const lines = [
    change('r', null, ANN),
    `{"schema":{"fields":[]},"payload":${change('u', ANN, BOB)}}`,
    'null',
    '{"schema":null,"payload":null}',
    '  ',
    change('d', BOB, null),
    change('c', null, ANN),
  ];
  const { rows, weights, bad, origins } = decode(lines.join('\r\n'));
  expect(bad).toEqual([]);
  expect(rows.map((row, i) => [weights[i], ...row])).toEqual([
    [1, 1n, 'ann'],
    [-1, 1n, 'ann'],
    [1, 1n, 'b\n"ö'],
    [-1, 1n, 'b\n"ö'],
    [1, 1n, 'ann'],
  ]);
  // Both rows of a change come from its record.
  expect(origins[1]?.position).toBe(origins[2]?.position);
  expect(origins[2]?.raw).toBe(Buffer.from(lines[1]!, 'utf8').toString('latin1'));
  expect(origins.map((origin) => origin.ordinal)).toEqual([0, 1, 2, 3, 4]);
});

it.each([
  [change('u', null, ANN), 'missing_value', 'REPLICA IDENTITY FULL'],
  [change('d', null, null), 'missing_value', '`before`'],
  [change('c', null, null), 'missing_value', '`after`'],
  [change('u', ANN, { name: 'x' }), 'missing_value', 'column id'],
  [change('u', { id: 1.5 }, ANN), 'wrong_type', 'column id'],
  [change('t', null, null), 'malformed_record', 'empties the table'],
  [change('cc', null, ANN), 'malformed_record', 'one letter'],
  [change('c', null, 7), 'malformed_record', 'an object in `after`'],
  ['{"payload":7}', 'malformed_record', 'an object in `payload`'],
  ['{"payload":[1]}', 'malformed_record', 'an object'],
  ['{}', 'malformed_record', '`op`'],
  ['nul', 'malformed_record', 'an object'],
  [change('c', null, ANN).slice(0, -1), 'malformed_record', 'the end of the record'],
  [`{"op":"c","after":${'['.repeat(70)}${']'.repeat(70)}}`, 'too_deep', '64'],
])('%s is a bad record and leaves no row of it', (record, code, message) => {
  const { rows, bad } = decode(`${change('c', null, ANN)}\n${record}\n${change('c', null, BOB)}\n`);
  expect(rows).toHaveLength(2);
  expect(bad).toHaveLength(1);
  expect(bad[0]).toMatchObject({ code, raw: record, position: change('c', null, ANN).length + 1 });
  expect(bad[0]?.message).toContain(message);
});

it('reads decimals from strings, dates from days and times from numbers of the given unit', () => {
  const columns = ['a DECIMAL(10,2)', 'd DATE', 't TIME', 'ts TIMESTAMP', 'z TIMESTAMPTZ'];
  const row = { a: '-12.30', d: 20513, t: 43200000, ts: 1500, z: '2026-03-01T12:00:00Z' };
  const text = change('c', null, row);
  const at = 1772366400000000n;
  expect(decode(text, columns).rows).toEqual([[-1230n, 20513, 43200000000n, 1500000n, at]]);
  expect(decode(text, columns, { time_unit: 'microseconds' }).rows).toEqual([[-1230n, 20513, 43200000n, 1500n, at]]);
  const bad = (change_: object): string | undefined => decode(change('c', null, change_), columns).bad[0]?.code;
  expect(bad({ a: 'BNI=' })).toBe('wrong_type');
  expect(bad({ d: 3000000 })).toBe('out_of_range');
  expect(bad({ t: 86400000 })).toBe('out_of_range');
  expect(bad({ t: -1 })).toBe('out_of_range');
  expect(bad({ ts: 9300000000000000 })).toBe('out_of_range');
  expect(decode(change('c', null, { d: 2932896 }), columns).rows[0]?.[1]).toBe(2932896);
  expect(decode(change('c', null, { d: '9999-12-31' }), columns).rows[0]?.[1]).toBe(2932896);
  expect(decode(change('c', null, { d: '0001-01-01' }), columns).rows[0]?.[1]).toBe(-719162);
});

it('takes messages of a broker, a missing value as a tombstone', () => {
  const values = [change('c', null, ANN), null, change('u', ANN, BOB)];
  const heap = new TextEncoder().encode(values.join(''));
  const lengths = Int32Array.from(values, (value) => (value === null ? -1 : Buffer.byteLength(value)));
  const first = lengths[0]!;
  const records = { starts: Int32Array.of(0, first, first), lengths };
  const spec = source(COLUMNS, 'debezium json');
  const decoder = createDecoder(spec);
  decoder.begin();
  const decoded = emptyDecoded();
  const types = spec.columns.map((column) => column.field.type);
  const chunk = { records, positions: { each: Float64Array.of(10, 11, 12) } };
  decodeInto(decoded, decoder, types, heap, 0, chunk);
  expect(decoded.weights).toEqual([1, -1, 1]);
  expect(decoded.origins.map((origin) => origin.position)).toEqual([10, 12, 12]);
});

it('keeps both rows of a change in one batch, wherever batches end', () => {
  const lines = [change('c', null, ANN), ...Array.from({ length: 9000 }, () => change('u', ANN, ANN))];
  const { rows, weights, batches } = decode(lines.join('\n'));
  expect(rows).toHaveLength(18001);
  expect(batches[0]).toBe(8191);
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(1);
});

it('never fails on damaged records', () => {
  const good = `{"schema":{},"payload":${change('u', ANN, BOB)}}`;
  const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(damage, fc.nat(good.length), (changes, size) => {
      const bytes = Buffer.from(good);
      for (const [at, byte] of changes) bytes[at] = byte === 0x0a ? 0x20 : byte;
      const { rows, bad } = decodeAll(COLUMNS, bytes.subarray(0, size), 'auto', 'debezium json');
      expect(rows.length + bad.length).toBeLessThanOrEqual(2);
    }),
    { numRuns: 400, seed: 20_261_124 },
  );
});
