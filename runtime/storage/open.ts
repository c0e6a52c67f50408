/** From a checkpoint store's address to the store of one query. */
import type { Env } from '../env.js';
import { DiskError } from '../env.js';
import { runtimeError } from '../messages.js';
import { storeFailure } from './disk-failures.js';
import { LocalStore } from './local.js';
import { MemoryStore } from './memory.js';
import type { ObjectStore } from './object-store.js';

export type StoreAddress = { readonly kind: 'local'; readonly folder: string } | { readonly kind: 'memory' };

export const RESERVE_BYTES = 64 * 1024 * 1024;

const QUERY_ID = /^[A-Za-z0-9_-]{1,64}$/u;
/** Two letters or more, so that a Windows drive is a path. */
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]+):/u;

/** Rejects with ESQL8007. */
export function checkQueryId(queryId: string): void {
  if (QUERY_ID.test(queryId)) return;
  throw runtimeError(
    'ESQL8007',
    { name: queryId.slice(0, 100) },
    { place: '--query-id', hint: 'Choose a name of these characters with --query-id.' },
  );
}

/**
 * `file:dir`, `file:///dir`, a plain path, or `memory:`. Relative folders are below `workingDirectory`.
 * Rejects with ESQL8001 or ESQL8002.
 */
export function parseStoreAddress(uri: string, workingDirectory: string): StoreAddress {
  const scheme = SCHEME.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: 'local', folder: resolveFolder(uri, workingDirectory, uri) };
  if (scheme === 'memory') {
    if (uri.length > 'memory:'.length) throw malformed(uri, '`memory:` takes nothing after the colon');
    return { kind: 'memory' };
  }
  if (scheme === 'file') {
    let path = uri.slice('file:'.length);
    if (path.startsWith('//')) {
      path = path.slice(2);
      if (!path.startsWith('/')) throw malformed(uri, '`file://` must be followed by an absolute path');
    }
    return { kind: 'local', folder: resolveFolder(path, workingDirectory, uri) };
  }
  throw runtimeError(
    'ESQL8001',
    { scheme },
    {
      place: uri,
      facts: ['Supported: `file:folder`, a plain path, and `memory:`.'],
      hint: 'Use a folder on the local disk, for example --checkpoint-dir file:checkpoints.',
    },
  );
}

function resolveFolder(path: string, workingDirectory: string, uri: string): string {
  if (path === '') throw malformed(uri, 'it names no folder');
  if (path.includes('\0')) throw malformed(uri, 'it contains a NUL character');
  const absolute = path.startsWith('/') ? path : `${workingDirectory}/${path}`;
  const segments: string[] = [];
  for (const segment of absolute.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') segments.pop();
    else segments.push(segment);
  }
  return `/${segments.join('/')}`;
}

function malformed(uri: string, why: string): Error {
  return runtimeError('ESQL8002', { why }, { place: uri, hint: 'Write it as `file:folder` or as a plain path.' });
}

export interface OpenStoreOptions {
  readonly uri: string;
  readonly workingDirectory: string;
  readonly queryId: string;
  readonly lowSpace: () => void;
  readonly reserve_bytes?: number;
}

/** The store of one query: the folder `<address>/<queryId>`. */
export function openStore(env: Env, options: OpenStoreOptions): ObjectStore {
  checkQueryId(options.queryId);
  const address = parseStoreAddress(options.uri, options.workingDirectory);
  if (address.kind === 'memory') return new MemoryStore(env.clock);
  return new LocalStore(env.disk, env.random, {
    folder: `${address.folder}/${options.queryId}`,
    uri: `${options.uri.replace(/\/+$/u, '')}/${options.queryId}`,
    reserve_bytes: options.reserve_bytes ?? RESERVE_BYTES,
    lowSpace: options.lowSpace,
  });
}

/** The query ids that have a folder at the address, sorted; none if the folder does not exist. */
export async function listQueries(env: Env, uri: string, workingDirectory: string): Promise<readonly string[]> {
  const address = parseStoreAddress(uri, workingDirectory);
  if (address.kind === 'memory') return [];
  try {
    const queries: string[] = [];
    for (const name of await env.disk.list(address.folder)) {
      if (!QUERY_ID.test(name)) continue;
      if ((await env.disk.status(`${address.folder}/${name}`))?.kind === 'directory') queries.push(name);
    }
    return queries;
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return [];
    throw storeFailure(error, `listing ${uri}`);
  }
}
