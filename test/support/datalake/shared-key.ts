/** `Authorization: SharedKey account:signature`, as "Authorize with Shared Key" of the REST documentation says. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Account } from './behaviour.js';
import type { Call } from './call.js';
import { ServiceError } from './errors.js';

/** A signed date further off than this is refused. */
const DATE_SKEW_MS_MAX = 15 * 60 * 1000;

export function sign(account: Account, text: string): string {
  return createHmac('sha256', Buffer.from(account.key, 'base64')).update(text, 'utf8').digest('base64');
}

export function isEqualText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

const SIGNED_HEADERS = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-type',
  'date',
  'if-modified-since',
  'if-match',
  'if-none-match',
  'if-unmodified-since',
  'range',
] as const;

function canonicalHeaders(call: Call): string {
  const values = new Map<string, string>();
  for (const [name, value] of call.headers) {
    const key = name.toLowerCase();
    if (key.startsWith('x-ms-')) values.set(key, value.trim().replace(/\s+/gu, ' '));
  }
  return [...values.keys()]
    .sort()
    .map((name) => `${name}:${values.get(name) ?? ''}\n`)
    .join('');
}

function canonicalResource(call: Call, account: Account): string {
  const query = [...call.query.keys()].sort().map((name) => `\n${name}:${call.query.get(name) ?? ''}`);
  return `/${account.name}${call.rawPath}${query.join('')}`;
}

export function stringToSign(call: Call, account: Account): string {
  const values = SIGNED_HEADERS.map((name) => {
    const value = call.header(name) ?? '';
    if (name === 'content-length' && value === '0') return '';
    // With x-ms-date there is no Date line.
    return name === 'date' && call.header('x-ms-date') !== undefined ? '' : value;
  });
  return `${call.sentMethod}\n${values.join('\n')}\n${canonicalHeaders(call)}${canonicalResource(call, account)}`;
}

export function requireSharedKey(call: Call, account: Account, credential: string, wall_ms: number): void {
  const colon = credential.indexOf(':');
  const name = credential.slice(0, colon);
  const signature = credential.slice(colon + 1);
  if (call.header('x-ms-version') === undefined) {
    throw new ServiceError('MissingRequiredHeader', { detail: { HeaderName: 'x-ms-version' } });
  }
  const date_ms = Date.parse(call.header('x-ms-date') ?? call.header('date') ?? '');
  const isRecent = Math.abs(date_ms - wall_ms) <= DATE_SKEW_MS_MAX;
  if (name !== account.name || !isRecent || !isEqualText(signature, sign(account, stringToSign(call, account)))) {
    throw new ServiceError(
      'AuthenticationFailed',
      authenticationDetail(
        call,
        'The MAC signature found in the HTTP request is not the same as any computed signature.',
      ),
    );
  }
}

/** The blob host explains a refused signature, the dfs host does not. Never with the string to sign. */
export function authenticationDetail(call: Call, text: string): ConstructorParameters<typeof ServiceError>[1] {
  return call.host === 'blob' ? { detail: { AuthenticationErrorDetail: text } } : {};
}
