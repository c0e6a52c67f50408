/** The blob host's list of blobs: XML, flat or by delimiter. */
import type { Call } from '../call.js';
import { queryNumber } from '../call.js';
import { httpDate, millisecondsOfTicks } from '../clock.js';
import type { Entry } from '../entry.js';
import { ServiceError } from '../errors.js';
import { compareUtf8, type Filesystem } from '../store.js';
import { element, type XmlNode } from '../xml.js';
import { xmlReply } from './account.js';
import type { Context, Route } from './context.js';
import { leaseHeaders } from './headers.js';
import { decodeContinuation, encodeContinuation, pageEntries } from './list.js';

const LIST_ENTRIES_MAX = 5_000;

/** A blob, or all names that are equal up to the delimiter. */
interface Item {
  readonly name: string;
  readonly isPrefix: boolean;
}

export const listBlobs: Route = (call, context) => {
  const filesystem = context.store.filesystem(call.filesystem, call.host);
  const prefix = call.query.get('prefix') ?? '';
  const delimiter = call.query.get('delimiter') ?? '';
  const wanted = call.query.has('maxresults') ? queryNumber(call, 'maxresults') : LIST_ENTRIES_MAX;
  if (wanted < 1) throw new ServiceError('OutOfRangeQueryParameterValue');
  const token = decodeContinuation(call.query.get('marker'));
  const items = itemsOf(filesystem, prefix, delimiter);
  const rest = token === undefined ? items : items.filter(({ name }) => compareUtf8(name, token.after) > 0);
  const page = rest.slice(0, pageEntries(Math.min(wanted, LIST_ENTRIES_MAX), token?.pages ?? 0, context));
  const next = { after: page.at(-1)?.name ?? token?.after ?? '', pages: (token?.pages ?? 0) + 1 };
  const optional = (name: string, value: string): readonly XmlNode[] => (value === '' ? [] : [element(name, value)]);
  return xmlReply(
    element(
      'EnumerationResults',
      [
        ...optional('Prefix', prefix),
        ...optional('Marker', call.query.get('marker') ?? ''),
        ...optional('MaxResults', call.query.get('maxresults') ?? ''),
        ...optional('Delimiter', delimiter),
        element(
          'Blobs',
          page.map((item) => node(call, item, filesystem, context)),
        ),
        element('NextMarker', rest.length > page.length ? encodeContinuation(next) : ''),
      ],
      {
        ServiceEndpoint: `https://${context.account.name}.blob.core.windows.net/`,
        ContainerName: filesystem.name,
      },
    ),
  );
};

/** With a delimiter a directory is a prefix, as is what several names have in common. */
function itemsOf(filesystem: Filesystem, prefix: string, delimiter: string): readonly Item[] {
  const items: Item[] = [];
  const prefixes = new Set<string>();
  for (const name of filesystem.below('')) {
    if (!name.startsWith(prefix)) continue;
    const isDirectory = delimiter === '/' && filesystem.find(name)?.kind === 'directory';
    const at = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
    if (at < 0 && !isDirectory) {
      items.push({ name, isPrefix: false });
      continue;
    }
    const common = at < 0 ? `${name}/` : name.slice(0, at + delimiter.length);
    if (!prefixes.has(common)) items.push({ name: common, isPrefix: true });
    prefixes.add(common);
  }
  return items.sort((a, b) => compareUtf8(a.name, b.name));
}

function node(call: Call, item: Item, filesystem: Filesystem, context: Context): XmlNode {
  if (item.isPrefix) return element('BlobPrefix', [element('Name', item.name)]);
  const entry = filesystem.entry(item.name, call.host);
  const include = call.query.get('include') ?? '';
  const metadata = include.includes('metadata') ? [element('Metadata', metadataNodes(entry))] : [];
  return element('Blob', [
    element('Name', item.name),
    element('Properties', propertyNodes(call, entry, context)),
    ...metadata,
  ]);
}

function metadataNodes(entry: Entry): readonly XmlNode[] {
  const pairs = [...entry.metadata, ...(entry.kind === 'directory' ? [['hdi_isfolder', 'true'] as const] : [])];
  return pairs.map(([name, value]) => element(name, value));
}

function propertyNodes(call: Call, entry: Entry, { store }: Context): readonly XmlNode[] {
  const lease = leaseHeaders(entry.lease, store.clock.now_ms());
  const isTyped = store.behaviour.hierarchicalNamespace && call.version >= '2020-10-02';
  return [
    element('Creation-Time', httpDate(millisecondsOfTicks(entry.createdTicks))),
    element('Last-Modified', httpDate(entry.modified_ms)),
    element('Etag', entry.etag),
    ...(isTyped ? [element('ResourceType', entry.kind)] : []),
    element('Content-Length', String(entry.length)),
    element('Content-Type', entry.headers['Content-Type'] ?? 'application/octet-stream'),
    ...['Content-Encoding', 'Content-Language', 'Content-MD5', 'Cache-Control', 'Content-Disposition'].map((name) =>
      element(name, entry.headers[name] ?? ''),
    ),
    element('BlobType', 'BlockBlob'),
    element('AccessTier', 'Hot'),
    element('AccessTierInferred', 'true'),
    element('LeaseStatus', lease['x-ms-lease-status'] ?? ''),
    element('LeaseState', lease['x-ms-lease-state'] ?? ''),
    element('ServerEncrypted', 'true'),
  ];
}
