/** The double through Microsoft's SDK for Python: a second client of its own making. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startDatalake } from '../../support/datalake/server.js';
import { ROOT } from '../../support/repository.js';

const PYTHON = process.env['ESQL_TEST_PYTHON'] ?? 'python3';
const PACKAGE = 'azure-storage-file-datalake==12.26.1';
const PROGRAM = join(ROOT, 'test/support/datalake/clients/python_client.py');

const EXPECTED = [
  'create filesystem: created',
  'create filesystem again: 409 ContainerAlreadyExists',
  'size before flush: 0',
  'flush too far: 400 InvalidFlushPosition',
  'read: hello world',
  'read range: wor',
  "metadata: {'batch': '7'}",
  'publish: published',
  'publish again: 409 PathAlreadyExists',
  'published: first',
  'stale etag: 412 ConditionNotMet',
  'append without the lease: 412 LeaseIdMissing',
  'append with the lease: ok',
  'append after the break: 412 LeaseLost',
  "list: [('a', True, 0), ('a/b', True, 0), ('a/b/ä c.txt', False, 12), ('final', True, 0), ('final/x', False, 5), ('tmp', True, 0), ('tmp/two', False, 6)]",
  'pages: [2, 2, 2, 1]',
  'access: rw-r-----',
  'missing: 404 BlobNotFound',
  'read by signature: first',
  'write by signature: 403 AuthorizationPermissionMismatch',
  'wrong key: 403 AuthenticationFailed',
  'delete directory: deleted',
  'deleted: False',
];

async function run(isTls: boolean): Promise<readonly string[]> {
  const lake = await startDatalake({ tls: true });
  const folder = mkdtempSync(join(tmpdir(), 'esql-python-'));
  try {
    const authority = join(folder, 'authority.pem');
    writeFileSync(authority, lake.certificate ?? '');
    const proxy = `${lake.proxy.host}:${String(lake.proxy.port)}`;
    const args = [PROGRAM, lake.names.dfs, lake.account.name, lake.account.key, proxy, ...(isTls ? [authority] : [])];
    const environment = { PATH: process.env['PATH'], PYTHONIOENCODING: 'utf-8', HOME: folder };
    const { stdout } = await promisify(execFile)(PYTHON, args, { timeout: 90_000, env: environment });
    return stdout.trimEnd().split('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await lake.close();
  }
}

const isInstalled = spawnSync(PYTHON, ['-c', 'import azure.storage.filedatalake'], { timeout: 60_000 }).status === 0;

if (isInstalled) {
  describe('the Python client', () => {
    it.each([
      ['http', false],
      ['https', true],
    ])('over %s', async (_, isTls) => {
      expect(await run(isTls)).toEqual(EXPECTED);
    });
  });
} else {
  it.skip(`Python client: not run; pip install ${PACKAGE} into a venv and set ESQL_TEST_PYTHON to its python`, () =>
    undefined);
}
