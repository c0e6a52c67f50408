/** One request over HTTP as the runtime sees it: small bodies, one attempt, nothing followed and nothing repeated. */
import type { Secret } from '../../plan/connectors/secret.js';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** `http:` or `https:`; without a login in it. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Basic authentication. */
  readonly login: { readonly user: string; readonly password: Secret } | null;
  readonly body: Uint8Array | null;
  /** Until the last byte of the answer. */
  readonly timeout_ms: number;
  /** Of the answer's body. */
  readonly bytes_max: number;
  /** Certificates to trust, as PEM; null = those of the system. */
  readonly authority: string | null;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/**
 * `unreachable`: no connection, or it broke. `timeout`: no whole answer in time. `certificate`: the server's is not
 * trusted. `too_large`: the answer has more bytes than asked for.
 */
export type HttpFailure = 'unreachable' | 'timeout' | 'certificate' | 'too_large';

export class HttpError extends Error {
  readonly failure: HttpFailure;

  /** `said` is for people; it holds neither the credential nor anything of the bodies. */
  constructor(failure: HttpFailure, said: string, options?: ErrorOptions) {
    super(said, options);
    this.name = 'HttpError';
    this.failure = failure;
  }

  /** The same request may succeed a little later. */
  get passing(): boolean {
    return this.failure === 'unreachable' || this.failure === 'timeout';
  }
}
