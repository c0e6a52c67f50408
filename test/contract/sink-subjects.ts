/** Every sink with durable progress that needs no other machine and that the contract of sinks is run against. */
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { createEnv } from '../../cli/host/env.js';
import { SqliteSink } from '../../runtime/connectors/sqlite/sink.js';
import type { Env } from '../../runtime/env.js';
import { sinkContext } from '../support/connectors.js';
import { stepper } from './dying.js';
import { localPlace } from './file-place.js';
import { fileSinkSubject } from './file-sink-subjects.js';
import { SINK_SCHEMA, type SinkSubject } from './sink-subject.js';

function failingDatabase(fail: number): Env {
  const env = createEnv();
  const step = stepper(fail);
  return {
    ...env,
    sqlite: {
      async open(path, options) {
        const connection = await step(() => env.sqlite.open(path, options));
        return {
          ...connection,
          execute: (sql) => {
            step(() => {
              connection.execute(sql);
            });
          },
          prepare: (sql) => {
            const statement = connection.prepare(sql);
            return {
              run: (parameters) => step(() => statement.run(parameters)),
              all: (parameters) => statement.all(parameters),
              each: (parameters) => statement.each(parameters),
            };
          },
          commit: () => step(() => connection.commit()),
        };
      },
    },
  };
}

const sqlite = (conflict: 'update' | 'ignore'): SinkSubject => ({
  name: `sqlite on conflict ${conflict}`,
  shared: conflict === 'ignore',
  deathStride: 1,
  create: (folder, { queryId = 'query', env = createEnv() } = {}) =>
    new SqliteSink(sinkContext(folder, { schema: SINK_SCHEMA, key: [0], conflict, queryId }, null, env), {
      path: 'out/x.db',
      table: 'results',
      create: 'if_missing',
      shared: conflict === 'ignore',
    }),
  read: (folder) => Promise.resolve(tableRows(join(folder, 'out/x.db')).map(([id, name]) => `${id}=${name}`)),
  failing: failingDatabase,
  bytes: (folder) => Promise.resolve(JSON.stringify(tableRows(join(folder, 'out/x.db')))),
});

function tableRows(path: string): string[][] {
  const database = new Database(path, { fileMustExist: true });
  try {
    return database
      .prepare<[], { id: number; name: string | null }>('SELECT id, name FROM results ORDER BY id')
      .all()
      .map((row) => [String(row.id), String(row.name)]);
  } finally {
    database.close();
  }
}

export const sinkSubjects: readonly SinkSubject[] = [
  sqlite('update'),
  sqlite('ignore'),
  fileSinkSubject(localPlace, 'json'),
  fileSinkSubject(localPlace, 'csv'),
  fileSinkSubject(localPlace, 'parquet'),
  fileSinkSubject(localPlace, 'avro'),
  fileSinkSubject(localPlace, 'json', { partition_by: ['name'], max_file_size: 40 }),
];
