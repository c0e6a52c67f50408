import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SourceCursor } from '../../../runtime/connectors/connector.js';
import { compareKeys, FilePositions } from '../../../runtime/connectors/file/positions.js';
import { FileSource, type FileSourceOptions } from '../../../runtime/connectors/file/source.js';
import { RECORD_BYTES_MAX } from '../../../runtime/formats/format.js';
import {
  codeOf,
  diagnosticOf,
  readRows,
  sourceBench,
  sourceOperator,
  temporaryFolder,
} from '../../support/connectors.js';
import { localFiles } from '../../../runtime/storage/local-tree.js';

const never = new AbortController().signal;
const ALL = { bytes_max: 1e9 };

describe('file source', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  const open: FileSource[] = [];
  const at = (name: string): string => join(folder.path, name);
  const lines = (...ids: number[]): string => ids.map((id) => `{"id":${id}}\n`).join('');

  function make(options: Partial<FileSourceOptions> & { readonly path: string }, excluded: readonly string[] = []) {
    const bench = sourceBench(folder.path, sourceOperator(['id BIGINT NOT NULL'], 'json'), { excluded });
    const source = new FileSource(
      bench.context,
      { follow: false, order: 'name', compression: 'none', ...options },
      localFiles(bench.context.env),
    );
    open.push(source);
    return { source, bench };
  }
  /** Opens, plans once and reads: the ids, or what is in their place. */
  async function once({ source, bench }: ReturnType<typeof make>, bytes_max = 1e9): Promise<string[]> {
    const ranges = await source.plan({ bytes_max });
    return (await readRows(source, bench, ranges)).map((row) => row.replace(/^\[(.*)\]@.*$/u, '$1'));
  }
  const openCode = (options: Parameters<typeof make>[0]): Promise<string> =>
    codeOf(() => make(options).source.open(null));

  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    for (const source of open.splice(0)) await source.close();
    folder.remove();
  });

  it('has a diagnostic for each kind of missing input', async () => {
    expect(await openCode({ path: 'no/such.jsonl' })).toBe('ESQL8400');
    expect(await openCode({ path: 'such.jsonl' })).toBe('ESQL8400');
    expect(await openCode({ path: 'no/*.jsonl' })).toBe('ESQL8400');
    expect(await openCode({ path: '*.jsonl' })).toBe('ESQL8402');
    mkdirSync(at('empty'));
    expect(await openCode({ path: 'empty' })).toBe('ESQL8402');
    expect(await openCode({ path: '[z-a]' })).toBe('ESQL8406');
    expect(await openCode({ path: 'a\0b' })).toBe('ESQL8406');
    expect(await openCode({ path: '/dev/null' })).toBe('ESQL8403');
    expect(await openCode({ path: 'no/such.jsonl', follow: true })).toBe('ESQL8400');
    expect(await openCode({ path: 'such.jsonl', follow: true })).toBe('none');
  });

  it('says who may not read what', async () => {
    writeFileSync(at('secret.jsonl'), lines(1));
    chmodSync(at('secret.jsonl'), 0);
    const { source } = make({ path: 'secret.jsonl' });
    await source.open(null);
    const error = await diagnosticOf(() => source.plan(ALL));
    // The superuser may read everything.
    if (process.getuid?.() === 0) expect(error).toBeNull();
    else expect(error?.diagnostic).toMatchObject({ code: 'ESQL8401', place: 'secret.jsonl' });
  });

  it('ends at once for an empty file', async () => {
    writeFileSync(at('x.jsonl'), '');
    const made = make({ path: 'x.jsonl' });
    await made.source.open(null);
    const ranges = await made.source.plan(ALL);
    expect(ranges.map((range) => range.final)).toEqual([true]);
    expect(await readRows(made.source, made.bench, ranges)).toEqual([]);
  });

  it('gives a truncated last line to the decoder as a bad record', async () => {
    writeFileSync(at('x.jsonl'), `${lines(1)}{"id":2`);
    const made = make({ path: 'x.jsonl' });
    await made.source.open(null);
    expect((await once(made)).sort()).toEqual(['1', 'malformed_record@x.jsonl:9']);
  });

  it('passes a record over the limit on as too long, without its rest, and goes on behind it', async () => {
    const long = `{"id":"${'x'.repeat(RECORD_BYTES_MAX + 5_000_000)}"}\n`;
    writeFileSync(at('x.jsonl'), `${lines(1)}${long}${lines(2)}`);
    for (const bytes_max of [1e9, 4096]) {
      const made = make({ path: 'x.jsonl' });
      await made.source.open(null);
      const found: string[] = [];
      for (let i = 0; i < 3; i++) found.push(...(await once(made, bytes_max)));
      expect(found).toEqual(['1', 'too_long@x.jsonl:9', '2']);
    }
  });

  it('reads in order of name or of change', async () => {
    mkdirSync(at('in'));
    [3, 1, 2].forEach((id, age) => {
      writeFileSync(at(`in/${id}.jsonl`), lines(id));
      utimesSync(at(`in/${id}.jsonl`), 1000 + age, 1000 + age);
    });
    const byName = make({ path: 'in' });
    await byName.source.open(null);
    expect(await once(byName)).toEqual(['1', '2', '3']);
    const byTime = make({ path: 'in/*', order: 'modified' });
    await byTime.source.open(null);
    expect(await once(byTime)).toEqual(['3', '1', '2']);
  });

  it('does not follow links out of the folder, nor read what the job writes', async () => {
    mkdirSync(at('in/out'), { recursive: true });
    writeFileSync(at('in/a.jsonl'), lines(1));
    writeFileSync(at('in/out/b.jsonl'), lines(2));
    const made = make({ path: 'in/**/*.jsonl' }, [at('in/out')]);
    await made.source.open(null);
    expect(await once(made)).toEqual(['1']);
    writeFileSync(at('outside.jsonl'), lines(9));
    symlinkSync(at('outside.jsonl'), at('in/b.jsonl'));
    symlinkSync(at('in'), at('in/loop'));
    const linked = make({ path: 'in/**/*.jsonl' });
    await linked.source.open(null);
    expect(await codeOf(() => linked.source.plan(ALL))).toBe('ESQL8405');
  });

  it('refuses the folder of a file sink', async () => {
    for (const name of ['in/_committed', 'in/_epochs']) mkdirSync(at(name), { recursive: true });
    expect(await openCode({ path: 'in' })).toBe('ESQL8409');
  });

  it.each([
    ['plain text', Buffer.from(lines(1)), 'it is not gzip data'],
    ['a cut file', gzipSync(lines(...Array(99).keys())).subarray(0, 60), 'it ends in the middle'],
  ])('refuses %s as gzip', async (_name, bytes, why) => {
    writeFileSync(at('x.gz'), bytes);
    const made = make({ path: 'x.gz', compression: 'gzip' });
    await made.source.open(null);
    const error = await diagnosticOf(() => made.source.plan(ALL));
    expect(error?.diagnostic).toMatchObject({ code: 'ESQL8407', label: why });
  });

  it('inflates a bomb in bounded pieces', async () => {
    writeFileSync(at('x.gz'), gzipSync(Buffer.alloc(RECORD_BYTES_MAX * 4, 120)));
    const made = make({ path: 'x.gz', compression: 'gzip' });
    await made.source.open(null);
    expect(await once(made)).toEqual(['too_long@x.gz:0']);
  });

  describe('followed file', () => {
    it('takes whole lines as they come, and nothing twice', async () => {
      const made = make({ path: 'x.jsonl', follow: true });
      await made.source.open(null);
      expect(await made.source.plan(ALL)).toEqual([]);
      writeFileSync(at('x.jsonl'), `${lines(1)}{"id":`);
      await made.source.wait(5000, never);
      expect(await once(made)).toEqual(['1']);
      expect(await made.source.plan(ALL)).toEqual([]);
      appendFileSync(at('x.jsonl'), `2}\n${lines(3)}`);
      await made.source.wait(5000, never);
      expect(await once(made)).toEqual(['2', '3']);
    });

    it.each([
      [
        'replaced',
        () => {
          writeFileSync(at('y'), lines(7, 8, 9));
          renameSync(at('y'), at('x.jsonl'));
        },
      ],
      [
        'cut',
        () => {
          truncateSync(at('x.jsonl'), 3);
        },
      ],
      [
        'written over',
        () => {
          writeFileSync(at('x.jsonl'), lines(5, 6, 7));
        },
      ],
    ])('refuses one that was %s', async (_how, spoil) => {
      writeFileSync(at('x.jsonl'), lines(1, 2));
      const made = make({ path: 'x.jsonl', follow: true });
      await made.source.open(null);
      const ranges = await made.source.plan(ALL);
      const cursor = made.source.advance(null, ranges);
      spoil();
      expect(await codeOf(() => made.source.plan(ALL))).toBe('ESQL8404');
      expect(await codeOf(() => make({ path: 'x.jsonl', follow: true }).source.open(cursor))).toBe('ESQL8404');
      expect(await codeOf(() => readRows(made.source, made.bench, ranges))).toBe('ESQL8404');
    });

    it('refuses one that is gone', async () => {
      writeFileSync(at('x.jsonl'), lines(1, 2));
      const made = make({ path: 'x.jsonl', follow: true });
      await made.source.open(null);
      const ranges = await made.source.plan(ALL);
      rmSync(at('x.jsonl'));
      expect(await codeOf(() => make({ path: 'x.jsonl' }).source.open(made.source.advance(null, ranges)))).toBe(
        'ESQL8400',
      );
    });
  });

  describe('followed folder', () => {
    it('takes files that stand still, also ones that sort before, each once, over restarts', async () => {
      mkdirSync(at('in'));
      const old = (name: string, ...ids: number[]): void => {
        writeFileSync(at(`in/${name}`), lines(...ids));
        utimesSync(at(`in/${name}`), 1000, 1000);
      };
      old('b', 1, 2);
      const made = make({ path: 'in', follow: true });
      await made.source.open(null);
      let cursor: SourceCursor | null = null;
      const next = async (of: ReturnType<typeof make>): Promise<string[]> => {
        await of.source.wait(3000, never);
        const ranges = await of.source.plan(ALL);
        cursor = of.source.advance(cursor, ranges);
        return (await readRows(of.source, of.bench, ranges)).map((row) => row.slice(0, row.indexOf('@')));
      };
      expect(await next(made)).toEqual(['[1]', '[2]']);
      // Being written: not touched until it stands still.
      writeFileSync(at('in/c'), '{"id":');
      expect(await made.source.plan(ALL)).toEqual([]);
      old('a', 3);
      expect(await next(made)).toEqual(['[3]']);
      const again = make({ path: 'in', follow: true });
      await again.source.open(cursor);
      writeFileSync(at('in/c'), lines(4));
      expect(await next(again)).toEqual(['[4]']);
      appendFileSync(at('in/a'), lines(5));
      const third = make({ path: 'in', follow: true });
      expect(await codeOf(() => third.source.open(cursor))).toBe('ESQL8404');
    });
  });

  it('keeps the cursor small over very many files', () => {
    const positions = new FilePositions(null, 'name');
    const name = (i: number): string => `in/${String(i).padStart(8, '0')}.jsonl`;
    for (let i = 0; i < 40_000; i++) {
      const end = { file: name(i), at: 9, size: 9, identity: '1:1', modified_ms: i, mark: '', done: true };
      positions.apply({ partition: 0, name: 'in', start: { file: name(i), at: 0 }, end, final: false });
    }
    const cursor = positions.toCursor();
    expect(JSON.stringify(cursor).length).toBeLessThan(300_000);
    const again = new FilePositions(cursor, 'name');
    const stateOf = (i: number, size = 9): string => again.state({ name: name(i), modified_ms: i, size });
    expect([0, 20_000, 39_999].map((i) => stateOf(i))).toEqual(['finished', 'finished', 'finished']);
    expect(stateOf(39_999, 10)).toBe('changed');
    expect(stateOf(40_000)).toBe('new');
    expect(compareKeys({ name: 'b', modified_ms: 1 }, { name: 'a', modified_ms: 2 }, 'modified')).toBeLessThan(0);
  });
});
