/** What a call does: the unit of counters and of faults. */
import type { Address } from './address.js';

export const CALL_KINDS = [
  'account-properties',
  'service-properties',
  'user-delegation-key',
  'list-filesystems',
  'filesystem-create',
  'filesystem-delete',
  'filesystem-properties',
  'filesystem-metadata',
  'filesystem-access-policy',
  'filesystem-lease',
  'create-file',
  'create-directory',
  'rename',
  'append',
  'flush',
  'read',
  'properties',
  'access-control',
  'set-access-control',
  'set-properties',
  'list',
  'delete',
  'lease-acquire',
  'lease-renew',
  'lease-change',
  'lease-release',
  'lease-break',
  'put-blob',
  'put-block',
  'put-block-list',
  'get-block-list',
  'set-metadata',
  'set-headers',
  'list-blobs',
  'delete-blob',
] as const;

export type CallKind = (typeof CALL_KINDS)[number];

interface Classified {
  readonly address: Address;
  readonly method: string;
  /** Undefined where the header is absent or empty. */
  readonly header: (name: string) => string | undefined;
}

/** `undefined`: no operation of the service, or none that the double knows. */
export function kindOf(call: Classified): CallKind | undefined {
  const { filesystem, path } = call.address;
  const isBlob = call.address.host === 'blob';
  if (filesystem === '') return isBlob ? blobAccountKind(call) : dfsAccountKind(call);
  if (path === '' && isBlob) return containerKind(call);
  if (isBlob) return blobKind(call);
  return dfsKind(call, path === '');
}

function dfsAccountKind({ address, method }: Classified): CallKind | undefined {
  return method === 'GET' && address.query.get('resource') === 'account' ? 'list-filesystems' : undefined;
}

function blobAccountKind({ address, method }: Classified): CallKind | undefined {
  const restype = address.query.get('restype');
  const comp = address.query.get('comp');
  const isRead = method === 'GET' || method === 'HEAD';
  if (isRead && restype === 'account' && comp === 'properties') return 'account-properties';
  if (isRead && restype === 'service' && comp === 'properties') return 'service-properties';
  if (method === 'POST' && comp === 'userdelegationkey') return 'user-delegation-key';
  return method === 'GET' && comp === 'list' ? 'list-filesystems' : undefined;
}

function containerKind({ address, method }: Classified): CallKind | undefined {
  const comp = address.query.get('comp');
  if (address.query.get('restype') !== 'container') return undefined;
  if (comp === 'list') return method === 'GET' ? 'list-blobs' : undefined;
  if (comp === 'lease') return method === 'PUT' ? 'filesystem-lease' : undefined;
  if (comp === 'acl') return 'filesystem-access-policy';
  if (comp === 'metadata') return method === 'PUT' ? 'filesystem-metadata' : 'filesystem-properties';
  if (comp !== undefined) return undefined;
  if (method === 'PUT') return 'filesystem-create';
  if (method === 'DELETE') return 'filesystem-delete';
  return method === 'GET' || method === 'HEAD' ? 'filesystem-properties' : undefined;
}

const LEASE_KINDS: Readonly<Record<string, CallKind>> = {
  acquire: 'lease-acquire',
  renew: 'lease-renew',
  change: 'lease-change',
  release: 'lease-release',
  break: 'lease-break',
};

function leaseKind(call: Classified): CallKind {
  return LEASE_KINDS[call.header('x-ms-lease-action') ?? ''] ?? 'lease-acquire';
}

function blobKind(call: Classified): CallKind | undefined {
  const { method } = call;
  const comp = call.address.query.get('comp');
  if (method === 'PUT') {
    if (comp === undefined) return 'put-blob';
    if (comp === 'lease') return leaseKind(call);
    if (comp === 'block') return 'put-block';
    if (comp === 'blocklist') return 'put-block-list';
    if (comp === 'metadata') return 'set-metadata';
    return comp === 'properties' ? 'set-headers' : undefined;
  }
  if (method === 'GET' && comp === 'blocklist') return 'get-block-list';
  if (comp !== undefined && comp !== 'metadata') return undefined;
  if (method === 'GET') return comp === undefined ? 'read' : 'properties';
  if (method === 'HEAD') return 'properties';
  return method === 'DELETE' ? 'delete-blob' : undefined;
}

function dfsKind(call: Classified, isFilesystem: boolean): CallKind | undefined {
  const { method } = call;
  const { query } = call.address;
  const resource = query.get('resource');
  if (isFilesystem && resource === 'filesystem') {
    if (method === 'PUT') return 'filesystem-create';
    if (method === 'DELETE') return 'filesystem-delete';
    if (method === 'HEAD') return 'filesystem-properties';
    if (method === 'PATCH') return 'filesystem-metadata';
    return method === 'GET' ? 'list' : undefined;
  }
  if (method === 'PUT') {
    if (call.header('x-ms-rename-source') !== undefined) return 'rename';
    if (resource === 'file') return 'create-file';
    return resource === 'directory' ? 'create-directory' : undefined;
  }
  const action = query.get('action')?.toLowerCase();
  if (method === 'PATCH') {
    if (action === 'append') return 'append';
    if (action === 'flush') return 'flush';
    if (action === 'setproperties') return 'set-properties';
    return action === 'setaccesscontrol' || action === 'setaccesscontrolrecursive' ? 'set-access-control' : undefined;
  }
  if (method === 'HEAD') return action === 'getaccesscontrol' ? 'access-control' : 'properties';
  if (method === 'GET') return 'read';
  if (method === 'POST') return leaseKind(call);
  return method === 'DELETE' ? 'delete' : undefined;
}
