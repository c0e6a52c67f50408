/** Path create: files and directories. */
import type { Call } from '../call.js';
import { verdictOf } from '../conditions.js';
import { contentHeaders, Entry, type EntryKind, metadataOf, permissionsOf } from '../entry.js';
import { refusal, ServiceError } from '../errors.js';
import { leaseDuration, leaseId } from '../leases.js';
import { empty, type Reply } from '../reply.js';
import type { Context, Route } from './context.js';
import { etagHeaders } from './headers.js';

export const createFile: Route = (call, context) => create(call, context, 'file');

export const createDirectory: Route = (call, context) => create(call, context, 'directory');

function create(call: Call, { store }: Context, kind: EntryKind): Reply {
  const filesystem = store.filesystem(call.filesystem, call.host);
  if (call.path === '') throw new ServiceError('InvalidUri');
  filesystem.requireDirectoriesOnTheWay(call.path);
  const existing = filesystem.find(call.path);
  checkOverwrite(call, existing, store.clock.now_ms());
  if (existing !== undefined && existing.kind !== kind) throw new ServiceError('PathConflict');
  const created = new Entry(kind, store.clock);
  created.headers = contentHeaders(call);
  created.metadata = metadataOf(call);
  created.permissions = permissionsOf(call, kind);
  if (existing?.lease.isHeld(store.clock.now_ms()) === true && leaseId(call, 'x-ms-lease-id') !== undefined) {
    created.lease = existing.lease;
  }
  const proposed = leaseId(call, 'x-ms-proposed-lease-id');
  if (proposed !== undefined) created.lease.acquire(proposed, leaseDuration(call), store.clock.now_ms());
  filesystem.put(call.path, created, store.clock);
  return empty(201, { ...etagHeaders(created), 'x-ms-request-server-encrypted': 'true' });
}

/**
 * Conditions and lease of what create and rename put something in the place of. Without a lease id a held lease does
 * not protect: it goes with what it was on.
 */
export function checkOverwrite(
  call: Call,
  existing: Entry | undefined,
  now_ms: number,
  onExists: ServiceError = refusal('pathExists', call.host),
): void {
  const verdict = verdictOf(call, existing);
  if (verdict === 'exists') throw onExists;
  if (verdict !== 'met') throw new ServiceError('ConditionNotMet');
  const id = leaseId(call, 'x-ms-lease-id');
  if (id === undefined) return;
  if (existing === undefined) throw refusal('leaseNotPresent', call.host);
  existing.lease.check(id, now_ms, call.host);
}
