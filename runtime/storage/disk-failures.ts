/** What an operating system's error on the store's disk means for the person who runs the job. */
import type { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import { DiskError } from '../env.js';
import { runtimeError } from '../messages.js';

const SPACE_CODES: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);
const ACCESS_CODES: ReadonlySet<string> = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOTDIR',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
]);

/** Of those, what no permission mends. */
const WAYS: ReadonlySet<string> = new Set(['ENOTDIR', 'EISDIR', 'ELOOP', 'ENAMETOOLONG']);

export function isSpaceError(error: unknown): error is DiskError {
  return error instanceof DiskError && SPACE_CODES.has(error.code);
}

export function isAccessError(error: unknown): boolean {
  return error instanceof DiskError && ACCESS_CODES.has(error.code);
}

/** `what` is a phrase such as `writing a checkpoint object`. Errors that are not the disk's pass unchanged. */
export function storeFailure(error: unknown, what: string): unknown {
  if (!(error instanceof DiskError)) return error;
  return isSpaceError(error) ? diskFull(error, what) : diskFailed(error, what);
}

export function diskFull(error: DiskError, what: string): DiagnosticError {
  return runtimeError(
    'ESQL8004',
    { what },
    {
      place: error.path,
      facts: ['Nothing is lost: the job goes on from its last batch when it is started again.'],
      hint: 'Free space on this disk, then start the job again.',
      cause: error,
    },
  );
}

/** How often an object that is in the way is moved away before the store is given up. */
export const PUBLISH_ATTEMPTS_MAX = 5;

/** A damaged object that can be neither used nor moved away. */
export function objectInTheWay(uri: string, name: string): DiagnosticError {
  return runtimeError(
    'ESQL8005',
    { what: `publishing ${name}`, cause: 'a damaged object of this name can not be moved away' },
    { place: `${uri}/${name}`, hint: 'Move it to another folder by hand, then start the job again.' },
  );
}

function diskFailed(error: DiskError, what: string): DiagnosticError {
  if (isAccessError(error)) {
    return runtimeError(
      'ESQL8006',
      { what, cause: error.code },
      {
        place: error.path,
        hint: WAYS.has(error.code)
          ? 'Something on the way is no folder that takes files: name another one with --checkpoint-dir.'
          : 'Give the user that runs the job read and write access to the folder, or name another one with --checkpoint-dir.',
        cause: error,
      },
    );
  }
  return runtimeError(
    'ESQL8005',
    { what, cause: error.code },
    {
      place: error.path,
      facts: ['After a failed write nothing is assumed about the disk: the job stops and recovers at its next start.'],
      hint: 'Check the disk, then start the job again.',
      cause: error,
    },
  );
}
