/**
 * The stub that issues access tokens, and the check of them. Tokens are JWTs signed with a secret of the stub (HS256):
 * clients treat them as text, so the algorithm is nobody's business but the stub's.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Call } from './call.js';
import { ServiceError } from './errors.js';
import { isEqualText } from './shared-key.js';

export const STORAGE_AUDIENCE = 'https://storage.azure.com';
export const TENANT = '99999999-8888-7777-6666-555555555555';
const LIFETIME_S = 3_600;

interface Claims {
  readonly aud: string;
  readonly exp: number;
  readonly oid: string;
  readonly tid: string;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export class TokenIssuer {
  readonly #secret = randomBytes(32);
  /** What a client has to send for a token: checked where a client secret or an identity header is asked for. */
  readonly clientSecret = randomBytes(16).toString('hex');
  issued = 0;

  issue(now_ms: number, audience = STORAGE_AUDIENCE, lifetime_s = LIFETIME_S): string {
    const claims: Claims = {
      aud: audience,
      exp: Math.floor(now_ms / 1000) + lifetime_s,
      oid: '11111111-2222-3333-4444-555555555555',
      tid: TENANT,
    };
    const body = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
    this.issued++;
    return `${body}.${this.#sign(body)}`;
  }

  #sign(body: string): string {
    return createHmac('sha256', this.#secret).update(body).digest('base64url');
  }

  /** `undefined`: not a token of this issuer. */
  claims(token: string): Claims | undefined {
    const [header = '', payload = '', signature = ''] = token.split('.');
    if (!isEqualText(signature, this.#sign(`${header}.${payload}`))) return undefined;
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Claims;
  }

  /**
   * Token endpoints: of a managed identity (`GET /msi/token?resource=…` with the header `x-identity-header`), and of a
   * client with a secret (`POST /{tenant}/oauth2/v2.0/token`). `false`: the request is none of them.
   */
  async answer(request: IncomingMessage, response: ServerResponse, now_ms: number): Promise<boolean> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'GET' && url.pathname === '/msi/token') {
      const isAllowed = request.headers['x-identity-header'] === this.clientSecret;
      const audience = (url.searchParams.get('resource') ?? '').replace(/\/$/u, '');
      reply(response, isAllowed ? this.#grant(now_ms, audience) : undefined);
      return true;
    }
    if (request.method !== 'POST' || url.pathname !== `/${TENANT}/oauth2/v2.0/token`) return false;
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const form = new URLSearchParams(Buffer.concat(parts).toString('utf8'));
    const isAllowed = form.get('client_secret') === this.clientSecret;
    const audience = (form.get('scope') ?? '').split(' ')[0]?.replace(/\/*\.default$/u, '');
    reply(response, isAllowed ? this.#grant(now_ms, audience ?? '') : undefined);
    return true;
  }

  #grant(now_ms: number, audience: string): Readonly<Record<string, unknown>> {
    return {
      token_type: 'Bearer',
      access_token: this.issue(now_ms, audience),
      expires_in: LIFETIME_S,
      expires_on: Math.floor(now_ms / 1000) + LIFETIME_S,
      resource: audience,
    };
  }
}

function reply(response: ServerResponse, grant: Readonly<Record<string, unknown>> | undefined): void {
  response.writeHead(grant === undefined ? 401 : 200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(grant ?? { error: 'invalid_client' }));
}

const CHALLENGE = {
  'WWW-Authenticate':
    `Bearer authorization_uri=https://login.microsoftonline.com/${TENANT}/oauth2/authorize ` +
    `resource_id=${STORAGE_AUDIENCE}`,
};

export function requireToken(call: Call, token: string, issuer: TokenIssuer, now_ms: number): void {
  const claims = issuer.claims(token);
  const isForUs =
    claims !== undefined &&
    (claims.aud === STORAGE_AUDIENCE || /^https:\/\/[a-z0-9]+\.(?:blob|dfs)\.core\.windows\.net$/u.test(claims.aud));
  if (isForUs && claims.exp * 1000 > now_ms) return;
  // Recorded: a HEAD with somebody else's token is a 400, everything else a challenge.
  throw new ServiceError('InvalidAuthenticationInfo', {
    status: call.method === 'HEAD' ? 400 : 401,
    detail: {
      AuthenticationErrorDetail: isForUs
        ? 'Lifetime validation failed. The token is expired.'
        : 'Issuer or audience validation failed.',
    },
    headers: CHALLENGE,
    isBeforeService: true,
  });
}

export function noAuthentication(): ServiceError {
  return new ServiceError('NoAuthenticationInformation', { headers: CHALLENGE });
}
