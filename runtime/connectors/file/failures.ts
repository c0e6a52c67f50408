/** What a file tree's error on an input file or an output folder means. */
import { DiskError } from '../../env.js';
import { RemoteFileError } from '../../remote/remote-file-error.js';
import { connectorError } from '../messages.js';

const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'Give the user that runs the job permission to read it.',
  EPERM: 'Give the user that runs the job permission to read it.',
  EMFILE: 'Raise the limit of open files (ulimit -n).',
  ELOOP: 'Remove the circle of links.',
};

/** Errors that are not the disk's pass unchanged. */
export function inputFailure(error: unknown, shown: string): unknown {
  if (!(error instanceof DiskError)) return error;
  if (error.code === 'ENOENT') {
    return connectorError('ESQL8400', { path: shown }, { place: shown, cause: error, hint: 'Restore the file.' });
  }
  if (error instanceof RemoteFileError) return remoteFailure(error, shown);
  const hint = HINTS[error.code] ?? 'Check the disk, then start the job again.';
  return connectorError('ESQL8401', { code: error.code }, { place: shown, hint, cause: error });
}

const OUTPUT_HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'Free space on this disk, then start the job again: it goes on from its last batch.',
  EDQUOT: 'Free space on this disk, then start the job again: it goes on from its last batch.',
  EACCES: 'Give the user that runs the job permission to write to the folder.',
  EPERM: 'Give the user that runs the job permission to write to the folder.',
  EROFS: 'Name a folder on a disk that may be written to.',
};

/** What an error on an output folder means. Errors that are not the disk's pass unchanged. */
export function outputFailure(error: unknown, shown: string): unknown {
  if (!(error instanceof DiskError)) return error;
  if (error instanceof RemoteFileError) return remoteFailure(error, shown);
  if (error.code === 'ENOTDIR')
    return connectorError('ESQL8452', {}, { place: shown, cause: error, hint: 'Name a folder.' });
  const hint = OUTPUT_HINTS[error.code] ?? 'Check the disk, then start the job again.';
  return connectorError('ESQL8450', { code: error.code }, { place: shown, hint, cause: error });
}

/** Codes that another try can't cure: something has to be changed first. */
const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: 'Give the identity that runs the job access to it, or check its key or signature, which may have expired.',
  ENODEV: 'Check the address: the container or file system has to be there before.',
  ENOENT: 'Check the address.',
  ENOTSUP: 'Use an account with hierarchical namespace, or the connector `blob`.',
  ENOTDIR: 'Name a folder.',
  EISDIR: 'Name a file, or a pattern that matches files.',
  ESTALE: 'Files must not change once they are there: write a new one instead.',
};

function remoteFailure(error: RemoteFileError, shown: string): Error {
  const refusal = REFUSALS[error.code];
  const { said } = error;
  if (refusal !== undefined) return connectorError('ESQL8463', { said }, { place: shown, hint: refusal, cause: error });
  const hint = 'Check the network and the service, then start the job again: it goes on from its last batch.';
  return connectorError('ESQL8462', { said, code: error.code }, { place: shown, hint, cause: error });
}
