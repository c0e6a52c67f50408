/** Answers: headers every reply has, bodies of errors, and how they go onto the socket. */
import type { ServerResponse } from 'node:http';
import type { Envelope } from './call.js';
import { httpDate, isoTicks } from './clock.js';
import type { HostKind, ServiceError } from './errors.js';
import { document, element } from './xml.js';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: `Content-Length: 0`, unless `headers` say otherwise. */
  readonly body?: Buffer;
  /** Lists come in chunks, without a length. */
  readonly isChunked?: boolean;
  /** No `Content-Length` at all, as answers to HEAD of the dfs host. */
  readonly hasNoLength?: boolean;
  readonly isBeforeService?: boolean;
}

const SERVERS: Readonly<Record<HostKind, string>> = {
  dfs: 'Windows-Azure-HDFS/1.0 Microsoft-HTTPAPI/2.0',
  blob: 'Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0',
};

export function empty(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers };
}

export function json(value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json;charset=utf-8', ...headers },
    body: Buffer.from(`${JSON.stringify(value)}\n`, 'utf8'),
    isChunked: true,
  };
}

export function errorReply(error: ServiceError, envelope: Envelope, now_ms: number): Reply {
  const headers = { 'x-ms-error-code': error.code, ...error.extras.headers };
  const isBeforeService = error.extras.isBeforeService ?? false;
  if (envelope.method === 'HEAD') return { status: error.status, headers, hasNoLength: true, isBeforeService };
  if (error.status === 304) return { status: 304, headers };
  const message = `${error.message}\nRequestId:${envelope.requestId}\nTime:${isoTicks(now_ms)}`;
  const detail = error.extras.detail ?? {};
  if (envelope.host === 'dfs' && !isBeforeService) {
    return {
      status: error.status,
      headers: { 'Content-Type': 'application/json;charset=utf-8', ...headers },
      body: Buffer.from(errorJson(error.code, message, error.extras.detail), 'utf8'),
    };
  }
  const root = element('Error', [
    element('Code', error.code),
    element('Message', message),
    ...Object.entries(detail).map(([name, value]) => element(name, value)),
  ]);
  return {
    status: error.status,
    headers: { 'Content-Type': 'application/xml', ...headers },
    body: document(root),
    isBeforeService,
  };
}

/** As recorded: no spaces, but one between the members of `detail`. */
function errorJson(code: string, message: string, detail: Readonly<Record<string, string>> | undefined): string {
  const start = `{"error":{"code":${JSON.stringify(code)},"message":${JSON.stringify(message)}`;
  if (detail === undefined) return `${start}}}`;
  const members = Object.entries(detail).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return `${start},"detail":{${members.join(', ')}}}}`;
}

export function send(response: ServerResponse, reply: Reply, envelope: Envelope, now_ms: number): void {
  const headers: Record<string, string> = {
    Server: reply.isBeforeService === true ? 'Microsoft-HTTPAPI/2.0' : SERVERS[envelope.host],
    Date: httpDate(now_ms),
    'x-ms-request-id': envelope.requestId,
  };
  if (reply.isBeforeService !== true) {
    headers['x-ms-version'] = envelope.version;
    if (envelope.clientRequestId !== undefined) headers['x-ms-client-request-id'] = envelope.clientRequestId;
  }
  Object.assign(headers, reply.headers);
  if (reply.isChunked === true) {
    headers['Transfer-Encoding'] = 'chunked';
  } else if (reply.hasNoLength === true) {
    if (envelope.host === 'blob') headers['Transfer-Encoding'] = 'chunked';
  } else {
    headers['Content-Length'] ??= String(reply.body?.length ?? 0);
  }
  response.sendDate = false;
  response.writeHead(reply.status, headers);
  response.end(envelope.method === 'HEAD' ? undefined : reply.body);
}
