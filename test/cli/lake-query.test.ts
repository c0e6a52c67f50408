/** queries/lake.esql with doubles of both services: what it is shipped for. */
import { BlobServiceClient, StorageSharedKeyCredential as BlobKey } from '@azure/storage-blob';
import { DataLakeServiceClient, StorageSharedKeyCredential } from '@azure/storage-file-datalake';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectDatalake } from '../../cli/host/azure/datalake.js';
import { Secret } from '../../plan/connectors/secret.js';
import { readCommitted } from '../../runtime/connectors/file/committed.js';
import { builtCli, runCli } from '../support/built-cli.js';
import { TEST_ACCOUNT } from '../support/datalake/behaviour.js';
import { startDatalake } from '../support/datalake/server.js';
import { ROOT } from '../support/repository.js';

const { key } = TEST_ACCOUNT;

function order(id: number): string {
  const country = id % 2 === 0 ? 'de' : 'fr';
  const placed = new Date(Date.UTC(2026, 0, 1 + (id % 3)) + id * 1000).toISOString();
  return `{"id":${String(id)},"country":"${country}","amount":1.25,"placed":"${placed}"}\n`;
}

test('lake.esql', async () => {
  const cli = await builtCli();
  const folder = mkdtempSync(join(tmpdir(), 'esql-lake-query-'));
  const store = await startDatalake({ account: { name: 'mystore', key } });
  const lake = await startDatalake({ account: { name: 'mylake', key } });
  try {
    const incoming = new BlobServiceClient(store.blobUrl, new BlobKey('mystore', key)).getContainerClient('incoming');
    await incoming.create();
    // A day per file: none is late for the window of the one before.
    for (const day of [0, 1, 2]) {
      const lines = Array.from({ length: 100 }, (_, n) => order(n * 3 + day)).join('');
      await incoming.getBlockBlobClient(`orders/${String(day)}.jsonl`).upload(lines, lines.length);
    }
    const service = new DataLakeServiceClient(lake.url, new StorageSharedKeyCredential('mylake', key));
    await service.getFileSystemClient('results').create();
    const { code, err } = await runCli(cli, ['run', join(ROOT, 'queries/lake.esql'), '--quiet'], {
      cwd: folder,
      env: {
        ORDERS_URL: `${store.blobUrl}/incoming/orders/*.jsonl`,
        LAKE_ENDPOINT: lake.url,
        ESQL_SECRET_STORE_KEY: key,
        ESQL_SECRET_LAKE_KEY: key,
      },
    });
    expect(code, err).toBe(0);
    const tree = await connectDatalake({
      account: 'mylake',
      container: 'results',
      endpoint: lake.url,
      credential: { kind: 'key', key: new Secret('KEY', key) },
    });
    const files = (await readCommitted(tree, '/revenue')).flatMap((batch) => batch.files);
    expect([...new Set(files.map(({ path }) => /country=\w+/u.exec(path)?.[0]))].sort()).toEqual([
      'country=de',
      'country=fr',
    ]);
    const lines = files.flatMap(({ bytes }) => Buffer.from(bytes).toString().trimEnd().split('\n'));
    expect(lines).toHaveLength(6);
    expect(lines).toContainEqual(expect.stringContaining('"country":"de","orders":50,"total":'));
    expect(lines.every((line) => line.includes('62.5'))).toBe(true);
  } finally {
    await Promise.all([store.close(), lake.close()]);
    cli.remove();
    rmSync(folder, { recursive: true, force: true });
  }
});
