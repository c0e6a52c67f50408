/** Reference data from SQL Server: what the sink has written comes back exactly; other types are converted. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEnv } from '../../../cli/host/env.js';
import { textToValue } from '../../../plan/literals.js';
import {
  BIGINT,
  BOOLEAN,
  DATE,
  decimal,
  DOUBLE,
  INT,
  INTERVAL_MICROSECOND,
  JSON_TYPE,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  VARBINARY,
  VARCHAR,
  type Schema,
} from '../../../plan/types.js';
import type { Value } from '../../../plan/values.js';
import { readValue } from '../../../runtime/columns/read.js';
import type { MssqlSinkOptions } from '../../../runtime/connectors/mssql/connection.js';
import { MssqlTable } from '../../../runtime/connectors/mssql/reference-table.js';
import { loadTable } from '../../../runtime/tables/load.js';
import { encodeSnapshot } from '../../../runtime/tables/snapshot-bytes.js';
import { codeOf } from '../../support/connectors.js';
import { applyRows } from '../../support/database-sink.js';
import {
  createMssqlSink,
  doubleOptions,
  optionsOf,
  queryDatabase,
  realConnection,
} from '../../support/mssql/sink-subject.js';
import { field, tableOperator } from '../../support/plan-builder.js';
import { startTds, type TdsServer } from '../../support/tds/server.js';

const SCHEMA: Schema = [
  field('id', BIGINT),
  field('flag', BOOLEAN, true),
  field('small', INT, true),
  field('ratio', DOUBLE, true),
  field('huge', decimal(38, 10), true),
  field('text', VARCHAR, true),
  field('document', JSON_TYPE, true),
  field('bytes', VARBINARY, true),
  field('day', DATE, true),
  field('clock', TIME, true),
  field('moment', TIMESTAMP, true),
  field('instant', TIMESTAMPTZ, true),
  field('span', INTERVAL_MICROSECOND, true),
];

const TEXTS = [
  '9007199254740993',
  'true',
  '-2147483648',
  '0.1',
  '1234567890123456789012345678.0123456789',
  `it's "ä€😀" \\ \n\t`,
  '{"a":[1,2]}',
  '00ff10',
  '2024-02-29',
  '23:59:59.999999',
  '0001-01-01T00:00:00.000001',
  '9999-12-31T23:59:59.999999Z',
  '-9223372036854775808',
];

let server: TdsServer | null = null;
let options: MssqlSinkOptions;
const connection = realConnection();

beforeAll(async () => {
  const table = `dbo.esql_${Date.now().toString(36)}_reference`;
  if (connection === undefined) {
    server = await startTds();
    options = doubleOptions(server, { table });
  } else options = optionsOf({ connection, table });
});

afterAll(async () => {
  await server?.close();
});

async function load(schema: Schema, table = options.table, key: readonly string[] | null = ['id']) {
  const operator = tableOperator('reference', schema, key, { connector: 'mssql' });
  const context = { env: createEnv(), operator, workingDirectory: '/', decoder: null, excluded: [] };
  const reader = new MssqlTable(context, { ...options, table, refresh: null });
  return loadTable(operator, reader, 1 << 24);
}

async function valuesOf(
  schema: Schema,
  table?: string,
  key?: readonly string[],
): Promise<readonly (readonly Value[])[]> {
  const { rowCount, columns } = await load(schema, table, key);
  return Array.from({ length: rowCount }, (_, row) =>
    schema.map((column, index) => readValue(columns[index]!, row, column.type)),
  );
}

it('all values come back exactly, in the order of the key, and the same each time', async () => {
  const row = TEXTS.map((text, index): Value => textToValue(text, SCHEMA[index]!.type) ?? null);
  expect(row).not.toContain(null);
  const nothing = SCHEMA.map((_, index): Value => (index === 0 ? 2n : null));
  const sink = createMssqlSink(options, { queryId: options.table, schema: SCHEMA });
  await sink.open(1);
  await applyRows(sink, 1, SCHEMA, [row, nothing]);
  await sink.close();
  expect(await valuesOf(SCHEMA)).toEqual([nothing, row]);
  const bytes = async (): Promise<Buffer> => Buffer.concat(encodeSnapshot(await load(SCHEMA)));
  expect(await bytes()).toEqual(await bytes());
});

it('columns of other types are brought to the declared ones', async () => {
  const table = `${options.table}_others`;
  await queryDatabase(
    options,
    `CREATE TABLE ${table} (id INT, price FLOAT, code INT, opened DATETIME2(0), other INT NOT NULL)`,
  );
  await queryDatabase(
    options,
    `INSERT INTO ${table} VALUES (1, 1.25, 42, '2026-03-01T12:30:00', 0), (2, NULL, NULL, NULL, 0)`,
  );
  const schema = [
    field('id', BIGINT),
    field('price', decimal(8, 3), true),
    field('code', VARCHAR, true),
    field('opened', DATE, true),
  ];
  expect(await valuesOf(schema, table)).toEqual([
    [1n, 1250n, '42', 20_513],
    [2n, null, null, null],
  ]);
});

it('a table that is not there or lacks a column, a NULL and a double key are refused', async () => {
  const table = `${options.table}_refused`;
  await queryDatabase(options, `CREATE TABLE ${table} (id INT, name NVARCHAR(20))`);
  await queryDatabase(options, `INSERT INTO ${table} VALUES (1, N'a'), (1, NULL)`);
  const codes = [
    await codeOf(() => load([field('id', INT)], `${table}_missing`)),
    await codeOf(() => load([field('id', INT), field('title', VARCHAR, true)], table)),
    await codeOf(() => load([field('id', INT), field('name', VARCHAR)], table)),
    await codeOf(() => load([field('id', INT)], table)),
  ];
  expect(codes).toEqual(['ESQL8702', 'ESQL8702', 'ESQL8700', 'ESQL8701']);
  expect(await valuesOf([field('name', VARCHAR, true)], table, [])).toHaveLength(2);
});
