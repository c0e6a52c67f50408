/** Filesystems, which the blob host calls containers: create, delete, properties, metadata, access policy. */
import { requireMet } from '../conditions.js';
import { metadataOf } from '../entry.js';
import { ServiceError } from '../errors.js';
import { leaseId } from '../leases.js';
import { empty, type Reply } from '../reply.js';
import type { Filesystem } from '../store.js';
import type { Call } from '../call.js';
import { element } from '../xml.js';
import { xmlReply } from './account.js';
import type { Context, Route } from './context.js';
import { etagHeaders, leaseHeaders, propertiesText } from './headers.js';

export const createFilesystem: Route = (call, { store }) => {
  const created = store.createFilesystem(call.filesystem, metadataOf(call), call.host);
  created.publicAccess = call.header('x-ms-blob-public-access');
  return empty(201, etagHeaders(created));
};

export const deleteFilesystem: Route = (call, context) => {
  const filesystem = context.store.filesystem(call.filesystem, call.host);
  requireMet(call, filesystem);
  checkLease(call, filesystem, context);
  context.store.deleteFilesystem(call.filesystem);
  return empty(202);
};

/** A filesystem's lease guards its deletion only; reads and other writes may name it. */
function checkLease(call: Call, filesystem: Filesystem, { store }: Context, isRead = false): void {
  filesystem.lease.check(leaseId(call, 'x-ms-lease-id'), store.clock.now_ms(), call.host, isRead);
}

export const filesystemProperties: Route = (call, context) => {
  const filesystem = context.store.filesystem(call.filesystem, call.host);
  checkLease(call, filesystem, context, true);
  return {
    status: 200,
    headers: { ...etagHeaders(filesystem), ...describe(call, filesystem, context) },
    ...(call.host === 'dfs' ? { hasNoLength: true } : {}),
  };
};

function describe(call: Call, filesystem: Filesystem, { store }: Context): Readonly<Record<string, string>> {
  const hierarchical = String(store.behaviour.hierarchicalNamespace);
  if (call.host === 'dfs') {
    return {
      'x-ms-namespace-enabled': hierarchical,
      ...(filesystem.metadata.size === 0 ? {} : { 'x-ms-properties': propertiesText(filesystem.metadata) }),
    };
  }
  const metadata = [...filesystem.metadata].map(([name, value]) => [`x-ms-meta-${name}`, value]);
  return {
    ...leaseHeaders(filesystem.lease, store.clock.now_ms()),
    ...(Object.fromEntries(metadata) as Readonly<Record<string, string>>),
    ...(filesystem.publicAccess === undefined ? {} : { 'x-ms-blob-public-access': filesystem.publicAccess }),
    'x-ms-has-immutability-policy': 'false',
    'x-ms-has-legal-hold': 'false',
    'x-ms-default-encryption-scope': '$account-encryption-key',
    'x-ms-deny-encryption-scope-override': 'false',
  };
}

export const setFilesystemMetadata: Route = (call, context) => {
  const filesystem = context.store.filesystem(call.filesystem, call.host);
  requireMet(call, filesystem);
  checkLease(call, filesystem, context, true);
  filesystem.metadata = metadataOf(call);
  filesystem.touch(context.store.clock);
  return empty(200, etagHeaders(filesystem));
};

export const filesystemAccessPolicy: Route = (call, context) => {
  const filesystem = context.store.filesystem(call.filesystem, call.host);
  checkLease(call, filesystem, context, true);
  if (call.method === 'PUT') {
    filesystem.publicAccess = call.header('x-ms-blob-public-access');
    filesystem.touch(context.store.clock);
    return empty(200, etagHeaders(filesystem));
  }
  if (call.method !== 'GET' && call.method !== 'HEAD') throw new ServiceError('UnsupportedHttpVerb');
  const reply: Reply = xmlReply(element('SignedIdentifiers', ''));
  const access = filesystem.publicAccess;
  const publicAccess = access === undefined ? {} : { 'x-ms-blob-public-access': access };
  return { ...reply, headers: { ...reply.headers, ...etagHeaders(filesystem), ...publicAccess } };
};
