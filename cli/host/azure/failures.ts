/** Errors of Azure Storage as the codes of file trees. Addresses stay out of messages: they may hold a signature. */
import { RemoteFileError } from '../../../runtime/remote/remote-file-error.js';

interface ServiceError {
  readonly response?: { readonly headers?: { get(name: string): string | undefined } };
  readonly statusCode?: number;
  readonly code?: string;
  readonly name?: string;
}

/** Names of Node.js and of Azure's pipeline for a connection that failed. */
const NETWORK = /^(?:E[A-Z]+|REQUEST_SEND_ERROR|PARSE_ERROR)$/u;

const CONTAINER_MISSING = /^(?:Container|Filesystem)NotFound$/u;

/** The service's own error code (`BlobNotFound`), or the network's; empty if it is neither. */
export function serviceCode(error: unknown): string {
  const found = asServiceError(error);
  return found === null ? '' : codeFrom(found);
}

/** An answer to HEAD has no body: its code is in a header only. */
function codeFrom({ code, response }: ServiceError): string {
  return response?.headers?.get('x-ms-error-code') ?? code ?? '';
}

/** The connection was cut within an answer. Nobody here aborts a call, so that is all this can mean. */
export function isBrokenOff(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || NETWORK.test((error as ServiceError).code ?? ''));
}

export function serviceStatus(error: unknown): number {
  return asServiceError(error)?.statusCode ?? 0;
}

/** Nothing in it can be there then, and nothing can be made. */
export function isContainerMissing(error: unknown): boolean {
  return CONTAINER_MISSING.test(serviceCode(error));
}

/** `what` is a verb such as `read`. Errors that are not the service's pass unchanged. */
export function treeError(error: unknown, what: string, path: string): unknown {
  if (error instanceof RemoteFileError) return error;
  const found = asServiceError(error);
  if (found === null) return error;
  const { statusCode = 0 } = found;
  const code = codeFrom(found);
  const because = [statusCode === 0 ? '' : String(statusCode), code].filter((part) => part !== '').join(' ');
  return new RemoteFileError(codeOf(statusCode, code, found.name ?? ''), path, `${what} (${because})`, {
    cause: error,
  });
}

function codeOf(status: number, code: string, name: string): string {
  if (name === 'CredentialUnavailableError' || name === 'AuthenticationError') return 'EACCES';
  if (name === 'AggregateAuthenticationError' || status === 401 || status === 403) return 'EACCES';
  if (CONTAINER_MISSING.test(code)) return 'ENODEV';
  if (status === 404) return 'ENOENT';
  if (status === 409 && /AlreadyExists$/u.test(code)) return 'EEXIST';
  if (status === 412) return 'ESTALE';
  if (status === 429 || status === 503) return 'EBUSY';
  if (status === 500 && code === 'OperationTimedOut') return 'ETIMEDOUT';
  return status === 0 && NETWORK.test(code) && code.startsWith('E') ? code : 'EIO';
}

function asServiceError(error: unknown): ServiceError | null {
  if (!(error instanceof Error)) return null;
  const found: ServiceError = error;
  const known = found.statusCode !== undefined || NETWORK.test(found.code ?? '');
  return known || /(?:Authentication|CredentialUnavailable|^Abort)Error$/u.test(error.name) ? found : null;
}
