/** Sources of files, wherever they lie: each writes real input into a folder, which is then put to its place. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { FileSource, type FileSourceOptions } from '../../runtime/connectors/file/source.js';
import type { Value } from '../../plan/values.js';
import { createFileEncoder } from '../../runtime/formats/file-writer.js';
import { rowsBatch, sourceBench, sourceOperator } from '../support/connectors.js';
import { column } from '../support/decoding.js';
import type { FilePlace } from './file-place.js';
import type { SourceSubject } from './source-subject.js';

export const COLUMNS = ['id BIGINT NOT NULL', 'name VARCHAR'];
const FILE: Omit<FileSourceOptions, 'path'> = { follow: false, order: 'name', compression: 'none' };
export const count = 60;
export const ids = Array.from({ length: count }, (_, i) => i + 1);
const nameOf = (id: number): string => `n${'x'.repeat(id % 17)}${id}`;
export const json = (id: number): string => `{"id":${id},"name":"${nameOf(id)}"}\n`;
export const expected = ids.map((id) => JSON.stringify([id, nameOf(id)]));

interface FileSubject {
  readonly name: string;
  readonly on: (place: FilePlace) => SourceSubject;
}

function fileSubject(
  name: string,
  path: string,
  write: (folder: string) => void,
  spoil: ((folder: string) => void) | null,
  options: Partial<FileSourceOptions> & {
    readonly format?: 'json' | 'csv' | 'parquet' | 'avro';
    readonly rows?: readonly string[];
  } = {},
): FileSubject {
  const { format = 'json', rows = expected, ...rest } = options;
  const on = (place: FilePlace): SourceSubject => ({
    name: `${name}, ${place.name}`,
    async setUp(folder) {
      write(folder);
      await place.upload(folder);
      const bench = sourceBench(folder, sourceOperator(COLUMNS, format));
      return {
        bench,
        create: () => new FileSource(bench.context, { ...FILE, ...rest, path }, () => place.connect(bench.context.env)),
        rows,
        ends: true,
        spoil:
          spoil === null
            ? null
            : async (): Promise<void> => {
                spoil(folder);
                await place.upload(folder);
              },
        tearDown: () => Promise.resolve(),
      };
    },
  });
  return { name, on };
}

/** Groups of 20 rows. */
function parquet(some: readonly number[]): Uint8Array {
  const schema = COLUMNS.map((text) => column(text).field);
  const format = { name: 'parquet', options: { compression: 'snappy', row_group_rows: 20 } } as const;
  const writer = createFileEncoder(format, schema).create();
  const rows = some.map((id): Value[] => [BigInt(id), nameOf(id)]);
  const batch = rowsBatch(schema, rows);
  for (let row = 0; row < rows.length; row++) writer.append(batch, row, Number.POSITIVE_INFINITY);
  return writer.finish();
}

/** A container file of one block, within which it is cut. */
function avro(some: readonly number[]): Uint8Array {
  const schema = COLUMNS.map((text) => column(text).field);
  const format = { name: 'avro', options: { compression: 'snappy', record_name: 'row' } } as const;
  const writer = createFileEncoder(format, schema).create();
  const rows = some.map((id): Value[] => [BigInt(id), nameOf(id)]);
  const batch = rowsBatch(schema, rows);
  for (let row = 0; row < rows.length; row++) writer.append(batch, row, Number.POSITIVE_INFINITY);
  return writer.finish();
}

function writeParts(folder: string): void {
  mkdirSync(join(folder, 'in', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'in', 'a.jsonl'), ids.slice(0, 20).map(json).join(''));
  writeFileSync(join(folder, 'in', 'b.jsonl'), '');
  writeFileSync(join(folder, 'in', 'deep', 'c.jsonl'), ids.slice(20).map(json).join(''));
  writeFileSync(join(folder, 'in', '.hidden.jsonl'), json(999));
  writeFileSync(join(folder, 'in', 'other.txt'), 'no json');
}

const csvRow = (id: number): string => (id % 7 === 0 ? `${id},"${nameOf(id)}\n""q"""\n` : `${id},${nameOf(id)}\n`);
const csvExpected = ids.map((id) => JSON.stringify([id, id % 7 === 0 ? `${nameOf(id)}\n"q"` : nameOf(id)]));

const subjects: readonly FileSubject[] = [
  fileSubject(
    'one file',
    'x.jsonl',
    (folder) => {
      writeFileSync(join(folder, 'x.jsonl'), ids.map(json).join(''));
    },
    (folder) => {
      writeFileSync(join(folder, 'x.jsonl'), ids.map((id) => json(id).replace('n', 'm')).join(''));
    },
  ),
  fileSubject(
    'one file without last line break',
    './x.jsonl',
    (folder) => {
      writeFileSync(join(folder, 'x.jsonl'), ids.map(json).join('').slice(0, -1));
    },
    (folder) => {
      writeFileSync(join(folder, 'x.jsonl'), json(1));
    },
  ),
  fileSubject('a pattern', 'in/**/*.jsonl', writeParts, (folder) => {
    writeFileSync(join(folder, 'in', 'a.jsonl'), json(5));
  }),
  fileSubject(
    'a folder',
    'in/',
    (folder) => {
      mkdirSync(join(folder, 'in'));
      ids.forEach((id) => {
        writeFileSync(join(folder, 'in', `${String(id).padStart(3, '0')}.jsonl`), json(id));
      });
    },
    (folder) => {
      for (const id of ids)
        writeFileSync(join(folder, 'in', `${String(id).padStart(3, '0')}.jsonl`), json(id).replace('n', 'm'));
    },
  ),
  fileSubject(
    'gzip of several members',
    'x.gz',
    (folder) => {
      const parts = [ids.slice(0, 30), ids.slice(30)].map((part) => gzipSync(part.map(json).join('')));
      writeFileSync(join(folder, 'x.gz'), Buffer.concat(parts));
    },
    (folder) => {
      writeFileSync(join(folder, 'x.gz'), gzipSync(ids.map((id) => json(id + 1)).join('')));
    },
    { compression: 'gzip' },
  ),
  fileSubject(
    'CSV with header and quoted line breaks',
    'x.csv',
    (folder) => {
      writeFileSync(join(folder, 'x.csv'), `id,name\n${ids.map(csvRow).join('')}`);
    },
    null,
    { format: 'csv', rows: csvExpected },
  ),
  fileSubject(
    'CSV in gzip',
    'x.csv.gz',
    (folder) => {
      writeFileSync(join(folder, 'x.csv.gz'), gzipSync(`id,name\n${ids.map(csvRow).join('')}`));
    },
    null,
    { format: 'csv', rows: csvExpected, compression: 'gzip' },
  ),
  fileSubject(
    'Parquet of several groups',
    'in/*.parquet',
    (folder) => {
      mkdirSync(join(folder, 'in'));
      writeFileSync(join(folder, 'in', 'a.parquet'), parquet(ids.slice(0, 45)));
      writeFileSync(join(folder, 'in', 'b.parquet'), parquet([]));
      writeFileSync(join(folder, 'in', 'c.parquet'), parquet(ids.slice(45)));
    },
    (folder) => {
      writeFileSync(join(folder, 'in', 'a.parquet'), parquet(ids.slice(0, 45).map((id) => id + 1)));
    },
    { format: 'parquet' },
  ),
  fileSubject(
    'Avro containers',
    'in/*.avro',
    (folder) => {
      mkdirSync(join(folder, 'in'));
      writeFileSync(join(folder, 'in', 'a.avro'), avro(ids.slice(0, 45)));
      writeFileSync(join(folder, 'in', 'b.avro'), avro([]));
      writeFileSync(join(folder, 'in', 'c.avro'), avro(ids.slice(45)));
    },
    (folder) => {
      writeFileSync(join(folder, 'in', 'a.avro'), avro(ids.slice(0, 45).map((id) => id + 1)));
    },
    { format: 'avro' },
  ),
];

/** All, on the local disk. */
export const fileSourceSubjects = (place: FilePlace): readonly SourceSubject[] => subjects.map(({ on }) => on(place));

/** Those in which a place can differ: several files, positions in CSV, and in gzip. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'a pattern',
  'gzip of several members',
  'CSV with header and quoted line breaks',
  'Parquet of several groups',
]);

export const remoteSourceSubjects = (place: FilePlace): readonly SourceSubject[] =>
  subjects.filter(({ name }) => ELSEWHERE.has(name)).map(({ on }) => on(place));
