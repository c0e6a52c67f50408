/** Limits of sources and failures of output folders that would need a very large or a broken disk to come about. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEnv } from '../../../cli/host/env.js';
import { outputFailure } from '../../../runtime/connectors/file/failures.js';
import { FileSource } from '../../../runtime/connectors/file/source.js';
import { SocketLog } from '../../../runtime/connectors/socket/log.js';
import { DiskError, type Env } from '../../../runtime/env.js';
import { codeOf, sourceBench, sourceOperator, temporaryFolder } from '../../support/connectors.js';
import { localFiles } from '../../../runtime/storage/local-tree.js';

describe('limits', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => {
    folder.remove();
  });

  it('of files are 100,000: ESQL8410', async () => {
    const real = createEnv();
    const listed = async (count: number): Promise<string> => {
      const names = Array.from({ length: count }, (_, i) => `${String(i).padStart(6, '0')}.jsonl`);
      const file = { kind: 'file', size: 0, modified_ms: 0 } as const;
      const env: Env = {
        ...real,
        disk: {
          ...real.disk,
          list: () => Promise.resolve(names),
          status: (path) =>
            Promise.resolve(
              /\d\.jsonl$/u.test(path) ? { ...file, identity: path } : { ...file, kind: 'directory', identity: path },
            ),
        },
      };
      const bench = sourceBench(folder.path, sourceOperator(['id BIGINT'], 'json'), { env });
      const options = { path: 'in/*.jsonl', follow: false, order: 'name', compression: 'none' } as const;
      return codeOf(() => new FileSource(bench.context, options, localFiles(env)).open(null));
    };
    expect(await listed(100_001)).toBe('ESQL8410');
    expect(await listed(100_000)).toBe('none');
  });

  it('of producers are 4,096: ESQL8424', async () => {
    const options = { directory: `${folder.path}/wal`, epoch: 1, segmentBytes_max: 1e6, place: 'lines' };
    const log = await SocketLog.open(createEnv(), options);
    const frames = Array.from({ length: 4096 }, (_, i) => ({
      producer: `p${String(i)}`,
      number: 1,
      record: Buffer.from('x\n'),
    }));
    await log.append(frames);
    expect(await codeOf(() => log.append([{ ...frames[0]!, producer: 'one more' }]))).toBe('ESQL8424');
    await log.append([{ ...frames[0]!, number: 2 }]);
    expect(log.producers.size).toBe(4096);
    await log.close();
  });
});

describe('an output folder', () => {
  it.each([
    ['ENOSPC', 'ESQL8450', /Free space/u],
    ['EACCES', 'ESQL8450', /permission/u],
    ['EIO', 'ESQL8450', /Check the disk/u],
    ['ENOTDIR', 'ESQL8452', /folder/u],
  ])('with %s is %s', (system, code, hint) => {
    const failure = outputFailure(new DiskError(system, '/out/x', 'create'), 'out');
    const expected: unknown = expect.stringMatching(hint);
    expect(failure).toMatchObject({ diagnostic: { code, place: 'out', hint: expected } });
  });
});
