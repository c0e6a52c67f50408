/** Sinks of files, wherever they lie. */
import avsc from 'avsc';
import { join } from 'node:path';
import { createEnv } from '../../cli/host/env.js';
import { readCommitted } from '../../runtime/connectors/file/committed.js';
import { FileSink } from '../../runtime/connectors/file/sink.js';
import { sinkContext } from '../support/connectors.js';
import { readParquet } from '../support/parquet.js';
import type { FilePlace } from './file-place.js';
import { SINK_SCHEMA, type SinkSubject } from './sink-subject.js';

interface FileSubjectOptions {
  readonly partition_by?: string[];
  readonly max_file_size?: number;
  readonly deathStride?: number;
}

const FORMATS = {
  json: { name: 'json' },
  csv: { name: 'csv', options: { header: true, delimiter: ',', quote: '"', null: '' } },
  parquet: { name: 'parquet', options: { compression: 'snappy', row_group_rows: 2 } },
  avro: { name: 'avro', options: { compression: 'none', record_name: 'row' } },
} as const;

/** By a reader that is not ours. */
async function readAvro(bytes: Uint8Array): Promise<readonly { id: number; name: string | null }[]> {
  const rows: { id: number; name: string | null }[] = [];
  const decoder = new avsc.streams.BlockDecoder();
  decoder.on('data', (row: { id: number; name: string | null }) => rows.push(row));
  const ended = new Promise((resolve, reject) => decoder.on('end', resolve).on('error', reject));
  decoder.end(Buffer.from(bytes));
  await ended;
  return rows;
}

/** Files of a format, in a place. */
export const fileSinkSubject = (
  place: FilePlace,
  format: 'json' | 'csv' | 'parquet' | 'avro',
  { deathStride = 1, ...options }: FileSubjectOptions = {},
): SinkSubject => ({
  name: `file ${format} ${JSON.stringify(options)}, ${place.name}`,
  deathStride,
  shared: false,
  create: (folder, { queryId = 'query', env = createEnv() } = {}) =>
    new FileSink(
      sinkContext(folder, { schema: SINK_SCHEMA, queryId }, FORMATS[format], env),
      { path: 'out', commit: 'manifest', partition_by: null, max_file_size: 1000, ...options },
      () => place.connect(env),
    ),
  async read(folder) {
    const rows: string[] = [];
    for (const { files } of await readCommitted(await place.connect(createEnv()), join(folder, 'out'))) {
      for (const { bytes } of files) {
        if (format === 'parquet') {
          const found = await readParquet(bytes, ['id BIGINT', 'name VARCHAR']);
          rows.push(...found.rows.map(([id, name]) => `${String(id)}=${String(name)}`));
          continue;
        }
        if (format === 'avro') {
          rows.push(...(await readAvro(bytes)).map(({ id, name }) => `${String(id)}=${String(name)}`));
          continue;
        }
        const lines = Buffer.from(bytes).toString('utf8').split('\n').slice(0, -1);
        if (format === 'json') {
          const parsed = lines.map((line) => JSON.parse(line) as { id: number; name: string | null });
          rows.push(...parsed.map((row) => `${row.id}=${row.name}`));
        } else rows.push(...lines.slice(1).map((line) => line.replace(',', '=')));
      }
    }
    return rows.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  },
  failing: (fail) => place.failing(fail),
  async bytes(folder) {
    const batches = await readCommitted(await place.connect(createEnv()), join(folder, 'out'));
    return JSON.stringify(batches.map(({ batch, files }) => [batch, files.map((f) => [f.path, f.sha256])]));
  },
});

/** Over a network every moment of death takes its time: `deathStride` leaves some out. */
export const remoteSinkSubjects = (place: FilePlace, deathStride: number): readonly SinkSubject[] => [
  fileSinkSubject(place, 'json', { partition_by: ['name'], max_file_size: 40, deathStride }),
  fileSinkSubject(place, 'csv', { deathStride }),
];
