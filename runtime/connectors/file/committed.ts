/** Reads a file sink as it must be read: by its manifests. */
import { createHash } from 'node:crypto';
import type { FileTree } from '../../storage/file-tree.js';
import { joinPath } from '../../paths.js';
import { COMMITTED, manifestName, numberOfName } from './layout.js';
import { damaged, decodeManifest, type CommittedFile } from './manifest.js';

export interface CommittedBatch {
  readonly batch: number;
  readonly files: readonly (CommittedFile & { readonly bytes: Uint8Array })[];
}

/**
 * The committed batches of the sink in `folder` (absolute), in order; a batch without rows may be left out. Every file
 * is checked against its manifest; a difference rejects with a diagnostic.
 */
export async function readCommitted(
  tree: Pick<FileTree, 'status' | 'list' | 'read'>,
  folder: string,
): Promise<readonly CommittedBatch[]> {
  const committed = joinPath(folder, COMMITTED);
  if ((await tree.status(committed)) === null) return [];
  const batches: CommittedBatch[] = [];
  for (const { name } of await tree.list(committed)) {
    const batch = numberOfName(name);
    if (batch === null) continue;
    const manifest = decodeManifest(await tree.read(joinPath(folder, manifestName(batch))), joinPath(folder, name));
    const files: (CommittedFile & { bytes: Uint8Array })[] = [];
    for (const file of manifest.files) {
      const path = joinPath(folder, file.path);
      if ((await tree.status(path)) === null) throw damaged('a committed file is missing', path);
      const bytes = await tree.read(path);
      if (createHash('sha256').update(bytes).digest('hex') !== file.sha256)
        throw damaged('a committed file was changed', path);
      files.push({ ...file, bytes });
    }
    batches.push({ batch, files });
  }
  return batches;
}
