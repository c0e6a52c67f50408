/** Every source that the contract of sources is run against, each with real input. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Connection, Listener } from '../../runtime/env.js';
import { createEnv } from '../../cli/host/env.js';
import type { Source } from '../../runtime/connectors/connector.js';
import { FileSource, type FileSourceOptions } from '../../runtime/connectors/file/source.js';
import { GenerateSource } from '../../runtime/connectors/generate/source.js';
import { SocketSource } from '../../runtime/connectors/socket/source.js';
import { sourceBench, sourceOperator, type SourceBench } from '../support/connectors.js';
import { localFiles } from '../../runtime/storage/local-tree.js';

export interface SourceSetUp {
  readonly bench: SourceBench;
  /** A new instance, as after a restart. The one before is closed. */
  create(): Source;
  /** Values of all rows, in order. */
  readonly rows: readonly string[];
  /** The source comes to an end. */
  readonly ends: boolean;
  /** Changes what was read already; null where that can't be. */
  readonly spoil: (() => void) | null;
  tearDown(): Promise<void>;
}

export interface SourceSubject {
  readonly name: string;
  setUp(folder: string): Promise<SourceSetUp>;
}

const COLUMNS = ['id BIGINT NOT NULL', 'name VARCHAR'];
const FILE: Omit<FileSourceOptions, 'path'> = { follow: false, order: 'name', compression: 'none' };
const count = 60;
const ids = Array.from({ length: count }, (_, i) => i + 1);
const nameOf = (id: number): string => `n${'x'.repeat(id % 17)}${id}`;
const json = (id: number): string => `{"id":${id},"name":"${nameOf(id)}"}\n`;
const expected = ids.map((id) => JSON.stringify([id, nameOf(id)]));

function fileSubject(
  name: string,
  path: string,
  write: (folder: string) => void,
  spoil: ((folder: string) => void) | null,
  options: Partial<FileSourceOptions> & { readonly csv?: boolean; readonly rows?: readonly string[] } = {},
): SourceSubject {
  const { csv = false, rows = expected, ...rest } = options;
  return {
    name,
    setUp(folder) {
      write(folder);
      const bench = sourceBench(folder, sourceOperator(COLUMNS, csv ? 'csv' : 'json'));
      return Promise.resolve({
        bench,
        create: () => new FileSource(bench.context, { ...FILE, ...rest, path }, localFiles(bench.context.env)),
        rows,
        ends: true,
        spoil:
          spoil === null
            ? null
            : (): void => {
                spoil(folder);
              },
        tearDown: () => Promise.resolve(),
      });
    },
  };
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

async function serve(handle: (connection: Connection, nth: number) => Promise<void>): Promise<Listener> {
  let connections = 0;
  return createEnv().network.listen('127.0.0.1', 0, (connection) => {
    connections += 1;
    // The client may leave at any time.
    handle(connection, connections).catch(() => undefined);
  });
}

function socketSubject(ack: boolean): SourceSubject {
  return {
    name: ack ? 'socket with acknowledgement' : 'socket',
    async setUp(folder) {
      const listener = await serve(async (connection, nth) => {
        const lines = ids.map((id) => (ack ? `p${id % 2}.x ${id} ${json(id)}` : json(id)));
        // Plain lines are sent once; numbered ones again on every connection, and twice.
        const text = ack ? [...lines, ...lines].join('') : nth === 1 ? lines.join('') : '';
        for (let at = 0; at < text.length; at += 100) await connection.send(Buffer.from(text.slice(at, at + 100)));
        while ((await connection.receive()) !== null);
        await connection.close();
      });
      const bench = sourceBench(folder, sourceOperator(COLUMNS, 'json'));
      const options = { host: '127.0.0.1', port: listener.port, framing: 'newline', ack } as const;
      const log = bench.context.logDirectory!;
      return {
        bench,
        create: () => new SocketSource(bench.context, options, { segmentBytes_max: 700, logBytes_max: 1e9 }),
        rows: expected,
        ends: false,
        spoil: (): void => {
          const first = join(log, readdirSync(log).filter((name) => /^\d/u.test(name))[0]!);
          const bytes = readFileSync(first);
          bytes[80] = bytes[80]! ^ 1;
          writeFileSync(first, bytes);
        },
        tearDown: () => listener.close(),
      };
    },
  };
}

export const sourceSubjects: readonly SourceSubject[] = [
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
    { csv: true, rows: csvExpected },
  ),
  fileSubject(
    'CSV in gzip',
    'x.csv.gz',
    (folder) => {
      writeFileSync(join(folder, 'x.csv.gz'), gzipSync(`id,name\n${ids.map(csvRow).join('')}`));
    },
    null,
    { csv: true, rows: csvExpected, compression: 'gzip' },
  ),
  {
    name: 'generate',
    setUp(folder) {
      const bench = sourceBench(folder, sourceOperator(['id BIGINT NOT NULL METADATA FROM row_number'], null));
      return Promise.resolve({
        bench,
        create: () => new GenerateSource(bench.context, { rows: count, follow: false, rate: null, seed: 0 }),
        rows: ids.map((id) => JSON.stringify([id])),
        ends: true,
        spoil: null,
        tearDown: () => Promise.resolve(),
      });
    },
  },
  socketSubject(false),
  socketSubject(true),
];
