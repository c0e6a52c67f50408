/** One connection's state: its transaction, its options, and statements that are undone, wait, and run again. */
import { type Isolation } from './access.js';
import { type ObjectName, type TypeName } from './ast.js';
import { type Database, type SessionInfo } from './database.js';
import { type DefineHost, qualified } from './define.js';
import { Cancelled, doomed, invalidObject, SqlError } from './errors.js';
import { Frame } from './frame.js';
import { MustWait } from './locks.js';
import { type ModifyHost } from './modify.js';
import { type Hooks, type Sink } from './sink.js';
import { type SqlType } from './sql-type.js';
import { type Table } from './storage.js';
import { systemFunction, type SessionState } from './system-functions.js';
import { systemView } from './system-views.js';
import { Transaction } from './transaction.js';
import { typeNamed } from './type-names.js';

export interface Options {
  xactAbort: boolean;
  noCount: boolean;
  implicitTransactions: boolean;
  lockTimeout_ms: number;
  /** SET FMTONLY: queries answer with their columns and no rows. */
  onlyShapes: boolean;
  isolation: Isolation;
  identityInsert: string;
}

const defaults = (): Options => ({
  xactAbort: false,
  noCount: false,
  implicitTransactions: false,
  lockTimeout_ms: -1,
  onlyShapes: false,
  isolation: 'READ COMMITTED',
  identityInsert: '',
});

/** Everything that statements ask of the session that runs them. */
export type StatementHost = ModifyHost & Omit<DefineHost, 'planQuery'>;

export class Session {
  readonly database: Database;
  readonly info: SessionInfo;
  readonly hooks: Hooks;
  options = defaults();
  transaction: Transaction | null = null;
  transactionCount = 0;
  rowCount = 0n;
  errorNumber = 0;
  identity: bigint | null = null;
  /** Tables named `#…` made by batches live as long as the session. */
  root = new Frame(null, '', false);
  #abort = new AbortController();

  constructor(database: Database, info: SessionInfo, hooks: Hooks) {
    this.database = database;
    this.info = info;
    this.hooks = hooks;
    database.sessions.set(info.spid, info);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The client gave up: whatever runs ends at its next statement, or in its wait. */
  cancel(): void {
    this.#abort.abort();
  }

  /** Before each request. */
  begin(): void {
    this.#abort = new AbortController();
  }

  /** As new, but for the login (sp_reset_connection). */
  reset(sink: Sink | null): void {
    this.rollback(sink);
    this.options = defaults();
    this.root = new Frame(null, '', false);
    this.rowCount = 0n;
  }

  /** The connection is gone. */
  close(): void {
    this.cancel();
    this.rollback(null);
    this.database.sessions.delete(this.info.spid);
  }

  beginTransaction(sink: Sink | null): void {
    if (this.transaction === null) {
      this.transaction = this.#newTransaction();
      sink?.transaction('begin', this.transaction.descriptor);
    }
    this.transactionCount += 1;
  }

  #newTransaction(): Transaction {
    return new Transaction(this.info.spid, this.database.newTransactionDescriptor());
  }

  /** Throws SqlError 3902, 3930. */
  async commit(sink: Sink): Promise<void> {
    if (this.transaction === null || this.transactionCount === 0) {
      throw new SqlError(3902, 'The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.');
    }
    if (this.transaction.isDoomed) throw doomed();
    if (this.transactionCount > 1) {
      this.transactionCount -= 1;
      return;
    }
    await this.hooks.commit('before');
    const { descriptor } = this.transaction;
    this.#finish('commit');
    await this.hooks.commit('after');
    sink.transaction('commit', descriptor);
  }

  /** Takes everything back; nothing to do without a transaction. */
  rollback(sink: Sink | null): void {
    const { transaction } = this;
    if (transaction === null) return;
    this.#finish('rollback');
    sink?.transaction('rollback', transaction.descriptor);
  }

  #finish(how: 'commit' | 'rollback'): void {
    const transaction = this.transaction!;
    this.transaction = null;
    this.transactionCount = 0;
    transaction.finish(how);
    this.database.locks.releaseAll(transaction);
  }

  /** All of a statement or nothing of it; where it meets a lock, it waits and begins anew. */
  async atomic<T>(frame: Frame, isChange: boolean, run: (host: StatementHost) => T): Promise<T> {
    const isOwn = this.transaction === null;
    this.transaction ??= this.#newTransaction();
    const { transaction } = this;
    try {
      if (isChange && transaction.isDoomed) throw doomed();
      const result = await this.#untilGranted(frame, transaction, run);
      if (isOwn) await this.#commitOwn(transaction);
      return result;
    } catch (error) {
      if (isOwn && this.transaction === transaction) this.#finish('rollback');
      throw error;
    }
  }

  async #commitOwn(transaction: Transaction): Promise<void> {
    const hasChanges = transaction.cost > 0;
    if (hasChanges) await this.hooks.commit('before');
    this.#finish('commit');
    if (hasChanges) await this.hooks.commit('after');
  }

  async #untilGranted<T>(frame: Frame, transaction: Transaction, run: (host: StatementHost) => T): Promise<T> {
    const restore = frame.remember();
    for (;;) {
      const mark = transaction.mark();
      try {
        return run(this.#host(frame, transaction));
      } catch (error) {
        transaction.undoTo(mark);
        restore();
        if (!(error instanceof MustWait)) throw error;
        const { locks } = this.database;
        await locks.wait(transaction, error, this.options.lockTimeout_ms, this.signal);
        if (this.signal.aborted) throw new Cancelled();
      }
    }
  }

  #state(frame: Frame): SessionState {
    return {
      database: this.database,
      info: this.info,
      rowCount: this.rowCount,
      transactionCount: this.transactionCount,
      isDoomed: this.transaction?.isDoomed ?? false,
      errorNumber: this.errorNumber,
      caught: frame.handled,
      identity: this.identity,
      nesting: frame.depth,
      lockTimeout_ms: this.options.lockTimeout_ms,
      optionBits: 5496 + (this.options.xactAbort ? 16_384 : 0) + (this.options.noCount ? 512 : 0),
      findTemporary: (name) => frame.findTemporary(name),
    };
  }

  /** A fresh host per attempt: it holds what is true now. */
  #host(frame: Frame, transaction: Transaction): StatementHost {
    const { database, options } = this;
    return {
      database,
      databaseName: database.settings.name,
      locks: database.locks,
      transaction,
      isolation: options.isolation,
      readsSnapshots: database.settings.readsSnapshots && options.isolation === 'READ COMMITTED',
      escalation: database.settings.lockEscalation,
      variable: (name) => frame.variable(name),
      resolveType: (name) => this.resolveType(name, false),
      systemFunction: (name, args) => systemFunction(this.#state(frame), name, args),
      systemView: (name) => systemView(database, name),
      findTable: (name) => this.findTable(frame, name),
      findTableVariable: (name) => {
        const table = frame.tableVariables.get(name);
        if (table === undefined) throw invalidObject(name);
        return table;
      },
      allowsIdentity: (table) => options.identityInsert === `${table.schema}.${table.name}`.toLowerCase(),
      addTemporary: (table) => {
        const home = frame.isNested ? frame : this.root;
        home.temporary.set(table.name.toLowerCase(), table);
        return () => void home.temporary.delete(table.name.toLowerCase());
      },
      dropTemporary: (table) => frame.dropTemporary(table),
    };
  }

  /** Values outside of any statement: IF, SET, arguments. */
  host(frame: Frame): StatementHost {
    return this.#host(frame, this.transaction ?? this.#newTransaction());
  }

  resolveType(name: TypeName, inDeclaration: boolean): SqlType {
    return typeNamed(name, inDeclaration);
  }

  findTable(frame: Frame, name: ObjectName): Table | null {
    const { schema, name: bare } = qualified(name);
    if (bare.startsWith('#')) return frame.findTemporary(bare);
    return this.database.tables.find(schema, bare) ?? null;
  }
}
