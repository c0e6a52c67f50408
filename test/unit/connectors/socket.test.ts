import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEnv } from '../../../cli/host/env.js';
import { SocketSource } from '../../../runtime/connectors/socket/source.js';
import { LINE_BYTES_MAX, LineSplitter } from '../../../runtime/connectors/socket/frames.js';
import type { SocketLog } from '../../../runtime/connectors/socket/log.js';
import { Receiver } from '../../../runtime/connectors/socket/receiver.js';
import { decodeEntry, encodeFrames, encodeHead } from '../../../runtime/connectors/socket/records.js';
import type { SourceCursor } from '../../../runtime/connectors/connector.js';
import type { Connection, Env, Listener } from '../../../runtime/env.js';
import { codeOf, readRows, sourceBench, sourceOperator, temporaryFolder } from '../../support/connectors.js';

const never = new AbortController().signal;

describe('socket source', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  const sources: SocketSource[] = [];
  const listeners: Listener[] = [];

  /** A sender: what it sends on each connection, and what it got back. */
  async function sender(send: (connection: Connection, nth: number) => Promise<void>) {
    let count = 0;
    const replies: string[] = [];
    const listener = await createEnv().network.listen('127.0.0.1', 0, (connection) => {
      count += 1;
      const run = async (): Promise<void> => {
        await send(connection, count);
        for (let bytes = await connection.receive(); bytes !== null; bytes = await connection.receive()) {
          replies.push(...Buffer.from(bytes).toString().trimEnd().split('\n'));
        }
      };
      run().catch(() => undefined);
    });
    listeners.push(listener);
    return { port: listener.port, replies, connections: () => count };
  }
  function make(port: number, options: { ack?: boolean; host?: string; env?: Env; logBytes_max?: number } = {}) {
    const changes = { ...(options.env === undefined ? {} : { env: options.env }) };
    const bench = sourceBench(folder.path, sourceOperator(['line VARCHAR NOT NULL'], 'raw'), changes);
    const source = new SocketSource(
      bench.context,
      { host: options.host ?? '127.0.0.1', port, framing: 'newline', ack: options.ack ?? false },
      { segmentBytes_max: 400, logBytes_max: options.logBytes_max ?? 1e9 },
    );
    sources.push(source);
    return { source, bench };
  }
  async function take(
    { source, bench }: ReturnType<typeof make>,
    count: number,
  ): Promise<{ rows: string[]; cursor: SourceCursor | null }> {
    const rows: string[] = [];
    let cursor: SourceCursor | null = null;
    for (let i = 0; i < 300 && rows.length < count; i++) {
      await source.wait(20, never);
      const ranges = await source.plan({ bytes_max: 1e9 });
      rows.push(...(await readRows(source, bench, ranges)).map((row) => row.replace(/^\["(.*)"\]@.*$/u, '$1')));
      if (ranges.length > 0) cursor = source.advance(cursor, ranges);
    }
    return { rows, cursor };
  }
  const until = async (condition: () => boolean): Promise<void> => {
    for (let i = 0; i < 500 && !condition(); i++) await createEnv().clock.sleep(10);
    expect(condition()).toBe(true);
  };

  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    for (const source of sources.splice(0)) await source.close();
    for (const listener of listeners.splice(0)) await listener.close();
    folder.remove();
  });

  it('acknowledges what is durable, recognises repetitions, and remembers over a restart', async () => {
    const server = await sender(async (connection) => {
      await connection.send(Buffer.from('a 1 one\na 2 two\nb 1 uno\na 2 two again\n'));
    });
    const first = make(server.port, { ack: true });
    await first.source.open(null);
    const { rows, cursor } = await take(first, 3);
    expect(rows).toEqual(['one', 'two', 'uno']);
    await until(() => server.replies.includes('ACK b 1'));
    expect(server.replies).toContain('ACK a 2');
    await first.source.close();
    server.replies.length = 0;
    const second = make(server.port, { ack: true });
    await second.source.open(cursor);
    // What is known is said at once, before the sender repeats everything.
    await until(() => server.replies.length >= 2);
    expect(server.replies.slice(0, 2)).toEqual(['ACK a 2', 'ACK b 1']);
    await createEnv().clock.sleep(100);
    expect(await second.source.plan({ bytes_max: 1e9 })).toEqual([]);
  });

  it('connects again after the sender has gone, and keeps an unfinished plain line of an orderly end', async () => {
    const server = await sender(async (connection, nth) => {
      await connection.send(Buffer.from(nth === 1 ? 'one\ntwo' : `again ${nth}\n`));
      if (nth < 3) await connection.close();
    });
    const made = make(server.port);
    await made.source.open(null);
    expect((await take(made, 4)).rows).toEqual(['one', 'two', 'again 2', 'again 3']);
    expect(server.connections()).toBe(3);
  });

  it('waits longer and longer for a sender that closes at once, up to half a minute, and starts anew with data', async () => {
    const chunks: (Uint8Array | null)[] = [...Array.from({ length: 12 }, () => null), Buffer.from('one\n'), null, null];
    const slept: number[] = [];
    const stopped = new AbortController();
    const real = createEnv();
    const env: Env = {
      ...real,
      random: { bytes: (count) => new Uint8Array(count).fill(255) },
      clock: {
        ...real.clock,
        sleep: (duration_ms) => {
          slept.push(duration_ms);
          if (chunks.length === 0) stopped.abort();
          return chunks.length === 0 ? new Promise(() => undefined) : Promise.resolve();
        },
      },
      network: {
        ...real.network,
        connect: () =>
          Promise.resolve({
            peer: 'here',
            receive: () => Promise.resolve(chunks.shift() ?? null),
            send: () => Promise.resolve(),
            close: () => Promise.resolve(),
          }),
      },
    };
    const logged: number[] = [];
    const log = {
      diskBytes: 0,
      append: (frames: readonly unknown[]) => Promise.resolve(void logged.push(frames.length)),
    };
    const options = { host: 'here', port: 1, ack: false, logBytes_max: 1e9 };
    // Of the log only what a plain receiver calls.
    const receiver = new Receiver(env, options, log as unknown as SocketLog, () => undefined);
    receiver.start(() => undefined);
    await new Promise((resolve) => {
      stopped.signal.addEventListener('abort', resolve);
    });
    expect(slept.slice(0, 12)).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000, 30_000]);
    expect(slept.slice(12)).toEqual([100, 200]);
    expect(logged).toEqual([1]);
  });

  it.each(['no frame', 'a one x', 'a 0 x', 'a -1 x', '"a" 1 x', `${'a'.repeat(65)} 1 x`, 'a 99999999999999999 x', ''])(
    'stops at the malformed frame %j, after what came before it',
    async (line) => {
      const server = await sender((connection) =>
        connection.send(Buffer.from(`a 1 one\n`)).then(() => connection.send(Buffer.from(`${line}\n`))),
      );
      const made = make(server.port, { ack: true });
      await made.source.open(null);
      const code = await codeOf(async () => {
        for (let i = 0; i < 100; i++) {
          await made.source.plan({ bytes_max: 1e9 });
          await made.source.wait(20, never);
        }
      });
      expect(code).toBe('ESQL8422');
    },
  );

  it('says early that nobody listens, and that a host is none', async () => {
    const server = await sender(() => Promise.resolve());
    await listeners.pop()!.close();
    expect(await codeOf(() => make(server.port).source.open(null))).toBe('ESQL8420');
    expect(await codeOf(() => make(1, { host: 'a b/../c' }).source.open(null))).toBe('ESQL8427');
  });

  it('needs a disk for its log', async () => {
    const bench = sourceBench(folder.path, sourceOperator(['line VARCHAR NOT NULL'], 'raw'), { logDirectory: null });
    const options = { host: '127.0.0.1', port: 1, framing: 'newline', ack: false } as const;
    const source = new SocketSource(bench.context, options, { segmentBytes_max: 400, logBytes_max: 1e9 });
    expect(await codeOf(() => source.open(null))).toBe('ESQL8428');
  });

  it('lets one driver have the log', async () => {
    const server = await sender(() => Promise.resolve());
    const made = make(server.port);
    await made.source.open(null);
    expect(await codeOf(() => make(server.port).source.open(null))).toBe('ESQL8426');
  });

  it('refuses a checkpoint that the log does not reach', async () => {
    const server = await sender((connection) => connection.send(Buffer.from('one\n')));
    expect(await codeOf(() => make(server.port).source.open(5))).toBe('ESQL8423');
  });

  it('stops receiving while the log is full, and goes on when it was trimmed', async () => {
    const lines = Array.from({ length: 40 }, (_, i) => `line ${String(i).padStart(60, '0')}`);
    const server = await sender(async (connection) => {
      for (const line of lines) {
        await connection.send(Buffer.from(`${line}\n`));
        await createEnv().clock.sleep(2);
      }
    });
    const made = make(server.port, { logBytes_max: 900 });
    await made.source.open(null);
    await createEnv().clock.sleep(400);
    const rows: string[] = [];
    let cursor: SourceCursor = 0;
    let rounds = 0;
    for (; rounds < 300 && rows.length < lines.length; rounds++) {
      await made.source.wait(50, never);
      const ranges = await made.source.plan({ bytes_max: 300 });
      if (rows.length === 0) expect(Number(ranges[0]?.end)).toBeLessThan(lines.length);
      rows.push(...(await readRows(made.source, made.bench, ranges)));
      cursor = made.source.advance(cursor, ranges);
      await made.source.trim(cursor);
    }
    expect(rows.map((row) => row.slice(2, row.indexOf('"]')))).toEqual(lines);
  });

  it('reports a disk that takes nothing more, and acknowledges nothing then', async () => {
    const env = createEnv();
    const full: Env = {
      ...env,
      disk: {
        ...env.disk,
        create: async (path) => ({
          ...(await env.disk.create(path)),
          sync: async () => {
            const { DiskError } = await import('../../../runtime/env.js');
            throw new DiskError('ENOSPC', path, 'sync');
          },
        }),
      },
    };
    const server = await sender((connection) => connection.send(Buffer.from('a 1 one\n')));
    const made = make(server.port, { ack: true, env: full });
    await made.source.open(null);
    await made.source.wait(5000, never);
    expect(await codeOf(() => made.source.plan({ bytes_max: 1 }))).toBe('ESQL8425');
    expect(server.replies).toEqual([]);
  });
});

describe('lines of a connection', () => {
  it('are the same however the bytes arrive', () => {
    const text = 'one\n\ntwo\r\nthree';
    for (let size = 1; size <= text.length; size++) {
      const splitter = new LineSplitter();
      const lines: string[] = [];
      for (let at = 0; at < text.length; at += size) {
        lines.push(...splitter.push(Buffer.from(text.slice(at, at + size))).map(String));
      }
      expect([...lines, String(splitter.end())]).toEqual(['one\n', '\n', 'two\r\n', 'three\n']);
      expect(splitter.end()).toBeNull();
    }
  });

  it('are bounded', () => {
    const splitter = new LineSplitter();
    const part = Buffer.alloc(4 * 1024 * 1024, 120);
    for (let i = 0; i < 8; i++) expect(splitter.push(part)).toEqual([]);
    const [long, next] = splitter.push(Buffer.from('\nnext\n'));
    expect(long?.length).toBe(LINE_BYTES_MAX + 1);
    expect(String(next)).toBe('next\n');
  });
});

describe('entries of the log', () => {
  it('read back equal, and damaged ones are none', () => {
    const frames = [
      { producer: 'a', number: 7, record: Buffer.from('x\n') },
      { producer: null, number: 0, record: Buffer.from('\n') },
    ];
    const bytes = encodeFrames(2 ** 40, frames);
    expect(decodeEntry(bytes)).toMatchObject({
      kind: 'frames',
      first: 2 ** 40,
      producers: [['a', 7]],
      bytes: Buffer.from('x\n\n'),
    });
    expect(decodeEntry(encodeHead(3, new Map([['b', 2 ** 53 - 1]])))).toEqual({
      kind: 'head',
      next: 3,
      producers: [['b', 2 ** 53 - 1]],
    });
    for (let length = 0; length < bytes.length; length++) expect(decodeEntry(bytes.subarray(0, length))).toBeNull();
    expect(decodeEntry(Buffer.alloc(64, 255))).toBeNull();
  });
});
