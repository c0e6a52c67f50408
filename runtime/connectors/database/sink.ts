/**
 * A sink whose micro-batch is one call of a stored procedure, with its rows as one JSON text. What the procedure did is
 * asked of the progress row whenever an answer is missing (S1, S5, S10).
 */
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type { ColumnBatch } from '../../columns/batch.js';
import { DatabaseError } from '../../remote/database-error.js';
import type { Sink, SinkCommit, SinkOutcome, SinkProgress } from '../connector.js';
import type { SinkContext } from '../context.js';
import { decideCommit, refuseIfFenced, type SinkBatch } from '../progress.js';
import { FAILOVER_RETRIES, withRetries } from '../retry.js';
import { databaseFailure, isDuplicateKey, type FailureHints } from './failures.js';
import { otherOwner, progressMissing, type Registered } from './progress.js';
import { RowTexts, type ValueEncoder } from './row-texts.js';
import type { Target } from './target.js';

const DUPLICATE_ATTEMPTS = 2;

/** What differs from one database to another: its SQL. Every call is one attempt, and rejects with `DatabaseError`. */
export interface SinkDatabase {
  /** The table, for people: `table in database on server`. */
  readonly place: string;
  readonly hints: FailureHints;
  /** Makes what is missing, if it may, and compares the table with the stream. Rejects with ESQL8663, ESQL8664. */
  prepare(): Promise<ValueEncoder>;
  /** Puts the epoch into the progress row and returns it; with 0 only returns it. Null without a row. */
  register(epoch: number): Promise<Registered | null>;
  /** The one call of a batch. */
  apply(batch: SinkBatch, rows: string): Promise<SinkOutcome>;
  /** The next call has a fresh connection. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export class DatabaseSink implements Sink {
  readonly #context: SinkContext;
  readonly #target: Target;
  readonly #connect: () => Promise<SinkDatabase>;
  readonly #closed = new AbortController();
  readonly #rows: RowTexts;
  #database: SinkDatabase | null = null;
  #encode: ValueEncoder | null = null;

  /** `connect` describes how to reach the database; nothing is sent before the first call. */
  constructor(context: SinkContext, target: Target, connect: () => Promise<SinkDatabase>) {
    this.#context = context;
    this.#target = target;
    this.#connect = connect;
    this.#rows = new RowTexts(context.shape);
  }

  async open(epoch: number): Promise<SinkProgress> {
    const database = await this.#connect();
    this.#database = database;
    const { place, hints } = database;
    try {
      return await this.#retrying(async () => {
        this.#encode = await database.prepare();
        const found = await database.register(epoch);
        invariant(found !== null, 'the epoch was registered');
        refuseIfFenced(found.progress.epoch, epoch, place);
        if (found.other !== null) throw otherOwner(this.#target, found.other, place);
        return found.progress;
      });
    } catch (error) {
      await database.reset();
      throw databaseFailure(error, 'preparing the sink', place, hints);
    }
  }

  begin(): void {
    this.#rows.clear();
  }

  write(rows: ColumnBatch): void {
    invariant(this.#encode !== null, 'the sink is open');
    this.#rows.add(rows, this.#encode, this.#connected.place);
  }

  get buffered_bytes(): number {
    return this.#rows.length;
  }

  async commit(commit: SinkCommit): Promise<SinkOutcome> {
    const batch: SinkBatch = { ...commit, digest: this.#rows.digest() };
    const rows = this.#rows.text();
    let duplicates = 0;
    let uncertain = false;
    const attempt = async (): Promise<SinkOutcome> => {
      try {
        if (uncertain && (await this.#isApplied(batch))) return 'applied';
        return await this.#apply(batch, rows);
      } catch (error) {
        uncertain = true;
        if (isDuplicateKey(error)) duplicates += 1;
        throw error;
      }
    };
    const isPassing = (error: unknown): boolean =>
      isDuplicateKey(error) ? duplicates < DUPLICATE_ATTEMPTS : passes(error);
    try {
      const outcome = await this.#retrying(attempt, isPassing);
      this.begin();
      return outcome;
    } catch (error) {
      const { place, hints } = this.#connected;
      throw databaseFailure(error, 'writing a batch', place, hints);
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
    const database = this.#database;
    this.#database = null;
    await database?.close();
  }

  #retrying<T>(attempt: () => Promise<T>, isPassing = passes): Promise<T> {
    return withRetries(this.#context.env, FAILOVER_RETRIES, isPassing, this.#closed.signal, attempt);
  }

  get #connected(): SinkDatabase {
    invariant(this.#database !== null, 'the sink is open');
    return this.#database;
  }

  async #apply(batch: SinkBatch, rows: string): Promise<SinkOutcome> {
    try {
      return await this.#connected.apply(batch, rows);
    } catch (error) {
      if (error instanceof DatabaseError && error.kind === 'refusal') await this.#explainRefusal(batch);
      throw error;
    }
  }

  /** After a failure: nobody knows what became of the call, so the progress is asked, on a fresh connection. */
  async #isApplied(batch: SinkBatch): Promise<boolean> {
    const found = await this.#connected.register(0);
    if (found === null) throw progressMissing(this.#connected.place);
    const { progress } = found;
    const same = progress.batch === batch.batch && progress.epoch === batch.epoch;
    return same && progress.digest === batch.digest && progress.intentHash === batch.intentHash;
  }

  /** The procedure's refusal with the figures that it was about. */
  async #explainRefusal(batch: SinkBatch): Promise<void> {
    const database = this.#connected;
    const found = await database.register(0);
    if (found === null) throw progressMissing(database.place);
    decideCommit(found.progress, batch, database.place);
    const again = await database.register(batch.epoch);
    if (again !== null && again.other !== null) throw otherOwner(this.#target, again.other, database.place);
  }
}

function passes(error: unknown): boolean {
  return error instanceof DatabaseError && error.passing;
}
