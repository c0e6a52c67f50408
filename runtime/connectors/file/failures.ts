/** What a file tree's error on an input file or an output folder means. */
import { DiskError } from '../../env.js';
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
  if (error.code === 'ENOTDIR')
    return connectorError('ESQL8452', {}, { place: shown, cause: error, hint: 'Name a folder.' });
  const hint = OUTPUT_HINTS[error.code] ?? 'Check the disk, then start the job again.';
  return connectorError('ESQL8450', { code: error.code }, { place: shown, hint, cause: error });
}
