/**
 * A container of Azure Blob storage as a file tree. Writing a blob is one atomic step, with `If-None-Match: *` as
 * create-if-absent; folders are only what names have in common. Each write carries an id in the blob's metadata, which
 * tells whether a write whose response was lost has happened.
 */
import { createHash } from 'node:crypto';
import {
  ContainerClient,
  StorageSharedKeyCredential,
  type BlobRequestConditions,
  type BlockBlobClient,
} from '@azure/storage-blob';
import type { FileStatus, ReadHandle } from '../../../runtime/env.js';
import type { AzureStorageOptions } from '../../../runtime/remote/azure.js';
import { compareText } from '../../../plan/compare.js';
import { openRanges } from '../../../runtime/remote/range-reader.js';
import type { RemoteTree } from '../../../runtime/remote/remote-tree.js';
import type { FileEntry, WriteOnceOutcome } from '../../../runtime/storage/file-tree.js';
import type { StoreLock } from '../../../runtime/storage/object-store.js';
import { login, RETRIES } from './credential.js';
import { download } from './download.js';
import { isContainerMissing, serviceStatus, treeError } from './failures.js';
import { acquire } from './lease.js';
import { inParallel } from './parallel.js';

/** Larger ones are staged block by block; the list of blocks is committed in one step. */
const SINGLE_BYTES_MAX = 16 * 1024 * 1024;
const BLOCK_BYTES = 8 * 1024 * 1024;
const WRITE_ID = 'esql_write';
const FOLDER: FileStatus = { kind: 'directory', size: 0, modified_ms: 0, identity: '/' };

export async function connectBlob(options: AzureStorageOptions): Promise<RemoteTree> {
  const { account, container } = options;
  const base = options.endpoint ?? `https://${account}.blob.core.windows.net`;
  const { credential, query } = await login(options, (name, key) => new StorageSharedKeyCredential(name, key));
  const url = `${base.replace(/\/$/u, '')}/${container}`;
  return new BlobTree(new ContainerClient(`${url}${query}`, credential, { retryOptions: RETRIES }), url);
}

class BlobTree implements RemoteTree {
  readonly identifiesContent = true;
  readonly uri: string;
  readonly #client: ContainerClient;

  constructor(client: ContainerClient, uri: string) {
    this.#client = client;
    this.uri = uri;
  }

  async status(path: string): Promise<FileStatus | null> {
    if (path === '/') return FOLDER;
    try {
      const found = await this.#blob(path).getProperties();
      return {
        kind: found.metadata?.['hdi_isfolder'] === 'true' ? 'directory' : 'file',
        size: found.contentLength ?? 0,
        modified_ms: found.lastModified?.getTime() ?? 0,
        identity: found.etag ?? '',
      };
    } catch (error) {
      if (serviceStatus(error) !== 404 || isContainerMissing(error)) throw treeError(error, 'look at', path);
    }
    return (await this.#hasChild(path)) ? FOLDER : null;
  }

  /** A folder without files is an empty one: there is nothing that could say that it does not exist. */
  async list(folder: string): Promise<readonly FileEntry[]> {
    const prefix = folder === '/' ? '' : `${folder.slice(1)}/`;
    const entries: FileEntry[] = [];
    try {
      for await (const found of this.#client.listBlobsByHierarchy('/', { prefix })) {
        const name = found.name.slice(prefix.length).replace(/\/$/u, '');
        if (name === '') continue;
        const status: FileStatus =
          found.kind === 'prefix'
            ? FOLDER
            : {
                kind: 'file',
                size: found.properties.contentLength ?? 0,
                modified_ms: found.properties.lastModified.getTime(),
                identity: quoted(found.properties.etag),
              };
        entries.push({ name, status });
      }
    } catch (error) {
      throw treeError(error, 'list', folder);
    }
    return entries.sort((a, b) => compareText(a.name, b.name));
  }

  realPath(path: string): Promise<string> {
    return Promise.resolve(path);
  }

  open(path: string): Promise<ReadHandle> {
    const blob = this.#blob(path);
    return openRanges(path, {
      status: () => this.status(path),
      fetch: ({ identity }, offset, length) => {
        const options = { conditions: { ifMatch: identity } };
        return download(() => blob.downloadToBuffer(Buffer.allocUnsafe(length), offset, length, options), path);
      },
    });
  }

  read(path: string): Promise<Uint8Array> {
    return download(() => this.#blob(path).downloadToBuffer(), path);
  }

  makeFolder(): Promise<void> {
    return Promise.resolve();
  }

  async publish(path: string, parts: readonly Uint8Array[], aside: string): Promise<WriteOnceOutcome> {
    const id = writeId(aside);
    try {
      await this.#write(path, parts, id, { ifNoneMatch: '*' });
      return 'created';
    } catch (error) {
      const status = serviceStatus(error);
      if (status !== 409 && status !== 412 && !unknownOutcome(status)) throw treeError(error, 'write', path);
      const found = await this.#idOf(path);
      if (found === id) return 'created';
      if (found !== null) return 'exists';
      throw treeError(error, 'write', path);
    }
  }

  async replace(path: string, parts: readonly Uint8Array[], aside: string): Promise<void> {
    try {
      await this.#write(path, parts, writeId(aside), {});
    } catch (error) {
      throw treeError(error, 'write', path);
    }
  }

  settle(): Promise<void> {
    return Promise.resolve();
  }

  async remove(path: string): Promise<void> {
    try {
      await this.#blob(path).delete();
    } catch (error) {
      throw treeError(error, 'remove', path);
    }
  }

  async lease(path: string): Promise<StoreLock | null> {
    await this.publish(path, [], path);
    return acquire(this.#blob(path).getBlobLeaseClient(), path);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #blob(path: string): BlockBlobClient {
    return this.#client.getBlockBlobClient(path.slice(1));
  }

  async #write(
    path: string,
    parts: readonly Uint8Array[],
    id: string,
    conditions: BlobRequestConditions,
  ): Promise<void> {
    const blob = this.#blob(path);
    const metadata = { [WRITE_ID]: id };
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    if (size <= SINGLE_BYTES_MAX) {
      await blob.upload(Buffer.concat(parts, size), size, { conditions, metadata });
      return;
    }
    const blocks = parts
      .flatMap((part) => slicesOf(part))
      // Blocks of other writers of the same name have other ids: none of theirs can be committed with ours.
      .map((bytes, i) => ({ bytes, id: Buffer.from(`${id}-${String(i).padStart(6, '0')}`).toString('base64') }));
    await inParallel(blocks, (block) => blob.stageBlock(block.id, block.bytes, block.bytes.length));
    const ids = blocks.map((block) => block.id);
    await blob.commitBlockList(ids, { conditions, metadata });
  }

  /** The id that the blob was written with, empty for one written by others, null if there is no blob. */
  async #idOf(path: string): Promise<string | null> {
    try {
      const { metadata } = await this.#blob(path).getProperties();
      return metadata?.[WRITE_ID] ?? '';
    } catch (error) {
      if (serviceStatus(error) === 404) return null;
      throw treeError(error, 'look at', path);
    }
  }

  async #hasChild(path: string): Promise<boolean> {
    try {
      const pages = this.#client.listBlobsFlat({ prefix: `${path.slice(1)}/` }).byPage({ maxPageSize: 1 });
      for await (const page of pages) if (page.segment.blobItems.length > 0) return true;
      return false;
    } catch (error) {
      throw treeError(error, 'list', path);
    }
  }
}

function slicesOf(part: Uint8Array): readonly Uint8Array[] {
  const slices: Uint8Array[] = [];
  for (let at = 0; at < part.length; at += BLOCK_BYTES) slices.push(part.subarray(at, at + BLOCK_BYTES));
  return slices;
}

/** Of equal length, whatever the path: ids of blocks have to be. */
function writeId(aside: string): string {
  return createHash('sha256').update(aside).digest('hex').slice(0, 32);
}

function unknownOutcome(status: number): boolean {
  return status === 0 || status >= 500;
}

/** Lists of blobs have an ETag without quotes, headers one with them. */
function quoted(etag: string): string {
  return etag.startsWith('"') ? etag : `"${etag}"`;
}
