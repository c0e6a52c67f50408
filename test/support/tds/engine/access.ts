/** Rows read and written under locks. */
import { duplicateIndexKey, duplicateKey } from './errors.js';
import { type LockManager, type LockMode, MustWait } from './locks.js';
import { convert } from './convert.js';
import * as sql from './sql-type.js';
import { type Index, type Row, type Table, type Values } from './storage.js';
import { type Transaction } from './transaction.js';

export type Isolation = 'READ UNCOMMITTED' | 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE' | 'SNAPSHOT';

export interface AccessHost {
  readonly locks: LockManager;
  readonly transaction: Transaction;
  readonly isolation: Isolation;
  /** Readers see the last committed rows instead of waiting (READ_COMMITTED_SNAPSHOT). */
  readonly readsSnapshots: boolean;
  /** Row locks of one transaction on one table, from where on the whole table is locked. */
  readonly escalation: number;
}

export interface Candidate {
  readonly values: Values;
  readonly row: Row | null;
}

/** What a statement wants of the rows it looks at. */
interface Wish {
  readonly keeps: 'S' | 'U' | 'X' | null;
  readonly isRange: boolean;
  readonly isDirty: boolean;
  readonly isSnapshot: boolean;
}

const INTENT: Readonly<Record<'S' | 'U' | 'X', LockMode>> = { S: 'IS', U: 'IX', X: 'IX' };

function wishOf(host: AccessHost, hints: readonly string[], isTarget: boolean): Wish {
  const has = (...names: readonly string[]): boolean => names.some((name) => hints.includes(name));
  const isRange = host.isolation === 'SERIALIZABLE' || has('HOLDLOCK', 'SERIALIZABLE');
  const isRepeatable = isRange || host.isolation === 'REPEATABLE READ' || has('REPEATABLEREAD');
  const keeps = has('XLOCK', 'TABLOCKX') ? 'X' : has('UPDLOCK') ? 'U' : isRepeatable ? 'S' : null;
  const isDirty =
    !isTarget && keeps === null && (has('NOLOCK', 'READUNCOMMITTED') || host.isolation === 'READ UNCOMMITTED');
  const isSnapshot = !isTarget && keeps === null && host.readsSnapshots && !has('READCOMMITTEDLOCK');
  return { keeps, isRange, isDirty, isSnapshot };
}

/** Takes a lock or has the statement wait for it. */
export function take(host: AccessHost, resource: string, mode: LockMode): void {
  if (!host.locks.acquire(host.transaction, resource, mode)) throw new MustWait(resource, mode, false);
}

/** Reads one table for one statement. */
export class TableReader {
  readonly #host: AccessHost;
  readonly #table: Table;
  readonly #wish: Wish;

  constructor(host: AccessHost, table: Table, hints: readonly string[], isTarget: boolean) {
    this.#host = host;
    this.#table = table;
    this.#wish = wishOf(host, hints, isTarget);
  }

  /** All rows. */
  scan(): readonly Candidate[] {
    const { keeps, isRange } = this.#wish;
    this.#enter();
    // Without a key to hold, the range is the table.
    if (this.#table.isShared && isRange && keeps !== null) take(this.#host, this.#table.lockName, keeps);
    const found: Candidate[] = [];
    for (const row of this.#table.rows) {
      const values = this.#visible(row);
      if (values !== null) found.push({ values, row });
    }
    return found;
  }

  /** The rows with that key. */
  seek(index: Index, key: string): readonly Candidate[] {
    const { keeps, isRange } = this.#wish;
    this.#enter();
    const table = this.#table;
    if (table.isShared && isRange && keeps !== null) {
      if (!index.isUnique) take(this.#host, table.lockName, keeps);
      // The key is held even where nothing has it: nobody may insert it.
      else this.#takeRow(table.keyLock(index, key), keeps);
    }
    const found: Candidate[] = [];
    for (const row of index.find(key)) {
      const isCandidate = [row.values, row.committed].some(
        (values) => values !== null && index.keyOf(table.columns, values) === key,
      );
      if (!isCandidate) continue;
      const values = this.#visible(row);
      if (values !== null && index.keyOf(table.columns, values) === key) found.push({ values, row });
    }
    return found;
  }

  #enter(): void {
    const { keeps, isDirty, isSnapshot } = this.#wish;
    if (!this.#table.isShared) return;
    if (keeps !== null) return take(this.#host, this.#table.lockName, INTENT[keeps]);
    const mode: LockMode = isDirty || isSnapshot ? 'stability' : 'IS';
    if (!this.#host.locks.probe(this.#host.transaction, this.#table.lockName, mode)) {
      throw new MustWait(this.#table.lockName, mode, true);
    }
  }

  #visible(row: Row): Values | null {
    const { keeps, isDirty, isSnapshot } = this.#wish;
    const { transaction } = this.#host;
    const isOthers = row.writer !== null && row.writer !== transaction;
    if (isOthers && isSnapshot) return row.committed;
    const named = row.values ?? row.committed;
    if (!this.#table.isShared || isDirty || named === null) return row.values;
    if (keeps !== null) this.#takeRow(this.#table.rowLock(row, named), keeps);
    else if (isOthers) throw new MustWait(this.#table.rowLock(row, named), 'S', true);
    return row.values;
  }

  #takeRow(resource: string, mode: 'S' | 'U' | 'X'): void {
    takeRowLock(this.#host, this.#table, resource, mode);
  }
}

function takeRowLock(host: AccessHost, table: Table, resource: string, mode: 'S' | 'U' | 'X'): void {
  const { locks, transaction } = host;
  if (locks.holds(transaction, table.lockName, mode)) return;
  take(host, resource, mode);
  if (transaction.countRowLock(table.id) % host.escalation === 0) {
    // Escalation never waits: it takes the table or goes on row by row.
    locks.acquire(transaction, table.lockName, mode === 'S' ? 'S' : 'X');
  }
}

function lockForWrite(host: AccessHost, table: Table, row: Row | null, all: readonly (Values | null)[]): void {
  if (!table.isShared) return;
  take(host, table.lockName, 'IX');
  for (const values of all) {
    if (values === null) continue;
    if (row !== null) takeRowLock(host, table, table.rowLock(row, values), 'X');
    for (const index of table.indexes) {
      if (index.isUnique) takeRowLock(host, table, table.keyLock(index, index.keyOf(table.columns, values)), 'X');
    }
  }
}

function checkUnique(table: Table, values: Values, self: Row | null): void {
  for (const index of table.indexes) {
    if (!index.isUnique) continue;
    const key = index.keyOf(table.columns, values);
    for (const row of index.find(key)) {
      const isSame = row !== self && row.values !== null && index.keyOf(table.columns, row.values) === key;
      if (isSame) throw duplicateOf(table, index, values);
    }
  }
}

function duplicateOf(table: Table, index: Index, values: Values): Error {
  const { kind, name, columns } = index.definition;
  const shown = columns
    .map((at) => {
      const text = convert(values[at]!, table.columns[at]!.type, sql.nvarchar(-1));
      return text === null ? '<NULL>' : (text as string);
    })
    .join(', ');
  const tableName = `${table.schema}.${table.name}`;
  if (kind === 'unique-index') return duplicateIndexKey(name, tableName, shown);
  return duplicateKey(name, kind === 'primary' ? 'PRIMARY KEY' : 'UNIQUE KEY', tableName, shown);
}

/** Throws SqlError 2627 or 2601, or MustWait. */
export function insertRow(host: AccessHost, table: Table, values: Values): void {
  lockForWrite(host, table, null, [values]);
  checkUnique(table, values, null);
  const row = table.insert(values, host.transaction);
  // A row of a heap has a name only now; nobody else can hold it.
  if (table.isShared && table.primary === null) host.locks.acquire(host.transaction, table.rowLock(row, values), 'X');
}

/** Takes every lock that writing these rows needs, before the first of them changes. */
export function lockRows(
  host: AccessHost,
  table: Table,
  changes: readonly { readonly row: Row; readonly after: Values | null }[],
): void {
  for (const { row, after } of changes) lockForWrite(host, table, row, [row.values, after]);
}

/** All of them at once, so that keys may be exchanged. Throws SqlError 2627 or 2601. */
export function writeRows(
  host: AccessHost,
  table: Table,
  changes: readonly { readonly row: Row; readonly after: Values | null }[],
): void {
  for (const { row, after } of changes) table.write(row, after, host.transaction);
  for (const { row, after } of changes) if (after !== null) checkUnique(table, after, row);
}
