/** Sessions without a socket: what the engine does, as texts. */
import { type ScopeColumn } from './engine/bind.js';
import { convert } from './engine/convert.js';
import { Database, type DatabaseSettings } from './engine/database.js';
import { type SqlError } from './engine/errors.js';
import { Requests } from './engine/requests.js';
import { Session } from './engine/session.js';
import { NO_HOOKS, type Sink } from './engine/sink.js';
import * as sql from './engine/sql-type.js';
import { type Values } from './engine/storage.js';

const SPID_FIRST = 51;

/** What a batch answered. */
export interface Answer {
  /** Rows of all results, each value as text. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Numbers of the errors. */
  readonly errors: readonly number[];
  readonly messages: readonly string[];
  readonly counts: readonly bigint[];
  /** Types of the last result's columns. */
  readonly types: readonly string[];
  /** RETURN of the last procedure. */
  readonly status: bigint | null;
}

class Collector implements Sink {
  readonly rows: (string | null)[][] = [];
  readonly errors: number[] = [];
  readonly messages: string[] = [];
  readonly counts: bigint[] = [];
  status: bigint | null = null;
  types: string[] = [];
  #columns: readonly ScopeColumn[] = [];

  columns(columns: readonly ScopeColumn[]): void {
    this.#columns = columns;
    this.types = columns.map(({ type }) => sql.typeText(type));
  }
  row(values: Values): void {
    this.rows.push(
      values.map((value, at) => convert(value, this.#columns[at]!.type, sql.nvarchar(-1), 126) as string | null),
    );
  }
  message(error: SqlError): void {
    if (error.severity > 10) this.errors.push(error.number);
    this.messages.push(error.message);
  }
  done(_kind: string, count: bigint | null): void {
    if (count !== null) this.counts.push(count);
  }
  returnStatus(status: bigint): void {
    this.status = status;
  }
  returnValue(): void {
    // Output parameters are the wire's concern.
  }
  transaction(): void {
    // As above.
  }
}

export class LocalSession {
  readonly session: Session;
  readonly #requests: Requests;

  constructor(database: Database, spid: number) {
    const info = {
      spid,
      loginName: 'esql',
      hostName: 'here',
      applicationName: 'test',
      isEncrypted: false,
      clientAddress: '',
    };
    this.session = new Session(database, info, NO_HOOKS);
    this.#requests = new Requests(this.session);
  }

  async run(text: string): Promise<Answer> {
    const collector = new Collector();
    await this.#requests.batch(text, collector);
    return collector;
  }

  /** Runs texts that must not fail. */
  async prepare(...texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      const { messages, errors } = await this.run(text);
      if (errors.length > 0) throw new Error(`${messages.join('; ')}: ${text}`);
    }
  }

  /** The only value of the only row. */
  async value(text: string): Promise<string | null> {
    const { rows, messages } = await this.run(text);
    const value = rows[0]?.[0];
    if (value === undefined) throw new Error(messages.join('; '));
    return value;
  }
}

/** So many sessions of one database. */
export function localSessions(count: number, settings: Partial<DatabaseSettings> = {}): readonly LocalSession[] {
  const database = new Database(settings);
  return Array.from({ length: count }, (_, at) => new LocalSession(database, SPID_FIRST + at));
}
