/** Parquet as input of a source of files: positions, bounds, and what is refused. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compile } from '../../../compiler/compile.js';
import { SourceFile } from '../../../grammar/diagnostics/source.js';
import type { SourceRange } from '../../../runtime/connectors/connector.js';
import { codeOf, readRows } from '../../support/connectors.js';
import { fileSources } from '../../support/file-sources.js';
import { duck } from '../../support/parquet.js';

const { at, make } = fileSources('parquet');

const write = (name: string, query: string, rows = 2048): Promise<unknown> =>
  duck(`COPY (${query}) TO '${at(name)}' (FORMAT parquet, ROW_GROUP_SIZE ${String(rows)})`);

it('cuts large files by bytes, and every range gives its rows at any time', async () => {
  await write('x.parquet', "SELECT i AS id, 'n' || i AS s FROM range(10000) t(i)");
  const { source, bench } = make(['id BIGINT NOT NULL', 's VARCHAR', 'at BIGINT METADATA FROM offset'], 'x.parquet');
  await source.open(null);
  const ranges: SourceRange[] = [];
  for (let batch = await source.plan({ bytes_max: 20_000 }); batch.length > 0;) {
    ranges.push(...batch);
    batch = batch.at(-1)?.final === true ? [] : await source.plan({ bytes_max: 20_000 });
  }
  expect(ranges.length).toBeGreaterThan(5);
  const rows: string[] = [];
  for (const range of ranges) rows.push(...(await readRows(source, bench, [range])));
  expect(rows).toHaveLength(10_000);
  rows.forEach((row, i) => {
    expect(row).toBe(`[${String(i)},"n${String(i)}",${String(i)}]@x.parquet:${String(i)}`);
  });
  expect(await readRows(source, bench, ranges.slice(2, 4))).toEqual(await readRows(source, bench, ranges.slice(2, 4)));
});

it('takes files of a followed folder as they come', async () => {
  mkdirSync(at('in'));
  await write('in/a.parquet', 'SELECT 1::BIGINT AS id');
  const { source, bench } = make(['id BIGINT'], 'in');
  await source.open(null);
  expect(await readRows(source, bench, await source.plan({ bytes_max: 1e9 }))).toEqual(['[1]@in/a.parquet:0']);
});

it('refuses what is not Parquet, or not of these columns', async () => {
  writeFileSync(at('x.parquet'), '{"id":1}\n{"id":2}\n');
  await write('y.parquet', "SELECT 'a' AS id");
  const plan =
    (columns: readonly string[], path: string, format = {}) =>
    async (): Promise<unknown> => {
      const { source } = make(columns, path, {}, format);
      await source.open(null);
      return source.plan({ bytes_max: 1e9 });
    };
  expect(await codeOf(plan(['id BIGINT'], 'x.parquet'))).toBe('ESQL8470');
  expect(await codeOf(plan(['id BIGINT'], 'y.parquet'))).toBe('ESQL8471');
  expect(await codeOf(plan(['other BIGINT'], 'y.parquet'))).toBe('ESQL8472');
  expect(await codeOf(plan(['other BIGINT'], 'y.parquet', { missing_columns: 'null' }))).toBe('none');
  const compressed = (): Promise<unknown> => {
    make(['id BIGINT'], 'x.parquet', { compression: 'gzip' });
    return Promise.resolve();
  };
  expect(await codeOf(() => Promise.resolve().then(compressed))).toBe('ESQL8473');
});

it('is a format of files only', () => {
  const text = "CREATE SOURCE s (id BIGINT) WITH (connector = 'socket', host = 'h', port = 1) FORMAT PARQUET;\n";
  const { diagnostics } = compile({ source: new SourceFile('q.esql', text), include: () => undefined });
  expect(diagnostics.map(({ code }) => code)).toContain('ESQL2024');
});
