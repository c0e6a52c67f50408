/** The double through the SDK that the product uses: Data Lake and Blob clients, account key, signature, token. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  BlobServiceClient,
  StorageSharedKeyCredential as BlobKeyCredential,
  type BlockBlobClient,
} from '@azure/storage-blob';
import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  type DataLakeFileSystemClient,
  DataLakeSASPermissions,
  DataLakeServiceClient,
  FileSystemSASPermissions,
  generateAccountSASQueryParameters,
  generateDataLakeSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-file-datalake';
import { afterEach, describe, expect, it } from 'vitest';
import { type DatalakeDouble, type DatalakeOptions, startDatalake } from '../../support/datalake/server.js';
import { ROOT } from '../../support/repository.js';

let lake: DatalakeDouble | undefined;
const NO_RETRIES = { maxTries: 1 };

afterEach(async () => {
  await lake?.close();
  lake = undefined;
});

async function start(options: DatalakeOptions = {}): Promise<DatalakeDouble> {
  lake = await startDatalake(options);
  return lake;
}

const credentialOf = ({ account }: DatalakeDouble): StorageSharedKeyCredential =>
  new StorageSharedKeyCredential(account.name, account.key);

/** With the account's real host names: the double is the proxy. */
function serviceOf(double: DatalakeDouble): DataLakeServiceClient {
  return new DataLakeServiceClient(`http://${double.names.dfs}`, credentialOf(double), {
    proxyOptions: double.proxy,
    retryOptions: NO_RETRIES,
  });
}

async function filesystemOf(double: DatalakeDouble, name = 'lake'): Promise<DataLakeFileSystemClient> {
  const filesystem = serviceOf(double).getFileSystemClient(name);
  await filesystem.create();
  return filesystem;
}

/** Status and code of a refused call. */
async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { statusCode, code } = error as { statusCode?: number; code?: string };
    return `${String(statusCode)} ${code ?? ''}`;
  }
  return 'no refusal';
}

describe('the Data Lake client', () => {
  it('creates, appends, flushes, reads, lists and deletes', async () => {
    const filesystem = await filesystemOf(await start());
    const file = filesystem.getFileClient('a/b/file one.bin');
    await file.create({ metadata: { batch: '7' } });
    await file.append('hello ', 0, 6);
    await file.append('world', 6, 5);
    expect((await file.getProperties()).contentLength).toBe(0);
    await file.flush(11);
    expect((await file.readToBuffer()).toString()).toBe('hello world');
    expect((await file.readToBuffer(6, 3)).toString()).toBe('wor');
    expect((await file.getProperties()).metadata).toEqual({ batch: '7' });
    const names: string[] = [];
    for await (const path of filesystem.listPaths({ recursive: true }))
      names.push(`${String(path.isDirectory)} ${path.name ?? ''}`);
    expect(names).toEqual(['true a', 'true a/b', 'false a/b/file one.bin']);
    await filesystem.getDirectoryClient('a').delete(true);
    expect(await filesystem.getFileClient('a/b/file one.bin').exists()).toBe(false);
  });

  it('uploads and renames with conditions: the second publish of a name is refused and changes nothing', async () => {
    const filesystem = await filesystemOf(await start());
    const upload = async (name: string, text: string) => {
      const file = filesystem.getFileClient(name);
      await file.upload(Buffer.from(text));
      return file;
    };
    const first = await upload('tmp/1', 'first');
    const second = await upload('tmp/2', 'second');
    const { etag } = await first.getProperties();
    await filesystem.getDirectoryClient('final').create();
    const conditions = { destinationConditions: { ifNoneMatch: '*' } };
    await first.move('final/x', conditions);
    expect(await refusal(second.move('final/x', conditions))).toBe('409 PathAlreadyExists');
    expect(await refusal(first.move('final/y'))).toBe('404 SourcePathNotFound');
    const published = filesystem.getFileClient('final/x');
    expect((await published.readToBuffer()).toString()).toBe('first');
    expect((await published.getProperties()).etag).toBe(etag);
    expect((await second.readToBuffer()).toString()).toBe('second');
  });

  it('moves names with characters that need an encoding', async () => {
    const filesystem = await filesystemOf(await start());
    const file = filesystem.getFileClient('ä %20+ünï?#/é=1');
    await file.upload(Buffer.from('x'));
    await file.move('b &=é+1,');
    expect((await filesystem.getFileClient('b &=é+1,').readToBuffer()).toString()).toBe('x');
  });

  it('lists page by page, short and empty pages too', async () => {
    const filesystem = await filesystemOf(await start({ behaviour: { listPages: 'short' } }));
    for (let index = 0; index < 9; index++) await filesystem.getFileClient(`f${String(index)}`).create();
    const pages: number[] = [];
    for await (const page of filesystem.listPaths().byPage({ maxPageSize: 4 })) pages.push(page.pathItems?.length ?? 0);
    expect(pages.reduce((sum, length) => sum + length)).toBe(9);
    expect(pages).toContain(0);
    expect(Math.max(...pages)).toBe(2);
  });

  it('holds, renews, breaks and loses leases on the server’s time', async () => {
    const double = await start();
    const filesystem = await filesystemOf(double);
    const file = filesystem.getFileClient('lock');
    await file.create();
    const lease = file.getDataLakeLeaseClient();
    await lease.acquireLease(15);
    expect(await refusal(file.getDataLakeLeaseClient().acquireLease(15))).toBe('409 LeaseAlreadyPresent');
    expect(await refusal(file.append('x', 0, 1))).toBe('412 LeaseIdMissing');
    double.clock.advance(10_000);
    await lease.renewLease();
    double.clock.advance(10_000);
    await file.append('x', 0, 1, { conditions: { leaseId: lease.leaseId } });
    double.clock.advance(10_000);
    expect(await refusal(file.append('y', 1, 1, { conditions: { leaseId: lease.leaseId } }))).toBe('412 LeaseLost');
    const other = file.getDataLakeLeaseClient();
    await other.acquireLease(-1);
    expect(await refusal(file.append('y', 1, 1, { conditions: { leaseId: lease.leaseId } }))).toBe(
      '412 LeaseIdMismatch',
    );
    await other.breakLease(0);
    await lease.acquireLease(15);
    expect(await refusal(other.renewLease())).toBe('409 LeaseIdMismatchWithLeaseOperation');
    await lease.releaseLease();
    expect((await file.getProperties()).leaseState).toBe('available');
  });

  it('tells a flat account from a hierarchical one', async () => {
    for (const hierarchicalNamespace of [true, false]) {
      const double = await start({ behaviour: { hierarchicalNamespace } });
      const info = await blobServiceOf(double).getAccountInfo();
      expect(info.isHierarchicalNamespaceEnabled).toBe(hierarchicalNamespace);
      await double.close();
    }
  });

  it('reaches both hosts at one path-style address', async () => {
    const double = await start();
    const service = new DataLakeServiceClient(double.url, credentialOf(double), { retryOptions: NO_RETRIES });
    const filesystem = service.getFileSystemClient('lake');
    await filesystem.createIfNotExists();
    await filesystem.createIfNotExists();
    const file = filesystem.getFileClient('f');
    await file.upload(Buffer.from('1234'));
    await file.move('g');
    expect((await filesystem.getFileClient('g').readToBuffer()).toString()).toBe('1234');
    const names: string[] = [];
    for await (const item of service.listFileSystems()) names.push(item.name);
    expect(names).toEqual(['lake']);
    await filesystem.delete();
    expect(await refusal(filesystem.create())).toBe('409 ContainerBeingDeleted');
  });
});

function blobServiceOf(double: DatalakeDouble): BlobServiceClient {
  const credential = new BlobKeyCredential(double.account.name, double.account.key);
  return new BlobServiceClient(`http://${double.names.blob}`, credential, {
    proxyOptions: double.proxy,
    retryOptions: NO_RETRIES,
  });
}

describe('the Blob client', () => {
  async function blobOf(double: DatalakeDouble, name: string): Promise<BlockBlobClient> {
    const container = blobServiceOf(double).getContainerClient('blobs');
    await container.createIfNotExists();
    return container.getBlockBlobClient(name);
  }

  it('puts whole blobs and blocks, if absent and if unchanged', async () => {
    const blob = await blobOf(await start(), 'a/x');
    const absent = { conditions: { ifNoneMatch: '*' } };
    const { etag } = await blob.upload('one', 3, absent);
    expect(await refusal(blob.upload('two', 3, absent))).toBe('409 BlobAlreadyExists');
    const ids = ['1', '2', '3'].map((id) => Buffer.from(id).toString('base64'));
    for (const id of ids) await blob.stageBlock(id, `block-${id}`, 10);
    expect((await blob.getBlockList('all')).uncommittedBlocks?.length).toBe(3);
    expect(await refusal(blob.commitBlockList(ids, { conditions: { ifMatch: '"0x1"' } }))).toBe('412 ConditionNotMet');
    await blob.commitBlockList(ids, etag === undefined ? {} : { conditions: { ifMatch: etag } });
    expect((await blob.downloadToBuffer()).toString()).toBe(ids.map((id) => `block-${id}`).join(''));
    expect((await blob.getBlockList('all')).committedBlocks?.length).toBe(3);
    expect(await refusal(blob.commitBlockList(['bm9uZQ==']))).toBe('400 InvalidBlockList');
  });

  it('lists flat and by hierarchy', async () => {
    const double = await start({ behaviour: { hierarchicalNamespace: false, listPageEntries: 2 } });
    for (const name of ['a/1', 'a/2', 'b', 'c/d/e', 'z&<']) await (await blobOf(double, name)).upload('x', 1);
    const container = blobServiceOf(double).getContainerClient('blobs');
    const flat: string[] = [];
    for await (const item of container.listBlobsFlat()) flat.push(item.name);
    expect(flat).toEqual(['a/1', 'a/2', 'b', 'c/d/e', 'z&<']);
    const levels: string[] = [];
    for await (const item of container.listBlobsByHierarchy('/')) levels.push(`${item.kind} ${item.name}`);
    expect(levels).toEqual(['prefix a/', 'blob b', 'prefix c/', 'blob z&<']);
    await (await blobOf(double, 'b')).delete();
    expect(await (await blobOf(double, 'b')).exists()).toBe(false);
  });

  it('does not mix with the other host on one file', async () => {
    const double = await start();
    const blob = await blobOf(double, 'f');
    await blob.upload('one', 3);
    const file = serviceOf(double).getFileSystemClient('blobs').getFileClient('f');
    expect((await file.readToBuffer()).toString()).toBe('one');
    expect(await refusal(file.append('x', 3, 1))).toBe('409 InvalidAppendOperation');
  });
});

describe('signatures', () => {
  it('of a wrong key are refused on both hosts', async () => {
    const double = await start();
    const wrong = new StorageSharedKeyCredential(double.account.name, Buffer.from('other').toString('base64'));
    const service = new DataLakeServiceClient(double.url, wrong, { retryOptions: NO_RETRIES });
    const filesystem = service.getFileSystemClient('lake');
    expect(await refusal(filesystem.create())).toBe('403 AuthenticationFailed');
    expect(await refusal(filesystem.getFileClient('x').create())).toBe('403 AuthenticationFailed');
  });

  it('of a filesystem, a path and the account allow what they say', async () => {
    const double = await start();
    await filesystemOf(double);
    const credential = credentialOf(double);
    const expiresOn = new Date(double.clock.now_ms() + 60_000);
    const open = (query: string): DataLakeFileSystemClient =>
      new DataLakeServiceClient(`http://${double.names.dfs}?${query}`, undefined, {
        proxyOptions: double.proxy,
        retryOptions: NO_RETRIES,
      }).getFileSystemClient('lake');
    const ofFilesystem = generateDataLakeSASQueryParameters(
      { fileSystemName: 'lake', permissions: FileSystemSASPermissions.parse('racwdlm'), expiresOn },
      credential,
    ).toString();
    const file = open(ofFilesystem).getFileClient('a');
    await file.upload(Buffer.from('text'));
    await file.move('b');
    const readOnly = generateDataLakeSASQueryParameters(
      { fileSystemName: 'lake', pathName: 'b', permissions: DataLakeSASPermissions.parse('r'), expiresOn },
      credential,
    ).toString();
    expect((await open(readOnly).getFileClient('b').readToBuffer()).toString()).toBe('text');
    expect(await refusal(open(readOnly).getFileClient('b').delete())).toBe('403 AuthorizationPermissionMismatch');
    expect(await refusal(open(readOnly).getFileClient('c').read())).toBe('403 AuthenticationFailed');
    const inDirectory = generateDataLakeSASQueryParameters(
      {
        fileSystemName: 'lake',
        pathName: 'dir',
        isDirectory: true,
        permissions: FileSystemSASPermissions.parse('rcwl'),
        expiresOn,
      },
      credential,
    ).toString();
    await open(inDirectory).getFileClient('dir/sub/c').create();
    expect(await refusal(open(inDirectory).getFileClient('other/c').create())).toBe('403 AuthenticationFailed');
    const ofAccount = generateAccountSASQueryParameters(
      {
        services: AccountSASServices.parse('b').toString(),
        resourceTypes: AccountSASResourceTypes.parse('o').toString(),
        permissions: AccountSASPermissions.parse('r'),
        expiresOn,
      },
      credential,
    ).toString();
    expect((await open(ofAccount).getFileClient('b').readToBuffer()).toString()).toBe('text');
    expect(await refusal(open(ofAccount).delete())).toBe('403 AuthorizationResourceTypeMismatch');
    double.clock.advance(120_000);
    expect(await refusal(open(ofFilesystem).getFileClient('b').read())).toBe('403 AuthenticationFailed');
  });
});

/** Runs in a process of its own: Node reads the authorities to trust at its start. */
const IDENTITY_PROGRAM = `
import { ManagedIdentityCredential } from '@azure/identity';
import { DataLakeServiceClient, generateDataLakeSASQueryParameters, FileSystemSASPermissions } from '@azure/storage-file-datalake';
const [url, account] = process.argv.slice(2);
const credential = new ManagedIdentityCredential();
const service = new DataLakeServiceClient(url, credential, { retryOptions: { maxTries: 1 } });
const filesystem = service.getFileSystemClient('lake');
await filesystem.create();
const file = filesystem.getFileClient('f');
await file.upload(Buffer.from('by identity'));
const key = await service.getUserDelegationKey(new Date(Date.now() - 60000), new Date(Date.now() + 60000));
const sas = generateDataLakeSASQueryParameters(
  { fileSystemName: 'lake', permissions: FileSystemSASPermissions.parse('r'), expiresOn: new Date(Date.now() + 60000) }, key, account);
const delegated = new DataLakeServiceClient(url + '?' + sas.toString(), undefined, { retryOptions: { maxTries: 1 } });
const text = (await delegated.getFileSystemClient('lake').getFileClient('f').readToBuffer()).toString();
const refused = await new DataLakeServiceClient(url, { getToken: async () => ({ token: 'a.b.c', expiresOnTimestamp: Date.now() + 60000 }) }, { retryOptions: { maxTries: 1 } })
  .getFileSystemClient('lake').getFileClient('f').read().then(() => 'no refusal', (error) => error.statusCode + ' ' + error.code);
process.stdout.write(text + ', ' + refused);
`;

describe('Microsoft Entra', () => {
  it('gives a managed identity a token that the service accepts, over TLS', async () => {
    const double = await start({ tls: true });
    const folder = mkdtempSync(join(tmpdir(), 'esql-identity-'));
    // Beside the project's packages, so that the program finds them.
    const program = join(ROOT, 'node_modules', `.identity-${String(process.pid)}.mjs`);
    try {
      writeFileSync(join(folder, 'authority.pem'), double.certificate ?? '');
      writeFileSync(program, IDENTITY_PROGRAM);
      const args = [program, double.tlsUrl, double.account.name];
      const { stdout } = await promisify(execFile)(process.execPath, args, {
        env: {
          ...process.env,
          NODE_EXTRA_CA_CERTS: join(folder, 'authority.pem'),
          IDENTITY_ENDPOINT: `http://127.0.0.1:${String(double.port)}/msi/token`,
          IDENTITY_HEADER: double.service.issuer.clientSecret,
        },
        timeout: 60_000,
      });
      expect(stdout).toBe('by identity, 401 InvalidAuthenticationInfo');
      expect(double.service.issuer.issued).toBeGreaterThan(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
      rmSync(program, { force: true });
    }
  });
});
