/** Durable files: complete under their name or not there at all (write aside, sync, link, sync the folder). */
import { createHash } from 'node:crypto';
import { DiskError, type Disk } from '../../env.js';
import { connectorError } from '../messages.js';
import { makeFolderDurably } from '../../storage/durable-folder.js';
import { joinPath, parentPath } from '../../paths.js';

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'Free space on this disk, then start the job again: it goes on from its last batch.',
  EDQUOT: 'Free space on this disk, then start the job again: it goes on from its last batch.',
  EACCES: 'Give the user that runs the job permission to write to the folder.',
  EPERM: 'Give the user that runs the job permission to write to the folder.',
  EROFS: 'Name a folder on a disk that may be written to.',
};

/** Errors that are not the disk's pass unchanged. */
export function outputFailure(error: unknown, shown: string): unknown {
  if (!(error instanceof DiskError)) return error;
  if (error.code === 'ENOTDIR')
    return connectorError('ESQL8452', {}, { place: shown, cause: error, hint: 'Name a folder.' });
  const hint = HINTS[error.code] ?? 'Check the disk, then start the job again.';
  return connectorError('ESQL8450', { code: error.code }, { place: shown, hint, cause: error });
}

export class Publisher {
  readonly #disk: Disk;
  readonly #root: string;
  readonly #temporary: string;
  /** Folders known to exist durably. */
  readonly #folders = new Set<string>();
  #count = 0;

  /** `temporary` is a prefix for names below `root`, different for every driver. */
  constructor(disk: Disk, root: string, temporary: string) {
    this.#disk = disk;
    this.#root = root;
    this.#temporary = temporary;
  }

  /** Makes the sink's folder and those above it. */
  async makeRoot(): Promise<void> {
    await this.#makeFolder(this.#root);
  }

  async makeFolder(relative: string): Promise<void> {
    await this.#makeFolder(joinPath(this.#root, relative));
  }

  /** Write-once: `exists` leaves what is there. */
  async publish(relative: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    const path = joinPath(this.#root, relative);
    await this.#makeFolder(parentPath(path));
    const aside = await this.#writeAside(bytes);
    const outcome = await this.#link(aside, path);
    await this.#disk.remove(aside);
    // Also where it was there already: its folder's entry may not be durable yet.
    await this.#disk.syncDirectory(parentPath(path));
    return outcome;
  }

  /**
   * For a batch that is not committed: what stands under the name is of an earlier try. Equal bytes stay, others are
   * replaced. The folder is not synced: `syncFolders` does it once for all files.
   */
  async place(relative: string, bytes: Uint8Array): Promise<void> {
    const path = joinPath(this.#root, relative);
    await this.#makeFolder(parentPath(path));
    const aside = await this.#writeAside(bytes);
    if ((await this.#link(aside, path)) === 'created' || (await this.#equal(path, bytes))) {
      await this.#disk.remove(aside);
    } else await this.#disk.rename(aside, path);
  }

  async syncFolders(relatives: ReadonlySet<string>): Promise<void> {
    for (const relative of relatives) await this.#disk.syncDirectory(joinPath(this.#root, relative));
  }

  async #writeAside(bytes: Uint8Array): Promise<string> {
    this.#count += 1;
    const aside = joinPath(this.#root, `${this.#temporary}-${this.#count}`);
    const handle = await this.#disk.create(aside);
    try {
      await handle.write(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return aside;
  }

  async #link(aside: string, path: string): Promise<'created' | 'exists'> {
    try {
      await this.#disk.link(aside, path);
      return 'created';
    } catch (error) {
      if (error instanceof DiskError && error.code === 'EEXIST') return 'exists';
      throw error;
    }
  }

  async #equal(path: string, bytes: Uint8Array): Promise<boolean> {
    const status = await this.#disk.status(path);
    if (status?.size !== bytes.length) return false;
    const hash = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
    return hash(await this.#disk.read(path)) === hash(bytes);
  }

  #makeFolder(path: string): Promise<void> {
    return makeFolderDurably(this.#disk, path, this.#folders);
  }
}
