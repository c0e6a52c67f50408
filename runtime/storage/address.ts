/** Addresses of checkpoint stores. */
import { runtimeError } from '../messages.js';

export type StoreAddress =
  | { readonly kind: 'local'; readonly folder: string }
  | { readonly kind: 'memory' }
  /** `folder` is absolute within the container; `endpoint` is null in the public cloud. */
  | {
      readonly kind: 'datalake' | 'blob';
      readonly account: string;
      readonly container: string;
      readonly endpoint: string | null;
      readonly folder: string;
    }
  | { readonly kind: 'hdfs'; readonly namenode: string; readonly folder: string };

/** Two letters or more, so that a Windows drive is a path. */
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]+):/u;
const ACCOUNT = /^[a-z0-9]{3,24}$/u;
const CONTAINER = /^(?:[a-z0-9](?:-?[a-z0-9]){2,62}|\$root|\$web)$/u;
const BLOB_HOST = /^([a-z0-9]{3,24})\.blob\.([a-z0-9.-]+)$/u;
const LAKE_HOST = /^([a-z0-9]{3,24})\.dfs\.([a-z0-9.-]+)$/u;
const PUBLIC_CLOUD = 'core.windows.net';

/**
 * `file:dir`, `file:///dir`, a plain path, `memory:`, `abfss://container@account.dfs.core.windows.net/dir`,
 * `https://account.blob.core.windows.net/container/dir`, `http://host:port/account/container/dir` (an emulator),
 * `hdfs://host:port/dir` with the port of the namenode's web address. Relative folders are below `workingDirectory`.
 * Throws ESQL8001 or ESQL8002.
 */
export function parseStoreAddress(uri: string, workingDirectory: string): StoreAddress {
  const scheme = SCHEME.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: 'local', folder: resolveFolder(uri, workingDirectory, uri) };
  const rest = uri.slice(scheme.length + 1);
  switch (scheme) {
    case 'memory':
      if (rest !== '') throw malformed(uri, '`memory:` takes nothing after the colon');
      return { kind: 'memory' };
    case 'file':
      return { kind: 'local', folder: resolveFolder(filePath(rest, uri), workingDirectory, uri) };
    case 'abfss':
    case 'abfs':
      return lakeAddress(remoteUrl(uri, scheme), uri);
    case 'https':
    case 'http':
      return blobAddress(remoteUrl(uri, scheme), uri);
    case 'hdfs':
    case 'webhdfs':
    case 'swebhdfs':
      return hdfsAddress(remoteUrl(uri, scheme), scheme, uri);
  }
  throw runtimeError(
    'ESQL8001',
    { scheme },
    {
      place: uri,
      facts: ['Supported: `file:folder`, a plain path, `memory:`, `abfss:`, `https:` (Blob) and `hdfs:`.'],
      hint: 'Use one of these, for example --checkpoint-dir file:checkpoints.',
    },
  );
}

function filePath(rest: string, uri: string): string {
  if (!rest.startsWith('//')) return rest;
  if (!rest.startsWith('///')) throw malformed(uri, '`file://` must be followed by an absolute path');
  return rest.slice(2);
}

function resolveFolder(path: string, workingDirectory: string, uri: string): string {
  if (path === '') throw malformed(uri, 'it names no folder');
  if (path.includes('\0')) throw malformed(uri, 'it contains a NUL character');
  return normalFolder(path.startsWith('/') ? path : `${workingDirectory}/${path}`);
}

function normalFolder(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') segments.pop();
    else segments.push(segment);
  }
  return `/${segments.join('/')}`;
}

/** The parts of a URL whose scheme the platform's parser may not know; a password or query has no place in one. */
interface RemoteUrl {
  readonly scheme: string;
  readonly user: string;
  readonly host: string;
  readonly path: string;
}

function remoteUrl(uri: string, scheme: string): RemoteUrl {
  const match = /^[^:]+:\/\/(?:([^/@:]*)@)?([^/@?#]+)(\/[^?#]*)?$/u.exec(uri);
  if (match === null) {
    const why = /[?#]/u.test(uri)
      ? 'an address has no query: keys and signatures are given by environment variables'
      : 'expected `scheme://host/path`';
    throw malformed(uri.replace(/[?#].*$/u, '?…'), why);
  }
  const [, user = '', host = '', path = '/'] = match;
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    throw malformed(uri, 'its path has a `%` that begins no code');
  }
  return { scheme, user, host: host.toLowerCase(), path: decoded };
}

function lakeAddress(url: RemoteUrl, uri: string): StoreAddress {
  const [, account, cloud] = LAKE_HOST.exec(url.host) ?? [];
  if (account === undefined || cloud === undefined || !CONTAINER.test(url.user)) {
    throw malformed(uri, 'expected `abfss://container@account.dfs.core.windows.net/folder`');
  }
  const endpoint = cloud === PUBLIC_CLOUD ? null : `https://${url.host}`;
  return { kind: 'datalake', account, container: url.user, endpoint, folder: normalFolder(url.path) };
}

function blobAddress(url: RemoteUrl, uri: string): StoreAddress {
  const [, account, cloud] = BLOB_HOST.exec(url.host) ?? [];
  const segments = url.path.split('/').filter((segment) => segment !== '');
  if (account !== undefined && cloud !== undefined && url.scheme === 'https') {
    const [container = ''] = segments;
    if (!CONTAINER.test(container)) throw malformed(uri, 'it names no container');
    const endpoint = cloud === PUBLIC_CLOUD ? null : `https://${url.host}`;
    return { kind: 'blob', account, container, endpoint, folder: normalFolder(segments.slice(1).join('/')) };
  }
  const [first = '', container = ''] = segments;
  if (!ACCOUNT.test(first) || !CONTAINER.test(container)) {
    throw malformed(uri, 'expected `https://account.blob.core.windows.net/container/folder`');
  }
  const endpoint = `${url.scheme}://${url.host}/${first}`;
  return { kind: 'blob', account: first, container, endpoint, folder: normalFolder(segments.slice(2).join('/')) };
}

function hdfsAddress(url: RemoteUrl, scheme: string, uri: string): StoreAddress {
  if (!/:\d{1,5}$/u.test(url.host)) {
    throw malformed(uri, "expected the port of the namenode's web address, such as `hdfs://namenode:9870/folder`");
  }
  const protocol = scheme === 'swebhdfs' ? 'https' : 'http';
  return { kind: 'hdfs', namenode: `${protocol}://${url.host}`, folder: normalFolder(url.path) };
}

function malformed(uri: string, why: string): Error {
  return runtimeError('ESQL8002', { why }, { place: uri, hint: 'Write it as `file:folder` or as a plain path.' });
}
