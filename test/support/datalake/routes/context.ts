/** What every route gets beside the call. */
import type { Account } from '../behaviour.js';
import type { Call } from '../call.js';
import type { Reply } from '../reply.js';
import type { Store } from '../store.js';

export interface Context {
  readonly store: Store;
  readonly account: Account;
}

export type Route = (call: Call, context: Context) => Reply;
