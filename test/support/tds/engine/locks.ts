/** Locks on tables and keys: modes, queues in order of arrival, deadlocks. */
import { Cancelled, deadlocked, lockTimedOut, type SqlError } from './errors.js';

export type LockMode = 'stability' | 'IS' | 'IX' | 'S' | 'U' | 'SIX' | 'X' | 'schema';

/** Which modes two owners may hold at once (documentation of SQL Server: lock compatibility). */
const COMPATIBLE: Readonly<Record<LockMode, readonly LockMode[]>> = {
  stability: ['stability', 'IS', 'IX', 'S', 'U', 'SIX', 'X'],
  IS: ['stability', 'IS', 'IX', 'S', 'U', 'SIX'],
  IX: ['stability', 'IS', 'IX'],
  S: ['stability', 'IS', 'S', 'U'],
  U: ['stability', 'IS', 'S'],
  SIX: ['stability', 'IS'],
  X: ['stability'],
  schema: [],
};

/** What a mode includes; a request for something included needs nothing new. */
const INCLUDES: Readonly<Record<LockMode, readonly LockMode[]>> = {
  stability: ['stability'],
  IS: ['stability', 'IS'],
  IX: ['stability', 'IS', 'IX'],
  S: ['stability', 'IS', 'S'],
  U: ['stability', 'IS', 'S', 'U'],
  SIX: ['stability', 'IS', 'IX', 'S', 'SIX'],
  X: ['stability', 'IS', 'IX', 'S', 'U', 'SIX', 'X'],
  schema: ['stability', 'IS', 'IX', 'S', 'U', 'SIX', 'X', 'schema'],
};

/** Who holds locks: one session's transaction. */
export interface LockOwner {
  readonly spid: number;
  /** How much would be lost: the least of a circle is sacrificed. */
  readonly cost: number;
}

interface Request {
  readonly owner: LockOwner;
  readonly resource: string;
  readonly mode: LockMode;
  readonly grant: () => void;
  readonly refuse: (error: SqlError | Cancelled) => void;
}

interface Lock {
  readonly holders: Map<LockOwner, Set<LockMode>>;
  readonly queue: Request[];
}

/** Thrown by a statement that met a lock: it is undone, waits, and runs again. */
export class MustWait extends Error {
  readonly resource: string;
  readonly mode: LockMode;
  /** Released as soon as it is granted: the statement only wants to read past it. */
  readonly isBrief: boolean;

  constructor(resource: string, mode: LockMode, isBrief: boolean) {
    super(`${mode} on ${resource}`);
    this.resource = resource;
    this.mode = mode;
    this.isBrief = isBrief;
  }
}

export class LockManager {
  readonly #locks = new Map<string, Lock>();
  readonly #held = new Map<LockOwner, Set<string>>();

  /** Locks of all owners, for sys.dm_tran_locks and tests. */
  list(): readonly {
    readonly spid: number;
    readonly resource: string;
    readonly mode: LockMode;
    readonly isWaiting: boolean;
  }[] {
    return [...this.#locks].flatMap(([resource, lock]) => [
      ...[...lock.holders].flatMap(([owner, modes]) =>
        [...modes].map((mode) => ({ spid: owner.spid, resource, mode, isWaiting: false })),
      ),
      ...lock.queue.map(({ owner, mode }) => ({ spid: owner.spid, resource, mode, isWaiting: true })),
    ]);
  }

  /** Takes the lock if it is free now. */
  acquire(owner: LockOwner, resource: string, mode: LockMode): boolean {
    let lock = this.#locks.get(resource);
    const held = lock?.holders.get(owner);
    if (held !== undefined && [...held].some((have) => INCLUDES[have].includes(mode))) return true;
    if (lock === undefined) {
      lock = { holders: new Map(), queue: [] };
      this.#locks.set(resource, lock);
    }
    if (!this.#isFree(lock, owner, mode)) return false;
    // Nobody overtakes a queue, but for whoever holds a weaker lock already.
    if (held === undefined && lock.queue.length > 0) return false;
    this.#hold(lock, owner, resource, mode);
    return true;
  }

  /** Would the lock be free now? */
  probe(owner: LockOwner, resource: string, mode: LockMode): boolean {
    const lock = this.#locks.get(resource);
    return lock === undefined || this.#isFree(lock, owner, mode);
  }

  /** Waits for the lock. Rejects with SqlError 1205 or 1222, or Cancelled. */
  wait(
    owner: LockOwner,
    { resource, mode, isBrief }: MustWait,
    timeout_ms: number,
    signal: AbortSignal,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      if (timeout_ms === 0) {
        reject(lockTimedOut());
        return;
      }
      const lock = this.#locks.get(resource) ?? { holders: new Map<LockOwner, Set<LockMode>>(), queue: [] };
      this.#locks.set(resource, lock);
      const timer = timeout_ms < 0 ? null : setTimeout(() => request.refuse(lockTimedOut()), timeout_ms);
      const onAbort = (): void => request.refuse(new Cancelled());
      const leave = (): void => {
        if (timer !== null) clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        const at = lock.queue.indexOf(request);
        if (at !== -1) lock.queue.splice(at, 1);
      };
      const request: Request = {
        owner,
        resource,
        mode,
        grant: () => {
          leave();
          if (!isBrief) this.#hold(lock, owner, resource, mode);
          resolve();
        },
        refuse: (error) => {
          leave();
          this.#serve(resource);
          reject(error);
        },
      };
      lock.queue.push(request);
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) onAbort();
      this.#serve(resource);
      this.#breakCircle(request);
    });
  }

  releaseAll(owner: LockOwner): void {
    const resources = this.#held.get(owner);
    this.#held.delete(owner);
    for (const resource of resources ?? []) {
      this.#locks.get(resource)?.holders.delete(owner);
      this.#serve(resource);
    }
  }

  /** Has the owner a lock that includes this one? */
  holds(owner: LockOwner, resource: string, mode: LockMode): boolean {
    const held = this.#locks.get(resource)?.holders.get(owner);
    return held !== undefined && [...held].some((have) => INCLUDES[have].includes(mode));
  }

  #hold(lock: Lock, owner: LockOwner, resource: string, mode: LockMode): void {
    const modes = lock.holders.get(owner);
    if (modes === undefined) lock.holders.set(owner, new Set([mode]));
    else modes.add(mode);
    const held = this.#held.get(owner);
    if (held === undefined) this.#held.set(owner, new Set([resource]));
    else held.add(resource);
  }

  #isFree(lock: Lock, owner: LockOwner, mode: LockMode): boolean {
    for (const [holder, modes] of lock.holders) {
      if (holder !== owner && [...modes].some((held) => !COMPATIBLE[held].includes(mode))) return false;
    }
    return true;
  }

  /** Grants what can be granted, in order; those who only strengthen a lock come first. */
  #serve(resource: string): void {
    const lock = this.#locks.get(resource);
    if (lock === undefined) return;
    const conversions = lock.queue.filter(({ owner }) => lock.holders.has(owner));
    const others = lock.queue.filter(({ owner }) => !lock.holders.has(owner));
    for (const request of conversions) if (this.#isFree(lock, request.owner, request.mode)) request.grant();
    for (const request of others) {
      if (!this.#isFree(lock, request.owner, request.mode)) break;
      request.grant();
    }
    if (lock.holders.size === 0 && lock.queue.length === 0) this.#locks.delete(resource);
  }

  /** Who must finish before the request can be granted. */
  #blockers(request: Request): readonly LockOwner[] {
    const lock = this.#locks.get(request.resource);
    if (lock === undefined) return [];
    const owners = [...lock.holders]
      .filter(
        ([holder, modes]) =>
          holder !== request.owner && [...modes].some((held) => !COMPATIBLE[held].includes(request.mode)),
      )
      .map(([holder]) => holder);
    if (lock.holders.has(request.owner)) return owners;
    const ahead = lock.queue.slice(0, lock.queue.indexOf(request));
    return [...owners, ...ahead.filter(({ owner }) => owner !== request.owner).map(({ owner }) => owner)];
  }

  #requestOf(owner: LockOwner): Request | undefined {
    for (const lock of this.#locks.values()) {
      const found = lock.queue.find((request) => request.owner === owner);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** A circle of waits ends with the cheapest of its members; among equals the one that closed it. */
  #breakCircle(last: Request): void {
    const path = this.#circle(last, last.owner, []);
    if (path === null) return;
    const victim = path.reduce((best, request) => (request.owner.cost < best.owner.cost ? request : best), last);
    victim.refuse(deadlocked(victim.owner.spid));
  }

  #circle(request: Request, start: LockOwner, path: readonly Request[]): readonly Request[] | null {
    const here = [...path, request];
    for (const blocker of this.#blockers(request)) {
      if (blocker === start) return here;
      if (here.some(({ owner }) => owner === blocker)) continue;
      const next = this.#requestOf(blocker);
      const found = next === undefined ? null : this.#circle(next, start, here);
      if (found !== null) return found;
    }
    return null;
  }
}
