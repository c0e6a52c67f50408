/** One call from arrival to answer: who may, which fault, the route, the counters. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { authorise } from './authorise.js';
import type { Account } from './behaviour.js';
import { type Arrival, type Call, type Envelope, envelopeOf, readCall } from './call.js';
import { Counters } from './counters.js';
import { ServiceError } from './errors.js';
import { type Fault, Faults } from './faults.js';
import { errorReply, type Reply, send } from './reply.js';
import { ROUTES } from './routes/index.js';
import type { Store } from './store.js';
import { TokenIssuer } from './tokens.js';

const OTHER_LEASE_ID = 'ffffffff-0000-4000-8000-ffffffffffff';

/** The answer, or `cut`: the connection ends without one. */
type Outcome = Reply | 'cut';

export class Service {
  readonly account: Account;
  readonly store: Store;
  readonly issuer = new TokenIssuer();
  readonly faults = new Faults();
  readonly counters = new Counters();
  /** Ends every connection and stops listening: the server's part of the fault `kill`. */
  onKill: () => void = () => undefined;

  constructor(account: Account, store: Store) {
    this.account = account;
    this.store = store;
  }

  async answer(
    request: IncomingMessage,
    response: ServerResponse,
    socket: { isBlobPort: boolean; isTls: boolean },
  ): Promise<void> {
    const { clock } = this.store;
    if (await this.issuer.answer(request, response, clock.now_ms())) return;
    const arrival: Arrival = { request, accountName: this.account.name, ...socket };
    const envelope = envelopeOf(arrival);
    let call: Call | undefined;
    let outcome: Outcome;
    let fault: Fault | undefined;
    try {
      call = await readCall(arrival, envelope);
      authorise(call, { account: this.account, clock, issuer: this.issuer });
      fault = this.faults.next(call);
      outcome = await this.#perform(call, fault, envelope);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      outcome = errorReply(error, envelope, clock.now_ms());
    }
    this.#record(call, outcome);
    if (outcome === 'cut') request.socket.destroy();
    else if (fault?.kind === 'cut-body') this.#sendPart(response, outcome, envelope, fault.bytes);
    else send(response, outcome, envelope, clock.now_ms());
  }

  async #perform(call: Call, fault: Fault | undefined, envelope: Envelope): Promise<Outcome> {
    if (fault?.kind === 'reset') return 'cut';
    if (fault?.kind === 'delay') await sleep(fault.duration_ms);
    if (fault?.kind === 'hold' && fault.when === 'before') await fault.gate.pass();
    if (fault?.kind === 'refuse' && fault.when !== 'after') throw refusalOf(fault);
    if (fault?.kind === 'steal-lease' || fault?.kind === 'expire-lease') this.#disturbLease(call, fault.kind);
    const reply = this.#route(call, envelope);
    if (fault?.kind === 'hold' && fault.when === 'after') await fault.gate.pass();
    if (fault?.kind === 'refuse') throw refusalOf(fault);
    if (fault?.kind === 'kill') {
      if (fault.dropsUncommitted === true) this.dropUncommitted();
      this.onKill();
      return 'cut';
    }
    return fault?.kind === 'lose-response' ? 'cut' : reply;
  }

  /** The effect, atomically; a refusal is an answer like any other. */
  #route(call: Call, envelope: Envelope): Reply {
    try {
      return ROUTES[call.kind](call, { store: this.store, account: this.account });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return errorReply(error, envelope, this.store.clock.now_ms());
    }
  }

  #record(call: Call | undefined, outcome: Outcome): void {
    if (call === undefined) return;
    this.counters.record({
      kind: call.kind,
      filesystem: call.filesystem,
      path: call.path,
      status: outcome === 'cut' ? undefined : outcome.status,
      code: outcome === 'cut' ? undefined : outcome.headers['x-ms-error-code'],
    });
  }

  #sendPart(response: ServerResponse, reply: Reply, envelope: Envelope, bytes: number): void {
    const { body = Buffer.alloc(0) } = reply;
    const headers = { ...reply.headers, 'Content-Length': String(body.length), 'x-ms-version': envelope.version };
    response.writeHead(reply.status, headers);
    response.write(body.subarray(0, bytes), () => response.socket?.destroy());
  }

  #disturbLease(call: Call, how: 'steal-lease' | 'expire-lease'): void {
    const { clock } = this.store;
    const lease = this.store.filesystem(call.filesystem, call.host).find(call.path)?.lease;
    if (lease === undefined) return;
    const now_ms = clock.now_ms();
    if (how === 'expire-lease') return lease.expire(now_ms);
    lease.clear();
    lease.acquire(OTHER_LEASE_ID, 60, now_ms);
  }

  /** What was appended and not flushed is gone everywhere. */
  dropUncommitted(): void {
    for (const filesystem of this.store.filesystems) {
      for (const path of filesystem.below('')) filesystem.find(path)?.content.dropUncommitted();
      filesystem.blocks.clear();
    }
  }
}

function refusalOf(fault: Extract<Fault, { kind: 'refuse' }>): ServiceError {
  return new ServiceError(fault.code, {
    ...(fault.status === undefined ? {} : { status: fault.status }),
    ...(fault.retryAfter_s === undefined ? {} : { headers: { 'Retry-After': String(fault.retryAfter_s) } }),
  });
}
