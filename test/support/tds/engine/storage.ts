/** Rows of a table with what they were before the transaction that is changing them, and the indexes over them. */
import { type CheckDefinition, type Expression } from './ast.js';
import { joinKeys, keyOf } from './compare.js';
import { type SqlType, type SqlValue } from './sql-type.js';
import { type Transaction } from './transaction.js';

export type Values = readonly SqlValue[];

export interface Column {
  readonly name: string;
  readonly type: SqlType;
  readonly isNullable: boolean;
  readonly default: { readonly expression: Expression; readonly text: string; readonly name: string } | null;
  readonly identity: { next: bigint; readonly step: bigint } | null;
}

/** Null stands for "not there". */
export interface Row {
  readonly id: number;
  values: Values | null;
  committed: Values | null;
  writer: Transaction | null;
}

export interface IndexDefinition {
  readonly id: number;
  readonly name: string;
  readonly kind: 'primary' | 'unique' | 'unique-index' | 'index';
  /** Ordinals of the columns. */
  readonly columns: readonly number[];
}

/**
 * Rows by key. Entries are added when a row gets a key and dropped when the transaction ends, so a row may be found
 * under keys that it had or will have: what is found must be looked at.
 */
export class Index {
  readonly definition: IndexDefinition;
  readonly #rows = new Map<string, Set<Row>>();

  constructor(definition: IndexDefinition) {
    this.definition = definition;
  }

  get isUnique(): boolean {
    return this.definition.kind !== 'index';
  }

  keyOf(columns: readonly Column[], values: Values): string {
    return joinKeys(this.definition.columns.map((at) => keyOf(values[at]!, columns[at]!.type)));
  }

  find(key: string): Iterable<Row> {
    return this.#rows.get(key) ?? [];
  }

  add(key: string, row: Row): void {
    const rows = this.#rows.get(key);
    if (rows === undefined) this.#rows.set(key, new Set([row]));
    else rows.add(row);
  }

  remove(key: string, row: Row): void {
    const rows = this.#rows.get(key);
    if (rows?.delete(row) === true && rows.size === 0) this.#rows.delete(key);
  }

  clear(): void {
    this.#rows.clear();
  }
}

export type TableKind = 'base' | 'temporary' | 'variable' | 'type';

export class Table {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: TableKind;
  columns: readonly Column[];
  checks: readonly CheckDefinition[] = [];
  indexes: Index[] = [];
  readonly rows = new Set<Row>();
  #rowIdNext = 1;

  constructor(id: number, schema: string, name: string, kind: TableKind, columns: readonly Column[]) {
    this.id = id;
    this.schema = schema;
    this.name = name;
    this.kind = kind;
    this.columns = columns;
  }

  /** Other sessions see it, so its rows have locks. */
  get isShared(): boolean {
    return this.kind === 'base';
  }

  get lockName(): string {
    return `table ${this.id}`;
  }

  get primary(): Index | null {
    return this.indexes.find(({ definition }) => definition.kind === 'primary') ?? null;
  }

  columnAt(name: string): number {
    const lower = name.toLowerCase();
    return this.columns.findIndex((column) => column.name.toLowerCase() === lower);
  }

  /** What the lock on a row is called: its primary key, or its place in a heap. */
  rowLock(row: Row, values: Values): string {
    const { primary } = this;
    return primary === null
      ? `${this.lockName} row ${row.id}`
      : this.keyLock(primary, primary.keyOf(this.columns, values));
  }

  keyLock(index: Index, key: string): string {
    return `${this.lockName} index ${index.definition.id} key ${key}`;
  }

  insert(values: Values, transaction: Transaction): Row {
    const row: Row = { id: this.#rowIdNext, values: null, committed: null, writer: transaction };
    this.#rowIdNext += 1;
    this.rows.add(row);
    transaction.changed(this, row, null);
    this.#put(row, values);
    return row;
  }

  /** Changes a row; null removes it. */
  write(row: Row, values: Values | null, transaction: Transaction): void {
    row.writer = transaction;
    transaction.changed(this, row, row.values);
    this.#put(row, values);
  }

  #put(row: Row, values: Values | null): void {
    row.values = values;
    if (values === null) return;
    for (const index of this.indexes) index.add(index.keyOf(this.columns, values), row);
  }

  /** The writer is done: keys that the row no longer has are dropped, and rows that are no more. */
  settle(row: Row, everHeld: readonly Values[]): void {
    for (const index of this.indexes) {
      const now = row.values === null ? null : index.keyOf(this.columns, row.values);
      for (const values of everHeld) {
        const key = index.keyOf(this.columns, values);
        if (key !== now) index.remove(key, row);
      }
    }
    row.committed = row.values;
    row.writer = null;
    if (row.values === null) this.rows.delete(row);
  }

  /** Builds an index over what is there now. */
  addIndex(index: Index): void {
    for (const row of this.rows) {
      if (row.values !== null) index.add(index.keyOf(this.columns, row.values), row);
    }
    this.indexes.push(index);
  }

  rebuildIndexes(): void {
    const all = this.indexes;
    this.indexes = [];
    for (const index of all) {
      index.clear();
      this.addIndex(index);
    }
  }
}
