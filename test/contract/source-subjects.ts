/** Every source that needs no other machine and that the contract of sources is run against, each with real input. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection, Listener } from '../../runtime/env.js';
import { createEnv } from '../../cli/host/env.js';
import { GenerateSource } from '../../runtime/connectors/generate/source.js';
import { SocketSource } from '../../runtime/connectors/socket/source.js';
import { sourceBench, sourceOperator } from '../support/connectors.js';
import { localPlace } from './file-place.js';
import { COLUMNS, count, expected, fileSourceSubjects, ids, json } from './file-source-subjects.js';
import type { SourceSubject } from './source-subject.js';

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
        spoil: (): Promise<void> => {
          const first = join(log, readdirSync(log).filter((name) => /^\d/u.test(name))[0]!);
          const bytes = readFileSync(first);
          bytes[80] = bytes[80]! ^ 1;
          writeFileSync(first, bytes);
          return Promise.resolve();
        },
        tearDown: () => listener.close(),
      };
    },
  };
}

export const sourceSubjects: readonly SourceSubject[] = [
  ...fileSourceSubjects(localPlace),
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
