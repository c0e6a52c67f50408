/** What an operating system's error on an input file means. */
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
