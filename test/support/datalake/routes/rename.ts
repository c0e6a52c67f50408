/** Rename: one atomic step for a file or a whole directory; the moved keeps its ETag, dates and lease. */
import { splitPath } from '../address.js';
import type { Call } from '../call.js';
import { verdictOf } from '../conditions.js';
import { type Entry, metadataOf } from '../entry.js';
import { ServiceError } from '../errors.js';
import { leaseId } from '../leases.js';
import { empty } from '../reply.js';
import { type Filesystem, parentOf } from '../store.js';
import type { Context, Route } from './context.js';
import { checkOverwrite } from './create.js';
import { etagHeaders } from './headers.js';

interface Place {
  readonly filesystem: Filesystem;
  readonly path: string;
}

/** `/filesystem/path`, percent-encoded, perhaps with the signature for the source behind a `?`. */
export function renameSource(
  call: Call,
  accountName: string,
): { readonly filesystem: string; readonly path: string; readonly rawQuery: string } {
  const text = call.header('x-ms-rename-source') ?? '';
  const question = text.indexOf('?');
  const rawPath = question < 0 ? text : text.slice(0, question);
  return { ...splitPath(rawPath, accountName), rawQuery: question < 0 ? '' : text.slice(question + 1) };
}

export const rename: Route = (call, context) => {
  const { store, account } = context;
  const now_ms = store.clock.now_ms();
  const target: Place = { filesystem: store.filesystem(call.filesystem, call.host), path: call.path };
  const named = renameSource(call, account.name);
  const source: Place = { filesystem: store.filesystem(named.filesystem, call.host), path: named.path };
  const existing = target.filesystem.find(target.path);
  if (store.behaviour.renameLooksFirstAt === 'destination') checkTarget(call, context, existing);
  const moved = source.filesystem.find(source.path);
  if (moved === undefined || source.path === '') throw new ServiceError('SourcePathNotFound');
  checkSource(call, moved, now_ms);
  checkPlaces(source, target);
  checkTarget(call, context, existing);
  checkKinds(call, moved, existing, target);
  const isInside = existing?.kind === 'directory' && store.behaviour.renameOntoEmptyDirectory === 'moves-inside';
  const path = isInside ? `${target.path}/${source.path.slice(source.path.lastIndexOf('/') + 1)}` : target.path;
  if (leaseId(call, 'x-ms-lease-id') !== undefined && existing !== undefined) moved.lease = existing.lease;
  if (call.header('x-ms-properties') !== undefined) moved.metadata = metadataOf(call);
  move(source, { ...target, path }, context);
  return empty(201, call.version >= store.behaviour.renameAnswersEtagFrom ? etagHeaders(moved) : {});
};

function checkSource(call: Call, moved: Entry, now_ms: number): void {
  if (verdictOf(call, moved, 'x-ms-source-') !== 'met') throw new ServiceError('SourceConditionNotMet');
  moved.lease.check(leaseId(call, 'x-ms-source-lease-id'), now_ms, call.host);
}

function checkPlaces(source: Place, target: Place): void {
  const isSameFilesystem = source.filesystem === target.filesystem;
  if (isSameFilesystem && `${target.path}/`.startsWith(`${source.path}/`)) {
    throw new ServiceError('InvalidRenameSourcePath');
  }
  if (target.path === '') throw new ServiceError('InvalidUri');
}

function checkTarget(call: Call, { store }: Context, existing: Entry | undefined): void {
  checkOverwrite(call, existing, store.clock.now_ms(), new ServiceError(store.behaviour.renameOntoExisting));
}

/** Unlike create, rename makes no parents. */
function checkKinds(call: Call, moved: Entry, existing: Entry | undefined, { filesystem, path }: Place): void {
  const parent = filesystem.find(parentOf(path));
  if (parent === undefined) throw new ServiceError('RenameDestinationParentPathNotFound');
  if (parent.kind === 'file') throw new ServiceError('PathConflict');
  if (existing === undefined) return;
  if (existing.kind !== moved.kind) throw new ServiceError('InvalidSourceOrDestinationResourceType');
  if (existing.kind === 'directory' && filesystem.below(path).length > 0) {
    throw new ServiceError(call.version < '2021-01-01' ? 'DirectoryNotEmpty' : 'PathAlreadyExists');
  }
}

function move(source: Place, target: Place, { store }: Context): void {
  const paths = [source.path, ...source.filesystem.below(source.path)];
  const entries = paths.map((path) => [path, source.filesystem.entry(path, 'dfs')] as const);
  for (const path of paths) source.filesystem.remove(path);
  for (const [path, entry] of entries) {
    target.filesystem.put(target.path + path.slice(source.path.length), entry, store.clock);
  }
}
