/**
 * Positional reads of a remote file: blocks of 4 MiB, the next one asked for while one is being used. The file is
 * taken as it was at the opening: a fetch of another version must reject (`ESTALE`).
 */
import type { FileStatus, ReadHandle } from '../env.js';
import { RemoteFileError } from './remote-file-error.js';

const BLOCK_BYTES = 4 * 1024 * 1024;
/** The block in use, and the one before or after it. */
const BLOCKS_MAX = 3;

export interface RangeSource {
  /** All of `[offset, offset + length)`, which lies within the file. */
  fetch(offset: number, length: number): Promise<Uint8Array>;
  /** The file as it is now. */
  status(): Promise<FileStatus>;
}

export class RangeReader implements ReadHandle {
  readonly #source: RangeSource;
  readonly #size: number;
  readonly #blocks = new Map<number, Promise<Uint8Array>>();
  #last = -1;

  constructor(source: RangeSource, size: number) {
    this.#source = source;
    this.#size = size;
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    const end = Math.min(position + target.length, this.#size);
    let at = position;
    while (at < end) {
      const index = Math.floor(at / BLOCK_BYTES);
      const block = await this.#block(index);
      const start = at - index * BLOCK_BYTES;
      const count = Math.min(block.length - start, end - at);
      target.set(block.subarray(start, start + count), at - position);
      at += count;
    }
    return Math.max(0, at - position);
  }

  status(): Promise<FileStatus> {
    return this.#source.status();
  }

  close(): Promise<void> {
    this.#blocks.clear();
    return Promise.resolve();
  }

  #block(index: number): Promise<Uint8Array> {
    const block = this.#fetch(index);
    // Only a reader that goes forward gets the next block ahead of time.
    if (index === this.#last + 1 && (index + 1) * BLOCK_BYTES < this.#size) {
      this.#fetch(index + 1).catch(() => {
        // Whoever asks for the block is told; nobody did yet.
        this.#blocks.delete(index + 1);
      });
    }
    this.#last = index;
    return block;
  }

  #fetch(index: number): Promise<Uint8Array> {
    const known = this.#blocks.get(index);
    if (known !== undefined) return known;
    const offset = index * BLOCK_BYTES;
    const fetched = this.#source.fetch(offset, Math.min(BLOCK_BYTES, this.#size - offset));
    this.#blocks.set(index, fetched);
    for (const oldest of this.#blocks.keys()) {
      if (this.#blocks.size <= BLOCKS_MAX) break;
      this.#blocks.delete(oldest);
    }
    fetched.catch(() => {
      this.#blocks.delete(index);
    });
    return fetched;
  }
}

/**
 * What a tree's `open` needs of its service; `fetch` must reject where the file is not the one of `status` any more.
 */
export interface OpenRanges {
  status(path: string): Promise<FileStatus | null>;
  fetch(status: FileStatus, offset: number, length: number): Promise<Uint8Array>;
}

/** Opens a file for positional reads: `ENOENT` or `EISDIR` where there is none. */
export async function openRanges(path: string, service: OpenRanges): Promise<ReadHandle> {
  const status = await service.status(path);
  if (status?.kind !== 'file') throw new RemoteFileError(status === null ? 'ENOENT' : 'EISDIR', path, 'open');
  const now = async (): Promise<FileStatus> => {
    const found = await service.status(path);
    if (found === null) throw new RemoteFileError('ENOENT', path, 'look at');
    return found;
  };
  const fetch = (offset: number, length: number): Promise<Uint8Array> => service.fetch(status, offset, length);
  return new RangeReader({ fetch, status: now }, status.size);
}
