/** Values arrive exactly, rows change as the stream says, and a batch is one call. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BIGINT, DATE, INT, JSON_TYPE, VARCHAR, INTERVAL_MONTH, type Schema } from '../../../plan/types.js';
import { textToValue } from '../../../plan/literals.js';
import type { Value } from '../../../plan/values.js';
import type { PostgresSinkOptions } from '../../../runtime/connectors/postgres/connection.js';
import type { PostgresSink } from '../../../runtime/connectors/postgres/sink.js';
import type { SinkShape } from '../../../runtime/connectors/connector.js';
import type { Env } from '../../../runtime/env.js';
import { codeOf } from '../../support/connectors.js';
import { apply, applyRows, EVERY_TYPE, hastyEnv } from '../../support/database-sink.js';
import {
  createPostgresSink,
  existingConnection,
  optionsOf,
  queryDatabase,
  rowsOf,
  serverOptions,
} from '../../support/postgres/sink-subject.js';
import { postgresMissing, startPostgres, type PostgresServer } from '../../support/servers/postgres.js';

const SCHEMA: Schema = [...EVERY_TYPE, { name: 'months', type: INTERVAL_MONTH, nullable: true }];

const connection = existingConnection();
const missing = connection === undefined ? postgresMissing : null;
let server: PostgresServer | null = null;
let tables = 0;
const sinks: PostgresSink[] = [];

const freshTable = (changes: Partial<PostgresSinkOptions> = {}): PostgresSinkOptions => {
  tables += 1;
  const table = `public.esql_${Date.now().toString(36)}_${tables}`;
  const reach = server === null ? optionsOf({ connection: connection ?? null }) : serverOptions(server);
  return { ...reach, table, ...changes };
};

async function opened(options: PostgresSinkOptions, shape: Partial<SinkShape> = {}, env?: Env): Promise<PostgresSink> {
  const sink = createPostgresSink(options, { queryId: options.table, ...shape }, env);
  sinks.push(sink);
  await sink.open(1);
  return sink;
}

const valueOf = (text: string | null, index: number): Value => {
  const field = SCHEMA[index];
  return text === null || field === undefined ? null : (textToValue(text, field.type) ?? null);
};

describe.skipIf(missing !== null)(`PostgreSQL${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
  beforeAll(async () => {
    if (connection === undefined) server = await startPostgres();
  });
  afterAll(async () => {
    for (const sink of sinks) await sink.close();
    await server?.close();
  });

  describe('values', () => {
    it('arrive exactly', async () => {
      const options = freshTable();
      const sink = await opened(options, { schema: SCHEMA });
      const first = [
        '9007199254740993',
        'true',
        '-2147483648',
        '0.1',
        '1234567890123456789',
        '1234567890123456789012345678.0123456789',
        '1.005',
        `it's "ä€😀" \\ \n\t`,
        '{"b":[1,2.50],"a":null}',
        '00ff10',
        '2024-02-29',
        '23:59:59.999999',
        '0001-01-01T00:00:00.000001',
        '9999-12-31T23:59:59.999999Z',
        '-9223372036854775808',
        '-13',
      ];
      const second = [
        '-9223372036854775808',
        'false',
        '2147483647',
        'NaN',
        '-9999999999999999999',
        '-0.0000000001',
        '-99.999',
        '',
        '"x"',
        '',
        '-0043-03-15',
        '00:00:00',
        '+12024-02-29T12:00:00',
        '-0100-01-01T00:00:00.5Z',
        '1',
        '2147483647',
      ];
      const rows = [first, second].map((texts) => texts.map(valueOf));
      for (const row of rows) expect(row).not.toContain(null);
      const nothing = SCHEMA.map((_, index) => (index === 0 ? 2n : null));
      await applyRows(sink, 1, SCHEMA, [...rows, nothing]);
      const found = await queryDatabase(options, `SELECT * FROM ${options.table} ORDER BY id DESC`);
      expect(found).toEqual([
        [
          first[0],
          't',
          ...first.slice(2, 8),
          '{"a": null, "b": [1, 2.50]}',
          '\\x00ff10',
          '2024-02-29',
          '23:59:59.999999',
          '0001-01-01 00:00:00.000001',
          '9999-12-31 23:59:59.999999+00',
          '-2562047788:00:54.775808',
          '-1 years -1 mons',
        ],
        ['2', ...Array<null>(15).fill(null)],
        [
          second[0],
          'f',
          ...second.slice(2, 9),
          '\\x',
          '0044-03-15 BC',
          '00:00:00',
          '12024-02-29 12:00:00',
          '0101-01-01 00:00:00.5+00 BC',
          '00:00:00.000001',
          '178956970 years 7 mons',
        ],
      ]);
    });

    it('of DOUBLE arrive bit by bit', async () => {
      const schema = SCHEMA.filter(({ name }) => name === 'id' || name === 'ratio');
      const options = freshTable();
      const sink = await opened(options, { schema });
      const values = [
        0,
        -0,
        5e-324,
        1.797_693_134_862_315_7e308,
        Number.POSITIVE_INFINITY,
        -1e-7,
        123_456_789_012_345_680,
      ];
      await applyRows(
        sink,
        1,
        schema,
        values.map((value, id) => [BigInt(id), value]),
      );
      const found = await queryDatabase(
        options,
        `SELECT encode(float8send(ratio), 'hex') FROM ${options.table} ORDER BY id`,
      );
      const bits = values.map((value) => {
        const bytes = Buffer.alloc(8);
        bytes.writeDoubleBE(value);
        return [bytes.toString('hex')];
      });
      expect(found).toEqual(bits);
    });

    it('that a column can not hold are refused by name, and nothing is lost', async () => {
      const schema: Schema = [
        { name: 'name', type: VARCHAR, nullable: false },
        { name: 'document', type: JSON_TYPE, nullable: true },
        { name: 'day', type: DATE, nullable: true },
        { name: 'months', type: INTERVAL_MONTH, nullable: true },
      ];
      const options = freshTable();
      const sink = await opened(options, { schema });
      const refused: readonly (readonly Value[])[] = [
        ['a\0b', null, null, null],
        ['a', '"\\u0000"', null, null],
        ['a', '"\\\\\\u0000"', null, null],
        ['a', null, -2_500_000, null],
        ['a', null, 2_000_000_000, null],
        ['a', null, null, 1n << 31n],
        [null, null, null, null],
      ];
      for (const row of refused) expect(await codeOf(() => applyRows(sink, 1, schema, [row]))).toBe('ESQL8667');
      expect(await applyRows(sink, 1, schema, [['a ', '"\\\\u0000"', 0, 0n]])).toBe('applied');
      expect(await queryDatabase(options, `SELECT name, document FROM ${options.table}`)).toEqual([
        ['a ', '"\\\\u0000"'],
      ]);
    });
  });

  describe('rows', () => {
    it('are put, replaced and deleted by key', async () => {
      const options = freshTable();
      const sink = await opened(options);
      await apply(sink, 1, [
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
        [4, 'd'],
        [5, 'e'],
      ]);
      await apply(sink, 2, [
        [2, null],
        [3, 'c', -1],
        [9, 'never there', -1],
        [5, 'E'],
        [6, 'f'],
      ]);
      expect(await rowsOf(options)).toEqual(['1=a', '2=null', '4=d', '5=E', '6=f']);
    });

    it('that are there stay as they are with ON CONFLICT IGNORE', async () => {
      const options = freshTable();
      const sink = await opened(options, { conflict: 'ignore' });
      await apply(sink, 1, [[1, 'a']]);
      await apply(sink, 2, [
        [1, 'other'],
        [2, 'b'],
      ]);
      expect(await rowsOf(options)).toEqual(['1=a', '2=b']);
    });

    it('have keys that differ by case or a blank, and NULL as a key', async () => {
      const schema: Schema = [
        { name: 'key', type: VARCHAR, nullable: true },
        { name: 'more', type: JSON_TYPE, nullable: false },
        { name: 'n', type: INT, nullable: true },
      ];
      const options = freshTable();
      const sink = await opened(options, { schema, key: [0, 1] });
      await applyRows(sink, 1, schema, [
        ['a', '1', 1],
        ['A', '1', 2],
        ['a ', '1', 3],
        [null, '1', 4],
        ['', '1', 5],
        ['a', '1.0', 6],
      ]);
      await applyRows(
        sink,
        2,
        schema,
        [
          [null, '1', 40],
          ['A', '1', 20],
          ['a', '1', 0],
          ['', '1', 0],
        ],
        { weights: [1, 1, -1, -1] },
      );
      const rest = await queryDatabase(options, `SELECT key, more, n FROM ${options.table} ORDER BY n`);
      expect(rest).toEqual([
        ['a ', '1', '3'],
        ['a', '1.0', '6'],
        ['A', '1', '20'],
        [null, '1', '40'],
      ]);
      await applyRows(sink, 3, schema, [[null, '1', 0]], { weights: [-1] });
      expect(await queryDatabase(options, `SELECT count(*) FROM ${options.table}`)).toEqual([['3']]);
    });

    it('of nothing but a key, and rows without a key', async () => {
      const schema = SCHEMA.slice(0, 1);
      const keys = freshTable();
      const sink = await opened(keys, { schema });
      for (const batch of [1, 2]) await applyRows(sink, batch, schema, [[1n], [2n]]);
      expect(await queryDatabase(keys, `SELECT id FROM ${keys.table} ORDER BY id`)).toEqual([['1'], ['2']]);
      const log = freshTable();
      const appended = await opened(log, { key: [] });
      await apply(appended, 1, [
        [1, 'a'],
        [1, 'a'],
      ]);
      expect(await rowsOf(log)).toEqual(['1=a', '1=a']);
    });

    it('5,000 of them are one call', async () => {
      const { env } = hastyEnv(60_000);
      const calls: string[] = [];
      const counting: Env = {
        ...env,
        remote: {
          ...env.remote,
          async postgres(reach) {
            const database = await env.remote.postgres(reach);
            return {
              query: (text, parameters) => {
                calls.push(text);
                return database.query(text, parameters);
              },
              reset: () => database.reset(),
              close: () => database.close(),
            };
          },
        },
      };
      const options = freshTable();
      const sink = await opened(options, {}, counting);
      const before = calls.length;
      const many = Array.from({ length: 5000 }, (_, id) => [id, `row ${id}`] as const);
      expect(await apply(sink, 1, many)).toBe('applied');
      expect(calls.length - before).toBe(1);
      expect(await queryDatabase(options, `SELECT count(*) FROM ${options.table}`)).toEqual([['5000']]);
    });

    it('are written by names that need quotes', async () => {
      const schema: Schema = [
        { name: 'select', type: BIGINT, nullable: false },
        { name: 'Two $body$ words', type: VARCHAR, nullable: true },
      ];
      const options = freshTable({ progress_schema: 'Stream $esql$' });
      const odd = { ...options, table: `${options.table} $body$ Order` };
      const sink = await opened(odd, { schema });
      await applyRows(sink, 1, schema, [[1n, "it's"]]);
      const name = odd.table.replace('public.', '');
      expect(await queryDatabase(odd, `SELECT "Two $body$ words" FROM "${name}" WHERE "select" = 1`)).toEqual([
        ["it's"],
      ]);
    });
  });
});
