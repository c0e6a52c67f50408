/** Lease operations on paths (both hosts) and on filesystems (blob host): none of them changes ETag or date. */
import type { Call } from '../call.js';
import { invalidHeader } from '../call.js';
import { requireMet, type Subject } from '../conditions.js';
import { ServiceError } from '../errors.js';
import { type Lease, leaseDuration, proposedLeaseId, requiredLeaseId } from '../leases.js';
import { empty, type Reply } from '../reply.js';
import type { Context, Route } from './context.js';
import { etagHeaders } from './headers.js';

export const leasePath: Route = (call, context) => {
  const entry = context.store.filesystem(call.filesystem, call.host).entry(call.path, call.host);
  return operate(call, entry, entry.lease, context);
};

export const leaseFilesystem: Route = (call, context) => {
  const filesystem = context.store.filesystem(call.filesystem, call.host);
  return operate(call, filesystem, filesystem.lease, context);
};

const BREAK_PERIOD_S_MAX = 60;

function breakPeriod(call: Call): number | undefined {
  const text = call.header('x-ms-lease-break-period');
  if (text === undefined) return undefined;
  const period_s = Number(text);
  if (!Number.isInteger(period_s) || period_s < 0 || period_s > BREAK_PERIOD_S_MAX) {
    throw invalidHeader('x-ms-lease-break-period', text);
  }
  return period_s;
}

function operate(call: Call, subject: Subject, lease: Lease, { store }: Context): Reply {
  const now_ms = store.clock.now_ms();
  const action = call.header('x-ms-lease-action');
  requireMet(call, subject);
  const headers = etagHeaders(subject);
  if (action === 'acquire') {
    const id = proposedLeaseId(call);
    lease.acquire(id, leaseDuration(call), now_ms);
    return empty(201, { ...headers, 'x-ms-lease-id': id });
  }
  if (action === 'break') {
    const left_s = lease.breakUp(breakPeriod(call), now_ms, store.behaviour.hierarchicalNamespace);
    return empty(202, { ...headers, 'x-ms-lease-time': String(left_s) });
  }
  if (action === undefined)
    throw new ServiceError('MissingRequiredHeader', { detail: { HeaderName: 'x-ms-lease-action' } });
  const id = requiredLeaseId(call, 'x-ms-lease-id');
  if (action === 'renew') {
    lease.renew(id, now_ms);
    return empty(200, { ...headers, 'x-ms-lease-id': id });
  }
  if (action === 'change') {
    const proposed = requiredLeaseId(call, 'x-ms-proposed-lease-id');
    lease.change(id, proposed, now_ms);
    return empty(200, { ...headers, 'x-ms-lease-id': proposed });
  }
  if (action !== 'release') throw invalidHeader('x-ms-lease-action', action);
  lease.release(id);
  return empty(200, headers);
}
