/** Shared access signatures: of the account, a filesystem, directory or path, by its key or a delegated one. */
import { createHmac } from 'node:crypto';
import type { Account } from './behaviour.js';
import type { Call } from './call.js';
import type { ErrorCode } from './errors.js';
import { ServiceError } from './errors.js';
import type { CallKind } from './kinds.js';
import { authenticationDetail, isEqualText, sign } from './shared-key.js';

type Query = ReadonlyMap<string, string>;

const OBJECT_ID = '11111111-2222-3333-4444-555555555555';
const TENANT_ID = '99999999-8888-7777-6666-555555555555';

interface Validity {
  readonly start: string;
  readonly expiry: string;
  readonly version: string;
}

export interface DelegationKey {
  readonly objectId: string;
  readonly tenantId: string;
  readonly version: string;
  readonly value: string;
}

/** The value follows from the account's key: the server checks signatures without remembering what it gave out. */
export function delegationKey(account: Account, { start, expiry, version }: Validity): DelegationKey {
  const value = sign(account, ['delegation', OBJECT_ID, TENANT_ID, start, expiry, version].join('\n'));
  return { objectId: OBJECT_ID, tenantId: TENANT_ID, version, value };
}

/** Which letters of `sp` allow a call: any one of them. */
const RIGHTS: Readonly<Record<CallKind, string>> = {
  'account-properties': 'rwdlac',
  'service-properties': 'r',
  'user-delegation-key': '',
  'list-filesystems': 'l',
  'filesystem-create': 'cw',
  'filesystem-delete': 'd',
  'filesystem-properties': 'rlw',
  'filesystem-metadata': 'w',
  'filesystem-access-policy': '',
  'filesystem-lease': 'w',
  'create-file': 'cw',
  'create-directory': 'cw',
  rename: 'wcm',
  append: 'wa',
  flush: 'w',
  read: 'r',
  properties: 're',
  'access-control': 're',
  'set-access-control': 'p',
  'set-properties': 'w',
  list: 'l',
  delete: 'd',
  'lease-acquire': 'w',
  'lease-renew': 'w',
  'lease-change': 'w',
  'lease-release': 'w',
  'lease-break': 'wd',
  'put-blob': 'wc',
  'put-block': 'wc',
  'put-block-list': 'wc',
  'get-block-list': 'r',
  'set-metadata': 'w',
  'set-headers': 'w',
  'list-blobs': 'l',
  'delete-blob': 'd',
};

/** What the signature is asked to allow. */
export interface Wanted {
  readonly filesystem: string;
  readonly path: string;
  readonly rights: string;
}

export function wantedBy(call: Call): Wanted {
  return { filesystem: call.filesystem, path: call.path, rights: RIGHTS[call.kind] };
}

/** Throws unless `query` holds a valid signature that allows what is wanted. */
export function requireSharedAccess(call: Call, query: Query, wanted: Wanted, account: Account, now_ms: number): void {
  const isOfAccount = query.has('ss');
  const signature = query.get('sig') ?? '';
  const expected = isOfAccount
    ? sign(account, accountText(query, account))
    : serviceSignature(call, query, wanted, account);
  if (!isEqualText(signature, expected)) refuse(call, 'AuthenticationFailed', 'Signature did not match.');
  const start = query.get('st');
  const expiry = query.get('se');
  const isExpired = expiry === undefined || Date.parse(expiry) <= now_ms;
  if (isExpired || (start !== undefined && Date.parse(start) > now_ms)) {
    refuse(call, 'AuthenticationFailed', 'Signature not valid in the specified time frame.');
  }
  if (query.get('spr') === 'https' && !call.isTls) throw new ServiceError('AuthorizationProtocolMismatch');
  if (isOfAccount) requireAccountScope(query, wanted);
  else requireScope(query, wanted);
  const permissions = query.get('sp') ?? '';
  if (!Array.from(wanted.rights).some((letter) => permissions.includes(letter))) {
    throw new ServiceError('AuthorizationPermissionMismatch');
  }
}

function refuse(call: Call, code: ErrorCode, text: string): never {
  throw new ServiceError(code, authenticationDetail(call, text));
}

function accountText(query: Query, account: Account): string {
  const value = (name: string): string => query.get(name) ?? '';
  const lines = [account.name, value('sp'), value('ss'), value('srt'), value('st'), value('se'), value('sip')];
  lines.push(value('spr'), value('sv'));
  if (value('sv') >= '2020-12-06') lines.push(value('ses'));
  return `${lines.join('\n')}\n`;
}

function requireAccountScope(query: Query, wanted: Wanted): void {
  if (!(query.get('ss') ?? '').includes('b')) throw new ServiceError('AuthorizationServiceMismatch');
  const level = wanted.filesystem === '' ? 's' : wanted.path === '' ? 'c' : 'o';
  const types = query.get('srt') ?? '';
  // Listing is asked of the container, and allowed with either type.
  const isListing = level === 'c' && wanted.rights === 'l' && types.includes('c');
  if (!types.includes(level) && !isListing) throw new ServiceError('AuthorizationResourceTypeMismatch');
}

function serviceSignature(call: Call, query: Query, wanted: Wanted, account: Account): string {
  const text = serviceText(query, wanted, account);
  const objectId = query.get('skoid');
  if (objectId === undefined) return sign(account, text);
  const validity = { start: query.get('skt') ?? '', expiry: query.get('ske') ?? '', version: query.get('skv') ?? '' };
  const key = delegationKey(account, validity);
  if (objectId !== key.objectId || query.get('sktid') !== key.tenantId) {
    refuse(call, 'AuthenticationFailed', 'The delegation key is of another identity.');
  }
  return createHmac('sha256', Buffer.from(key.value, 'base64')).update(text, 'utf8').digest('base64');
}

/** The lines differ by version (`sv`), as in "Create a service SAS" and "Create a user delegation SAS". */
function serviceText(query: Query, wanted: Wanted, account: Account): string {
  const value = (name: string): string => query.get(name) ?? '';
  const version = value('sv');
  const isDelegated = query.has('skoid');
  const lines = [value('sp'), value('st'), value('se'), signedResource(query, wanted, account)];
  if (isDelegated) {
    lines.push(...['skoid', 'sktid', 'skt', 'ske', 'sks', 'skv'].map(value));
    if (version >= '2020-02-10') lines.push(value('saoid'), value('suoid'), value('scid'));
    if (version >= '2025-07-05') lines.push(value('skdutid'), value('sduoid'));
  } else {
    lines.push(value('si'));
  }
  lines.push(value('sip'), value('spr'), version);
  if (version >= '2018-11-09') lines.push(value('sr'), value('snapshot'));
  if (version >= '2020-12-06') lines.push(value('ses'));
  lines.push(...['rscc', 'rscd', 'rsce', 'rscl', 'rsct'].map(value));
  return lines.join('\n');
}

function signedResource(query: Query, wanted: Wanted, account: Account): string {
  const root = `/blob/${account.name}/${wanted.filesystem}`;
  const kind = query.get('sr');
  if (kind === 'c') return root;
  if (kind === 'd') {
    const depth = Number(query.get('sdd') ?? '0');
    const directory = wanted.path.split('/').slice(0, depth).join('/');
    return directory === '' ? root : `${root}/${directory}`;
  }
  return `${root}/${wanted.path}`;
}

function requireScope(query: Query, wanted: Wanted): void {
  const kind = query.get('sr');
  const isKnown = kind === 'c' || kind === 'd' || kind === 'b';
  if (!isKnown || wanted.filesystem === '') throw new ServiceError('AuthorizationFailure');
  const depth = Number(query.get('sdd') ?? '0');
  const isBelow = kind !== 'd' || wanted.path.split('/').length >= depth;
  const isPath = kind !== 'b' || wanted.path !== '';
  if (!isBelow || !isPath) throw new ServiceError('AuthorizationFailure');
}
