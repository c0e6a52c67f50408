/**
 * Readers of reference data, all against one description: all rows, exactly, the same snapshot as long as nothing
 * changes, and a refusal instead of less.
 */
import Database from 'better-sqlite3';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEnv } from '../../cli/host/env.js';
import { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import { optionTexts } from '../../plan/connectors/options.js';
import { needsFiles } from '../../plan/formats/index.js';
import type { FormatSpec, OptionValues } from '../../plan/plan.js';
import { BIGINT, BOOLEAN, DATE, decimal, DOUBLE, TIMESTAMP, VARCHAR, type Schema } from '../../plan/types.js';
import type { Value } from '../../plan/values.js';
import { readValue } from '../../runtime/columns/read.js';
import { createTable } from '../../runtime/connectors/index.js';
import { createDecoder } from '../../runtime/formats/decoder.js';
import { loadTable } from '../../runtime/tables/load.js';
import { encodeSnapshot } from '../../runtime/tables/snapshot-bytes.js';
import type { TableSnapshot } from '../../runtime/tables/snapshot.js';
import { duck } from '../support/parquet.js';
import { field, tableOperator } from '../support/plan-builder.js';

const SCHEMA: Schema = [
  field('id', BIGINT),
  field('name', VARCHAR, true),
  field('rate', decimal(8, 3), true),
  field('open', BOOLEAN, true),
  field('since', DATE, true),
  field('at', TIMESTAMP, true),
  field('share', DOUBLE, true),
];

type Row = readonly [string, string | null, string | null, boolean | null, string | null, string | null, number | null];

const ROWS: readonly Row[] = [
  ['1', 'Ann', '1.250', true, '2026-01-31', '2026-01-31T12:30:00', 0.5],
  ['9007199254740993', 'B "ö", b', '-99999.999', false, '1969-12-31', '1969-12-31T23:59:59.000001', -1e300],
  ['3', null, null, null, null, null, null],
];

const MORE: Row = ['4', 'new', '0.000', true, '2026-02-01', '2026-02-01T00:00:00', 0];

function withId(id: string): Row {
  const [, ...rest] = MORE;
  return [id, ...rest];
}

/** What every reader has to make of them. */
const VALUES: readonly (readonly Value[])[] = [
  [1n, 'Ann', 1250n, true, 20_484, 1_769_862_600_000_000n, 0.5],
  [9_007_199_254_740_993n, 'B "ö", b', -99_999_999n, false, -1, -999_999n, -1e300],
  [3n, null, null, null, null, null, null],
];

interface Subject {
  readonly name: string;
  readonly connector: 'file' | 'sqlite';
  readonly options: OptionValues;
  readonly format: FormatSpec | null;
  /** Puts the rows where they are read, in place of what was there; a member more than the columns in each. */
  write(folder: string, rows: readonly Row[]): void;
  /** Makes the rows unreadable: a text in place of the last id. */
  spoil(folder: string): void;
}

function jsonLines(rows: readonly Row[]): string {
  return rows
    .map(([id, name, rate, open, since, at, share]) => {
      const rest = JSON.stringify({ name, open, since, at, share, other: 'x' });
      return `{"id":${id},"rate":${rate ?? 'null'},${rest.slice(1)}\n`;
    })
    .join('');
}

function csv(rows: readonly Row[]): string {
  const cell = (value: string | number | boolean | null): string =>
    value === null ? '' : `"${String(value).replaceAll('"', '""')}"`;
  return ['other,id,name,rate,open,since,at,share', ...rows.map((row) => ['x', ...row].map(cell).join(','))].join('\n');
}

function sqliteRows(folder: string, rows: readonly Row[], id = 'INTEGER'): void {
  const database = new Database(join(folder, 'reference.db'));
  database.exec('DROP TABLE IF EXISTS rates');
  database.exec(
    `CREATE TABLE rates (share REAL, id ${id}, name TEXT, rate TEXT, open INTEGER, since TEXT, at TEXT, other)`,
  );
  database.exec('BEGIN');
  const statement = database.prepare('INSERT INTO rates VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  for (const [key, name, rate, open, since, at, share] of rows) {
    const isOpen = open === null ? null : Number(open);
    statement.run(share, id === 'INTEGER' ? BigInt(key) : key, name, rate, isOpen, since, at, 'x');
  }
  database.exec('COMMIT');
  database.close();
}

const JSON_FORMAT: FormatSpec = { name: 'json', options: {} };

const SUBJECTS: readonly Subject[] = [
  {
    name: 'a file of JSON lines',
    connector: 'file',
    options: { path: 'rates.jsonl' },
    format: JSON_FORMAT,
    write: (folder, rows) => {
      writeFileSync(join(folder, 'rates.jsonl'), jsonLines(rows));
    },
    spoil: (folder) => {
      writeFileSync(join(folder, 'rates.jsonl'), jsonLines([...ROWS, withId('"x"')]));
    },
  },
  {
    name: 'a folder of packed JSON lines',
    connector: 'file',
    options: { path: 'rates', compression: 'gzip' },
    format: JSON_FORMAT,
    write: (folder, rows) => {
      rows.forEach((row, index) => {
        writeFileSync(join(folder, 'rates', `${String(index)}.gz`), gzipSync(jsonLines([row])));
      });
    },
    spoil: (folder) => {
      writeFileSync(join(folder, 'rates', '9.gz'), gzipSync('{"id":"x"}\n'));
    },
  },
  {
    name: 'a CSV file',
    connector: 'file',
    options: { path: 'rates.csv' },
    format: { name: 'csv', options: {} },
    write: (folder, rows) => {
      writeFileSync(join(folder, 'rates.csv'), csv(rows));
    },
    spoil: (folder) => {
      writeFileSync(join(folder, 'rates.csv'), csv([...ROWS, withId('x')]));
    },
  },
  {
    name: 'a table of SQLite',
    connector: 'sqlite',
    options: { path: 'reference.db', table: 'rates' },
    format: null,
    write: (folder, rows) => {
      sqliteRows(folder, rows);
    },
    spoil: (folder) => {
      sqliteRows(folder, [withId('x')], 'TEXT');
    },
  },
];

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'esql-tables-'));
  mkdirSync(join(folder, 'rates'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function load(
  { connector, options, format }: Subject,
  key: readonly string[] | null = ['id'],
): Promise<TableSnapshot> {
  const operator = tableOperator('rates', SCHEMA, key, { connector, options, format, unused: ['other'] });
  const decoder = format === null || needsFiles(format.name) ? null : createDecoder(operator, { kernel: 'twin' });
  const context = { env: createEnv(), operator, workingDirectory: folder, decoder, excluded: [] };
  const path = optionTexts(options)['path'] ?? '';
  const reader =
    connector === 'sqlite'
      ? await createTable('sqlite', context, { path, table: optionTexts(options)['table'] ?? '', refresh: null })
      : await createTable('file', context, {
          path,
          compression: options['compression'] === 'gzip' ? 'gzip' : 'none',
          refresh: null,
        });
  try {
    return await loadTable(operator, reader, 1 << 24);
  } finally {
    await reader.close();
  }
}

async function refusal(loading: Promise<unknown>): Promise<string> {
  try {
    await loading;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostic.code;
    throw error;
  }
  return 'none';
}

/** Ids differ in their length: files of a folder come in another order. */
const byLength = (a: readonly Value[], b: readonly Value[]): number => String(a[0]).length - String(b[0]).length;

const bytesOf = (snapshot: TableSnapshot): Buffer => Buffer.concat(encodeSnapshot(snapshot));

describe.each(SUBJECTS)('$name', (subject) => {
  it('gives all rows exactly', async () => {
    subject.write(folder, ROWS);
    const { rowCount, columns } = await load(subject);
    const found = Array.from({ length: rowCount }, (_, row) =>
      SCHEMA.map((column, index) => readValue(columns[index]!, row, column.type)),
    );
    expect(found.sort(byLength)).toEqual([...VALUES].sort(byLength));
  });

  it('gives the same snapshot while nothing changes, and another one when something has', async () => {
    subject.write(folder, ROWS);
    const first = bytesOf(await load(subject));
    expect(bytesOf(await load(subject))).toEqual(first);
    subject.write(folder, [...ROWS, MORE]);
    const second = await load(subject);
    expect(second.rowCount).toBe(4);
    expect(bytesOf(second)).not.toEqual(first);
  });

  it('gives none of its rows where one can not be read', async () => {
    subject.write(folder, ROWS);
    subject.spoil(folder);
    expect(await refusal(load(subject))).toBe('ESQL8700');
  });

  it('is refused where two rows have one key', async () => {
    subject.write(folder, [...ROWS, MORE, MORE]);
    expect(await refusal(load(subject))).toBe('ESQL8701');
    expect((await load(subject, null)).rowCount).toBe(5);
  });

  it('is refused where it is not there', async () => {
    rmSync(join(folder, 'rates'), { recursive: true });
    expect(await refusal(load(subject))).toMatch(/^ESQL84(?:00|32)$/u);
  });
});

it('SQLite without the column says what there is', async () => {
  const [, , , subject] = SUBJECTS;
  const database = new Database(join(folder, 'reference.db'));
  database.exec('CREATE TABLE rates (id INTEGER, title TEXT)');
  database.close();
  expect(await refusal(load(subject!))).toBe('ESQL8702');
});

it('SQLite reads more rows than one part holds, in the order of the key', async () => {
  const [, , , subject] = SUBJECTS;
  const rows = Array.from({ length: 9000 }, (_, i): Row => [String((i * 7919) % 9000), 'n', null, null, null, null, i]);
  subject!.write(folder, rows);
  const { rowCount, columns } = await load(subject!);
  expect(rowCount).toBe(9000);
  expect(readValue(columns[0]!, 8999, BIGINT)).toBe(8999n);
});

it('Parquet files are read, too', async () => {
  const file = join(folder, 'rates.parquet');
  await duck(
    `COPY (SELECT id::BIGINT AS id, 'n' || id AS name, (id / 8)::DECIMAL(8,3) AS rate, id % 2 = 0 AS open,
       DATE '2026-01-01' AS since, NULL::TIMESTAMP AS at, id / 2.0::DOUBLE AS share FROM range(5000) r(id))
     TO '${file}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`,
  );
  const options = { path: 'rates.parquet' };
  const { rowCount, columns } = await load({
    ...SUBJECTS[0]!,
    options,
    format: { name: 'parquet', options: {} },
  });
  expect(rowCount).toBe(5000);
  expect(SCHEMA.map((column, index) => readValue(columns[index]!, 4999, column.type))).toEqual([
    4999n,
    'n4999',
    624_875n,
    false,
    20_454,
    null,
    2499.5,
  ]);
});
