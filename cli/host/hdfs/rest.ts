/** Calls of WebHDFS: the namenode answers metadata and sends readers and writers of data on to a datanode. */
import { RemoteFileError } from '../../../runtime/remote/remote-file-error.js';
import type { HdfsOptions } from '../../../runtime/remote/hdfs.js';

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
  RetriableException: 'EBUSY',
  DSQuotaExceededException: 'ENOSPC',
  NSQuotaExceededException: 'ENOSPC',
};

export class HdfsRest {
  readonly #options: HdfsOptions;
  /** The namenode that answered last. */
  #active = 0;

  constructor(options: HdfsOptions) {
    this.#options = options;
  }

  /** A call that the namenode answers itself: its JSON, or null for an empty answer. */
  async call(method: 'GET' | 'PUT' | 'DELETE', path: string, parameters: Parameters): Promise<unknown> {
    const response = await this.#namenode(method, path, parameters);
    const text = await response.text();
    if (!response.ok) throw remoteError(response.status, text, path, operation(parameters));
    return text === '' ? null : (JSON.parse(text) as unknown);
  }

  async read(path: string, parameters: Parameters): Promise<Uint8Array> {
    const response = await this.#withData('GET', path, parameters, null);
    if (!response.ok) throw remoteError(response.status, await response.text(), path, operation(parameters));
    return new Uint8Array(await response.arrayBuffer());
  }

  async write(path: string, parameters: Parameters, bytes: Uint8Array): Promise<void> {
    const response = await this.#withData('PUT', path, parameters, bytes);
    const text = await response.text();
    if (!response.ok) throw remoteError(response.status, text, path, operation(parameters));
  }

  /** The body goes to the datanode only: the namenode would not read it. */
  async #withData(
    method: 'GET' | 'PUT',
    path: string,
    parameters: Parameters,
    body: Uint8Array | null,
  ): Promise<Response> {
    const redirect = await this.#namenode(method, path, parameters);
    const location = redirect.headers.get('location');
    if (redirect.status !== 307 || location === null) return redirect;
    await redirect.arrayBuffer();
    try {
      return await fetch(location, {
        method,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === null ? {} : { body }),
      });
    } catch (error) {
      throw connectionError(error, path, operation(parameters));
    }
  }

  async #namenode(method: string, path: string, parameters: Parameters): Promise<Response> {
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
        const options: RequestInit = { method, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) };
        const response = await fetch(url, options);
        if (response.status !== 403 || !(await isStandby(response))) return response;
        failure = new RemoteFileError('EBUSY', path, 'the namenode is in standby');
      } catch (error) {
        failure = connectionError(error, path, operation(parameters));
      }
      this.#active += 1;
      if ((attempt + 1) % namenodes.length === 0) await delay(DELAY_MS * 2 ** Math.floor(attempt / namenodes.length));
    }
    throw failure;
  }
}

function delay(duration_ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration_ms));
}

async function isStandby(response: Response): Promise<boolean> {
  return /StandbyException/u.test(await response.clone().text());
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
  const cause = error instanceof Error ? error.cause : null;
  const found = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  return new RemoteFileError(timedOut ? 'ETIMEDOUT' : found.startsWith('E') ? found : 'EIO', path, what, {
    cause: error,
  });
}
