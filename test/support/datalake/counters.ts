/** What was called, how often and with which outcome. */
import { CALL_KINDS, type CallKind } from './kinds.js';

export interface Count {
  readonly calls: number;
  /** Of these, answered with a status of 400 or more, or 304. */
  readonly refused: number;
  /** Of these, never answered: the connection was cut. */
  readonly cut: number;
}

export interface Journal {
  readonly kind: CallKind;
  readonly filesystem: string;
  readonly path: string;
  /** `undefined`: no answer was sent. */
  readonly status: number | undefined;
  readonly code: string | undefined;
}

const JOURNAL_ENTRIES_MAX = 10_000;
const NOTHING: Count = { calls: 0, refused: 0, cut: 0 };

export class Counters {
  readonly #counts = new Map<CallKind, Count>();
  #journal: Journal[] = [];

  of(kind: CallKind): Count {
    return this.#counts.get(kind) ?? NOTHING;
  }

  /** Calls of all kinds. */
  get total(): number {
    return CALL_KINDS.reduce((sum, kind) => sum + this.of(kind).calls, 0);
  }

  /** Kinds that were called, with their numbers. */
  summary(): Readonly<Partial<Record<CallKind, number>>> {
    return Object.fromEntries([...this.#counts].map(([kind, { calls }]) => [kind, calls]));
  }

  /** The last calls, oldest first. */
  get journal(): readonly Journal[] {
    return this.#journal;
  }

  reset(): void {
    this.#counts.clear();
    this.#journal = [];
  }

  record(entry: Journal): void {
    const { calls, refused, cut } = this.of(entry.kind);
    const isRefused = entry.status !== undefined && (entry.status >= 400 || entry.status === 304);
    this.#counts.set(entry.kind, {
      calls: calls + 1,
      refused: refused + (isRefused ? 1 : 0),
      cut: cut + (entry.status === undefined ? 1 : 0),
    });
    this.#journal.push(entry);
    if (this.#journal.length > JOURNAL_ENTRIES_MAX) this.#journal = this.#journal.slice(JOURNAL_ENTRIES_MAX / 2);
  }
}
