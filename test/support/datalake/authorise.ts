/** Who may do what: by account key, shared access signature or token. Nothing is public. */
import { queryOf } from './address.js';
import type { Account } from './behaviour.js';
import type { Call } from './call.js';
import type { ServerClock } from './clock.js';
import { ServiceError } from './errors.js';
import { renameSource } from './routes/rename.js';
import { requireSharedAccess, wantedBy } from './shared-access.js';
import { requireSharedKey } from './shared-key.js';
import { noAuthentication, requireToken, type TokenIssuer } from './tokens.js';

export interface Doorkeeper {
  readonly account: Account;
  readonly clock: ServerClock;
  readonly issuer: TokenIssuer;
}

export function authorise(call: Call, { account, clock, issuer }: Doorkeeper): void {
  const authorization = call.header('authorization');
  if (authorization !== undefined) {
    const space = authorization.indexOf(' ');
    const scheme = authorization.slice(0, space);
    const credential = authorization.slice(space + 1);
    if (scheme === 'SharedKey') return requireSharedKey(call, account, credential, clock.wall_ms());
    if (scheme === 'Bearer') return requireToken(call, credential, issuer, clock.now_ms());
    throw new ServiceError('AuthenticationFailed');
  }
  if (!call.query.has('sig')) throw noAuthentication();
  requireSharedAccess(call, call.query, wantedBy(call), account, clock.now_ms());
  if (call.kind !== 'rename') return;
  // The source's signature stands inside the header; moving something away is deleting it there.
  const { filesystem, path, rawQuery } = renameSource(call, account.name);
  if (rawQuery === '') throw new ServiceError('AuthenticationFailed');
  requireSharedAccess(call, queryOf(rawQuery), { filesystem, path, rights: 'dm' }, account, clock.now_ms());
}
