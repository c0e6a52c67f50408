/** Append and flush: bytes become visible at the flush, whole or not at all. */
import { createHash } from 'node:crypto';
import type { Call } from '../call.js';
import { invalidHeader, queryFlag, queryNumber } from '../call.js';
import { etagOfTicks, httpDate } from '../clock.js';
import { requireMet } from '../conditions.js';
import { crc64 } from '../crc64.js';
import { contentHeaders, type Entry } from '../entry.js';
import { ServiceError } from '../errors.js';
import { leaseDuration, leaseId, requiredLeaseId } from '../leases.js';
import { empty } from '../reply.js';
import type { Context, Route } from './context.js';
import { etagHeaders } from './headers.js';

const APPEND_BYTES_MAX = 100 * 1024 * 1024;

export const append: Route = (call, context) => {
  const entry = fileOf(call, context);
  const now_ms = context.store.clock.now_ms();
  const action = call.header('x-ms-lease-action');
  const acquires = action === 'acquire' || action === 'acquire-release';
  if (!acquires) entry.lease.check(leaseId(call, 'x-ms-lease-id'), now_ms, call.host);
  const position = queryNumber(call, 'position');
  if (call.body.length === 0) throw invalidHeader('Content-Length', '0');
  if (call.body.length > APPEND_BYTES_MAX) throw new ServiceError('RequestBodyTooLarge');
  const md5 = checkSums(call);
  if (acquires) {
    entry.lease.acquire(requiredLeaseId(call, 'x-ms-proposed-lease-id'), leaseDuration(call), now_ms);
  }
  entry.content.append(position, call.body);
  const headers = { 'x-ms-request-server-encrypted': 'true', ...(md5 === undefined ? {} : { 'Content-MD5': md5 }) };
  if (!queryFlag(call, 'flush')) {
    applyLease(call, entry, now_ms);
    return empty(202, headers);
  }
  try {
    entry.content.flush(position + call.body.length, false, context.store.behaviour);
  } catch (error) {
    // One call, one effect: what cannot be flushed was not appended.
    entry.content.withdraw(position, call.body);
    throw error;
  }
  entry.touch(context.store.clock);
  const type = call.header('content-type');
  if (type !== undefined) entry.headers = { ...entry.headers, 'Content-Type': type };
  applyLease(call, entry, now_ms);
  return empty(202, { ...headers, ...etagHeaders(entry) });
};

/** A wrong CRC is `InvalidInput`, as recorded; a wrong MD5 has a code of its own. Returns the MD5 to echo. */
function checkSums(call: Call): string | undefined {
  const crc = call.header('x-ms-content-crc64');
  if (crc !== undefined && crc !== crc64(call.body)) throw new ServiceError('InvalidInput');
  const md5 = call.header('content-md5');
  if (md5 !== undefined && md5 !== createHash('md5').update(call.body).digest('base64')) {
    throw new ServiceError('Md5Mismatch');
  }
  return md5;
}

export const flush: Route = (call, context) => {
  const { clock, behaviour } = context.store;
  const entry = fileOf(call, context);
  const position = queryNumber(call, 'position');
  const retainUncommitted = queryFlag(call, 'retainuncommitteddata');
  queryFlag(call, 'close');
  if (call.body.length > 0) throw new ServiceError('ContentLengthMustBeZero');
  requireMet(call, entry);
  const action = call.header('x-ms-lease-action');
  const acquires = action === 'acquire' || action === 'acquire-release';
  if (!acquires) entry.lease.check(leaseId(call, 'x-ms-lease-id'), clock.now_ms(), call.host);
  const isChanged = entry.content.flush(position, retainUncommitted, behaviour);
  if (acquires) {
    entry.lease.acquire(requiredLeaseId(call, 'x-ms-proposed-lease-id'), leaseDuration(call), clock.now_ms());
  }
  applyLease(call, entry, clock.now_ms());
  const headers = contentHeaders(call);
  const encrypted = { 'x-ms-request-server-encrypted': String(call.version < '2020-06-12') };
  if (!isChanged && Object.keys(headers).length === 0) {
    // Recorded: a flush of nothing answers an ETag that the file never gets.
    const never = { ETag: `"${etagOfTicks(clock.ticks())}"`, 'Last-Modified': httpDate(clock.now_ms()) };
    return empty(200, { ...never, ...encrypted });
  }
  entry.headers = { ...entry.headers, ...headers };
  entry.touch(clock);
  return empty(200, { ...etagHeaders(entry), ...encrypted });
};

function applyLease(call: Call, entry: Entry, now_ms: number): void {
  const action = call.header('x-ms-lease-action');
  if (action === 'release') entry.lease.release(requiredLeaseId(call, 'x-ms-lease-id'));
  else if (action === 'acquire-release') entry.lease.clear();
  else if (action === 'auto-renew') entry.lease.renew(requiredLeaseId(call, 'x-ms-lease-id'), now_ms);
}

function fileOf(call: Call, { store }: Context): Entry {
  const entry = store.filesystem(call.filesystem, call.host).entry(call.path, call.host);
  if (entry.kind === 'directory') throw new ServiceError('ResourceTypeMismatch');
  return entry;
}
