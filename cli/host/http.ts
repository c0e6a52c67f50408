/** Requests over HTTP with Node's own client: each on a connection of its own, because there are few. */
import { request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { HttpError, type HttpAnswer, type HttpRequest } from '../../runtime/remote/http.js';
import { systemCode } from './system-code.js';

export function sendHttp(sent: HttpRequest): Promise<HttpAnswer> {
  const { method, url, login, body, timeout_ms, bytes_max, authority } = sent;
  const deadline = AbortSignal.timeout(timeout_ms);
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      reject(httpError(error, deadline.aborted));
    };
    const take = (response: IncomingMessage): void => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > bytes_max) response.destroy(new HttpError('too_large', `more than ${String(bytes_max)} bytes`));
        else chunks.push(chunk);
      });
      response.once('error', fail);
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, body: new Uint8Array(Buffer.concat(chunks)) });
      });
    };
    const options: RequestOptions = {
      method,
      agent: false,
      signal: deadline,
      headers: { ...sent.headers, ...(body === null ? {} : { 'content-length': body.length }) },
      ...(login === null ? {} : { auth: `${login.user}:${login.password.reveal()}` }),
    };
    const request = url.startsWith('https:')
      ? tlsRequest(url, { ...options, ...(authority === null ? {} : { ca: authority }) }, take)
      : plainRequest(url, options, take);
    request.once('error', fail);
    request.end(body ?? undefined);
  });
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|ALTNAME/u;

function httpError(error: unknown, late: boolean): HttpError {
  if (error instanceof HttpError) return error;
  if (late) return new HttpError('timeout', 'no answer in time', { cause: error });
  const code = systemCode(error) ?? 'the connection broke';
  return new HttpError(CERTIFICATE.test(code) ? 'certificate' : 'unreachable', code, { cause: error });
}
