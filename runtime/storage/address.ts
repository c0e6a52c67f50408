/** Addresses of checkpoint stores. */
import { runtimeError } from '../messages.js';
import { locateBlob, locateDatalake, locateHdfs, type AzureLocation, type Located } from '../remote/location.js';

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
      return lakeOrBlob('datalake', locateDatalake(uri), uri);
    case 'https':
    case 'http':
      return lakeOrBlob('blob', locateBlob(uri), uri);
    case 'hdfs':
    case 'webhdfs':
    case 'swebhdfs':
      return hdfsAddress(uri);
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

function lakeOrBlob(kind: 'datalake' | 'blob', found: Located<AzureLocation>, uri: string): StoreAddress {
  const { account, container, endpoint, path } = located(found, uri);
  return { kind, account, container, endpoint, folder: normalFolder(path) };
}

function hdfsAddress(uri: string): StoreAddress {
  const { namenode, path } = located(locateHdfs(uri), uri);
  return { kind: 'hdfs', namenode, folder: normalFolder(path) };
}

function located<T>(found: Located<T>, uri: string): T {
  // What may be a signature is not shown.
  if (!found.ok) throw malformed(uri.replace(/\?.*$/u, '?…'), found.why, 'Correct the address.');
  return found.value;
}

function malformed(uri: string, why: string, hint = 'Write it as `file:folder` or as a plain path.'): Error {
  return runtimeError('ESQL8002', { why }, { place: uri, hint });
}
