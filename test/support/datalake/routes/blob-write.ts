/** The blob host's writes: a whole blob in one call, or blocks and then the list that makes them the blob. */
import { createHash } from 'node:crypto';
import type { Call } from '../call.js';
import { invalidHeader, metaHeaders } from '../call.js';
import { crc64 } from '../crc64.js';
import { contentHeaders, Entry } from '../entry.js';
import { refusal, ServiceError } from '../errors.js';
import { leaseId } from '../leases.js';
import { empty, type Reply } from '../reply.js';
import type { Filesystem } from '../store.js';
import { element, leaves, type XmlNode } from '../xml.js';
import { xmlReply } from './account.js';
import type { Context, Route } from './context.js';
import { checkOverwrite } from './create.js';
import { etagHeaders } from './headers.js';
import type { BlockSize } from '../content.js';

const ENCRYPTED = { 'x-ms-request-server-encrypted': 'true' } as const;
const BLOCK_ID_BYTES_MAX = 64;

/** Unlike the dfs host, the blob host overwrites a leased blob only with the lease's id. */
function checkWrite(call: Call, filesystem: Filesystem, { store }: Context): Entry | undefined {
  filesystem.requireDirectoriesOnTheWay(call.path);
  const existing = filesystem.find(call.path);
  checkOverwrite(call, existing, store.clock.now_ms());
  existing?.lease.check(leaseId(call, 'x-ms-lease-id'), store.clock.now_ms(), call.host);
  if (existing?.kind === 'directory') throw new ServiceError('ResourceTypeMismatch');
  return existing;
}

function checkedMd5(call: Call): string {
  const md5 = createHash('md5').update(call.body).digest('base64');
  const sent = call.header('content-md5');
  if (sent !== undefined && sent !== md5) throw new ServiceError('Md5Mismatch');
  return md5;
}

function checkedCrc(call: Call): string {
  const crc = crc64(call.body);
  const sent = call.header('x-ms-content-crc64');
  if (sent !== undefined && sent !== crc) throw new ServiceError('Crc64Mismatch');
  return crc;
}

/** Puts a new entry with the contents; lease and time of creation of the old one stay. */
function replace(
  call: Call,
  { store }: Context,
  filesystem: Filesystem,
  existing: Entry | undefined,
  parts: readonly Buffer[],
  blocks: readonly BlockSize[],
): Entry {
  const created = new Entry('file', store.clock);
  created.content.replace(parts, blocks);
  created.metadata = metaHeaders(call);
  const type = call.header('content-type');
  const inherited = call.kind === 'put-blob' && type !== undefined ? { 'Content-Type': type } : {};
  created.headers = { ...inherited, ...contentHeaders(call) };
  if (existing !== undefined) {
    created.lease = existing.lease;
    created.createdTicks = existing.createdTicks;
  }
  filesystem.put(call.path, created, store.clock);
  filesystem.blocks.delete(call.path);
  return created;
}

export const putBlob: Route = (call, context) => {
  const filesystem = context.store.filesystem(call.filesystem, call.host);
  const type = call.header('x-ms-blob-type');
  if (type === undefined) throw new ServiceError('MissingRequiredHeader', { detail: { HeaderName: 'x-ms-blob-type' } });
  if (type !== 'BlockBlob') throw invalidHeader('x-ms-blob-type', type);
  const md5 = checkedMd5(call);
  const crc = checkedCrc(call);
  const existing = checkWrite(call, filesystem, context);
  const created = replace(call, context, filesystem, existing, call.body.length === 0 ? [] : [call.body], []);
  created.headers = { ...created.headers, 'Content-MD5': call.header('x-ms-blob-content-md5') ?? md5 };
  return empty(201, { ...etagHeaders(created), 'Content-MD5': md5, 'x-ms-content-crc64': crc, ...ENCRYPTED });
};

export const putBlock: Route = (call, context) => {
  const filesystem = context.store.filesystem(call.filesystem, call.host);
  const id = call.query.get('blockid');
  if (id === undefined) throw new ServiceError('MissingRequiredQueryParameter');
  const bytes = Buffer.from(id, 'base64');
  const isBase64 = bytes.toString('base64') === id && bytes.length > 0 && bytes.length <= BLOCK_ID_BYTES_MAX;
  if (!isBase64) throw new ServiceError('InvalidBlockId');
  if (call.body.length === 0) throw invalidHeader('Content-Length', '0');
  const existing = filesystem.find(call.path);
  if (existing?.kind === 'directory') throw new ServiceError('ResourceTypeMismatch');
  existing?.lease.check(leaseId(call, 'x-ms-lease-id'), context.store.clock.now_ms(), call.host);
  const blocks = filesystem.blocks.get(call.path) ?? new Map<string, Buffer>();
  // All ids of one blob have the same length.
  if ([...blocks.keys()].some((other) => other.length !== id.length)) throw new ServiceError('InvalidBlobOrBlock');
  const md5 = call.header('content-md5') === undefined ? {} : { 'Content-MD5': checkedMd5(call) };
  const crc = checkedCrc(call);
  blocks.set(id, call.body);
  filesystem.blocks.set(call.path, blocks);
  return empty(201, { ...md5, 'x-ms-content-crc64': crc, ...ENCRYPTED });
};

export const putBlockList: Route = (call, context) => {
  const filesystem = context.store.filesystem(call.filesystem, call.host);
  checkedMd5(call);
  const crc = checkedCrc(call);
  const existing = checkWrite(call, filesystem, context);
  const uncommitted = filesystem.blocks.get(call.path) ?? new Map<string, Buffer>();
  const committed = committedBlocks(existing);
  const chosen = leaves(call.body.toString('utf8')).map(({ name, text }) => {
    const fromNew = name === 'Committed' ? undefined : uncommitted.get(text);
    const bytes = fromNew ?? (name === 'Uncommitted' ? undefined : committed.get(text));
    if (bytes === undefined) throw new ServiceError('InvalidBlockList');
    return { id: text, bytes };
  });
  const parts = chosen.map(({ bytes }) => bytes);
  const sizes = chosen.map(({ id, bytes }) => ({ id, size: bytes.length }));
  const created = replace(call, context, filesystem, existing, parts, sizes);
  return empty(201, { ...etagHeaders(created), 'x-ms-content-crc64': crc, ...ENCRYPTED });
};

function committedBlocks(existing: Entry | undefined): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>();
  let offset = 0;
  for (const { id, size } of existing?.content.blocks ?? []) {
    found.set(id, existing?.content.slice(offset, offset + size) ?? Buffer.alloc(0));
    offset += size;
  }
  return found;
}

export const getBlockList: Route = (call, { store }): Reply => {
  const filesystem = store.filesystem(call.filesystem, call.host);
  const existing = filesystem.find(call.path);
  const uncommitted = filesystem.blocks.get(call.path);
  if (existing === undefined && uncommitted === undefined) throw refusal('pathMissing', call.host);
  existing?.lease.check(leaseId(call, 'x-ms-lease-id'), store.clock.now_ms(), call.host, true);
  const type = call.query.get('blocklisttype') ?? 'committed';
  const lists: XmlNode[] = [];
  if (type !== 'uncommitted') lists.push(blockNodes('CommittedBlocks', existing?.content.blocks ?? []));
  if (type !== 'committed') {
    const sizes = [...(uncommitted ?? [])].map(([id, bytes]) => ({ id, size: bytes.length }));
    lists.push(blockNodes('UncommittedBlocks', sizes));
  }
  const reply = xmlReply(element('BlockList', lists));
  const known = existing === undefined ? {} : etagHeaders(existing);
  const length = { 'x-ms-blob-content-length': String(existing?.length ?? 0) };
  return { ...reply, headers: { ...reply.headers, ...known, ...length } };
};

function blockNodes(name: string, blocks: readonly BlockSize[]): XmlNode {
  return element(
    name,
    blocks.map(({ id, size }) => element('Block', [element('Name', id), element('Size', String(size))])),
  );
}
