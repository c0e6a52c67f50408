/** A transaction: what it changed, so that all or the tail of it can be taken back. */
import { type LockOwner } from './locks.js';
import { type Row, type Table, type Values } from './storage.js';

type Change =
  | { readonly kind: 'row'; readonly table: Table; readonly row: Row; readonly before: Values | null }
  | { readonly kind: 'other'; readonly undo: () => void };

export class Transaction implements LockOwner {
  readonly spid: number;
  readonly descriptor: bigint;
  readonly #changes: Change[] = [];
  /** Every set of values that a row has had under this transaction. */
  readonly #held = new Map<Row, { readonly table: Table; readonly values: Values[] }>();
  readonly savepoints = new Map<string, number>();
  /** Only a rollback is left (XACT_STATE() = -1). */
  isDoomed = false;
  readonly #rowLocks = new Map<number, number>();

  constructor(spid: number, descriptor: bigint) {
    this.spid = spid;
    this.descriptor = descriptor;
  }

  get cost(): number {
    return this.#changes.length;
  }

  /** A place to come back to. */
  mark(): number {
    return this.#changes.length;
  }

  /** Another lock on a row of that table; how many it were, then. */
  countRowLock(tableId: number): number {
    const count = (this.#rowLocks.get(tableId) ?? 0) + 1;
    this.#rowLocks.set(tableId, count);
    return count;
  }

  changed(table: Table, row: Row, before: Values | null): void {
    this.#changes.push({ kind: 'row', table, row, before });
    this.#remember(table, row, before);
  }

  /** A change of something else than a row. */
  note(undo: () => void): void {
    this.#changes.push({ kind: 'other', undo });
  }

  #remember(table: Table, row: Row, values: Values | null): void {
    let entry = this.#held.get(row);
    if (entry === undefined) {
      entry = { table, values: [] };
      this.#held.set(row, entry);
    }
    if (values !== null) entry.values.push(values);
  }

  undoTo(mark: number): void {
    while (this.#changes.length > mark) {
      const change = this.#changes.pop()!;
      if (change.kind === 'other') {
        change.undo();
      } else {
        this.#remember(change.table, change.row, change.row.values);
        change.row.values = change.before;
      }
    }
  }

  /** Ends it. Whoever calls has decided which of the two, and releases the locks. */
  finish(how: 'commit' | 'rollback'): void {
    if (how === 'rollback') this.undoTo(0);
    for (const [row, { table, values }] of this.#held) {
      // A final look at what the row holds: it may differ from everything noted so far.
      table.settle(row, values);
    }
    this.#held.clear();
    this.#changes.length = 0;
  }
}
