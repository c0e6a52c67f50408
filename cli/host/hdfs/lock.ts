/**
 * A lock for liveness where the service has no leases: a file that its holder touches. One that stood untouched for as
 * long as a holder can be silent is taken over; of two that take it over, one creates it.
 */
import { randomBytes } from 'node:crypto';
import { RemoteFileError } from '../../../runtime/remote/remote-file-error.js';
import type { StoreLock } from '../../../runtime/storage/object-store.js';
import type { HdfsRest } from './rest.js';

const TOUCH_MS = 5000;
const SILENCE_MS = 20_000;
const LOOK_MS = 1000;

export async function acquireLock(rest: HdfsRest, path: string): Promise<StoreLock | null> {
  const owner = randomBytes(12).toString('hex');
  if (!(await create(rest, path, owner))) {
    if (!(await wasAbandoned(rest, path))) return null;
    await rest.call('DELETE', path, { op: 'DELETE', recursive: false });
    if (!(await create(rest, path, owner))) return null;
  }
  const touch = setInterval(() => {
    rest.call('PUT', path, { op: 'SETTIMES', modificationtime: Date.now() }).catch(() => undefined);
  }, TOUCH_MS);
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
async function wasAbandoned(rest: HdfsRest, path: string): Promise<boolean> {
  const first = await touchedAt(rest, path);
  for (let waited_ms = 0; waited_ms < SILENCE_MS; waited_ms += LOOK_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
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
