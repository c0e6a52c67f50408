/** Faults: what goes wrong with which call, by rule or by seed. */
import type { Call } from './call.js';
import type { ErrorCode, HostKind } from './errors.js';
import type { CallKind } from './kinds.js';

export type Fault =
  /** The call has its effect; the connection is cut instead of an answer. */
  | { readonly kind: 'lose-response' }
  /** The connection is cut before any effect. */
  | { readonly kind: 'reset' }
  /** The answer begins and breaks off after so many bytes of its body. */
  | { readonly kind: 'cut-body'; readonly bytes: number }
  /** An error instead of the effect, or, `after`, besides it: outcome unknown. */
  | {
      readonly kind: 'refuse';
      readonly code: ErrorCode;
      readonly status?: number;
      readonly retryAfter_s?: number;
      readonly when?: 'before' | 'after';
    }
  | { readonly kind: 'delay'; readonly duration_ms: number }
  /** The call waits at the gate, before or after its effect. */
  | { readonly kind: 'hold'; readonly gate: Gate; readonly when: 'before' | 'after' }
  /** Somebody else breaks the lease of the path and takes it, before the call. */
  | { readonly kind: 'steal-lease' }
  /** The lease of the path runs out before the call. */
  | { readonly kind: 'expire-lease' }
  /** After the effect and before the answer the server dies, until `restart()`. */
  | { readonly kind: 'kill'; readonly dropsUncommitted?: boolean };

/** Where calls wait until a test lets them go on. */
export class Gate {
  #isOpen = false;
  readonly #arrivals: (() => void)[] = [];
  readonly #waiting: (() => void)[] = [];
  #arrived = 0;

  /** Resolves when a call stands at the gate. */
  arrived(): Promise<void> {
    return this.#arrived > 0 ? Promise.resolve() : new Promise((resolve) => this.#arrivals.push(resolve));
  }

  pass(): Promise<void> {
    this.#arrived++;
    for (const arrival of this.#arrivals.splice(0)) arrival();
    return this.#isOpen ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  open(): void {
    this.#isOpen = true;
    for (const waiting of this.#waiting.splice(0)) waiting();
  }
}

export interface Matcher {
  readonly kind?: CallKind | readonly CallKind[];
  readonly host?: HostKind;
  readonly filesystem?: string;
  /** The whole path, or what it must match. */
  readonly path?: string | RegExp;
  readonly test?: (call: Call) => boolean;
}

export interface Rule {
  readonly when?: Matcher;
  readonly fault: Fault;
  /** Matching calls that stay whole before the first fault. */
  readonly skip?: number;
  /** Faults until the rule is spent; without it, every matching call. */
  readonly times?: number;
}

interface Active extends Rule {
  seen: number;
  done: number;
}

export interface Seeded {
  readonly seed: number;
  /** 0 to 1: share of the matching calls that get a fault. */
  readonly share: number;
  readonly faults: readonly Fault[];
  readonly when?: Matcher;
}

export function matches(matcher: Matcher | undefined, call: Call): boolean {
  if (matcher === undefined) return true;
  const { kind, host, filesystem, path, test } = matcher;
  if (kind !== undefined && (typeof kind === 'string' ? kind !== call.kind : !kind.includes(call.kind))) return false;
  if (host !== undefined && host !== call.host) return false;
  if (filesystem !== undefined && filesystem !== call.filesystem) return false;
  if (path !== undefined && (typeof path === 'string' ? path !== call.path : !path.test(call.path))) return false;
  return test?.(call) ?? true;
}

/** Mulberry32: 32 bits of state, good enough to pick faults. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class Faults {
  readonly #rules: Active[] = [];
  #seeded: { readonly options: Seeded; readonly random: () => number } | undefined;
  /** Faults that happened. */
  injected = 0;

  /** Rules are asked in the order in which they were added; the first that fits decides. */
  add(rule: Rule): void {
    this.#rules.push({ ...rule, seen: 0, done: 0 });
  }

  /** The account is over its limit for the next `calls` matching calls. */
  throttle(calls: number, when: Matcher = {}, retryAfter_s = 1): void {
    this.add({ when, times: calls, fault: { kind: 'refuse', code: 'ServerBusy', retryAfter_s } });
  }

  /** The same seed and the same calls give the same faults. */
  seed(options: Seeded): void {
    this.#seeded = { options, random: randomFrom(options.seed) };
  }

  clear(): void {
    this.#rules.length = 0;
    this.#seeded = undefined;
  }

  /** The fault of this call; counts it as done. */
  next(call: Call): Fault | undefined {
    const fault = this.#byRule(call) ?? this.#bySeed(call);
    if (fault !== undefined) this.injected++;
    return fault;
  }

  #byRule(call: Call): Fault | undefined {
    for (const rule of this.#rules) {
      if (!matches(rule.when, call)) continue;
      rule.seen++;
      if (rule.seen <= (rule.skip ?? 0) || rule.done >= (rule.times ?? Number.POSITIVE_INFINITY)) continue;
      rule.done++;
      return rule.fault;
    }
    return undefined;
  }

  #bySeed(call: Call): Fault | undefined {
    if (this.#seeded === undefined) return undefined;
    const { options, random } = this.#seeded;
    if (!matches(options.when, call) || random() >= options.share) return undefined;
    return options.faults[Math.floor(random() * options.faults.length)];
  }
}
