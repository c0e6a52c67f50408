/** Sinks of files, wherever they lie. */
import { join } from 'node:path';
import { createEnv } from '../../cli/host/env.js';
import { readCommitted } from '../../runtime/connectors/file/committed.js';
import { FileSink } from '../../runtime/connectors/file/sink.js';
import { sinkContext } from '../support/connectors.js';
import type { FilePlace } from './file-place.js';
import { SINK_SCHEMA, type SinkSubject } from './sink-subject.js';

interface FileSubjectOptions {
  readonly partition_by?: string[];
  readonly max_file_size?: number;
  readonly deathStride?: number;
}

/** Files of a format, in a place. */
export const fileSinkSubject = (
  place: FilePlace,
  format: 'json' | 'csv',
  { deathStride = 1, ...options }: FileSubjectOptions = {},
): SinkSubject => ({
  name: `file ${format} ${JSON.stringify(options)}, ${place.name}`,
  deathStride,
  shared: false,
  create: (folder, { queryId = 'query', env = createEnv() } = {}) =>
    new FileSink(
      sinkContext(
        folder,
        { schema: SINK_SCHEMA, queryId },
        format === 'json'
          ? { name: 'json' }
          : { name: 'csv', options: { header: true, delimiter: ',', quote: '"', null: '' } },
        env,
      ),
      { path: 'out', commit: 'manifest', partition_by: null, max_file_size: 1000, ...options },
      () => place.connect(env),
    ),
  async read(folder) {
    const rows: string[] = [];
    for (const { files } of await readCommitted(await place.connect(createEnv()), join(folder, 'out'))) {
      for (const { bytes } of files) {
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

/** Over a network every moment of death takes its time: CSV, which commits as JSON does, dies at fewer. */
export const remoteSinkSubjects = (place: FilePlace): readonly SinkSubject[] => [
  fileSinkSubject(place, 'json', { partition_by: ['name'], max_file_size: 40, deathStride: 2 }),
  fileSinkSubject(place, 'csv', { deathStride: 3 }),
];
