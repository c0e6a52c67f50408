/** One bare HTTP exchange with the double under the account's real names: no client library between test and wire. */
import { request as httpRequest } from 'node:http';
import type { HostKind } from './errors.js';
import type { DatalakeDouble } from './server.js';

export interface Question {
  readonly host: HostKind;
  readonly method: string;
  /** Percent-encoded, from the filesystem on. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly version?: string;
  /** Sends no token of the double's issuer. */
  readonly isAnonymous?: boolean;
}

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export const VERSION_NEW = '2025-07-05';

export function exchange(lake: DatalakeDouble, question: Question): Promise<Answer> {
  const query = new URLSearchParams(question.query).toString().replace(/\+/gu, '%20');
  const token = `Bearer ${lake.service.issuer.issue(lake.clock.now_ms())}`;
  const body = question.body ?? new Uint8Array(0);
  const hasBody = question.method !== 'GET' && question.method !== 'HEAD';
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port: lake.port,
        method: question.method,
        path: question.path + (query === '' ? '' : `?${query}`),
        agent: false,
        headers: {
          Host: lake.names[question.host],
          'x-ms-version': question.version ?? VERSION_NEW,
          'x-ms-client-request-id': 'exchange',
          ...(question.isAnonymous === true ? {} : { Authorization: token }),
          ...(hasBody ? { 'Content-Length': String(body.length) } : {}),
          ...question.headers,
        },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const headers: Record<string, string> = {};
          for (const [name, value] of Object.entries(response.headers)) headers[name] = String(value);
          resolve({ status: response.statusCode ?? 0, headers, body: Buffer.concat(parts) });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
