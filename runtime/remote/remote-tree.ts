/** Files on another machine: a file tree, and a lease that keeps a second driver away. */
import type { StoreLock } from '../storage/object-store.js';
import type { FileTree } from '../storage/file-tree.js';

export interface RemoteTree extends FileTree {
  /**
   * A lock on `path` for liveness: renewed until it is released, and free again some time after its holder died. Null
   * if held. Safety never depends on it.
   */
  lease(path: string): Promise<StoreLock | null>;
}
