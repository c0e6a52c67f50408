/** Damaged Parquet: what claims to be long, large or elsewhere is refused before anything follows it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { checkDeltaBytes, endOfIntegers } from '../../../runtime/formats/parquet/delta.js';
import { decompress } from '../../../runtime/formats/parquet/codecs.js';
import { tallyHybrid } from '../../../runtime/formats/parquet/hybrid.js';
import { PageError } from '../../../runtime/formats/parquet/problem.js';
import { endOfStruct } from '../../../runtime/formats/parquet/thrift.js';
import { temporaryFolder } from '../../support/connectors.js';
import { duck, problemOf, readParquet } from '../../support/parquet.js';

const folder = temporaryFolder();
afterAll(() => {
  folder.remove();
});
const at = (name: string): string => join(folder.path, name);

const whole = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
const span = (page: Uint8Array) => ({ start: 0, end: page.length });
const refused = (action: () => unknown): string => {
  try {
    return JSON.stringify(action());
  } catch (error) {
    return error instanceof PageError ? error.message : String(error);
  }
};

describe('runs', () => {
  const tally = (width: number, count: number, ...bytes: number[]): string =>
    refused(() => tallyHybrid(whole(...bytes), { start: 0, end: bytes.length }, width, count, 1));

  it('are counted as they are, repeated and packed', () => {
    expect(tally(1, 10, 0x14, 1)).toBe('{"most":1,"matches":10}');
    expect(tally(1, 10, 0x05, 0b1010_0001, 0b1111_1110)).toBe('{"most":1,"matches":4}');
    expect(tally(3, 8, 0x03, 0b1000_1000, 0b1100_0110, 0b1111_1010)).toBe('{"most":7,"matches":1}');
    expect(tally(12, 3, 0x06, 0x01, 0x02)).toBe('{"most":513,"matches":0}');
    expect(tally(0, 5, 0x0a)).toBe('{"most":0,"matches":0}');
  });

  it.each([
    ['repeated two billion times', 1, [0xfe, 0xff, 0xff, 0xff, 0x0f, 1]],
    ['packed two billion times without a bit', 0, [0xff, 0xff, 0xff, 0xff, 0x0f]],
    ['packed over the end', 8, [0x05, 1, 2, 3]],
    ['packed no times', 1, [0x01, 0x01, 0x01]],
    ['of a number without end', 1, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ['that end early', 1, [0x04, 1]],
    ['packed wider than the library reads', 25, [0x03, ...Array.from({ length: 25 }, () => 0)]],
  ])('%s are refused', (_, width, bytes) => {
    expect(tally(width, 10, ...bytes)).toBe('has a run of a wrong length');
  });
});

describe('differences', () => {
  it.each([
    ['of no block', [0, 1, 4, 0]],
    ['in blocks of no pieces', [0x80, 1, 0, 4, 0]],
    ['in a billion pieces', [0x80, 1, 0x80, 0x94, 0xeb, 0xdc, 3, 4, 0]],
    ['of another number of values', [0x80, 1, 4, 5, 0]],
  ])('%s are refused', (_, bytes) => {
    const page = whole(...bytes);
    expect(refused(() => endOfIntegers(page, span(page), 4))).toBe('has differences in blocks of a wrong size');
  });

  it('that end early are refused', () => {
    const page = whole(0x80, 1, 4, 4, 0, 0, 32, 0, 0, 0, 1);
    expect(refused(() => endOfIntegers(page, span(page), 4))).toBe('ends within a block of differences');
  });

  it.each([
    ['a prefix longer than the text before', true, [0x80, 1, 4, 1, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0x80, 1, 4, 1, 0]],
    ['a negative length', false, [0x80, 1, 4, 1, 1]],
    ['a length beyond the page', false, [0x80, 1, 4, 1, 40, 65, 65]],
  ])('%s is refused', (_, prefixed, bytes) => {
    const page = whole(...bytes);
    expect(
      refused(() => {
        checkDeltaBytes(page, span(page), 1, prefixed, 1e6);
      }),
    ).toBe('has a text of a wrong length');
  });

  it('of texts that grow from each other without bound are refused', () => {
    // 128 texts of one new byte each, behind a prefix of the whole text before: 8,256 bytes from 128.
    const prefixes = [0x80, 1, 4, 0x80, 1, 0, 2, 0, 0, 0, 0];
    const suffixes = [0x80, 1, 4, 0x80, 1, 2, 0, 0, 0, 0, 0];
    const page = whole(...prefixes, ...suffixes, ...Array.from({ length: 128 }, () => 65));
    const check = (bytes_max: number) =>
      refused(() => {
        checkDeltaBytes(page, span(page), 128, true, bytes_max);
      });
    expect(check(8256)).toBe(undefined);
    expect(check(8255)).toBe('has a text of a wrong length');
  });
});

describe('descriptions', () => {
  const end = (...bytes: number[]): number | null | string => endOf(whole(...bytes));
  const endOf = (bytes: Uint8Array): number | null | string => {
    try {
      return endOfStruct(bytes);
    } catch (error) {
      return error instanceof RangeError ? error.message : String(error);
    }
  };

  it('end where they end', () => {
    expect(end(0x15, 0x02, 0x00, 0xff)).toBe(3);
    expect(end(0x18, 0x02, 65, 66, 0x19, 0x15, 4, 0x00)).toBe(8);
    expect(end(0x15, 0x02)).toBe(null);
    expect(end(0x18, 0xff, 0xff, 0xff, 0x7f, 65)).toBe(null);
    expect(end(0x19, 0xf5, 0xff, 0xff, 0xff, 0x7f, 1, 1)).toBe(null);
  });

  it('of numbers without end, endless depth, and unknown kinds are refused', () => {
    expect(endOf(new Uint8Array(1e6).fill(0xff).fill(0x16, 0, 1))).toContain('too many digits');
    expect(endOf(new Uint8Array(1e5).fill(0x1c))).toContain('nested too deeply');
    expect(end(0x1b, 0)).toContain('not readable');
  });
});

describe('codecs', () => {
  it.each(['SNAPPY', 'GZIP', 'LZ4', 'LZ4_RAW'] as const)(
    'that claim more than they can hold are refused: %s',
    (codec) => {
      expect(refused(() => decompress(codec, whole(1, 2, 3), 1 << 30))).toBe('has a page of a wrong size');
    },
  );

  it('of LZ4 are read framed as Hadoop does, in several pieces, and plain', () => {
    const piece = [0x30, 65, 66, 67];
    const frame = [0, 0, 0, 3, 0, 0, 0, 4, ...piece];
    expect(Buffer.from(decompress('LZ4', whole(...frame, ...frame), 6)).toString()).toBe('ABCABC');
    expect(Buffer.from(decompress('LZ4', whole(...piece), 3)).toString()).toBe('ABC');
    expect(Buffer.from(decompress('LZ4_RAW', whole(0x10, 65, 1, 0, 0x10, 66), 6)).toString()).toBe('AAAAAB');
    // A frame of a negative size would be gone back and read again for ever.
    expect(refused(() => decompress('LZ4', whole(0, 0, 0, 0, 255, 255, 255, 248), 6))).not.toContain('{');
  });
});

const COLUMNS = [
  'i BIGINT',
  'u BIGINT',
  'b BOOLEAN',
  's VARCHAR',
  't VARCHAR',
  'd DOUBLE',
  'm DECIMAL(20,2)',
  'l JSON',
];
const FILES = ['V1', 'V2'].flatMap((version) =>
  (version === 'V1' ? ['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4_raw'] : ['uncompressed', 'zstd']).map(
    (codec) => ({ version, codec, name: `${version}-${codec}.parquet` }),
  ),
);

describe('files', () => {
  beforeAll(async () => {
    for (const { version, codec, name } of FILES) {
      await duck(
        `COPY (SELECT i, (4294967295 - i * 50000)::UINTEGER AS u, CASE WHEN i % 5 > 0 THEN i % 3 = 0 END AS b, 'n' || (i % 7) AS s,
           CASE WHEN i % 4 > 0 THEN md5(i::VARCHAR) END AS t, i / 8 AS d, i::DECIMAL(20,2) AS m, [i, NULL, i % 3] AS l
         FROM range(600) r(i)) TO '${at(name)}' (FORMAT parquet, COMPRESSION ${codec}, PARQUET_VERSION ${version}, ROW_GROUP_SIZE 2048)`,
      );
    }
  });

  it.each(FILES)('of any version and codec are read: $name', async ({ name }) => {
    const { rows, bad } = await readParquet(at(name), COLUMNS);
    expect(bad).toEqual([]);
    expect(rows).toHaveLength(600);
    rows.forEach((row, i) => {
      expect(row.slice(0, 4)).toEqual([
        BigInt(i),
        BigInt(4294967295 - i * 50000),
        i % 5 > 0 ? i % 3 === 0 : null,
        `n${String(i % 7)}`,
      ]);
      expect(row.slice(5)).toEqual([i / 8, BigInt(i) * 100n, `[${String(i)},null,${String(i % 3)}]`]);
    });
  });

  it.each(FILES)(
    'with a wrong byte or a few give values or a diagnostic, and nothing else: $name',
    async ({ name }) => {
      const good = readFileSync(at(name));
      const found = new Set<string>();
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.integer({ min: 4, max: good.length - 9 }), fc.integer({ min: 1, max: 255 })), {
            minLength: 1,
            maxLength: 3,
          }),
          async (flips) => {
            const copy = Uint8Array.from(good);
            for (const [position, flip] of flips) copy[position] = (copy[position] ?? 0) ^ flip;
            found.add(await problemOf(copy, COLUMNS));
          },
        ),
        { numRuns: Number(process.env['FUZZ_ITERATIONS'] ?? 120), seed: 5 },
      );
      expect(found.size).toBeGreaterThan(1);
    },
  );
});
