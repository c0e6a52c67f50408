/**
 * Bad input: each ends with the right exit code and a diagnostic that says the code, the place, what was expected and
 * found, and what to do; never with a stack trace. Then it is mended, and the same command gives the full result:
 * nothing was lost.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import type { CliResult } from '../support/built-cli.js';
import { openSession, QUERY, query, useCli, type Session } from './session.js';

useCli();

const GOOD = '{"id":1,"v":2}\n{"id":2,"v":3}\n{"id":3,"v":2}\n';
const FULL = ['1|2', '2|3', '3|2'];
const RUN = ['run', 'q.esql', '--quiet'] as const;
const MEGABYTE = 1024 * 1024;

let session: Session;
afterEach(() => {
  session.remove();
});

interface Expected {
  readonly code: string;
  readonly exit: number;
  /** What the message must name. */
  readonly says: readonly (string | RegExp)[];
}

/** Code, place or names, a next step, and no trace of the program's inside. */
function expectDiagnostic(result: CliResult, { code, exit, says }: Expected): void {
  expect(result, result.err).toMatchObject({ code: exit, signal: null });
  expect(result.err).toContain(code);
  for (const part of says) expect(result.err).toMatch(part);
  expect(result.err).not.toMatch(/\n\s+at |node:internal|\.ts:\d+|undefined|\[object/u);
}

async function mended(): Promise<void> {
  const result = await session.run(RUN);
  expect(result, result.err).toMatchObject({ code: 0, signal: null });
  expect(session.rows()).toEqual(FULL);
}

describe('the input file', () => {
  test('is missing', async () => {
    session = openSession({ 'q.esql': QUERY });
    expectDiagnostic(await session.run(RUN), { code: 'ESQL8400', exit: 1, says: ['in.jsonl', 'Hint:'] });
    session.write('in.jsonl', GOOD);
    await mended();
  });

  test('is an empty folder', async () => {
    session = openSession({ 'q.esql': QUERY });
    mkdirSync(session.path('in.jsonl'));
    expectDiagnostic(await session.run(RUN), { code: 'ESQL8402', exit: 1, says: ['in.jsonl', 'Hint:'] });
    rmSync(session.path('in.jsonl'), { recursive: true });
    session.write('in.jsonl', GOOD);
    await mended();
  });

  // The superuser may read everything, so there is nothing to see.
  test.skipIf(process.getuid?.() === 0)('may not be read (skipped for the superuser)', async () => {
    session = openSession({ 'q.esql': QUERY, 'in.jsonl': GOOD });
    chmodSync(session.path('in.jsonl'), 0);
    expectDiagnostic(await session.run(RUN), { code: 'ESQL8401', exit: 1, says: ['in.jsonl', 'EACCES'] });
    chmodSync(session.path('in.jsonl'), 0o600);
    await mended();
  });

  test('is there, and the query is empty', async () => {
    session = openSession({ 'q.esql': '-- nothing yet\n', 'in.jsonl': GOOD });
    expectDiagnostic(await session.run(RUN), { code: 'ESQL7013', exit: 1, says: ['q.esql', 'Hint:'] });
    session.write('q.esql', QUERY);
    await mended();
  });

  test('is empty: a result without rows', async () => {
    session = openSession({ 'q.esql': QUERY, 'in.jsonl': '' });
    const result = await session.run(RUN);
    expect(result).toMatchObject({ code: 0, err: '' });
    expect(session.rows()).toEqual([]);
  });

  test('ends without a line break: its last record counts', async () => {
    session = openSession({ 'q.esql': QUERY, 'in.jsonl': GOOD.trimEnd() });
    await mended();
  });

  test('ends in the middle of a record', async () => {
    session = openSession({ 'q.esql': QUERY, 'in.jsonl': GOOD.slice(0, -6) });
    expectDiagnostic(await session.run(RUN), { code: 'ESQL8550', exit: 1, says: ['in.jsonl', 'events'] });
    expect(session.rows()).toEqual([]);
    session.write('in.jsonl', GOOD);
    rmSync(session.path('.esql'), { recursive: true });
    rmSync(session.path('out.db'));
    await mended();
  });
});

const BAD_RECORDS: Readonly<Record<string, { readonly record: string | Uint8Array; readonly says: RegExp }>> = {
  'a wrong type': { record: '{"id":2,"v":"three"}', says: /v.*INT/u },
  'a number beyond 64 bits': { record: '{"id":99999999999999999999,"v":3}', says: /id.*BIGINT/u },
  'a missing value': { record: '{"v":3}', says: /id/u },
  'no JSON': { record: 'id=2', says: /expected an object.*found 'i'/u },
  'deep nesting': { record: `{"id":2,"v":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, says: /events/u },
};

describe('a record with', () => {
  test.each(Object.entries(BAD_RECORDS))('%s', async (_, { record, says }) => {
    const [first = '', , last = ''] = GOOD.split('\n');
    const input = Buffer.concat([Buffer.from(`${first}\n`), Buffer.from(record), Buffer.from(`\n${last}\n`)]);
    session = openSession({ 'q.esql': QUERY, 'in.jsonl': input });
    const failed = await session.run(RUN);
    expectDiagnostic(failed, { code: 'ESQL8550', exit: 1, says: [says, 'in.jsonl', 'Hint:'] });
    expect(failed.err.length).toBeLessThan(4000);
    // Nothing of the batch is there, and with ON ERROR SKIP the others are.
    expect(session.rows()).toEqual([]);
    session.write('q.esql', query({ format: 'FORMAT JSON ON ERROR SKIP' }));
    const skipped = await session.run(['run', 'q.esql', '--quiet', '--checkpoint-dir', 'other', '--query-id', 'q2']);
    expect(skipped.code, skipped.err).toBe(0);
    expect(session.rows()).toEqual(['1|2', '3|2']);
  });

  test('invalid UTF-8', async () => {
    const columns = 'id BIGINT NOT NULL, v VARCHAR';
    const bytes = Uint8Array.from([
      ...Buffer.from('{"id":1,"v":"é"}\n{"id":2,"v":"'),
      0xc3,
      ...Buffer.from('"}\n{"id":3,"v":"ok"}\n'),
    ]);
    session = openSession({ 'q.esql': query({ columns }), 'in.jsonl': bytes });
    expectDiagnostic(await session.run(RUN), { code: 'ESQL8550', exit: 1, says: ['in.jsonl:18', /UTF-8/u, 'Hint:'] });
    session.write('q.esql', query({ columns, format: 'FORMAT JSON ON ERROR SKIP' }));
    const skipped = await session.run([...RUN, '--checkpoint-dir', 'other', '--query-id', 'q2']);
    expect(skipped.code, skipped.err).toBe(0);
    expect(session.rows()).toEqual(['1|é', '3|ok']);
  });

  test('100 MB', async () => {
    const long = Buffer.alloc(100 * MEGABYTE, 'x');
    const input = Buffer.concat([
      Buffer.from('{"id":1,"v":2}\n{"id":2,"v":3,"s":"'),
      long,
      Buffer.from('"}\n{"id":3,"v":2}\n'),
    ]);
    session = openSession({ 'q.esql': query({ format: 'FORMAT JSON ON ERROR SKIP' }), 'in.jsonl': input });
    const result = await session.run(RUN);
    expect(result, result.err).toMatchObject({ code: 0 });
    expect(session.rows()).toEqual(['1|2', '3|2']);
    session.write('q.esql', query({ sink: "connector = 'sqlite', path = 'other.db', table = 'results'" }));
    const refused = await session.run(['run', 'q.esql', '--quiet', '--checkpoint-dir', 'other', '--query-id', 'q2']);
    expectDiagnostic(refused, { code: 'ESQL8550', exit: 1, says: ['in.jsonl'] });
    expect(refused.err.length).toBeLessThan(4000);
  });
});

describe('the query', () => {
  const QUERIES: Readonly<Record<string, { readonly text: string | Uint8Array; readonly expected: Expected }>> = {
    'an unknown option': {
      text: query({ source: "connector = 'file', pth = 'in.jsonl'" }),
      expected: { code: 'ESQL5010', exit: 1, says: ['pth', 'q.esql:2', '`path` might be meant'] },
    },
    'an unknown connector': {
      text: query({ source: "connector = 'fil', path = 'in.jsonl'" }),
      expected: { code: 'ESQL2012', exit: 1, says: ['fil', '`file` might be meant'] },
    },
    'invalid UTF-8': {
      text: Uint8Array.from([...Buffer.from('-- caf'), 0xe9, 0x0a, ...Buffer.from(QUERY)]),
      expected: { code: 'ESQL7007', exit: 1, says: ['q.esql', 'byte 7', 'Hint:'] },
    },
    'expressions nested too deeply': {
      text: query({ select: `SELECT id, ${'('.repeat(20_000)}v${')'.repeat(20_000)} AS v FROM events` }),
      expected: { code: 'ESQL1', exit: 1, says: ['q.esql:4'] },
    },
    'a table name that ends the statement': {
      text: query({ sink: `connector = 'sqlite', path = 'out.db', table = 'results"; DROP TABLE results; --'` }),
      expected: { code: 'ESQL8431', exit: 1, says: ['table', 'Hint:'] },
    },
    "a table of the sink's own": {
      text: query({ sink: "connector = 'sqlite', path = 'out.db', table = 'esql_progress'" }),
      expected: { code: 'ESQL8431', exit: 1, says: ['esql_progress', 'Hint:'] },
    },
    'a column name that SQLite could misread': {
      text: query({ select: `SELECT id, v AS "v); DROP TABLE results; --" FROM events` }),
      expected: { code: 'ESQL8431', exit: 1, says: ['column'] },
    },
    'the folder of a file sink as input': {
      text: query({ source: "connector = 'file', path = 'sink'" }),
      expected: { code: 'ESQL8409', exit: 1, says: ['sink'] },
    },
  };

  test.each(Object.entries(QUERIES))('has %s', async (_, { text, expected }) => {
    session = openSession({ 'q.esql': text, 'in.jsonl': GOOD });
    for (const part of ['_committed', '_epochs', '_tmp']) mkdirSync(session.path(`sink/${part}`), { recursive: true });
    expectDiagnostic(await session.run(RUN), expected);
    session.write('q.esql', QUERY);
    await mended();
  });

  test('includes itself', async () => {
    session = openSession({ 'q.esql': "INCLUDE 'q.esql';\n" });
    expectDiagnostic(await session.run(RUN), { code: 'ESQL2009', exit: 1, says: ['q.esql:1'] });
  });

  test('reads through a link that leads out of its folder', async () => {
    session = openSession({
      'q.esql': query({ source: "connector = 'file', path = 'folder/*.jsonl'" }),
      'in.jsonl': GOOD,
    });
    mkdirSync(session.path('folder'));
    spawnSync('ln', ['-s', '/etc/passwd', session.path('folder/passwd.jsonl')]);
    const result = await session.run(RUN);
    expectDiagnostic(result, { code: 'ESQL8405', exit: 1, says: ['passwd.jsonl'] });
    expect(result.err).not.toContain('root:');
  });
});

describe('the sink', () => {
  test('is a table of another shape', async () => {
    session = openSession({ 'q.esql': QUERY, 'in.jsonl': GOOD });
    const database = new Database(session.path('out.db'));
    database.exec('CREATE TABLE results (id TEXT PRIMARY KEY, w BLOB)');
    database.close();
    expectDiagnostic(await session.run(RUN), { code: 'ESQL8430', exit: 1, says: ['results', 'expected', 'found'] });
    rmSync(session.path('out.db'));
    await mended();
  });

  test('is no database', async () => {
    session = openSession({
      'q.esql': QUERY,
      'in.jsonl': GOOD,
      'out.db': 'this is not a database, only some text\n'.repeat(50),
    });
    expectDiagnostic(await session.run(RUN), { code: 'ESQL8432', exit: 1, says: ['out.db', 'Hint:'] });
    rmSync(session.path('out.db'));
    await mended();
  });

  test('was written by another history', async () => {
    session = openSession({ 'q.esql': QUERY, 'in.jsonl': GOOD });
    await mended();
    rmSync(session.path('.esql'), { recursive: true });
    expectDiagnostic(await session.run(RUN), { code: 'ESQL8102', exit: 1, says: ['results', 'expected'] });
    expect(session.rows()).toEqual(FULL);
  });
});

describe('the checkpoint', () => {
  test('belongs to another plan', async () => {
    session = openSession({ 'q.esql': QUERY, 'in.jsonl': GOOD });
    await mended();
    session.write('q.esql', query({ select: 'SELECT id, v + 1 AS v FROM events' }));
    const result = await session.run(RUN);
    expectDiagnostic(result, { code: 'ESQL5007', exit: 1, says: ['copied/project', '--allow-change', 'Hint:'] });
    session.write('q.esql', QUERY);
    await mended();
  });

  test('has damaged bytes: never other results', async () => {
    session = openSession({ 'q.esql': QUERY, 'in.jsonl': GOOD });
    await mended();
    const files = readdirSync(session.path('.esql/q'), { recursive: true, encoding: 'utf8' })
      .map((name) => session.path(`.esql/q/${name}`))
      .filter(
        (path) =>
          statSync(path).isFile() && statSync(path).size > 0 && !path.endsWith('.reserve') && !/lock/u.test(path),
      );
    expect(files.length).toBeGreaterThan(3);
    for (const path of files) {
      const bytes = readFileSync(path);
      const damaged = Buffer.from(bytes);
      for (let at = Math.floor(bytes.length / 3); at < bytes.length; at += 97) damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      writeFileSync(path, damaged);
      const result = await session.run(RUN);
      expect([0, 1], `${path}: ${result.err}`).toContain(result.code);
      if (result.code === 1) expectDiagnostic(result, { code: 'ESQL8', exit: 1, says: [/Hint:/u] });
      expect(session.rows(), path).toEqual(FULL);
      writeFileSync(path, bytes);
    }
    const verify = await session.run(['checkpoint', 'verify', '.esql']);
    expect(verify.code, verify.out + verify.err).toBe(0);
    await mended();
  });

  test('is found damaged by verify', async () => {
    session = openSession({ 'q.esql': QUERY, 'in.jsonl': GOOD });
    await mended();
    const folder = session.path('.esql/q');
    const manifest = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (name) => /checkpoint.*2/u.test(name) && statSync(join(folder, name)).isFile(),
    );
    expect(manifest.length).toBeGreaterThan(0);
    for (const name of manifest) writeFileSync(join(folder, name), 'garbage');
    const verify = await session.run(['checkpoint', 'verify', '.esql']);
    expect(verify.code, verify.out).toBe(1);
    expect(verify.out + verify.err).toMatch(/checkpoints\/0+2: .*\n.*1 problem/u);
  });
});

/** A small file system needs the right to mount one. */
const canMount = ((): boolean => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const probe = openSession();
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe.folder]);
  if (status === 0) spawnSync('umount', [probe.folder]);
  probe.remove();
  return status === 0;
})();

describe(canMount ? 'a full disk' : 'a full disk (skipped: this user may not mount a small file system)', () => {
  test.runIf(canMount).each(['checkpoints', 'sinks'])('under the %s', async (where) => {
    const rows = Array.from({ length: 20_000 }, (_, id) => `{"id":${String(id)},"v":${String(id % 7)}}\n`).join('');
    session = openSession({
      'q.esql': `SET batch_bytes = 8KB;\n${QUERY.replace("'out.db'", "'sinks/out.db'")}`,
      'in.jsonl': rows,
    });
    mkdirSync(session.path('checkpoints'));
    mkdirSync(session.path('sinks'));
    const full = session.path(where);
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${where === 'sinks' ? '256k' : '80m'}`, 'tmpfs', full]);
    try {
      const words = [...RUN, '--checkpoint-dir', 'checkpoints'];
      if (where === 'checkpoints') spawnSync('sh', ['-c', `head -c 16300k /dev/zero > '${full}/filler'`]);
      const failed = await session.run(words);
      expectDiagnostic(failed, { code: 'ESQL8', exit: 75, says: [/full|FULL|space|ENOSPC/u, 'Hint:'] });
      spawnSync('mount', ['-o', 'remount,size=200m', full]);
      rmSync(join(full, 'filler'), { force: true });
      const result = await session.run(words);
      expect(result.code, result.err).toBe(0);
      const database = new Database(session.path('sinks/out.db'));
      const count = database.prepare('SELECT COUNT(*) AS n, SUM(v) AS s FROM results').get();
      database.close();
      expect(count).toEqual({
        n: 20_000,
        s: Array.from({ length: 20_000 }, (_, id) => id % 7).reduce((a, b) => a + b, 0),
      });
    } finally {
      spawnSync('umount', [full]);
    }
  });
});
