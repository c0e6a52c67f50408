/** From a checkpoint store's address to the store of one query. */
import type { Env } from '../env.js';
import { DiskError } from '../env.js';
import { runtimeError } from '../messages.js';
import { parseStoreAddress, type StoreAddress } from './address.js';
import { storeFailure } from './disk-failures.js';
import type { FileTree } from './file-tree.js';
import { LocalStore } from './local.js';
import { LocalTree } from './local-tree.js';
import { MemoryStore } from './memory.js';
import type { ObjectStore } from './object-store.js';
import { remoteStoreFailure } from './remote-failures.js';
import { RemoteStore } from './remote-store.js';
import { storeCredential } from './store-credential.js';
import type { RemoteTree } from '../remote/remote-tree.js';

export const RESERVE_BYTES = 64 * 1024 * 1024;

const QUERY_ID = /^[A-Za-z0-9_-]{1,64}$/u;
/** Rejects with ESQL8007. */
export function checkQueryId(queryId: string): void {
  if (QUERY_ID.test(queryId)) return;
  throw runtimeError(
    'ESQL8007',
    { name: queryId.slice(0, 100) },
    { place: '--query-id', hint: 'Choose a name of these characters with --query-id.' },
  );
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
  const uri = `${options.uri.replace(/\/+$/u, '')}/${options.queryId}`;
  switch (address.kind) {
    case 'memory':
      return new MemoryStore(env.clock);
    case 'local':
      return new LocalStore(env.disk, env.random, {
        folder: `${address.folder}/${options.queryId}`,
        uri,
        reserve_bytes: options.reserve_bytes ?? RESERVE_BYTES,
        lowSpace: options.lowSpace,
      });
    case 'datalake':
    case 'blob':
    case 'hdfs': {
      const folder = address.folder === '/' ? `/${options.queryId}` : `${address.folder}/${options.queryId}`;
      return new RemoteStore(env.random, { folder, uri, connect: () => connectTree(env, address) });
    }
  }
}

/** The tree that a remote store lies in. Rejects with a diagnostic if no credential is at hand. */
async function connectTree(env: Env, address: RemoteAddress): Promise<RemoteTree> {
  if (address.kind === 'hdfs') {
    const user = env.references.environment('HADOOP_USER_NAME') ?? null;
    return env.remote.hdfs({ namenodes: [address.namenode], user });
  }
  const { account, container } = address;
  const endpoint = address.endpoint ?? env.references.environment('AZURE_STORAGE_ENDPOINT') ?? null;
  const options = { account, container, endpoint, credential: storeCredential(env.references) };
  return address.kind === 'datalake' ? env.remote.datalake(options) : env.remote.blob(options);
}

/** The query ids that have a folder at the address, sorted; none if the folder does not exist. */
export async function listQueries(env: Env, uri: string, workingDirectory: string): Promise<readonly string[]> {
  const address = parseStoreAddress(uri, workingDirectory);
  switch (address.kind) {
    case 'memory':
      return [];
    case 'local':
      try {
        return await foldersOf(new LocalTree(env.disk), address.folder);
      } catch (error) {
        throw storeFailure(error, `listing ${uri}`);
      }
    case 'datalake':
    case 'blob':
    case 'hdfs': {
      const tree = await connectTree(env, address);
      try {
        return await foldersOf(tree, address.folder);
      } catch (error) {
        throw remoteStoreFailure(error, `listing ${uri}`, uri);
      } finally {
        await tree.close();
      }
    }
  }
}

async function foldersOf(tree: FileTree, folder: string): Promise<readonly string[]> {
  try {
    const entries = await tree.list(folder);
    return entries.filter(({ name, status }) => QUERY_ID.test(name) && status.kind === 'directory').map((e) => e.name);
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return [];
    throw error;
  }
}

type RemoteAddress = Extract<StoreAddress, { readonly kind: 'datalake' | 'blob' | 'hdfs' }>;
