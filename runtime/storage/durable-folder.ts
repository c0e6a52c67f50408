/** Folders that are still there after a power loss. */
import { DiskError, type Disk } from '../env.js';
import { parentPath } from '../paths.js';

const NOT_OURS: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS']);

/**
 * Makes a folder and those above it, and every entry on the way durable: also where it was there already, because
 * another part of the job, or a process that crashed, may have made it a moment ago. `known` are folders that need no
 * second look.
 */
export async function makeFolderDurably(disk: Disk, path: string, known: Set<string> = new Set()): Promise<void> {
  if (path === '/' || known.has(path)) return;
  const parent = parentPath(path);
  await makeFolderDurably(disk, parent, known);
  const status = await disk.status(path);
  if (status !== null && status.kind !== 'directory') throw new DiskError('ENOTDIR', path, 'create directory');
  if (status === null) await disk.makeDirectory(path);
  try {
    await disk.syncDirectory(parent);
  } catch (error) {
    // A folder that this user may enter but not open was filled by others, long ago.
    if (status === null || !(error instanceof DiskError) || !NOT_OURS.has(error.code)) throw error;
  }
  known.add(path);
}
