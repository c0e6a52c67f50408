/** Account and service: properties, the list of filesystems, keys for delegated signatures. */
import { httpDate } from '../clock.js';
import { json, type Reply } from '../reply.js';
import { delegationKey } from '../shared-access.js';
import { document, element, leaves, type XmlNode } from '../xml.js';
import type { Context, Route } from './context.js';
import { leaseHeaders } from './headers.js';
import { ServiceError } from '../errors.js';
import type { Call } from '../call.js';
import type { Filesystem } from '../store.js';

const LIST_ENTRIES_MAX = 5_000;

export function xmlReply(root: XmlNode): Reply {
  return { status: 200, headers: { 'Content-Type': 'application/xml' }, body: document(root), isChunked: true };
}

/** How a client tells whether the namespace is hierarchical; before 2019-07-07 there was no such header. */
export const accountProperties: Route = (call, { store }) => ({
  status: 200,
  headers: {
    'x-ms-sku-name': store.behaviour.skuName,
    'x-ms-account-kind': 'StorageV2',
    ...(call.version >= '2019-07-07' ? { 'x-ms-is-hns-enabled': String(store.behaviour.hierarchicalNamespace) } : {}),
  },
});

export const serviceProperties: Route = () => {
  const off = [
    element('Version', '1.0'),
    element('Delete', 'false'),
    element('Read', 'false'),
    element('Write', 'false'),
  ];
  const policy = element('RetentionPolicy', [element('Enabled', 'false')]);
  const metrics = [element('Version', '1.0'), element('Enabled', 'false'), policy];
  return xmlReply(
    element('StorageServiceProperties', [
      element('Logging', [...off, policy]),
      element('HourMetrics', metrics),
      element('MinuteMetrics', metrics),
      element('Cors', ''),
      element('DeleteRetentionPolicy', [element('Enabled', 'false')]),
      element('StaticWebsite', [element('Enabled', 'false')]),
    ]),
  );
};

export const userDelegationKey: Route = (call, { account }) => {
  if (!(call.header('authorization') ?? '').startsWith('Bearer ')) throw new ServiceError('AuthenticationFailed');
  const wanted = new Map(leaves(call.body.toString('utf8')).map(({ name, text }) => [name, text]));
  const start = wanted.get('Start');
  const expiry = wanted.get('Expiry');
  if (start === undefined || expiry === undefined) throw new ServiceError('InvalidXmlDocument');
  const key = delegationKey(account, { start, expiry, version: call.version });
  return xmlReply(
    element('UserDelegationKey', [
      element('SignedOid', key.objectId),
      element('SignedTid', key.tenantId),
      element('SignedStart', start),
      element('SignedExpiry', expiry),
      element('SignedService', 'b'),
      element('SignedVersion', key.version),
      element('Value', key.value),
    ]),
  );
};

interface Page {
  readonly filesystems: readonly Filesystem[];
  readonly next: string | undefined;
}

function page(call: Call, { store }: Context, token: string | undefined, entries: string | undefined): Page {
  const prefix = call.query.get('prefix') ?? '';
  const size = Math.min(Number(entries ?? LIST_ENTRIES_MAX), store.behaviour.listPageEntries);
  const matching = store.filesystems.filter(({ name }) => name.startsWith(prefix) && name >= (token ?? ''));
  return { filesystems: matching.slice(0, size), next: matching[size]?.name };
}

export const listFilesystems: Route = (call, context) => {
  if (call.host === 'dfs') {
    const { filesystems, next } = page(call, context, call.query.get('continuation'), call.query.get('maxresults'));
    const list = filesystems.map((filesystem) => ({
      name: filesystem.name,
      lastModified: httpDate(filesystem.modified_ms),
      etag: filesystem.etag,
    }));
    return json({ filesystems: list }, next === undefined ? {} : { 'x-ms-continuation': next });
  }
  const { filesystems, next } = page(call, context, call.query.get('marker'), call.query.get('maxresults'));
  const now_ms = context.store.clock.now_ms();
  return xmlReply(
    element(
      'EnumerationResults',
      [
        element(
          'Containers',
          filesystems.map((filesystem) => containerNode(filesystem, now_ms)),
        ),
        element('NextMarker', next ?? ''),
      ],
      { ServiceEndpoint: `https://${context.account.name}.blob.core.windows.net/` },
    ),
  );
};

function containerNode(filesystem: Filesystem, now_ms: number): XmlNode {
  const lease = leaseHeaders(filesystem.lease, now_ms);
  return element('Container', [
    element('Name', filesystem.name),
    element('Properties', [
      element('Last-Modified', httpDate(filesystem.modified_ms)),
      element('Etag', `"${filesystem.etag}"`),
      element('LeaseStatus', lease['x-ms-lease-status'] ?? ''),
      element('LeaseState', lease['x-ms-lease-state'] ?? ''),
      element('HasImmutabilityPolicy', 'false'),
      element('HasLegalHold', 'false'),
    ]),
    element(
      'Metadata',
      [...filesystem.metadata].map(([name, value]) => element(name, value)),
    ),
  ]);
}
