/** What an error of a checkpoint store on another machine means for the person who runs the job. */
import type { DiagnosticError } from '../../grammar/diagnostics/diagnostic.js';
import { DiskError } from '../env.js';
import { runtimeError } from '../messages.js';

/** `what` is a phrase such as `publishing intents/1`. Errors that are not the tree's pass unchanged. */
export function remoteStoreFailure(error: unknown, what: string, uri: string): unknown {
  if (!(error instanceof DiskError)) return error;
  if (error.code === 'EACCES') return notAllowed(error, what, uri);
  const hint = UNFIT[error.code];
  if (hint === undefined) return failed(error, what, uri);
  return runtimeError('ESQL8008', { what, cause: error.message }, { place: uri, hint, cause: error });
}

/** Codes that only another address or another account cures. */
const UNFIT: Readonly<Record<string, string>> = {
  ENODEV: 'Make the container first, or correct the address.',
  ENOTSUP: 'Use an account with hierarchical namespace, or its Blob address (https:).',
  ENOTDIR: 'Name a folder: something on the way to it is a file.',
};

function notAllowed(error: DiskError, what: string, uri: string): DiagnosticError {
  return runtimeError(
    'ESQL8006',
    { what, cause: error.message },
    {
      place: uri,
      hint: 'Give the identity that runs the job read and write access to the container, or check its key or signature.',
      cause: error,
    },
  );
}

function failed(error: DiskError, what: string, uri: string): DiagnosticError {
  return runtimeError(
    'ESQL8005',
    { what, cause: error.message },
    {
      place: uri,
      facts: ['Nothing is lost: the job goes on from its last batch when it is started again.'],
      hint: 'Check the network and the service, then start the job again.',
      cause: error,
    },
  );
}
