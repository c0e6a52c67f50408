/** Parquet against DuckDB: it reads what we write, and writes what we read. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Field, Schema } from '../../../plan/types.js';
import type { Value } from '../../../plan/values.js';
import { createFileEncoder } from '../../../runtime/formats/file-writer.js';
import { rowsBatch, temporaryFolder } from '../../support/connectors.js';
import { column } from '../../support/decoding.js';
import { duck, problemOf, readParquet } from '../../support/parquet.js';

const folder = temporaryFolder();
afterAll(() => {
  folder.remove();
});
const at = (name: string): string => join(folder.path, name);

interface WriteOptions {
  readonly compression?: 'snappy' | 'none';
  readonly row_group_rows?: number;
}

function write(schema: Schema, rows: readonly (readonly Value[])[], options: WriteOptions = {}): Uint8Array {
  const encoder = createFileEncoder(
    { name: 'parquet', options: { compression: 'snappy', row_group_rows: 122_880, ...options } },
    schema,
  );
  const writer = encoder.create();
  const batch = rowsBatch(schema, rows);
  for (let row = 0; row < rows.length; row++) expect(writer.append(batch, row, Infinity)).toBe(true);
  expect(writer.finish()).toBe(writer.finish());
  return writer.finish();
}

const fieldsOf = (columns: readonly string[]): Field[] => columns.map((text) => column(text).field);

/** Columns of every type, and rows with their extremes. */
const ALL = [
  'id BIGINT NOT NULL',
  'b BOOLEAN',
  'i INT',
  'l BIGINT',
  'd DOUBLE',
  'm DECIMAL(12,2)',
  'w DECIMAL(38,10)',
  's VARCHAR',
  'v VARBINARY',
  'dt DATE',
  'tm TIME',
  'ts TIMESTAMP',
  'tz TIMESTAMPTZ',
  'j JSON',
];
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const ROWS: readonly (readonly Value[])[] = [
  [1n, true, 0, 0n, 0.5, 0n, 0n, '', bytes(), 0, 0n, 0n, 0n, '{"a": [1, 2.50]}'],
  [2n, ...Array.from({ length: 13 }, () => null)],
  [
    3n,
    false,
    -2_147_483_648,
    -(2n ** 63n) + 1n,
    -1e300,
    -999_999_999_999n,
    -(10n ** 38n) + 1n,
    'ä€😀',
    bytes(0, 255),
    -719_162,
    86_399_999_999n,
    -1n,
    -86_400_000_001n,
    'null',
  ],
  [
    4n,
    true,
    2_147_483_647,
    2n ** 63n - 1n,
    5e-324,
    999_999_999_999n,
    10n ** 38n - 1n,
    'x'.repeat(3000),
    bytes(1),
    2_932_896,
    1n,
    253_402_300_799_999_999n,
    978_307_200_123_400n,
    '"t"',
  ],
];

describe('what is written', () => {
  it.each([{}, { compression: 'none' }, { row_group_rows: 2 }] as const)('is read by DuckDB: %j', async (options) => {
    writeFileSync(at('ours.parquet'), write(fieldsOf(ALL), ROWS, options));
    await duck(`COPY (SELECT * FROM '${at('ours.parquet')}') TO '${at('theirs.parquet')}' (FORMAT parquet)`);
    expect((await readParquet(at('theirs.parquet'), ALL)).rows).toEqual(ROWS);
    expect((await readParquet(at('ours.parquet'), ALL)).rows).toEqual(ROWS);
    const types = await duck(`DESCRIBE SELECT * FROM '${at('ours.parquet')}'`);
    expect(types.map((each) => each['column_type']).join(' ')).toBe(
      'BIGINT BOOLEAN INTEGER BIGINT DOUBLE DECIMAL(12,2) DECIMAL(38,10) VARCHAR BLOB DATE TIME TIMESTAMP TIMESTAMP WITH TIME ZONE JSON',
    );
  });

  it('has statistics that other readers may go by', async () => {
    const schema = fieldsOf(['n BIGINT', 'm DECIMAL(12,2)', 's VARCHAR', 'd DOUBLE', 'ts TIMESTAMP']);
    const rows = Array.from({ length: 500 }, (_, i): Value[] => [
      BigInt(i - 250),
      BigInt(i * 100 - 25_000),
      `${i % 2 === 0 ? 'ä' : 'z'}${String(i)}`,
      i - 250,
      BigInt(i - 250) * 1_000_000n,
    ]);
    writeFileSync(at('stats.parquet'), write(schema, rows, { row_group_rows: 50 }));
    const count = async (condition: string): Promise<unknown> =>
      (await duck(`SELECT COUNT(*) AS n FROM '${at('stats.parquet')}' WHERE ${condition}`))[0]?.['n'];
    expect(await count('n < -240')).toBe('10');
    expect(await count('m < -200')).toBe('50');
    expect(await count("s >= 'ä498'")).toBe('1');
    expect(await count('d >= 245')).toBe('5');
    expect(await count("ts < TIMESTAMP '1970-01-01'")).toBe('250');
  });

  it('is the same bytes for the same rows, and has one group per row_group_rows', async () => {
    const schema = fieldsOf(ALL);
    expect(Buffer.from(write(schema, ROWS)).equals(write(schema, ROWS))).toBe(true);
    writeFileSync(at('groups.parquet'), write(schema, ROWS, { row_group_rows: 3 }));
    const found = await duck(
      `SELECT DISTINCT row_group_id, row_group_num_rows FROM parquet_metadata('${at('groups.parquet')}') ORDER BY 1`,
    );
    expect(found.map((group) => String(group['row_group_num_rows']))).toEqual(['3', '1']);
  });

  it('says when a row does not fit the size any more', () => {
    const encoder = createFileEncoder(
      { name: 'parquet', options: { compression: 'none', row_group_rows: 1 } },
      fieldsOf(['s VARCHAR']),
    );
    const batch = rowsBatch(fieldsOf(['s VARCHAR']), [['x'.repeat(100)]]);
    const writer = encoder.create();
    expect(writer.append(batch, 0, 10)).toBe(true);
    expect(writer.append(batch, 0, 10)).toBe(false);
    expect(writer.rows).toBe(1);
  });

  it('comes back: any rows', async () => {
    const names = ['l BIGINT', 'd DOUBLE', 's VARCHAR', 'v VARBINARY', 'm DECIMAL(20,3)', 'b BOOLEAN NOT NULL'];
    const row = fc.tuple(
      fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
      fc.option(fc.double()),
      fc.option(fc.string({ unit: 'grapheme' })),
      fc.option(fc.uint8Array({ maxLength: 9 }).map((each) => Uint8Array.from(each))),
      fc.option(fc.bigInt({ min: -(10n ** 20n) + 1n, max: 10n ** 20n - 1n })),
      fc.boolean(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 40 }), fc.integer({ min: 1, max: 50 }), async (rows, groupRows) => {
        const file = write(fieldsOf(names), rows, { row_group_rows: groupRows });
        const all = await readParquet(file, names);
        expect(all.rows).toEqual(rows);
        const middle = await readParquet(file, names, { start: 3, end: 17 });
        expect(middle.rows).toEqual(rows.slice(3, 17));
      }),
      { numRuns: 60, seed: 7 },
    );
  });
});

describe('what DuckDB writes', () => {
  it.each(['snappy', 'gzip', 'zstd', 'lz4_raw', 'brotli', 'uncompressed'])('is read: %s', async (codec) => {
    await duck(
      `COPY (SELECT i AS id, i % 7 AS k, 'name ' || (i % 100) AS s, i / 8 AS d FROM range(5000) t(i))
       TO '${at(`${codec}.parquet`)}' (FORMAT parquet, COMPRESSION ${codec}, ROW_GROUP_SIZE 2048)`,
    );
    const columns = ['id BIGINT', 'k BIGINT', 's VARCHAR', 'd DOUBLE'];
    const { rows, bad } = await readParquet(at(`${codec}.parquet`), columns);
    expect(bad).toEqual([]);
    expect(rows).toHaveLength(5_000);
    rows.forEach((row, i) => {
      expect(row).toEqual([BigInt(i), BigInt(i % 7), `name ${String(i % 100)}`, i / 8]);
    });
  });

  it('is read with all bits of unsigned numbers in differences', async () => {
    await duck(
      `COPY (SELECT (i * 2654435761 % 4294967296)::UINTEGER AS u, [(4294967295 - i)::UINTEGER] AS l FROM range(1, 3000) t(i))
       TO '${at('delta.parquet')}' (FORMAT parquet, PARQUET_VERSION V2)`,
    );
    const { rows } = await readParquet(at('delta.parquet'), ['u BIGINT', 'l JSON']);
    expect(rows).toHaveLength(2_999);
    rows.forEach((row, i) => {
      expect(row).toEqual([(BigInt(i + 1) * 2_654_435_761n) % 4_294_967_296n, `[${String(4_294_967_294 - i)}]`]);
    });
  });

  it.each(['V1', 'V2'])('is read in every type: %s', async (version) => {
    await duck(
      `COPY (SELECT true AS b, 1::TINYINT AS i8, ${version === 'V1' ? '40000::USMALLINT' : '40000'} AS u16, ${version === 'V1' ? '4000000000::UINTEGER' : '4000000000::BIGINT'} AS u32,
         18446744073709551615::UBIGINT AS u64, 1.5::FLOAT AS f, 1.25::DECIMAL(4,2) AS m4, -1.25::DECIMAL(9,2) AS m9,
         -12345678901234567890.5::DECIMAL(38,1) AS m38, DATE '1969-12-31' AS dt, TIME '13:00:00.000001' AS tm,
         TIMESTAMP_MS '2026-01-01 00:00:00.001' AS ms, TIMESTAMP_NS '1969-12-31 23:59:59.999999999' AS ns,
         TIMESTAMPTZ '2026-01-01 00:00:00+00' AS tz, 'ä' AS s, '\\xAA'::BLOB AS v,
         UUID '00112233-4455-6677-8899-aabbccddeeff' AS u, '{"a":1}'::JSON AS j
       ) TO '${at('types.parquet')}' (FORMAT parquet, PARQUET_VERSION ${version})`,
    );
    const { rows, bad } = await readParquet(at('types.parquet'), [
      'b BOOLEAN',
      'i8 INT',
      'u16 INT',
      'u32 BIGINT',
      'u64 DECIMAL(20,0)',
      'f DOUBLE',
      'm4 DECIMAL(10,4)',
      'm9 DECIMAL(9,2)',
      'm38 DECIMAL(38,1)',
      'dt DATE',
      'tm TIME',
      'ms TIMESTAMP',
      'ns TIMESTAMP',
      'tz TIMESTAMPTZ',
      's VARCHAR',
      'v VARBINARY',
      'u VARCHAR',
      'j JSON',
    ]);
    expect(bad).toEqual([]);
    expect(rows).toEqual([
      [
        true,
        1,
        40_000,
        4_000_000_000n,
        18_446_744_073_709_551_615n,
        1.5,
        12_500n,
        -125n,
        -123_456_789_012_345_678_905n,
        -1,
        46_800_000_001n,
        1_767_225_600_001_000n,
        -1n,
        1_767_225_600_000_000n,
        'ä',
        bytes(0xaa),
        '00112233-4455-6677-8899-aabbccddeeff',
        '{"a":1}',
      ],
    ]);
  });

  it('is JSON where it is nested, with all digits', async () => {
    await duck(
      `COPY (SELECT * FROM (VALUES
         ([1, NULL, 3], {'x': 1.10::DECIMAL(30,2), 'y': [{'z': DATE '2026-01-31'}]}, MAP {'k': 9007199254740993}),
         ([], {'x': NULL, 'y': []}, MAP {}),
         (NULL, NULL, NULL)) t(l, g, m)) TO '${at('nested.parquet')}' (FORMAT parquet)`,
    );
    const { rows } = await readParquet(at('nested.parquet'), ['l JSON', 'g JSON', 'm JSON']);
    expect(rows).toEqual([
      ['[1,null,3]', '{"x":1.10,"y":[{"z":"2026-01-31"}]}', '{"k":9007199254740993}'],
      ['[]', '{"x":null,"y":[]}', '{}'],
      [null, null, null],
    ]);
  });

  it('is read only in the needed columns', async () => {
    await duck(
      `COPY (SELECT i AS id, repeat(md5(i::VARCHAR), 20) AS long FROM range(20000) t(i)) TO '${at('wide.parquet')}' (FORMAT parquet)`,
    );
    const narrow = await readParquet(at('wide.parquet'), ['id BIGINT']);
    expect(narrow.rows).toHaveLength(20_000);
    expect(narrow.bytesRead).toBeLessThan(readFileSync(at('wide.parquet')).length / 4);
  });
});

describe('what does not fit', () => {
  it.each([
    ['s VARCHAR', 's INT', 'found":"STRING'],
    ['l BIGINT', 'l INT', 'found":"INT64'],
    ['m DECIMAL(12,4)', 'm DECIMAL(12,2)', 'found":"DECIMAL(12,4)'],
    ['ts TIMESTAMP', 'ts DATE', 'found":"TIMESTAMP in microseconds'],
    ['d DOUBLE', 'd DECIMAL(5,1)', 'found":"FLOAT or DOUBLE'],
    ['s VARCHAR', 't VARCHAR', '"kind":"missing","column":"t","columns":["s"]'],
  ])('by type is refused before any row: %s as %s', async (written, read, problem) => {
    expect(await problemOf(write(fieldsOf([written]), [[null]]), [read])).toContain(problem);
  });

  it('by value is an error of the record', async () => {
    const file = write(fieldsOf(['l BIGINT', 'v VARBINARY']), [
      [1n, bytes(65)],
      [null, bytes(66)],
      [1_000_000n, bytes(0xff)],
      [4n, null],
    ]);
    const { rows, bad } = await readParquet(file, ['l DECIMAL(5,0) NOT NULL', 'v VARCHAR']);
    expect(rows).toEqual([
      [1n, 'A'],
      [4n, null],
    ]);
    expect(bad).toEqual([
      'missing_value@1: l: expected a value, found NULL',
      'overflow@2: l: a number has more than the 5 digits of its type',
    ]);
    expect((await readParquet(file, ['v VARCHAR'])).bad).toEqual([
      'malformed_record@2: v: expected text, found bytes that are not UTF-8',
    ]);
  });

  it('is NULL where a column may be missing', async () => {
    const file = write(fieldsOf(['l BIGINT']), [[1n]]);
    expect((await readParquet(file, ['l BIGINT', 'x DATE'], { missingIsNull: true })).rows).toEqual([[1n, null]]);
    expect((await readParquet(file, ['x DATE NOT NULL'], { missingIsNull: true })).bad).toEqual([
      'missing_value@0: x: expected a value, found NULL',
    ]);
  });

  it('is damage of the file', async () => {
    const columns = ['l BIGINT', 's VARCHAR'];
    const rows = Array.from({ length: 300 }, (_, i): Value[] => [BigInt(i), `${'n'.repeat(i % 9)}${String(i)}`]);
    const good = write(fieldsOf(columns), rows);
    const changed = (change: (copy: Buffer) => void): Buffer => {
      const copy = Buffer.from(good);
      change(copy);
      return copy;
    };
    expect(await problemOf(bytes(1, 2, 3), columns)).toContain('too short');
    expect(await problemOf(Buffer.alloc(100, 65), columns)).toContain('does not end as');
    expect(await problemOf(good.subarray(0, good.length - 10), columns)).toContain('does not end as');
    expect(
      await problemOf(
        changed((copy) => copy.write('PARE', copy.length - 4, 'latin1')),
        columns,
      ),
    ).toContain('encrypted');
    expect(
      await problemOf(
        changed((copy) => copy.writeUInt32LE(1e9, copy.length - 8)),
        columns,
      ),
    ).toContain('footer is longer');
    expect(
      await problemOf(
        changed((copy) => copy.fill(0xff, copy.length - 100, copy.length - 8)),
        columns,
      ),
    ).toContain('damaged');
    // The middle is gone, the footer is whole.
    expect(await problemOf(Buffer.concat([good.subarray(0, 4), good.subarray(400)]), columns)).toContain(
      'cut or put together',
    );
    expect(
      await problemOf(
        changed((copy) => copy.fill(0xee, 4, 600)),
        columns,
      ),
    ).toContain('not readable');
  });

  it('never is an error of another kind, whatever byte of the footer is wrong', async () => {
    const columns = ['l BIGINT', 's VARCHAR', 'd DECIMAL(20,2)'];
    const rows = Array.from({ length: 40 }, (_, i): Value[] => [
      BigInt(i),
      i % 3 === 0 ? null : `s${String(i % 5)}`,
      BigInt(i),
    ]);
    const good = write(fieldsOf(columns), rows, { row_group_rows: 20 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: good.length - 8 - Buffer.from(good).readUInt32LE(good.length - 8), max: good.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (position, flip) => {
          const copy = Uint8Array.from(good);
          copy[position] = copy[position]! ^ flip;
          await problemOf(copy, columns);
        },
      ),
      { numRuns: 150, seed: 11 },
    );
  });
});
