/**
 * The `mssql` sink: a micro-batch is one call of a stored procedure, with its rows as one JSON text. What the procedure
 * did is asked of the progress row whenever an answer is missing (S1, S5, S10).
 */
import { createHash, type Hash } from 'node:crypto';
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type { ColumnBatch } from '../../columns/batch.js';
import { readValue } from '../../columns/read.js';
import { MssqlError, type MssqlDatabase, type MssqlParameter } from '../../remote/mssql.js';
import type { Sink, SinkCommit, SinkOutcome, SinkProgress } from '../connector.js';
import type { SinkContext } from '../context.js';
import { connectorError } from '../messages.js';
import { decideCommit, refuseIfFenced, type SinkBatch } from '../progress.js';
import { FAILOVER_RETRIES, withRetries } from '../retry.js';
import { forEachRow } from '../rows.js';
import { mssqlOptions, type MssqlSinkOptions } from './connection.js';
import { createStatements, objectsOf, targetOf, type SinkObjects, type Target } from './ddl.js';
import { compareTable } from './drift.js';
import { databaseFailure, isDuplicateKey } from './failures.js';
import { BATCH_GAP, FENCED, NONDETERMINISTIC_REPLAY, NOT_REGISTERED, OTHER_OWNER } from './procedures.js';
import { otherOwner, registered, type Registered } from './progress.js';
import { encodeValue, type LengthLimit } from './values.js';

/** Of the JSON text of one micro-batch: it travels and is applied as a whole. */
const ROWS_LENGTH_MAX = 64 * 1024 * 1024;
const HASH_LENGTH = 64 * 1024;
const DUPLICATE_ATTEMPTS = 2;
const REFUSALS: ReadonlySet<number> = new Set([
  NOT_REGISTERED,
  FENCED,
  NONDETERMINISTIC_REPLAY,
  BATCH_GAP,
  OTHER_OWNER,
]);

const text = (value: string): MssqlParameter => ({ kind: 'text', value });
const integer = (value: number): MssqlParameter => ({ kind: 'integer', value });

export class MssqlSink implements Sink {
  readonly #context: SinkContext;
  readonly #options: MssqlSinkOptions;
  readonly #target: Target;
  readonly #objects: SinkObjects;
  readonly #closed = new AbortController();
  #place: string;
  #database: MssqlDatabase | null = null;
  #limits: readonly LengthLimit[] = [];
  #hash: Hash = createHash('sha256');
  /** JSON texts of rows. */
  #parts: string[] = [];
  #pending: string[] = [];
  #pendingLength = 0;
  #rowCount = 0;
  #length = 0;

  constructor(context: SinkContext, options: MssqlSinkOptions) {
    this.#context = context;
    this.#options = options;
    this.#target = targetOf(context.shape, options);
    this.#objects = objectsOf(this.#target);
    this.#place = options.table;
  }

  async open(epoch: number): Promise<SinkProgress> {
    const { env, workingDirectory } = this.#context;
    const reach = await mssqlOptions(env, this.#options, workingDirectory);
    this.#place = `${this.#options.table} in ${reach.database} on ${reach.server}`;
    const database = await env.remote.mssql(reach);
    this.#database = database;
    try {
      return await this.#retrying(async () => {
        await this.#prepare(database);
        this.#limits = await compareTable(database, this.#target, this.#place);
        const found = await this.#register(epoch);
        invariant(found !== null, 'the epoch was registered');
        refuseIfFenced(found.progress.epoch, epoch, this.#place);
        if (found.other !== null) throw otherOwner(this.#target, found.other, this.#place);
        return found.progress;
      });
    } catch (error) {
      await database.reset();
      throw databaseFailure(error, 'preparing the sink', this.#place);
    }
  }

  begin(): void {
    this.#hash = createHash('sha256');
    this.#parts = [];
    this.#pending = [];
    this.#pendingLength = 0;
    this.#rowCount = 0;
    this.#length = 0;
  }

  write(rows: ColumnBatch): void {
    const { schema, key } = this.#context.shape;
    forEachRow(rows, (row, weight) => {
      invariant(weight === 1 || key.length > 0, 'a sink without a key takes appended rows only');
      let line = `[${this.#rowCount},${weight > 0 ? 1 : -1}`;
      schema.forEach((field, index) => {
        const column = rows.columns[index];
        invariant(column !== undefined, 'a column per field');
        const value = readValue(column, row, field.type);
        const encoded = encodeValue(value, field, key.includes(index), this.#limits[index] ?? null);
        if (!encoded.ok) {
          throw connectorError(
            'ESQL8667',
            { column: field.name, why: encoded.why },
            { place: this.#place, hint: 'Change the value in the query, or the column.' },
          );
        }
        line += `,${encoded.text}`;
      });
      this.#push(`${line}]`);
    });
  }

  get buffered_bytes(): number {
    return this.#length;
  }

  async commit(commit: SinkCommit): Promise<SinkOutcome> {
    this.#flush();
    const batch: SinkBatch = { ...commit, digest: this.#hash.copy().digest('hex') };
    const rows = `[${this.#parts.join(',')}]`;
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
      throw databaseFailure(error, 'writing a batch', this.#place);
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

  get #connected(): MssqlDatabase {
    invariant(this.#database !== null, 'the sink is open');
    return this.#database;
  }

  #push(line: string): void {
    this.#rowCount += 1;
    this.#length += line.length;
    if (this.#length > ROWS_LENGTH_MAX) {
      throw connectorError(
        'ESQL8666',
        { limit: `${ROWS_LENGTH_MAX / 1024 / 1024} MB` },
        { place: this.#place, hint: 'Let batches be smaller: `BATCH 100ms` for example, behind `WITH CHECKPOINT …`.' },
      );
    }
    this.#pending.push(line);
    this.#pendingLength += line.length;
    if (this.#pendingLength > HASH_LENGTH) this.#flush();
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    const part = this.#pending.join(',');
    this.#hash.update(part);
    // Where parts are cut depends on lengths only, so that the same rows give the same digest.
    this.#parts.push(part);
    this.#pending = [];
    this.#pendingLength = 0;
  }

  /** Makes what is missing, if it may. */
  async #prepare(database: MssqlDatabase): Promise<void> {
    const { register, apply, target } = this.#objects;
    const [found = []] = await database.query(
      "SELECT OBJECT_ID(@register, N'P'), OBJECT_ID(@apply, N'P'), OBJECT_ID(@target, N'U')",
      { register: text(register), apply: text(apply), target: text(target) },
    );
    const names = [`procedure ${register}`, `procedure ${apply}`, `table ${target}`];
    const missing = names.filter((_, index) => found[index] === null);
    if (missing.length === 0) return;
    if (this.#options.create === 'never') {
      throw connectorError(
        'ESQL8663',
        { what: missing.join(', ') },
        {
          place: this.#place,
          hint: "Run what `esql ddl --sink NAME FILE` prints and grant the role, or set `create = 'if_missing'`.",
        },
      );
    }
    for (const { sql } of createStatements(this.#target)) await database.query(sql, {});
  }

  async #register(epoch: number): Promise<Registered | null> {
    const { queryId, sinkId } = this.#context.shape;
    const rows = await this.#connected.call(this.#objects.register, {
      query_id: text(queryId),
      sink_id: text(sinkId),
      target: text(this.#objects.target),
      epoch: integer(epoch),
      shared: integer(this.#target.shared ? 1 : 0),
    });
    const found = registered(rows, this.#place);
    await this.#refuseOpenTransaction(found?.openTransactions ?? 0);
    return found;
  }

  /** The one call of a batch. */
  async #apply(batch: SinkBatch, rows: string): Promise<SinkOutcome> {
    const { queryId, sinkId } = this.#context.shape;
    try {
      const [[applied, open] = []] = await this.#connected.call(this.#objects.apply, {
        query_id: text(queryId),
        sink_id: text(sinkId),
        epoch: integer(batch.epoch),
        batch: integer(batch.batch),
        digest: text(batch.digest),
        intent_hash: text(batch.intentHash),
        intent: text(batch.intent),
        rows: text(rows),
      });
      await this.#refuseOpenTransaction(Number(open));
      return applied === 1 ? 'applied' : 'duplicate';
    } catch (error) {
      if (error instanceof MssqlError && REFUSALS.has(error.number)) await this.#explainRefusal(batch);
      throw error;
    }
  }

  /** After a failure: nobody knows what became of the call, so the progress is asked, on a fresh connection. */
  async #isApplied(batch: SinkBatch): Promise<boolean> {
    const found = await this.#register(0);
    if (found === null) throw this.#missingRow();
    const { progress } = found;
    const same = progress.batch === batch.batch && progress.epoch === batch.epoch;
    return same && progress.digest === batch.digest && progress.intentHash === batch.intentHash;
  }

  /** The procedure's refusal with the figures that it was about. */
  async #explainRefusal(batch: SinkBatch): Promise<void> {
    const found = await this.#register(0);
    if (found === null) throw this.#missingRow();
    decideCommit(found.progress, batch, this.#place);
    const again = await this.#register(batch.epoch);
    if (again?.other) throw otherOwner(this.#target, again.other, this.#place);
  }

  #missingRow(): Error {
    return connectorError(
      'ESQL8444',
      { why: 'the row of this sink is missing' },
      { place: this.#place, hint: 'Restore the database, or start with an empty sink and a new checkpoint folder.' },
    );
  }

  /** A pool hands a connection back as it was left: one with an open transaction is not used again. */
  async #refuseOpenTransaction(open: number): Promise<void> {
    if (open !== 0) await this.#connected.reset();
  }
}

function passes(error: unknown): boolean {
  return error instanceof MssqlError && error.passing;
}
