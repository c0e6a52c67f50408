/** The input file being planned or read: kept open between batches, looked at again before every range. */
import type { FileStatus, ReadHandle } from '../../env.js';
import type { FileTree } from '../../storage/file-tree.js';
import { GzipContent, plainContent, type Content } from './content.js';
import { inputFailure } from './failures.js';

export type Compression = 'none' | 'gzip';

export interface OpenedFile {
  readonly name: string;
  readonly handle: ReadHandle;
  readonly content: Content;
  /** The identity tells any change of the content. */
  readonly identified: boolean;
  /** As the handle is now; the file under the path may be another one. */
  readonly status: FileStatus;
}

export class FileCache {
  readonly #tree: FileTree;
  readonly #compression: Compression;
  #open: OpenedFile | null = null;

  constructor(tree: FileTree, compression: Compression) {
    this.#tree = tree;
    this.#compression = compression;
  }

  /** Opens `path`, or keeps what is open if the path still leads to it. Rejects with a diagnostic. */
  async use(path: string, name: string): Promise<OpenedFile> {
    try {
      const current = this.#open;
      if (current?.name === name) {
        const status = await current.handle.status();
        if (this.#tree.identifiesContent || (await this.#tree.status(path))?.identity === status.identity) {
          this.#open = { ...current, status };
          return this.#open;
        }
      }
      await this.close();
      const handle = await this.#tree.open(path);
      const content = this.#compression === 'gzip' ? new GzipContent(handle, name) : plainContent(handle);
      const identified = this.#tree.identifiesContent;
      this.#open = { name, handle, content, identified, status: await handle.status() };
      return this.#open;
    } catch (error) {
      throw inputFailure(error, name);
    }
  }

  async close(): Promise<void> {
    const current = this.#open;
    this.#open = null;
    await current?.content.close();
  }
}
