/** An error of files on another machine. `code` is that of file trees; the message names the service's own. */
import { DiskError } from '../env.js';

export class RemoteFileError extends DiskError {
  /** What was done and what the service said, for people; holds no credential. */
  readonly said: string;

  constructor(code: string, path: string, said: string, options?: ErrorOptions) {
    super(code, path, said, options);
    this.name = 'RemoteFileError';
    this.said = said;
  }
}
