/** Metadata, content headers and access control of what exists. */
import type { Call } from '../call.js';
import { requireMet } from '../conditions.js';
import { contentHeaders, type Entry, metadataOf, permissionBits, permissionsOfAcl, permissionText } from '../entry.js';
import { leaseId } from '../leases.js';
import { empty, json } from '../reply.js';
import type { Context, Route } from './context.js';
import { etagHeaders } from './headers.js';

function writable(call: Call, { store }: Context): Entry {
  const entry = store.filesystem(call.filesystem, call.host).entry(call.path, call.host);
  requireMet(call, entry);
  entry.lease.check(leaseId(call, 'x-ms-lease-id'), store.clock.now_ms(), call.host);
  return entry;
}

export const setMetadata: Route = (call, context) => {
  const entry = writable(call, context);
  entry.metadata = metadataOf(call);
  entry.touch(context.store.clock);
  return empty(200, { ...etagHeaders(entry), 'x-ms-request-server-encrypted': 'true' });
};

/** On the blob host the call names all content headers: those it does not name are cleared. */
export const setHeaders: Route = (call, context) => {
  const entry = writable(call, context);
  entry.headers = contentHeaders(call);
  entry.touch(context.store.clock);
  return empty(200, etagHeaders(entry));
};

export const setProperties: Route = (call, context) => {
  const entry = writable(call, context);
  entry.headers = { ...entry.headers, ...contentHeaders(call) };
  if (call.header('x-ms-properties') !== undefined) entry.metadata = metadataOf(call);
  entry.touch(context.store.clock);
  return empty(200, etagHeaders(entry));
};

/** Changes no ETag: access control is not content. */
export const setAccessControl: Route = (call, context) => {
  const acl = call.header('x-ms-acl');
  if (call.query.get('action')?.toLowerCase() === 'setaccesscontrolrecursive')
    return setRecursively(call, context, acl);
  const entry = writable(call, context);
  const permissions = call.header('x-ms-permissions');
  entry.owner = call.header('x-ms-owner') ?? entry.owner;
  entry.group = call.header('x-ms-group') ?? entry.group;
  if (acl !== undefined) entry.permissions = permissionsOfAcl(acl);
  if (permissions !== undefined) entry.permissions = permissionText(permissionBits(permissions));
  return empty(200, etagHeaders(entry));
};

function setRecursively(call: Call, { store }: Context, acl: string | undefined): ReturnType<Route> {
  const filesystem = store.filesystem(call.filesystem, call.host);
  const first = filesystem.entry(call.path, call.host);
  const entries = [first, ...filesystem.below(call.path).map((path) => filesystem.entry(path, call.host))];
  for (const entry of entries) if (acl !== undefined) entry.permissions = permissionsOfAcl(acl);
  const directories = entries.filter(({ kind }) => kind === 'directory').length;
  return json({
    directoriesSuccessful: directories,
    filesSuccessful: entries.length - directories,
    failureCount: 0,
    failedEntries: [],
  });
}
