/** The operating system's disk behind the runtime's `Disk`. */
import Database from 'better-sqlite3';
import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { dirname } from 'node:path';
import { compareText } from '../../plan/compare.js';
import {
  DiskError,
  type Disk,
  type DiskLock,
  type FileStatus,
  type ReadHandle,
  type WriteHandle,
} from '../../runtime/env.js';
import { systemCode } from './system-code.js';

const MODE_FILE = 0o600;
const MODE_DIRECTORY = 0o700;

export const nodeDisk: Disk = {
  async status(path) {
    try {
      return toStatus(await fs.stat(path));
    } catch (error) {
      if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return null;
      throw diskError(error, path, 'status');
    }
  },
  list: (path) => guard(path, 'list', async () => (await fs.readdir(path)).sort(compareText)),
  realPath: (path) => guard(path, 'resolve', () => fs.realpath(path)),
  makeDirectory: (path) => guard(path, 'create directory', () => makeDirectories(path)),
  read: (path) => guard(path, 'read', () => fs.readFile(path)),
  open: (path) => guard(path, 'open', async () => readHandle(path, await fs.open(path, 'r'))),
  create: (path) => guard(path, 'create', async () => writeHandle(path, await fs.open(path, 'wx', MODE_FILE))),
  append: (path) =>
    guard(path, 'append', async () =>
      writeHandle(path, await fs.open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND, MODE_FILE)),
    ),
  link: (from, to) => guard(to, 'link', () => fs.link(from, to)),
  rename: (from, to) => guard(to, 'rename', () => fs.rename(from, to)),
  remove: (path) => guard(path, 'remove', () => fs.unlink(path)),
  truncate: (path, size) => guard(path, 'truncate', () => fs.truncate(path, size)),
  syncDirectory: (path) =>
    guard(path, 'sync directory', async () => {
      const handle = await fs.open(path, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    }),
  lock: (path) => Promise.resolve(sqliteLock(path)),
  freeBytes: (path) =>
    guard(path, 'inspect', async () => {
      const status = await fs.statfs(path);
      return status.bavail * status.bsize;
    }),
};

/** Not `mkdir` with `recursive`: Node.js 20 never comes back from it where a parent takes no entries, as in /proc. */
async function makeDirectories(path: string): Promise<void> {
  try {
    await fs.mkdir(path, { mode: MODE_DIRECTORY });
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST' && (await fs.stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectories(dirname(path));
    // Not once more through this function: a parent that is there and says ENOENT would be asked for ever.
    await fs.mkdir(path, { mode: MODE_DIRECTORY }).catch(async (again: unknown) => {
      if (systemCode(again) !== 'EEXIST' || !(await fs.stat(path)).isDirectory()) throw again;
    });
  }
}

function readHandle(path: string, handle: fs.FileHandle): ReadHandle {
  return {
    read: (target, position) =>
      guard(path, 'read', async () => {
        let count = 0;
        while (count < target.length) {
          const { bytesRead } = await handle.read(target, count, target.length - count, position + count);
          if (bytesRead === 0) break;
          count += bytesRead;
        }
        return count;
      }),
    status: () => guard(path, 'status', async () => toStatus(await handle.stat())),
    close: () => handle.close(),
  };
}

function writeHandle(path: string, handle: fs.FileHandle): WriteHandle {
  return {
    write: (bytes) =>
      guard(path, 'write', async () => {
        let written = 0;
        while (written < bytes.length) {
          written += (await handle.write(bytes, written, bytes.length - written)).bytesWritten;
        }
      }),
    sync: () => guard(path, 'sync', () => handle.datasync()),
    close: () => handle.close(),
  };
}

/**
 * SQLite's exclusive lock on a small database file: an operating-system lock that dies with the process, on every
 * platform that Node.js runs on, which Node.js itself doesn't offer.
 */
function sqliteLock(path: string): DiskLock | null {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { timeout: 0 });
    database.pragma('locking_mode = EXCLUSIVE');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    const code = systemCode(error);
    if (code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED') return null;
    throw new DiskError(code ?? 'EIO', path, 'lock', { cause: error });
  }
  const held = database;
  return {
    release: () => {
      held.close();
      return Promise.resolve();
    },
  };
}

function toStatus(stats: Stats): FileStatus {
  return {
    kind: stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other',
    size: stats.size,
    modified_ms: stats.mtimeMs,
    identity: `${String(stats.dev)}:${String(stats.ino)}`,
  };
}

async function guard<T>(path: string, what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw diskError(error, path, what);
  }
}

function diskError(error: unknown, path: string, what: string): DiskError {
  return new DiskError(systemCode(error) ?? 'EIO', path, what, { cause: error });
}
