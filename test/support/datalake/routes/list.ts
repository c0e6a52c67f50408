/** The dfs host's list of paths, page by page. */
import type { Call } from '../call.js';
import { queryFlag, queryNumber } from '../call.js';
import { fileTimeOfTicks, httpDate } from '../clock.js';
import type { Entry } from '../entry.js';
import { ServiceError } from '../errors.js';
import { json } from '../reply.js';
import { compareUtf8, type Filesystem } from '../store.js';
import type { Context, Route } from './context.js';

/** A client reads nothing out of it but that it is text. */
interface Continuation {
  readonly after: string;
  readonly pages: number;
}

export function encodeContinuation(continuation: Continuation): string {
  return Buffer.from(JSON.stringify(continuation)).toString('base64');
}

export function decodeContinuation(text: string | undefined): Continuation | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    const value = JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as Partial<Continuation>;
    if (typeof value.after === 'string' && typeof value.pages === 'number') {
      return { after: value.after, pages: value.pages };
    }
  } catch {
    // Falls through: not a token of this server.
  }
  throw new ServiceError('InvalidQueryParameterValue');
}

/** How many entries the next page has: with `short` pages, none every second time, else half of what was asked for. */
export function pageEntries(wanted: number, pages: number, { store }: Context): number {
  const most = Math.min(wanted, store.behaviour.listPageEntries);
  if (store.behaviour.listPages === 'full') return most;
  return pages % 2 === 0 ? 0 : Math.max(1, Math.ceil(most / 2));
}

export const list: Route = (call, context) => {
  const filesystem = context.store.filesystem(call.filesystem, call.host);
  const directory = (call.query.get('directory') ?? '').replace(/^\/+|\/+$/gu, '');
  const start = filesystem.find(directory);
  if (start === undefined) throw new ServiceError('PathNotFound');
  const names = childrenOf(filesystem, directory, queryFlag(call, 'recursive'));
  const wanted = call.query.has('maxresults') ? queryNumber(call, 'maxresults') : 5_000;
  if (wanted < 1) throw new ServiceError('OutOfRangeQueryParameterValue');
  const token = decodeContinuation(call.query.get('continuation'));
  const rest = token === undefined ? names : names.filter((name) => compareUtf8(name, token.after) > 0);
  const size = pageEntries(wanted, token?.pages ?? 0, context);
  const page = start.kind === 'file' ? [directory] : rest.slice(0, size);
  const next = { after: page.at(-1) ?? token?.after ?? '', pages: (token?.pages ?? 0) + 1 };
  const hasMore = rest.length > page.length;
  return json(
    { paths: page.map((name) => member(call, name, filesystem.entry(name, call.host), context)) },
    hasMore ? { 'x-ms-continuation': encodeContinuation(next) } : {},
  );
};

/** Names from the filesystem's root on, in byte order, directories in their place. */
function childrenOf(filesystem: Filesystem, directory: string, isRecursive: boolean): readonly string[] {
  const below = filesystem.below(directory);
  if (isRecursive) return below;
  const from = directory === '' ? 0 : directory.length + 1;
  return below.filter((name) => !name.includes('/', from));
}

function member(call: Call, name: string, entry: Entry, { store }: Context): Readonly<Record<string, string>> {
  return {
    name,
    ...(entry.kind === 'directory' ? { isDirectory: 'true' } : {}),
    contentLength: String(entry.length),
    ...(call.version >= '2020-06-12' ? { creationTime: fileTimeOfTicks(entry.createdTicks) } : {}),
    etag: entry.etag,
    ...(call.version >= '2021-12-02' && entry.kind === 'file' ? { expiryTime: '0' } : {}),
    ...(store.behaviour.hierarchicalNamespace
      ? { group: entry.group, owner: entry.owner, permissions: entry.permissions }
      : {}),
    lastModified: httpDate(entry.modified_ms),
  };
}
