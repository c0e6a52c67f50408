/** Values arrive exactly, rows change as the stream says, and a batch is one round trip. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATE, DOUBLE, INT, VARCHAR, type Schema } from '../../../plan/types.js';
import { textToValue } from '../../../plan/literals.js';
import type { Value } from '../../../plan/values.js';
import { createStatements, targetOf } from '../../../runtime/connectors/mssql/ddl.js';
import type { MssqlSinkOptions } from '../../../runtime/connectors/mssql/connection.js';
import { SINK_SCHEMA } from '../../contract/sink-subject.js';
import { codeOf, diagnosticOf } from '../../support/connectors.js';
import { apply, applyRows, EVERY_TYPE, hastyEnv } from '../../support/database-sink.js';
import {
  createMssqlSink,
  doubleOptions,
  optionsOf,
  queryDatabase,
  realConnection,
} from '../../support/mssql/sink-subject.js';
import { startTds, type TdsServer } from '../../support/tds/server.js';
import { rowsOf } from './support.js';

/** As texts, so that no client comes in between. */
const READ = `SELECT CAST(id AS VARCHAR(40)), flag, small, CONVERT(VARCHAR(40), ratio, 3), CAST(whole AS VARCHAR(60)),
CAST(huge AS VARCHAR(60)), CAST(price AS VARCHAR(60)), [text], document, CONVERT(VARCHAR(60), bytes, 2),
CONVERT(VARCHAR(40), day, 23), CONVERT(VARCHAR(40), clock), CONVERT(VARCHAR(40), moment, 126),
CONVERT(VARCHAR(40), instant), CAST(span AS VARCHAR(40))`;

let server: TdsServer | null = null;
let reach: MssqlSinkOptions;
let tables = 0;
const connection = realConnection();
beforeAll(async () => {
  if (connection === undefined) {
    server = await startTds();
    reach = doubleOptions(server);
  } else reach = optionsOf({ connection });
});
afterAll(async () => {
  await server?.close();
});

const freshTable = (changes: Partial<MssqlSinkOptions> = {}): MssqlSinkOptions => {
  tables += 1;
  return { ...reach, table: `dbo.esql_${Date.now().toString(36)}_${tables}`, ...changes };
};

const valueOf = (text: string | null, index: number): Value =>
  text === null ? null : (textToValue(text, EVERY_TYPE[index]!.type) ?? null);

describe('values', () => {
  it('arrive exactly', async () => {
    const options = freshTable();
    const sink = createMssqlSink(options, { queryId: options.table, schema: EVERY_TYPE });
    await sink.open(1);
    const texts = [
      '9007199254740993',
      'true',
      '-2147483648',
      '0.1',
      '1234567890123456789',
      '1234567890123456789012345678.0123456789',
      '1.005',
      `it's "ä€😀" \\ \n\t`,
      '{"a":[1,2]}',
      '00ff10',
      '2024-02-29',
      '23:59:59.999999',
      '0001-01-01T00:00:00.000001',
      '9999-12-31T23:59:59.999999Z',
      '-9223372036854775808',
    ];
    const row = texts.map(valueOf);
    expect(row).not.toContain(null);
    const nothing = texts.map((_, index) => (index === 0 ? 2n : null));
    await applyRows(sink, 1, EVERY_TYPE, [row, nothing]);
    const found = await queryDatabase(options, `${READ} FROM ${options.table} ORDER BY 1 DESC`);
    expect(found).toEqual([
      [
        texts[0],
        true,
        -2_147_483_648,
        expect.stringMatching(/^(?:0\.1|1\.0000000000000001e-0?01)$/u),
        ...texts.slice(4, 9),
        '00FF10',
        '2024-02-29',
        '23:59:59.9999990',
        '0001-01-01T00:00:00.0000010',
        '9999-12-31 23:59:59.9999990 +00:00',
        '-9223372036854775808',
      ],
      ['2', ...Array<null>(14).fill(null)],
    ]);
    await sink.close();
  });

  it('that a column can not hold are refused by name, and nothing is lost', async () => {
    const schema: Schema = [
      { name: 'name', type: VARCHAR, nullable: false },
      { name: 'ratio', type: DOUBLE, nullable: false },
      { name: 'day', type: DATE, nullable: true },
    ];
    const options = freshTable();
    const sink = createMssqlSink(options, { queryId: options.table, schema });
    await sink.open(1);
    const refused: readonly (readonly Value[])[] = [
      ['ends with a blank ', 1, null],
      ['x'.repeat(451), 1, null],
      ['a', Number.NaN, null],
      ['a', Number.POSITIVE_INFINITY, null],
      ['a', 1, -800_000],
    ];
    for (const row of refused) {
      expect(await codeOf(() => applyRows(sink, 1, schema, [row]))).toBe('ESQL8667');
    }
    expect(await applyRows(sink, 1, schema, [['a', -0, 0]])).toBe('applied');
    await sink.close();
  });

  it('beyond 64 MB in a batch are refused', async () => {
    const options = freshTable();
    const sink = createMssqlSink(options, { queryId: options.table });
    await sink.open(1);
    sink.begin();
    const text = 'x'.repeat(4_000_000);
    const large = Array.from({ length: 17 }, (_, id) => [id, text] as const);
    expect((await diagnosticOf(() => apply(sink, 1, large)))?.diagnostic.code).toBe('ESQL8666');
    expect(await apply(sink, 1, [[1, 'a']])).toBe('applied');
    await sink.close();
  });
});

describe('rows', () => {
  it('are put, replaced and deleted by key', async () => {
    const options = freshTable({ batch_rows: 2 });
    const sink = createMssqlSink(options, { queryId: options.table });
    await sink.open(1);
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
    await sink.close();
  });

  it('that are there stay as they are with ON CONFLICT IGNORE', async () => {
    const options = freshTable();
    const sink = createMssqlSink(options, { queryId: options.table, conflict: 'ignore' });
    await sink.open(1);
    await apply(sink, 1, [[1, 'a']]);
    await apply(sink, 2, [
      [1, 'other'],
      [2, 'b'],
    ]);
    expect(await rowsOf(options)).toEqual(['1=a', '2=b']);
    await sink.close();
  });

  it('have keys that differ by case, and NULL as a key', async () => {
    const schema: Schema = [
      { name: 'key', type: VARCHAR, nullable: true },
      { name: 'n', type: INT, nullable: true },
    ];
    const options = freshTable();
    const sink = createMssqlSink(options, { queryId: options.table, schema });
    await sink.open(1);
    await applyRows(sink, 1, schema, [
      ['a', 1],
      ['A', 2],
      ['ä', 3],
      [null, 4],
      ['', 5],
    ]);
    await applyRows(
      sink,
      2,
      schema,
      [
        [null, 40],
        ['A', 20],
        ['a', 0],
      ],
      { weights: [1, 1, -1] },
    );
    const found = await queryDatabase(options, `SELECT [key], n FROM ${options.table} ORDER BY n`);
    expect(found).toEqual([
      ['ä', 3],
      ['', 5],
      ['A', 20],
      [null, 40],
    ]);
    await sink.close();
  });

  it('without a key are appended', async () => {
    const options = freshTable();
    const sink = createMssqlSink(options, { queryId: options.table, key: [] });
    await sink.open(1);
    await apply(sink, 1, [
      [1, 'a'],
      [1, 'a'],
    ]);
    expect(await rowsOf(options)).toEqual(['1=a', '1=a']);
    await sink.close();
  });

  it('5,000 of them are one round trip', async () => {
    const options = freshTable();
    const sink = createMssqlSink(options, { queryId: options.table });
    await sink.open(1);
    const many = Array.from({ length: 5000 }, (_, id) => [id, `row ${id}`] as const);
    const before = server?.requests.length ?? 0;
    expect(await apply(sink, 1, many)).toBe('applied');
    if (server !== null) expect(server.requests.length - before).toBe(1);
    const [[count] = []] = await queryDatabase(options, `SELECT COUNT(*) FROM ${options.table}`);
    expect(count).toBe(5000);
    await sink.close();
  });
});

it('a database prepared by the printed statements is enough for `create = never`', async () => {
  const options = freshTable({ create: 'never', progress_schema: `esql_${Date.now().toString(36)}` });
  const shape = { queryId: 'query', sinkId: 'per_key/out', schema: SINK_SCHEMA, key: [0], conflict: 'update' } as const;
  for (const { sql } of createStatements(targetOf(shape, options))) await queryDatabase(options, sql);
  const sink = createMssqlSink(options, {}, hastyEnv().env);
  await sink.open(1);
  expect(await apply(sink, 1, [[1, 'a']])).toBe('applied');
  await sink.close();
});
