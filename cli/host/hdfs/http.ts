/**
 * Bare HTTP. Not `fetch`: a datanode answers a write with `100 Continue`, whether it was asked for or not, and `fetch`
 * takes that for a broken answer.
 */
import { Agent as PlainAgent, request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';

export interface HttpAnswer {
  readonly status: number;
  /** Where the server sends the caller; null if it answers itself. */
  readonly location: string | null;
  readonly bytes: Uint8Array;
}

const CONNECTIONS_MAX = 16;

export class HttpClient {
  readonly #plain = new PlainAgent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });
  readonly #tls = new TlsAgent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });

  /** Rejects with Node's error of the connection (`ECONNREFUSED`), or `ETIMEDOUT` when it is silent for too long. */
  send(method: string, url: string, body: Uint8Array | null, timeout_ms: number): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const take = (response: IncomingMessage): void => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const { location = null } = response.headers;
          resolve({ status: response.statusCode ?? 0, location, bytes: Buffer.concat(chunks) });
        });
      };
      const headers = { 'content-length': body?.length ?? 0, 'content-type': 'application/octet-stream' };
      const options: RequestOptions = { method, headers, timeout: timeout_ms };
      const request = url.startsWith('https:')
        ? tlsRequest(url, { ...options, agent: this.#tls }, take)
        : plainRequest(url, { ...options, agent: this.#plain }, take);
      request.once('timeout', () => {
        request.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
      });
      request.once('error', reject);
      request.end(body ?? undefined);
    });
  }

  close(): void {
    this.#plain.destroy();
    this.#tls.destroy();
  }
}
