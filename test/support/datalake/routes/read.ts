/** Reading bytes and properties, on both hosts. */
import { createHash } from 'node:crypto';
import type { Call } from '../call.js';
import { requireReadable } from '../conditions.js';
import { crc64 } from '../crc64.js';
import { aclOf, type Entry } from '../entry.js';
import { ServiceError } from '../errors.js';
import { leaseId } from '../leases.js';
import type { Reply } from '../reply.js';
import type { Context, Route } from './context.js';
import { accessHeaders, blobHeaders, dfsHeaders, etagHeaders } from './headers.js';

function readable(call: Call, { store }: Context): Entry {
  const entry = store.filesystem(call.filesystem, call.host).entry(call.path, call.host);
  requireReadable(call, entry);
  entry.lease.check(leaseId(call, 'x-ms-lease-id'), store.clock.now_ms(), call.host, true);
  return entry;
}

function describe(call: Call, entry: Entry, { store }: Context): Readonly<Record<string, string>> {
  const hierarchical = store.behaviour.hierarchicalNamespace;
  const now_ms = store.clock.now_ms();
  return call.host === 'blob'
    ? blobHeaders(call, entry, hierarchical, now_ms)
    : dfsHeaders(entry, hierarchical, now_ms);
}

export const properties: Route = (call, context) => {
  const entry = readable(call, context);
  return { status: 200, headers: { ...describe(call, entry, context), 'Content-Length': String(entry.length) } };
};

interface Range {
  readonly start: number;
  readonly end: number;
}

/** `bytes=a-b` or `bytes=a-`, clipped to the file; any other form is ignored, as the service does. */
function rangeOf(call: Call, length: number): Range | undefined {
  const match = /^bytes=(\d+)-(\d*)$/u.exec(call.header('x-ms-range') ?? call.header('range') ?? '');
  if (match === null) return undefined;
  const start = Number(match[1]);
  const last = match[2] === undefined || match[2] === '' ? length - 1 : Number(match[2]);
  if (last < start && start < length) return undefined;
  if (start >= length)
    throw new ServiceError('InvalidRange', { headers: { 'Content-Range': 'bytes */' + String(length) } });
  return { start, end: Math.min(last + 1, length) };
}

export const read: Route = (call, context) => {
  const entry = readable(call, context);
  if (entry.kind === 'directory' && call.host === 'dfs') throw new ServiceError('ResourceTypeMismatch');
  const wantsMd5 = call.header('x-ms-range-get-content-md5') === 'true';
  const wantsCrc = call.header('x-ms-range-get-content-crc64') === 'true';
  if (wantsMd5 && wantsCrc) throw new ServiceError('BothCrc64AndMd5RangeHeaderPresent');
  const range = rangeOf(call, entry.length);
  const body = entry.content.slice(range?.start ?? 0, range?.end ?? entry.length);
  const { 'Content-MD5': wholeMd5, ...headers } = describe(call, entry, context);
  const reply: Reply = { status: range === undefined ? 200 : 206, headers, body };
  if (range === undefined) {
    return wholeMd5 === undefined ? reply : { ...reply, headers: { ...headers, 'Content-MD5': wholeMd5 } };
  }
  return {
    ...reply,
    headers: {
      ...headers,
      'Content-Range': `bytes ${String(range.start)}-${String(range.end - 1)}/${String(entry.length)}`,
      ...(wholeMd5 === undefined ? {} : { 'x-ms-blob-content-md5': wholeMd5 }),
      ...(wantsMd5 ? { 'Content-MD5': createHash('md5').update(body).digest('base64') } : {}),
      ...(wantsCrc ? { 'x-ms-content-crc64': crc64(body) } : {}),
    },
  };
};

/** `HEAD ?action=getAccessControl`. Accounts with a flat namespace refuse it: that is how Hadoop tells them apart. */
export const accessControl: Route = (call, context) => {
  if (!context.store.behaviour.hierarchicalNamespace) throw new ServiceError('HierarchicalNamespaceNotEnabled');
  const entry = readable(call, context);
  return {
    status: 200,
    headers: { ...etagHeaders(entry), ...accessHeaders(entry), 'x-ms-acl': aclOf(entry) },
    hasNoLength: true,
  };
};
