/** Kind of call to the route that answers it: total, so that a kind without a route does not compile. */
import type { CallKind } from '../kinds.js';
import { accountProperties, listFilesystems, serviceProperties, userDelegationKey } from './account.js';
import { listBlobs } from './blob-list.js';
import { getBlockList, putBlob, putBlock, putBlockList } from './blob-write.js';
import type { Route } from './context.js';
import { createDirectory, createFile } from './create.js';
import { deleteBlob, deletePath } from './delete.js';
import {
  createFilesystem,
  deleteFilesystem,
  filesystemAccessPolicy,
  filesystemProperties,
  setFilesystemMetadata,
} from './filesystem.js';
import { leaseFilesystem, leasePath } from './lease.js';
import { list } from './list.js';
import { setAccessControl, setHeaders, setMetadata, setProperties } from './properties.js';
import { accessControl, properties, read } from './read.js';
import { rename } from './rename.js';
import { append, flush } from './write.js';

export const ROUTES: Readonly<Record<CallKind, Route>> = {
  'account-properties': accountProperties,
  'service-properties': serviceProperties,
  'user-delegation-key': userDelegationKey,
  'list-filesystems': listFilesystems,
  'filesystem-create': createFilesystem,
  'filesystem-delete': deleteFilesystem,
  'filesystem-properties': filesystemProperties,
  'filesystem-metadata': setFilesystemMetadata,
  'filesystem-access-policy': filesystemAccessPolicy,
  'filesystem-lease': leaseFilesystem,
  'create-file': createFile,
  'create-directory': createDirectory,
  rename,
  append,
  flush,
  read,
  properties,
  'access-control': accessControl,
  'set-access-control': setAccessControl,
  'set-properties': setProperties,
  list,
  delete: deletePath,
  'lease-acquire': leasePath,
  'lease-renew': leasePath,
  'lease-change': leasePath,
  'lease-release': leasePath,
  'lease-break': leasePath,
  'put-blob': putBlob,
  'put-block': putBlock,
  'put-block-list': putBlockList,
  'get-block-list': getBlockList,
  'set-metadata': setMetadata,
  'set-headers': setHeaders,
  'list-blobs': listBlobs,
  'delete-blob': deleteBlob,
};
