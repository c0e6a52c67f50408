/**
 * A file system of Azure Data Lake Gen2 as a file tree (docs/exactly-once.md A1–A9). A file is uploaded aside and then
 * renamed, which is one atomic step; creation and rename replace by default, so every one here carries a condition. A
 * renamed file keeps its ETag: whether a rename whose response was lost has happened is told by one look at the target.
 */
import { BlobServiceClient, StorageSharedKeyCredential as BlobKey } from '@azure/storage-blob';
import {
  DataLakeFileSystemClient,
  StorageSharedKeyCredential,
  type DataLakeFileClient,
} from '@azure/storage-file-datalake';
import type { FileStatus, ReadHandle } from '../../../runtime/env.js';
import { RemoteFileError } from '../../../runtime/remote/remote-file-error.js';
import type { AzureStorageOptions } from '../../../runtime/remote/azure.js';
import { openRanges } from '../../../runtime/remote/range-reader.js';
import type { RemoteTree } from '../../../runtime/remote/remote-tree.js';
import { compareText } from '../../../plan/compare.js';
import { parentPath } from '../../../runtime/paths.js';
import type { FileEntry, WriteOnceOutcome } from '../../../runtime/storage/file-tree.js';
import type { StoreLock } from '../../../runtime/storage/object-store.js';
import { login, RETRIES } from './credential.js';
import { download } from './download.js';
import { isContainerMissing, serviceCode, serviceStatus, treeError } from './failures.js';
import { acquire } from './lease.js';
import { inParallel } from './parallel.js';

const APPEND_BYTES_MAX = 8 * 1024 * 1024;
const UPLOAD_ATTEMPTS_MAX = 4;
const MOVE_ATTEMPTS_MAX = 4;
const NEW = { ifNoneMatch: '*' } as const;

/** Rejects with `ENOTSUP` for an account without hierarchical namespace, where a rename is a copy (A9). */
export async function connectDatalake(options: AzureStorageOptions): Promise<RemoteTree> {
  const { account, container } = options;
  const base = options.endpoint ?? `https://${account}.dfs.core.windows.net`;
  const uri = `abfss://${container}@${account}.dfs.core.windows.net`;
  const { credential, query } = await login(options, (name, key) => new StorageSharedKeyCredential(name, key));
  const url = `${base.replace(/\/$/u, '')}/${container}${query}`;
  const client = new DataLakeFileSystemClient(url, credential, { retryOptions: RETRIES });
  await refuseFlat(options, base, uri);
  return new DatalakeTree(client, uri);
}

/** Account information is a call of the Blob endpoint. A credential that may not ask for it goes on unchecked. */
async function refuseFlat(options: AzureStorageOptions, base: string, uri: string): Promise<void> {
  const { credential, query } = await login(options, (name, key) => new BlobKey(name, key));
  const blobBase = base.replace('.dfs.', '.blob.').replace(/\/$/u, '');
  const client = new BlobServiceClient(`${blobBase}${query}`, credential, { retryOptions: RETRIES });
  let hierarchical: boolean | undefined;
  try {
    hierarchical = (await client.getAccountInfo()).isHierarchicalNamespaceEnabled;
  } catch (error) {
    if (serviceStatus(error) === 403 && serviceCode(error) !== 'AuthenticationFailed') return;
    throw treeError(error, 'ask for the account', uri);
  }
  if (hierarchical === false) throw new RemoteFileError('ENOTSUP', uri, 'the account has no hierarchical namespace');
}

class DatalakeTree implements RemoteTree {
  readonly identifiesContent = true;
  readonly uri: string;
  readonly #client: DataLakeFileSystemClient;
  /** Folders known to exist. */
  readonly #folders = new Set<string>();

  constructor(client: DataLakeFileSystemClient, uri: string) {
    this.#client = client;
    this.uri = uri;
  }

  async status(path: string): Promise<FileStatus | null> {
    if (path === '/') return { kind: 'directory', size: 0, modified_ms: 0, identity: '/' };
    try {
      const found = await this.#file(path).getProperties();
      return {
        kind: found.metadata?.['hdi_isfolder'] === 'true' ? 'directory' : 'file',
        size: found.contentLength ?? 0,
        modified_ms: found.lastModified?.getTime() ?? 0,
        identity: bare(found.etag),
      };
    } catch (error) {
      if (serviceStatus(error) === 404 && !isContainerMissing(error)) return null;
      throw treeError(error, 'look at', path);
    }
  }

  async list(folder: string): Promise<readonly FileEntry[]> {
    const entries: FileEntry[] = [];
    const path = folder.slice(1);
    try {
      for await (const found of this.#client.listPaths(path === '' ? {} : { path })) {
        const name = (found.name ?? '').slice(path === '' ? 0 : path.length + 1);
        const status: FileStatus = {
          kind: found.isDirectory === true ? 'directory' : 'file',
          size: found.contentLength ?? 0,
          modified_ms: found.lastModified?.getTime() ?? 0,
          identity: bare(found.etag),
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
    const file = this.#file(path);
    return openRanges(path, {
      status: () => this.status(path),
      fetch: ({ identity }, offset, length) => {
        const options = { conditions: { ifMatch: `"${identity}"` } };
        return download(() => file.readToBuffer(Buffer.allocUnsafe(length), offset, length, options), path);
      },
    });
  }

  read(path: string): Promise<Uint8Array> {
    return download(() => this.#file(path).readToBuffer(), path);
  }

  async makeFolder(path: string): Promise<void> {
    if (path === '/' || this.#folders.has(path)) return;
    try {
      // Those above it are made on the way.
      await this.#client.getDirectoryClient(path.slice(1)).createIfNotExists();
      this.#folders.add(path);
    } catch (error) {
      throw treeError(error, 'make the folder', path);
    }
  }

  async publish(path: string, parts: readonly Uint8Array[], aside: string): Promise<WriteOnceOutcome> {
    const identity = await this.#upload(aside, parts);
    if ((await this.#move(aside, path, identity, true)) === 'created') return 'created';
    await this.#removeIfThere(aside);
    return 'exists';
  }

  async replace(path: string, parts: readonly Uint8Array[], aside: string): Promise<void> {
    await this.#move(aside, path, await this.#upload(aside, parts), false);
  }

  settle(): Promise<void> {
    return Promise.resolve();
  }

  async remove(path: string): Promise<void> {
    try {
      await this.#file(path).delete();
    } catch (error) {
      throw treeError(error, 'remove', path);
    }
  }

  async lease(path: string): Promise<StoreLock | null> {
    const file = this.#file(path);
    try {
      await file.createIfNotExists();
    } catch (error) {
      throw treeError(error, 'create', path);
    }
    return acquire(file.getDataLakeLeaseClient(), path);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #file(path: string): DataLakeFileClient {
    return this.#client.getFileClient(path.slice(1));
  }

  /**
   * The ETag of the finished file. What was appended is invisible until it is flushed. An append whose
   * answer was lost can't be sent again at the same place; then the file is begun anew: no other writer has its name.
   */
  async #upload(path: string, parts: readonly Uint8Array[]): Promise<string> {
    await this.makeFolder(parentPath(path));
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#write(path, parts);
      } catch (error) {
        const status = serviceStatus(error);
        const code = serviceCode(error);
        const begunAnew =
          status === 400 || status === 409 || status === 412 || (status === 404 && code === 'PathNotFound');
        if (!begunAnew || attempt === UPLOAD_ATTEMPTS_MAX) throw treeError(error, 'write', path);
      }
    }
  }

  async #write(path: string, parts: readonly Uint8Array[]): Promise<string> {
    const file = this.#file(path);
    const pieces = piecesOf(parts);
    const [first] = pieces;
    let { etag } = await file.create();
    if (pieces.length === 1 && first !== undefined) {
      ({ etag } = await file.append(first.bytes, 0, first.bytes.length, { flush: true }));
    } else if (pieces.length > 1) {
      await inParallel(pieces, ({ bytes, at }) => file.append(bytes, at, bytes.length));
      await file.flush(pieces.reduce((sum, { bytes }) => sum + bytes.length, 0));
      // A flush that was sent again, because its answer was lost, answers an ETag that the file never gets.
      etag = undefined;
    }
    return etag === undefined ? ((await this.status(path))?.identity ?? '') : bare(etag);
  }

  /** `onlyNew`: what stands at the target stays. `identity` is the ETag of the source. */
  async #move(from: string, to: string, identity: string, onlyNew: boolean): Promise<WriteOnceOutcome> {
    await this.makeFolder(parentPath(to));
    const conditions = { ifMatch: `"${identity}"` };
    const destinationConditions = onlyNew ? NEW : {};
    for (let attempt = 1; ; attempt++) {
      try {
        // The path of an address: percent-encoded like one.
        const target = to.slice(1).split('/').map(encodeURIComponent).join('/');
        await this.#file(from).move(target, { conditions, destinationConditions });
        return 'created';
      } catch (error) {
        const found = await this.status(to);
        if (found?.identity === identity) return 'created';
        if (found !== null && onlyNew) return 'exists';
        if (attempt === MOVE_ATTEMPTS_MAX || serviceStatus(error) < 404) throw treeError(error, 'rename', to);
        if (serviceCode(error) === 'RenameDestinationParentPathNotFound') {
          // Somebody removed it since.
          this.#folders.delete(parentPath(to));
          await this.makeFolder(parentPath(to));
        }
      }
    }
  }

  async #removeIfThere(path: string): Promise<void> {
    try {
      await this.remove(path);
    } catch (error) {
      if (!(error instanceof RemoteFileError) || error.code !== 'ENOENT') throw error;
    }
  }
}

interface Piece {
  readonly bytes: Uint8Array;
  /** Position in the file. */
  readonly at: number;
}

/** One piece where it can be: an intent is one call then. */
function piecesOf(parts: readonly Uint8Array[]): readonly Piece[] {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  if (size === 0) return [];
  if (size <= APPEND_BYTES_MAX) return [{ bytes: Buffer.concat(parts, size), at: 0 }];
  const pieces: Piece[] = [];
  let base = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += APPEND_BYTES_MAX)
      pieces.push({ bytes: part.subarray(at, at + APPEND_BYTES_MAX), at: base + at });
    base += part.length;
  }
  return pieces;
}

/** Headers have quotes around an ETag, lists have none. */
function bare(etag: string | undefined): string {
  return (etag ?? '').replace(/^"|"$/gu, '');
}
