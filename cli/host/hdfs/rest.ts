/** Calls of WebHDFS: the namenode answers metadata and sends readers and writers of data on to a datanode. */
import { RemoteFileError } from '../../../runtime/remote/remote-file-error.js';
import type { HdfsOptions } from '../../../runtime/remote/hdfs.js';
import { HttpClient, type HttpAnswer } from './http.js';

export type Parameters = Readonly<Record<string, string | number | boolean>>;

const TIMEOUT_MS = 60_000;
const ATTEMPTS_MAX = 4;
const DELAY_MS = 250;

/** Exceptions of Hadoop by their class name. */
const CODES: Readonly<Record<string, string>> = {
  FileNotFoundException: 'ENOENT',
  FileAlreadyExistsException: 'EEXIST',
  AccessControlException: 'EACCES',
  SecurityException: 'EACCES',
  ParentNotDirectoryException: 'ENOTDIR',
  SafeModeException: 'EBUSY',
  StandbyException: 'EBUSY',
  RetriableException: 'EBUSY',
  DSQuotaExceededException: 'ENOSPC',
  NSQuotaExceededException: 'ENOSPC',
};

export class HdfsRest {
  readonly #options: HdfsOptions;
  readonly #http = new HttpClient();
  /** The namenode that answered last. */
  #active = 0;

  constructor(options: HdfsOptions) {
    this.#options = options;
  }

  /** A call that the namenode answers itself: its JSON, or null for an empty answer. */
  async call(method: 'GET' | 'PUT' | 'DELETE', path: string, parameters: Parameters): Promise<unknown> {
    const answer = await this.#namenode(method, path, parameters);
    const text = textOf(answer);
    if (!succeeded(answer)) throw remoteError(answer.status, text, path, operation(parameters));
    return text === '' ? null : (JSON.parse(text) as unknown);
  }

  async read(path: string, parameters: Parameters): Promise<Uint8Array> {
    const answer = await this.#withData('GET', path, parameters, null);
    if (!succeeded(answer)) throw remoteError(answer.status, textOf(answer), path, operation(parameters));
    return answer.bytes;
  }

  /** Only for what may be done twice: without an answer it is. */
  async write(path: string, parameters: Parameters, bytes: Uint8Array): Promise<void> {
    const answer = await this.#withData('PUT', path, parameters, bytes);
    if (!succeeded(answer)) throw remoteError(answer.status, textOf(answer), path, operation(parameters));
  }

  close(): void {
    this.#http.close();
  }

  /** The body goes to the datanode only: the namenode would not read it. */
  async #withData(
    method: 'GET' | 'PUT',
    path: string,
    parameters: Parameters,
    body: Uint8Array | null,
  ): Promise<HttpAnswer> {
    for (let attempt = 1; ; attempt++) {
      // Asked again at every attempt: it may name another datanode.
      const redirect = await this.#namenode(method, path, parameters);
      if (redirect.status !== 307 || redirect.location === null) return redirect;
      try {
        const answer = await this.#http.send(method, redirect.location, body, TIMEOUT_MS);
        if (!isPassing(answer) || attempt === ATTEMPTS_MAX) return answer;
      } catch (error) {
        if (attempt === ATTEMPTS_MAX) throw connectionError(error, path, operation(parameters));
      }
      await delay(DELAY_MS * 2 ** (attempt - 1));
    }
  }

  async #namenode(method: string, path: string, parameters: Parameters): Promise<HttpAnswer> {
    const { namenodes, user } = this.#options;
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
    if (user !== null) query.set('user.name', user);
    const encoded = path.split('/').map(encodeURIComponent).join('/');
    let failure: unknown = null;
    for (let attempt = 0; attempt < ATTEMPTS_MAX * namenodes.length; attempt++) {
      const base = namenodes[this.#active % namenodes.length] ?? '';
      try {
        const url = `${base}/webhdfs/v1${encoded}?${query.toString()}`;
        const answer = await this.#http.send(method, url, null, TIMEOUT_MS);
        if (!isPassing(answer)) return answer;
        failure = remoteError(answer.status, textOf(answer), path, operation(parameters));
      } catch (error) {
        failure = connectionError(error, path, operation(parameters));
      }
      this.#active += 1;
      if ((attempt + 1) % namenodes.length === 0) await delay(DELAY_MS * 2 ** Math.floor(attempt / namenodes.length));
    }
    throw failure;
  }
}

const textOf = ({ bytes }: HttpAnswer): string => Buffer.from(bytes).toString();
const succeeded = ({ status }: HttpAnswer): boolean => status >= 200 && status < 300;

/**
 * Another namenode, or this one a little later, will answer: standby, just started, safe mode. A datanode says
 * EOFException when its own connection to a namenode that was started again breaks off.
 */
function isPassing(answer: HttpAnswer): boolean {
  return (
    !succeeded(answer) && /StandbyException|RetriableException|SafeModeException|EOFException/u.test(textOf(answer))
  );
}

function delay(duration_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration_ms));
}

function operation(parameters: Parameters): string {
  return String(parameters['op']).toLowerCase();
}

function remoteError(status: number, text: string, path: string, what: string): RemoteFileError {
  let exception = '';
  try {
    const body = JSON.parse(text) as { readonly RemoteException?: { readonly exception?: string } };
    exception = body.RemoteException?.exception ?? '';
  } catch {
    // A proxy's page says nothing that we understand.
  }
  const code = CODES[exception] ?? (status === 401 || status === 403 ? 'EACCES' : 'EIO');
  return new RemoteFileError(code, path, `${what} (${String(status)} ${exception})`);
}

function connectionError(error: unknown, path: string, what: string): RemoteFileError {
  const found = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new RemoteFileError(/^E[A-Z]+$/u.test(found) ? found : 'EIO', path, what, { cause: error });
}
