/** Every sink with durable progress that the contract of sinks is run against. */
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { createEnv } from '../../cli/host/env.js';
import type { Schema } from '../../plan/types.js';
import { BIGINT, VARCHAR } from '../../plan/types.js';
import type { Sink } from '../../runtime/connectors/connector.js';
import { readCommitted } from '../../runtime/connectors/file/committed.js';
import { FileSink } from '../../runtime/connectors/file/sink.js';
import { SqliteSink } from '../../runtime/connectors/sqlite/sink.js';
import type { Env } from '../../runtime/env.js';
import { sinkContext } from '../support/connectors.js';
import { localFiles, LocalTree } from '../../runtime/storage/local-tree.js';

export const SINK_SCHEMA: Schema = [
  { name: 'id', type: BIGINT, nullable: false },
  { name: 'name', type: VARCHAR, nullable: true },
];

export interface SinkSubject {
  readonly name: string;
  /** A new instance, as after a restart. */
  /** Other queries may write to the same place. */
  readonly shared: boolean;
  create(folder: string, changes?: { readonly queryId?: string; readonly env?: Env }): Sink;
  /** `id=name` of everything a reader sees, sorted. */
  read(folder: string): Promise<string[]>;
  /** An Env whose `fail`-th step of writing (from 1) fails, and all after it: as when the process dies there. */
  failing(fail: number): Env;
  /** The contents of all that a batch left, to compare byte for byte. */
  bytes(folder: string): Promise<string>;
}

class Died extends Error {}

/** Counts steps; from the `fail`-th on nothing has effect any more. */
function stepper(fail: number): <T>(action: () => T) => T {
  let steps = 0;
  return (action) => {
    steps += 1;
    if (steps >= fail) throw new Died('the process died');
    return action();
  };
}

function failingDisk(fail: number): Env {
  const env = createEnv();
  const step = stepper(fail);
  const { disk } = env;
  const later = async <T>(action: () => Promise<T>): Promise<T> => await step(action);
  return {
    ...env,
    disk: {
      ...disk,
      makeDirectory: (path) => later(() => disk.makeDirectory(path)),
      create: (path) =>
        later(async () => {
          const handle = await disk.create(path);
          return {
            write: (bytes) => later(() => handle.write(bytes)),
            sync: () => later(() => handle.sync()),
            close: () => handle.close(),
          };
        }),
      link: (from, to) => later(() => disk.link(from, to)),
      rename: (from, to) => later(() => disk.rename(from, to)),
      remove: (path) => later(() => disk.remove(path)),
      syncDirectory: (path) => later(() => disk.syncDirectory(path)),
    },
  };
}

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
            };
          },
          commit: () => step(() => connection.commit()),
        };
      },
    },
  };
}

export function hasDied(error: unknown): boolean {
  return error instanceof Died;
}

const sqlite = (conflict: 'update' | 'ignore'): SinkSubject => ({
  name: `sqlite on conflict ${conflict}`,
  shared: conflict === 'ignore',
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

const file = (
  format: 'json' | 'csv',
  options: { partition_by?: string[]; max_file_size?: number } = {},
): SinkSubject => ({
  name: `file ${format} ${JSON.stringify(options)}`,
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
      localFiles(env),
    ),
  async read(folder) {
    const rows: string[] = [];
    for (const { files } of await readCommitted(new LocalTree(createEnv().disk), join(folder, 'out'))) {
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
  failing: failingDisk,
  async bytes(folder) {
    const batches = await readCommitted(new LocalTree(createEnv().disk), join(folder, 'out'));
    return JSON.stringify(batches.map(({ batch, files }) => [batch, files.map((f) => [f.path, f.sha256])]));
  },
});

export const sinkSubjects: readonly SinkSubject[] = [
  sqlite('update'),
  sqlite('ignore'),
  file('json'),
  file('csv'),
  file('json', { partition_by: ['name'], max_file_size: 40 }),
];
