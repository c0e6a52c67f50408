/** Where a request goes: which host, which filesystem, which path. */
import type { HostKind } from './errors.js';
import { ServiceError } from './errors.js';

export interface Address {
  readonly host: HostKind;
  /** '' for the account itself. */
  readonly filesystem: string;
  /** Decoded, without leading and trailing `/`; '' for the filesystem itself. */
  readonly path: string;
  /** As sent, percent-encoded: signatures are made of it. */
  readonly rawPath: string;
  readonly query: ReadonlyMap<string, string>;
}

interface Addressed {
  readonly method: string;
  /** Path and query, or a whole URL when the client takes this server for its proxy. */
  readonly target: string;
  readonly hostHeader: string;
  readonly isRename: boolean;
  /** Of the socket: everything that arrives at the blob port is for the blob host. */
  readonly isBlobPort: boolean;
}

export function addressOf(request: Addressed, accountName: string): Address {
  const isAbsolute = /^https?:\/\//u.test(request.target);
  const url = new URL(isAbsolute ? request.target : `http://${request.hostHeader || 'localhost'}${request.target}`);
  // `URL` normalises `..` and `\`; signatures need the very bytes.
  const withoutOrigin = isAbsolute ? request.target.replace(/^https?:\/\/[^/?]*/u, '') : request.target;
  const rawPath = withoutOrigin.split('?', 1)[0] ?? '';
  const query = queryOf(withoutOrigin.slice(rawPath.length + 1));
  const { filesystem, path } = splitPath(rawPath, accountName);
  return { host: hostOf(request, url.hostname, query, path), filesystem, path, rawPath: rawPath || '/', query };
}

/** A later parameter of the same name is joined with a comma, as in the string to sign. Names in lower case. */
export function queryOf(text: string): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const part of text.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decode(equals < 0 ? part : part.slice(0, equals)).toLowerCase();
    const value = equals < 0 ? '' : decode(part.slice(equals + 1));
    const earlier = query.get(name);
    query.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return query;
}

/** `%2F` separates like `/`; everything else is decoded once. Path-style addresses begin with the account. */
export function splitPath(
  rawPath: string,
  accountName: string,
): { readonly filesystem: string; readonly path: string } {
  const names = decode(rawPath)
    .split('/')
    .filter((name, index) => index > 0 || name !== '');
  if (names[0] === accountName) names.shift();
  const [filesystem = '', ...rest] = names;
  const path = rest.join('/').replace(/\/+$/u, '').replace(/^\/+/u, '');
  return { filesystem, path };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ServiceError('InvalidUri');
  }
}

const DFS_PARAMETERS = ['resource', 'action', 'position', 'mode', 'recursive', 'paginated', 'directory'];
const BLOB_PARAMETERS = ['restype', 'comp'];

/** By host name where it says so; else by what only one of the two hosts understands. */
function hostOf(request: Addressed, hostname: string, query: ReadonlyMap<string, string>, path: string): HostKind {
  if (request.isBlobPort || /(?:^|\.)blob\./u.test(hostname)) return 'blob';
  if (/(?:^|\.)dfs\./u.test(hostname)) return 'dfs';
  if (BLOB_PARAMETERS.some((name) => query.has(name))) return 'blob';
  if (DFS_PARAMETERS.some((name) => query.has(name)) || request.isRename) return 'dfs';
  if (request.method === 'PATCH' || request.method === 'POST') return 'dfs';
  return request.method === 'DELETE' && path !== '' ? 'dfs' : 'blob';
}
