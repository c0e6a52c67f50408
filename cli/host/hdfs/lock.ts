/**
 * A lock for liveness where the service has no leases: a file that its holder touches. One that stood untouched for as
 * long as a holder can be silent is taken over; of two that take it over, one creates it.
 */
import { randomBytes } from 'node:crypto';
import { RemoteFileError } from '../../../runtime/remote/remote-file-error.js';
import type { StoreLock } from '../../../runtime/storage/object-store.js';
import type { HdfsRest } from './rest.js';

export interface LockTimes {
  /** How often the holder touches its file. */
  readonly touch_ms: number;
  /** A holder that was silent for so long is taken for dead. */
  readonly silence_ms: number;
  /** How often somebody who waits looks. */
  readonly look_ms: number;
}

const TIMES: LockTimes = { touch_ms: 5000, silence_ms: 20_000, look_ms: 1000 };

/** Null if somebody else holds it, which takes as long to find out as a holder may be silent. */
export async function acquireLock(rest: HdfsRest, path: string, times: LockTimes = TIMES): Promise<StoreLock | null> {
  const owner = randomBytes(12).toString('hex');
  if (!(await create(rest, path, owner))) {
    if (!(await wasAbandoned(rest, path, times))) return null;
    await rest.call('DELETE', path, { op: 'DELETE', recursive: false });
    if (!(await create(rest, path, owner))) return null;
  }
  const touch = setInterval(() => {
    rest.call('PUT', path, { op: 'SETTIMES', modificationtime: Date.now() }).catch(() => undefined);
  }, times.touch_ms);
  touch.unref();
  return {
    async release() {
      clearInterval(touch);
      try {
        const held = Buffer.from(await rest.read(path, { op: 'OPEN' })).toString();
        if (held === owner) await rest.call('DELETE', path, { op: 'DELETE', recursive: false });
      } catch {
        // It is taken over when it has been silent for long enough.
      }
    },
  };
}

async function create(rest: HdfsRest, path: string, owner: string): Promise<boolean> {
  const aside = `${path}-${owner}`;
  await rest.write(aside, { op: 'CREATE', overwrite: true, permission: '640' }, Buffer.from(owner));
  try {
    await rest.call('PUT', aside, { op: 'RENAME', destination: path, renameoptions: 'NONE' });
    return true;
  } catch (error) {
    await rest.call('DELETE', aside, { op: 'DELETE', recursive: false });
    if (error instanceof RemoteFileError && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Watches the holder's touches for as long as it may be silent. */
async function wasAbandoned(rest: HdfsRest, path: string, times: LockTimes): Promise<boolean> {
  const first = await touchedAt(rest, path);
  for (let waited_ms = 0; waited_ms < times.silence_ms; waited_ms += times.look_ms) {
    await new Promise((resolve) => setTimeout(resolve, times.look_ms));
    const now = await touchedAt(rest, path);
    if (now === null) return true;
    if (now !== first) return false;
  }
  return true;
}

async function touchedAt(rest: HdfsRest, path: string): Promise<number | null> {
  try {
    const answer = await rest.call('GET', path, { op: 'GETFILESTATUS' });
    return (answer as { readonly FileStatus: { readonly modificationTime: number } }).FileStatus.modificationTime;
  } catch (error) {
    if (error instanceof RemoteFileError && error.code === 'ENOENT') return null;
    throw error;
  }
}
