/** One request, read and taken apart. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { addressOf, type Address } from './address.js';
import { type ErrorCode, type HostKind, ServiceError } from './errors.js';
import { type CallKind, kindOf } from './kinds.js';

/** The largest body of an append or of Put Block; larger ones are refused after they were read away. */
const BODY_BYTES_MAX = 256 * 1024 * 1024;
/** A request without a version gets the one of its signature, else the oldest that knows both hosts. */
const VERSION_DEFAULT = '2019-02-02';

export interface Call extends Address {
  readonly kind: CallKind;
  readonly method: string;
  /** As sent: signatures are made of it. */
  readonly sentMethod: string;
  readonly version: string;
  readonly requestId: string;
  readonly isTls: boolean;
  readonly body: Buffer;
  /** Undefined where the header is absent or empty: the service ignores empty ones. */
  readonly header: (name: string) => string | undefined;
  /** Names as sent: metadata keeps its case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** What of a request is known even if it is no valid call: enough to answer it. */
export interface Envelope {
  readonly host: HostKind;
  readonly method: string;
  readonly version: string;
  readonly requestId: string;
  readonly clientRequestId: string | undefined;
}

export interface Arrival {
  readonly request: IncomingMessage;
  readonly accountName: string;
  readonly isBlobPort: boolean;
  readonly isTls: boolean;
}

export function envelopeOf({ request, accountName, isBlobPort }: Arrival): Envelope & { readonly address?: Address } {
  // For clients without PATCH, as Java's.
  const method = single(request, 'x-http-method-override') ?? request.method ?? 'GET';
  const shared = {
    method,
    requestId: randomUUID(),
    clientRequestId: single(request, 'x-ms-client-request-id'),
  };
  try {
    const address = addressOf(
      {
        method,
        target: request.url ?? '/',
        hostHeader: request.headers.host ?? '',
        isRename: request.headers['x-ms-rename-source'] !== undefined,
        isBlobPort,
      },
      accountName,
    );
    const version = single(request, 'x-ms-version') ?? address.query.get('sv') ?? VERSION_DEFAULT;
    return { ...shared, host: address.host, version, address };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { ...shared, host: 'dfs', version: VERSION_DEFAULT };
  }
}

function single(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  const text = Array.isArray(value) ? value.join(',') : value;
  return text === undefined || text === '' ? undefined : text;
}

export async function readCall(arrival: Arrival, envelope: ReturnType<typeof envelopeOf>): Promise<Call> {
  const { request, isTls } = arrival;
  const body = await readBody(request);
  if (envelope.address === undefined) throw new ServiceError('InvalidUri');
  const header = (name: string): string | undefined => single(request, name);
  const kind = kindOf({ address: envelope.address, method: envelope.method, header });
  if (kind === undefined) throw new ServiceError(unknownCall(envelope.method));
  const headers: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    headers.push([request.rawHeaders[index] ?? '', request.rawHeaders[index + 1] ?? '']);
  }
  const { method, version, requestId } = envelope;
  const sentMethod = request.method ?? method;
  return { ...envelope.address, kind, method, sentMethod, version, requestId, isTls, body, header, headers };
}

function unknownCall(method: string): ErrorCode {
  return ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE'].includes(method)
    ? 'InvalidQueryParameterValue'
    : 'UnsupportedHttpVerb';
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes <= BODY_BYTES_MAX) parts.push(part);
  }
  if (bytes > BODY_BYTES_MAX) throw new ServiceError('RequestBodyTooLarge');
  return parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts, bytes);
}

/** `x-ms-meta-name: value` on the blob host. */
export function metaHeaders(call: Call): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of call.headers) {
    if (name.toLowerCase().startsWith('x-ms-meta-')) found.set(name.slice('x-ms-meta-'.length), value);
  }
  return found;
}

/** `x-ms-properties: name=base64,…` on the dfs host; values may be empty. */
export function propertyHeader(text: string | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const pair of text?.split(',') ?? []) {
    const equals = pair.indexOf('=');
    if (equals < 0) throw invalidHeader('x-ms-properties', text ?? '');
    found.set(pair.slice(0, equals).trim(), Buffer.from(pair.slice(equals + 1), 'base64').toString('utf8'));
  }
  return found;
}

export function invalidHeader(name: string, value: string): ServiceError {
  return new ServiceError('InvalidHeaderValue', { detail: { HeaderName: name, HeaderValue: value } });
}

/** A whole number of the query; absent where it must be there is an error of its own. */
export function queryNumber(call: Call, name: string): number {
  const text = call.query.get(name);
  if (text === undefined) throw new ServiceError('MissingRequiredQueryParameter');
  if (!/^\d{1,15}$/u.test(text)) {
    const detail = { QueryParameterName: name, QueryParameterValue: text };
    throw new ServiceError('InvalidQueryParameterValue', { detail });
  }
  return Number(text);
}

export function queryFlag(call: Call, name: string): boolean {
  const text = call.query.get(name)?.toLowerCase() ?? 'false';
  if (text !== 'true' && text !== 'false') throw new ServiceError('InvalidQueryParameterValue');
  return text === 'true';
}
