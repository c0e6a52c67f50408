/** Where results go while statements run. */
import { type SqlError } from './errors.js';
import { type ScopeColumn } from './bind.js';
import { type SqlType, type SqlValue } from './sql-type.js';
import { type Values } from './storage.js';

/** A statement of a batch, one inside a procedure, a procedure as a whole. */
export type DoneKind = 'statement' | 'in-procedure' | 'procedure';

/** Which statement is done; clients take a count for one of changed rows only if they know the statement. */
export type Command = 'select' | 'insert' | 'update' | 'delete' | 'execute' | 'bulk-insert' | 'other';

export interface Sink {
  columns(columns: readonly ScopeColumn[]): void;
  row(values: Values): void;
  /** An error or, up to severity 10, an information. */
  message(error: SqlError): void;
  done(kind: DoneKind, count: bigint | null, isError: boolean, command?: Command): void;
  returnStatus(status: bigint): void;
  returnValue(ordinal: number, name: string, type: SqlType, value: SqlValue): void;
  transaction(kind: 'begin' | 'commit' | 'rollback', descriptor: bigint): void;
}

/** Keeps the rows for INSERT … EXEC, and passes messages on. */
export class RowCollector implements Sink {
  readonly rows: Values[] = [];
  types: readonly SqlType[] = [];
  readonly #messages: Sink;

  constructor(messages: Sink) {
    this.#messages = messages;
  }

  columns(columns: readonly ScopeColumn[]): void {
    this.types = columns.map(({ type }) => type);
  }
  row(values: Values): void {
    this.rows.push(values);
  }
  message(error: SqlError): void {
    this.#messages.message(error);
  }
  done(): void {
    // Counts of the procedure's statements are nobody's concern.
  }
  returnStatus(): void {
    // As above.
  }
  returnValue(): void {
    // As above.
  }
  transaction(kind: 'begin' | 'commit' | 'rollback', descriptor: bigint): void {
    this.#messages.transaction(kind, descriptor);
  }
}

/** What the server adds around statements: faults, and the end of other sessions. */
export interface Hooks {
  /** Before each statement that isn't mere control of flow; an error stands for the statement's own. */
  statement(): Promise<SqlError | null>;
  /** Around the moment from which on changes stay. */
  commit(moment: 'before' | 'after'): Promise<void>;
  /** KILL. */
  kill(spid: number): void;
}

export const NO_HOOKS: Hooks = {
  statement: () => Promise.resolve(null),
  commit: () => Promise.resolve(),
  kill: () => undefined,
};
