/** Reply headers about a path, as each host and service version shows them. */
import type { Call } from '../call.js';
import { httpDate, millisecondsOfTicks } from '../clock.js';
import type { Subject } from '../conditions.js';
import { aclOf, type Entry } from '../entry.js';
import type { Lease } from '../leases.js';

type Headers = Readonly<Record<string, string>>;

export function etagHeaders(subject: Subject): Headers {
  return { ETag: `"${subject.etag}"`, 'Last-Modified': httpDate(subject.modified_ms) };
}

export function leaseHeaders(lease: Lease, now_ms: number): Headers {
  const duration = lease.duration(now_ms);
  return {
    'x-ms-lease-state': lease.state(now_ms),
    'x-ms-lease-status': lease.isHeld(now_ms) ? 'locked' : 'unlocked',
    ...(duration === undefined ? {} : { 'x-ms-lease-duration': duration }),
  };
}

export function accessHeaders(entry: Entry): Headers {
  return { 'x-ms-owner': entry.owner, 'x-ms-group': entry.group, 'x-ms-permissions': entry.permissions };
}

/** Everything GET and HEAD of the blob host say, without lengths and ranges. */
export function blobHeaders(call: Call, entry: Entry, hierarchical: boolean, now_ms: number): Headers {
  const metadata = [...entry.metadata].map(([name, value]) => [`x-ms-meta-${name}`, value]);
  return {
    'Accept-Ranges': 'bytes',
    'Content-Type': 'application/octet-stream',
    ...entry.headers,
    ...etagHeaders(entry),
    'x-ms-blob-type': 'BlockBlob',
    'x-ms-creation-time': httpDate(millisecondsOfTicks(entry.createdTicks)),
    'x-ms-server-encrypted': 'true',
    ...leaseHeaders(entry.lease, now_ms),
    ...(Object.fromEntries(metadata) as Headers),
    ...(entry.kind === 'directory' ? { 'x-ms-meta-hdi_isfolder': 'true' } : {}),
    ...(hierarchical && call.version >= '2020-06-12' ? accessHeaders(entry) : {}),
    ...(hierarchical && call.version >= '2021-04-10' ? { 'x-ms-resource-type': entry.kind } : {}),
    ...(hierarchical && call.version >= '2023-11-03' ? { 'x-ms-acl': aclOf(entry) } : {}),
    ...(call.method === 'HEAD' ? { 'x-ms-access-tier': 'Hot', 'x-ms-access-tier-inferred': 'true' } : {}),
  };
}

/** `name=base64,…`. */
export function propertiesText(metadata: ReadonlyMap<string, string>): string {
  return [...metadata].map(([name, value]) => `${name}=${Buffer.from(value).toString('base64')}`).join(',');
}

/** GET and HEAD of the dfs host. */
export function dfsHeaders(entry: Entry, hierarchical: boolean, now_ms: number): Headers {
  const metadata = new Map(entry.metadata);
  if (entry.kind === 'directory') metadata.set('hdi_isfolder', 'true');
  return {
    'Accept-Ranges': 'bytes',
    'Content-Type': 'application/octet-stream',
    ...entry.headers,
    ...etagHeaders(entry),
    'x-ms-resource-type': entry.kind,
    ...(metadata.size === 0 ? {} : { 'x-ms-properties': propertiesText(metadata) }),
    ...(hierarchical ? accessHeaders(entry) : {}),
    ...leaseHeaders(entry.lease, now_ms),
    'x-ms-server-encrypted': 'true',
  };
}
