/**
 * A Hadoop file system as a file tree, over WebHDFS. A file is written aside and renamed: `RENAME` with option NONE
 * refuses an existing target, which makes it create-if-absent (CREATE with `overwrite=false` answers only after the
 * whole body was sent). A renamed file keeps its file id, which tells whether a rename without answer has happened.
 */
import type { FileStatus, ReadHandle } from '../../../runtime/env.js';
import { RemoteFileError } from '../../../runtime/remote/remote-file-error.js';
import { parentPath } from '../../../runtime/paths.js';
import type { HdfsOptions } from '../../../runtime/remote/hdfs.js';
import { openRanges } from '../../../runtime/remote/range-reader.js';
import type { RemoteTree } from '../../../runtime/remote/remote-tree.js';
import type { FileEntry, WriteOnceOutcome } from '../../../runtime/storage/file-tree.js';
import type { StoreLock } from '../../../runtime/storage/object-store.js';
import { acquireLock } from './lock.js';
import { HdfsRest } from './rest.js';

/** WebHDFS' own form. */
interface HdfsStatus {
  readonly pathSuffix: string;
  readonly type: string;
  readonly length: number;
  readonly modificationTime: number;
  readonly fileId: number;
}

export function connectHdfs(options: HdfsOptions): Promise<RemoteTree> {
  return Promise.resolve(new HdfsTree(new HdfsRest(options), options.namenodes.join(',')));
}

class HdfsTree implements RemoteTree {
  /** A file is only written once and appended to: either changes its identity. */
  readonly identifiesContent = true;
  readonly uri: string;
  readonly #rest: HdfsRest;
  readonly #folders = new Set<string>();

  constructor(rest: HdfsRest, uri: string) {
    this.#rest = rest;
    this.uri = uri;
  }

  async status(path: string): Promise<FileStatus | null> {
    const found = await this.#look(path);
    return found === null ? null : statusOf(found);
  }

  async list(folder: string): Promise<readonly FileEntry[]> {
    const answer = (await this.#rest.call('GET', folder, { op: 'LISTSTATUS' })) as {
      readonly FileStatuses: { readonly FileStatus: readonly HdfsStatus[] };
    };
    const found = answer.FileStatuses.FileStatus;
    // Of a file the answer is the file itself, without a name.
    if (found.length === 1 && found[0]?.pathSuffix === '') throw new RemoteFileError('ENOTDIR', folder, 'list');
    return found
      .map((status) => ({ name: status.pathSuffix, status: statusOf(status) }))
      .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  }

  realPath(path: string): Promise<string> {
    return Promise.resolve(path);
  }

  open(path: string): Promise<ReadHandle> {
    return openRanges(path, {
      status: () => this.status(path),
      fetch: async (_status, offset, length) => {
        const bytes = await this.#rest.read(path, { op: 'OPEN', offset, length });
        if (bytes.length !== length) throw new RemoteFileError('ESTALE', path, 'read');
        return bytes;
      },
    });
  }

  read(path: string): Promise<Uint8Array> {
    return this.#rest.read(path, { op: 'OPEN' });
  }

  async makeFolder(path: string): Promise<void> {
    if (path === '/' || this.#folders.has(path)) return;
    await this.#rest.call('PUT', path, { op: 'MKDIRS', permission: '750' });
    this.#folders.add(path);
  }

  async publish(path: string, parts: readonly Uint8Array[], aside: string): Promise<WriteOnceOutcome> {
    const id = await this.#writeAside(aside, parts);
    await this.makeFolder(parentPath(path));
    const outcome = await this.#rename(aside, path, 'NONE', id);
    if (outcome === 'exists') await this.#delete(aside);
    return outcome;
  }

  async replace(path: string, parts: readonly Uint8Array[], aside: string): Promise<void> {
    const id = await this.#writeAside(aside, parts);
    await this.makeFolder(parentPath(path));
    await this.#rename(aside, path, 'OVERWRITE', id);
  }

  settle(): Promise<void> {
    return Promise.resolve();
  }

  async remove(path: string): Promise<void> {
    if (!(await this.#delete(path))) throw new RemoteFileError('ENOENT', path, 'remove');
  }

  lease(path: string): Promise<StoreLock | null> {
    return acquireLock(this.#rest, path);
  }

  close(): Promise<void> {
    this.#rest.close();
    return Promise.resolve();
  }

  async #look(path: string): Promise<HdfsStatus | null> {
    try {
      const answer = await this.#rest.call('GET', path, { op: 'GETFILESTATUS' });
      return (answer as { readonly FileStatus: HdfsStatus }).FileStatus;
    } catch (error) {
      if (error instanceof RemoteFileError && error.code === 'ENOENT') return null;
      throw error;
    }
  }

  /** The id of the file, which is complete. */
  async #writeAside(aside: string, parts: readonly Uint8Array[]): Promise<number> {
    await this.makeFolder(parentPath(aside));
    await this.#rest.write(aside, { op: 'CREATE', overwrite: true, permission: '640' }, Buffer.concat(parts));
    const written = await this.#look(aside);
    if (written === null) throw new RemoteFileError('EIO', aside, 'write');
    return written.fileId;
  }

  async #rename(from: string, to: string, option: 'NONE' | 'OVERWRITE', id: number): Promise<WriteOnceOutcome> {
    try {
      await this.#rest.call('PUT', from, { op: 'RENAME', destination: to, renameoptions: option });
      return 'created';
    } catch (error) {
      const found = await this.#look(to);
      if (found?.fileId === id) return 'created';
      if (found !== null && option === 'NONE') return 'exists';
      throw error;
    }
  }

  async #delete(path: string): Promise<boolean> {
    const answer = await this.#rest.call('DELETE', path, { op: 'DELETE', recursive: false });
    return (answer as { readonly boolean: boolean }).boolean;
  }
}

function statusOf(found: HdfsStatus): FileStatus {
  const { type, length, modificationTime, fileId } = found;
  return {
    kind: type === 'DIRECTORY' ? 'directory' : type === 'FILE' ? 'file' : 'other',
    size: length,
    modified_ms: modificationTime,
    identity: `${String(fileId)}-${String(modificationTime)}-${String(length)}`,
  };
}
