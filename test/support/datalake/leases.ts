/** Leases of paths and filesystems: the states of "Lease Blob" in the REST documentation, timed by the server. */
import { randomUUID } from 'node:crypto';
import type { Call } from './call.js';
import { invalidHeader } from './call.js';
import { type HostKind, refusal, ServiceError } from './errors.js';

export type LeaseState = 'available' | 'leased' | 'expired' | 'breaking' | 'broken';

export const LEASE_INFINITE = -1;
const DURATION_S_MIN = 15;
const DURATION_S_MAX = 60;

export class Lease {
  #id: string | undefined;
  #duration_s = LEASE_INFINITE;
  #expires_ms = 0;
  /** Set by a break: from then on nobody can renew. */
  #breaks_ms: number | undefined;

  state(now_ms: number): LeaseState {
    if (this.#id === undefined) return 'available';
    if (this.#breaks_ms !== undefined) return now_ms < this.#breaks_ms ? 'breaking' : 'broken';
    return this.#duration_s === LEASE_INFINITE || now_ms < this.#expires_ms ? 'leased' : 'expired';
  }

  /** `fixed`, `infinite`, or undefined while nobody holds it. */
  duration(now_ms: number): string | undefined {
    if (this.state(now_ms) !== 'leased') return undefined;
    return this.#duration_s === LEASE_INFINITE ? 'infinite' : 'fixed';
  }

  isHeld(now_ms: number): boolean {
    const state = this.state(now_ms);
    return state === 'leased' || state === 'breaking';
  }

  acquire(id: string, duration_s: number, now_ms: number): void {
    const isSame = this.#id === id;
    const state = this.state(now_ms);
    if (state === 'breaking' && isSame) throw new ServiceError('LeaseIsBreakingAndCannotBeAcquired');
    if (state === 'breaking' || (state === 'leased' && !isSame)) throw new ServiceError('LeaseAlreadyPresent');
    this.#id = id;
    this.#duration_s = duration_s;
    this.#expires_ms = now_ms + duration_s * 1000;
    this.#breaks_ms = undefined;
  }

  renew(id: string, now_ms: number): void {
    this.#requireId(id);
    if (this.#breaks_ms !== undefined) throw new ServiceError('LeaseIsBrokenAndCannotBeRenewed');
    this.#expires_ms = now_ms + this.#duration_s * 1000;
  }

  change(id: string, proposed: string, now_ms: number): void {
    const state = this.state(now_ms);
    if (state === 'broken' || state === 'expired') throw new ServiceError('LeaseNotPresentWithLeaseOperation');
    if (this.#id !== proposed) this.#requireId(id);
    if (state === 'breaking') throw new ServiceError('LeaseIsBreakingAndCannotBeChanged');
    if (this.#id === undefined) throw new ServiceError('LeaseNotPresentWithLeaseOperation');
    this.#id = proposed;
  }

  release(id: string): void {
    this.#requireId(id);
    this.clear();
  }

  /** Seconds until the lease is free. Without a period an account with a hierarchical namespace frees it at once. */
  breakUp(period_s: number | undefined, now_ms: number, hierarchical: boolean): number {
    const state = this.state(now_ms);
    if (state === 'available') throw new ServiceError('LeaseNotPresentWithLeaseOperation');
    if (state === 'broken' || state === 'expired') {
      this.#breaks_ms = now_ms;
      return 0;
    }
    const end_ms = this.#breaks_ms ?? this.#expires_ms;
    const remaining_s =
      state === 'leased' && this.#duration_s === LEASE_INFINITE
        ? Number.POSITIVE_INFINITY
        : Math.ceil((end_ms - now_ms) / 1000);
    const withoutPeriod_s = hierarchical || remaining_s === Number.POSITIVE_INFINITY ? 0 : remaining_s;
    const left_s = period_s === undefined ? withoutPeriod_s : Math.min(period_s, remaining_s);
    this.#breaks_ms = now_ms + left_s * 1000;
    return left_s;
  }

  clear(): void {
    this.#id = undefined;
    this.#breaks_ms = undefined;
  }

  /** Ends a fixed or infinite lease as if its time had passed: for faults. */
  expire(now_ms: number): void {
    this.#duration_s = DURATION_S_MIN;
    this.#expires_ms = now_ms;
  }

  /** May a call with this lease id write (or, where no id is needed, read)? */
  check(id: string | undefined, now_ms: number, host: HostKind, isRead = false): void {
    const state = this.state(now_ms);
    if (id === undefined) {
      if (this.isHeld(now_ms) && !isRead) throw refusal('leaseMissing', host);
      // A write without an id ends what is left of an expired lease.
      if (state === 'expired' && !isRead) this.clear();
      return;
    }
    if (this.#id === undefined) throw refusal('leaseNotPresent', host);
    if (this.#id !== id) throw refusal('leaseMismatch', host);
    if (state === 'expired' || state === 'broken') throw refusal('leaseLost', host);
  }

  #requireId(id: string): void {
    if (this.#id === undefined) throw new ServiceError('LeaseNotPresentWithLeaseOperation');
    if (this.#id !== id) throw new ServiceError('LeaseIdMismatchWithLeaseOperation');
  }
}

/** GUIDs are accepted in any of their spellings and compared in one. */
export function leaseId(call: Call, name: string): string | undefined {
  const text = call.header(name);
  if (text === undefined) return undefined;
  const digits = text.replace(/[-{}()]/gu, '').toLowerCase();
  if (!/^[0-9a-f]{32}$/u.test(digits)) throw invalidHeader(name, text);
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5');
}

export function requiredLeaseId(call: Call, name: string): string {
  const id = leaseId(call, name);
  if (id === undefined) throw new ServiceError('MissingRequiredHeader', { detail: { HeaderName: name } });
  return id;
}

export function proposedLeaseId(call: Call): string {
  return leaseId(call, 'x-ms-proposed-lease-id') ?? randomUUID();
}

export function leaseDuration(call: Call): number {
  const text = call.header('x-ms-lease-duration');
  if (text === undefined)
    throw new ServiceError('MissingRequiredHeader', { detail: { HeaderName: 'x-ms-lease-duration' } });
  const duration_s = Number(text);
  const isValid =
    duration_s === LEASE_INFINITE ||
    (Number.isInteger(duration_s) && duration_s >= DURATION_S_MIN && duration_s <= DURATION_S_MAX);
  if (!isValid) throw invalidHeader('x-ms-lease-duration', text);
  return duration_s;
}
