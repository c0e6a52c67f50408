import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEnv } from '../../../cli/host/env.js';
import { BIGINT, decimal, VARCHAR, type Schema } from '../../../plan/types.js';
import { connectors, type ConnectorName } from '../../../plan/connectors/index.js';
import { BlackholeSink } from '../../../runtime/connectors/blackhole/sink.js';
import { ConsoleSink } from '../../../runtime/connectors/console/sink.js';
import { FileSink, type FileSinkOptions } from '../../../runtime/connectors/file/sink.js';
import { partitionSegment } from '../../../runtime/connectors/file/layout.js';
import { readCommitted } from '../../../runtime/connectors/file/committed.js';
import { GenerateSource } from '../../../runtime/connectors/generate/source.js';
import { connectorRuntimes, createSink, createSource, keepsProgress } from '../../../runtime/connectors/index.js';
import type { Env } from '../../../runtime/env.js';
import {
  codeOf,
  commitOf,
  rowsBatch,
  sinkContext,
  sourceBench,
  sourceOperator,
  temporaryFolder,
} from '../../support/connectors.js';
import { localFiles, LocalTree } from '../../../runtime/storage/local-tree.js';

const SCHEMA: Schema = [
  { name: 'id', type: BIGINT, nullable: false },
  { name: 'name', type: VARCHAR, nullable: true },
];

function recording(columns: number | null = null): { readonly env: Env; readonly text: () => string } {
  let text = '';
  const output = { write: (part: string) => void (text += part), terminal: columns === null ? null : { columns } };
  return { env: { ...createEnv(), output }, text: () => text };
}

describe('console sink', () => {
  it('prints net changes as a table, head once, nothing before the commit', async () => {
    const { env, text } = recording();
    const sink = new ConsoleSink(sinkContext('/', { schema: SCHEMA }, null, env), { format: 'table' });
    expect((await sink.open(4)).batch).toBe(0);
    for (const batch of [7, 8]) {
      sink.begin();
      sink.write(
        rowsBatch(
          SCHEMA,
          [
            [1n, 'a\u001b[31m'],
            [123_456n, null],
          ],
          [1, -1],
        ),
      );
      if (batch === 7) expect(text()).toBe('');
      await sink.commit();
    }
    const rows = '+      1  a·[31m\n- 123456  NULL\n';
    expect(text()).toBe(`      id  name\n  ──────  ──────\n${rows}${rows}`);
  });

  it('fits the terminal', async () => {
    const { env, text } = recording(30);
    const sink = new ConsoleSink(sinkContext('/', { schema: SCHEMA }, null, env), { format: 'table' });
    sink.write(rowsBatch(SCHEMA, [[1n, 'x'.repeat(100)]]));
    await sink.commit();
    for (const line of text().split('\n')) expect(line.length).toBeLessThanOrEqual(30);
  });

  it('prints JSON lines', async () => {
    const { env, text } = recording();
    const sink = new ConsoleSink(sinkContext('/', { schema: SCHEMA }, null, env), { format: 'json' });
    sink.write(
      rowsBatch(
        SCHEMA,
        [
          [1n, 'a'],
          [2n, null],
        ],
        [1, -1],
      ),
    );
    await sink.commit();
    expect(text()).toBe(
      '{"change":"insert","row":{"id":1,"name":"a"}}\n{"change":"delete","row":{"id":2,"name":null}}\n',
    );
  });
});

it('blackhole counts', async () => {
  const sink = new BlackholeSink();
  await sink.open(1);
  sink.write(
    rowsBatch(SCHEMA, [
      [1n, 'a'],
      [2n, null],
    ]),
  );
  expect(await sink.commit()).toBe('applied');
  expect(sink.rows).toBe(2);
});

describe('generate source', () => {
  it('lets through as many rows as its rate, and no more', async () => {
    let now_ms = 0;
    const env = createEnv();
    const clock = { ...env.clock, monotonic_ms: () => now_ms };
    const bench = sourceBench('/', sourceOperator(['n BIGINT NOT NULL METADATA FROM row_number'], null), {
      env: { ...env, clock },
    });
    const source = new GenerateSource(bench.context, { rows: null, follow: true, rate: 10, seed: 0 });
    await source.open(null);
    const plan = async (): Promise<number> => {
      const [range] = await source.plan({ bytes_max: 1e9 });
      return range === undefined ? 0 : Number(range.end) - Number(range.start);
    };
    expect(await plan()).toBe(0);
    now_ms = 250;
    expect(await plan()).toBe(2);
    expect(await plan()).toBe(0);
    now_ms = 300;
    expect(await plan()).toBe(1);
    now_ms = 1e9;
    expect(await plan()).toBeLessThanOrEqual(11);
  });
});

describe('file sink', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  const make = (options: Partial<FileSinkOptions> = {}, schema = SCHEMA): FileSink =>
    new FileSink(
      sinkContext(folder.path, { schema }, { name: 'json' }),
      { path: 'out', commit: 'manifest', partition_by: null, max_file_size: 1e6, ...options },
      localFiles(createEnv()),
    );
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => {
    folder.remove();
  });

  it('keeps hostile values within its folder', async () => {
    const hostile = [
      '..',
      '../../etc',
      '/etc/passwd',
      'a\0b',
      '.',
      '',
      'CON',
      'a=b',
      'x'.repeat(5000),
      'ä/ö',
      '%2e%2e',
      'a\\b',
      null,
    ];
    const sink = make({ partition_by: ['Name'] });
    await sink.open(1);
    sink.begin();
    sink.write(
      rowsBatch(
        SCHEMA,
        hostile.map((name, i) => [BigInt(i), name]),
      ),
    );
    await sink.commit(commitOf(1));
    expect(readdirSync(folder.path)).toEqual(['out']);
    const [batch] = await readCommitted(new LocalTree(createEnv().disk), join(folder.path, 'out'));
    expect(batch?.files).toHaveLength(hostile.length);
    for (const { path } of batch!.files) expect(path).toMatch(/^batch=0{19}1\/name=[A-Za-z0-9_%~-]*\/part-0\.jsonl$/u);
    const names = batch!.files.map(
      ({ bytes }) => (JSON.parse(Buffer.from(bytes).toString()) as { name: string | null }).name,
    );
    expect(new Set(names)).toEqual(new Set(hostile));
    expect(partitionSegment('a/b', null)).toBe('a%2Fb=__HIVE_DEFAULT_PARTITION__');
    expect(partitionSegment('k', 'é'.repeat(99))).not.toBe(partitionSegment('k', `${'é'.repeat(98)}e`));
  });

  it('refuses what is no folder, unknown columns, and unfit formats', async () => {
    writeFileSync(join(folder.path, 'out'), 'a file');
    expect(await codeOf(() => make().open(1))).toBe('ESQL8452');
    expect(await codeOf(() => Promise.resolve().then(() => make({ partition_by: ['x'] })))).toBe('ESQL8453');
    const raw = sinkContext(folder.path, { schema: SCHEMA }, { name: 'raw' });
    const options = { path: 'o', commit: 'manifest', partition_by: null, max_file_size: 1 } as const;
    expect(await codeOf(() => Promise.resolve().then(() => new FileSink(raw, options, localFiles(raw.env))))).toBe(
      'ESQL8454',
    );
  });

  it.each([
    ['a changed file', 'batch=00000000000000000001/part-0.jsonl', '{"id":9}\n'],
    ['a cut file', 'batch=00000000000000000001/part-0.jsonl', ''],
    ['a manifest that is none', '_committed/00000000000000000001.json', '{}'],
    ['a manifest of another batch', '_committed/00000000000000000002.json', null],
  ])('refuses %s', async (_what, path, text) => {
    const sink = make();
    await sink.open(1);
    sink.begin();
    sink.write(rowsBatch(SCHEMA, [[1n, 'a']]));
    await sink.commit(commitOf(1));
    const first = await createEnv().disk.read(join(folder.path, 'out/_committed/00000000000000000001.json'));
    writeFileSync(join(folder.path, 'out', path), text ?? first);
    expect(await codeOf(() => make().open(2))).toBe('ESQL8451');
  });

  it('removes what an earlier try left, once the batch is committed', async () => {
    const sink = make();
    await sink.open(1);
    mkdirSync(join(folder.path, 'out/batch=00000000000000000001/k=1'), { recursive: true });
    for (const name of ['part-0.jsonl', 'part-9.jsonl', 'k=1/part-0.jsonl']) {
      writeFileSync(join(folder.path, 'out/batch=00000000000000000001', name), 'left over');
    }
    writeFileSync(join(folder.path, 'out/_tmp/0-x'), 'left over');
    await make().open(2);
    expect(readdirSync(join(folder.path, 'out/_tmp'))).toEqual([]);
    sink.begin();
    const again = make();
    await again.open(2);
    again.write(rowsBatch(SCHEMA, [[1n, 'a']]));
    await again.commit(commitOf(1, 2));
    expect(readdirSync(join(folder.path, 'out/batch=00000000000000000001'))).toEqual(['k=1', 'part-0.jsonl']);
    expect(readdirSync(join(folder.path, 'out/batch=00000000000000000001/k=1'))).toEqual([]);
    expect(await readCommitted(new LocalTree(createEnv().disk), join(folder.path, 'out'))).toHaveLength(1);
  });
});

it('has both halves of every connector, by role', async () => {
  const folder = temporaryFolder();
  const roles: Record<string, string[]> = {};
  for (const name of Object.keys(connectors) as ConnectorName[]) {
    const descriptor = connectors[name];
    roles[name] = Object.keys(await connectorRuntimes[name]()).sort();
    const expected = [
      ...(descriptor.sink === null ? [] : ['createSink']),
      ...(descriptor.source === null ? [] : ['createSource']),
      ...('table' in descriptor ? ['createTable'] : []),
    ];
    expect(roles[name]).toEqual(expected);
  }
  expect(Object.keys(keepsProgress).sort()).toEqual(
    Object.keys(roles)
      .filter((name) => roles[name]?.includes('createSink'))
      .sort(),
  );
  const bench = sourceBench(folder.path, sourceOperator([], null));
  const source = await createSource('generate', bench.context, { rows: 1, follow: false, rate: null, seed: 0 });
  expect(await source.plan({ bytes_max: 1 })).toHaveLength(1);
  const shape = { schema: [{ name: 'x', type: decimal(3, 1), nullable: true }] };
  const sink = await createSink('sqlite', sinkContext(folder.path, shape), {
    path: 'y.db',
    table: 'y',
    create: 'if_missing',
    shared: false,
  });
  expect((await sink.open(1)).batch).toBe(0);
  await sink.close();
  folder.remove();
});
