/** Deletes of both hosts. */
import { randomUUID } from 'node:crypto';
import type { Call } from '../call.js';
import { queryFlag } from '../call.js';
import { requireMet } from '../conditions.js';
import { refusal } from '../errors.js';
import { leaseId } from '../leases.js';
import { empty, type Reply } from '../reply.js';
import type { Filesystem } from '../store.js';
import type { Context, Route } from './context.js';
import { encodeContinuation } from './list.js';

function deletionHeaders(call: Call, { store }: Context): Readonly<Record<string, string>> {
  if (call.version < '2021-06-08') return {};
  const { softDelete } = store.behaviour;
  return {
    'x-ms-delete-type-permanent': String(!softDelete),
    ...(softDelete ? { 'x-ms-deletion-id': randomUUID().replace(/-/gu, '') } : {}),
  };
}

export const deletePath: Route = (call, context) => {
  const filesystem = context.store.filesystem(call.filesystem, call.host);
  const entry = filesystem.entry(call.path, call.host);
  requireMet(call, entry);
  entry.lease.check(leaseId(call, 'x-ms-lease-id'), context.store.clock.now_ms(), call.host);
  const below = entry.kind === 'directory' ? filesystem.below(call.path) : [];
  if (below.length > 0 && !queryFlag(call, 'recursive')) throw refusal('directoryNotEmpty', call.host);
  return removePage(call, filesystem, below, context);
};

/** Innermost first, so that what is left after a page is a tree still. */
function removePage(call: Call, filesystem: Filesystem, below: readonly string[], context: Context): Reply {
  const page = [...below].reverse().slice(0, context.store.behaviour.deletePageEntries);
  for (const path of page) filesystem.remove(path);
  if (page.length < below.length) {
    const token = encodeContinuation({ after: page.at(-1) ?? '', pages: 1 });
    return empty(queryFlag(call, 'paginated') ? 202 : 200, { 'x-ms-continuation': token });
  }
  filesystem.remove(call.path);
  return empty(200, deletionHeaders(call, context));
}

export const deleteBlob: Route = (call, context) => {
  const filesystem = context.store.filesystem(call.filesystem, call.host);
  const entry = filesystem.entry(call.path, call.host);
  requireMet(call, entry);
  entry.lease.check(leaseId(call, 'x-ms-lease-id'), context.store.clock.now_ms(), call.host);
  if (entry.kind === 'directory' && filesystem.below(call.path).length > 0)
    throw refusal('directoryNotEmpty', call.host);
  filesystem.remove(call.path);
  return empty(202, { 'x-ms-delete-type-permanent': 'true', ...deletionHeaders(call, context) });
};
