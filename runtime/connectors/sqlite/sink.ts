/**
 * The `sqlite` sink: the rows of a micro-batch and the progress change in one transaction. BEGIN IMMEDIATE takes the
 * write lock before the epoch is read, so no other driver can come in between (I5).
 */
import { createHash, type Hash } from 'node:crypto';
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type { OptionsOf } from '../../../plan/connectors/index.js';
import type { ColumnBatch } from '../../columns/batch.js';
import { DiskError, SqliteError, type SqliteConnection, type SqlValue } from '../../env.js';
import { EncodeBuffer } from '../../formats/encode-buffer.js';
import { createEncoder, type RowEncoder } from '../../formats/encode.js';
import type { Sink, SinkCommit, SinkOutcome, SinkProgress } from '../connector.js';
import type { SinkContext } from '../context.js';
import { connectorError } from '../messages.js';
import { makeFolderDurably } from '../../storage/durable-folder.js';
import { parentPath, resolvePath } from '../../paths.js';
import { decideCommit, refuseIfFenced, type SinkBatch } from '../progress.js';
import { forEachRow } from '../rows.js';
import { databaseFailure, isTransient, openFailure } from './failures.js';
import { refuseOtherOwners, registerOwner } from './owners.js';
import { createProgressTable, readProgress, registerEpoch, writeProgress } from './progress-table.js';
import { prepareRows, type RowStatements } from './statements.js';
import { checkTarget, ensureTable, type TargetTable } from './table.js';
import { readSqlValue } from './values.js';

export type SqliteSinkOptions = OptionsOf<'sqlite', 'sink'>;

/** Before it, a reset of the write-ahead log could corrupt a database (fixed 2026-03-13). */
const VERSION_MIN = [3, 51, 3] as const;
const BUSY_TIMEOUT_MS = 5000;
const ATTEMPTS_MAX = 3;
const HASH_BYTES = 64 * 1024;
/** Estimate of what a buffered value takes besides its text. */
const VALUE_BYTES = 16;

export class SqliteSink implements Sink {
  readonly #context: SinkContext;
  readonly #options: SqliteSinkOptions;
  readonly #target: TargetTable;
  readonly #path: string;
  readonly #encoder: RowEncoder;
  readonly #encoded = new EncodeBuffer();
  #connection: SqliteConnection | null = null;
  #statements: RowStatements | null = null;
  #hash: Hash = createHash('sha256');
  /** All columns of every change, one after the other, and the sign of each change. */
  #values: SqlValue[] = [];
  #signs: number[] = [];
  #bytes = 0;

  constructor(context: SinkContext, options: SqliteSinkOptions) {
    this.#context = context;
    this.#options = options;
    this.#target = { name: options.table, shape: context.shape };
    this.#path = resolvePath(context.workingDirectory, options.path);
    this.#encoder = createEncoder({ name: 'json' }, context.shape.schema);
  }

  async open(epoch: number): Promise<SinkProgress> {
    checkTarget(this.#target);
    const connection = await this.#connect();
    const { shape } = this.#context;
    try {
      connection.execute('BEGIN IMMEDIATE');
      createProgressTable(connection);
      ensureTable(connection, this.#target, this.#options.create === 'if_missing', this.#place);
      const progress = readProgress(connection, shape, this.#place);
      if (progress !== null) refuseIfFenced(progress.epoch, epoch, this.#place);
      registerOwner(connection, this.#target);
      if (!this.#options.shared) refuseOtherOwners(connection, this.#target, this.#place);
      registerEpoch(connection, shape, epoch);
      const registered = readProgress(connection, shape, this.#place);
      await connection.commit();
      this.#statements = prepareRows(connection, this.#target);
      invariant(registered !== null, 'the epoch was registered');
      return registered;
    } catch (error) {
      this.#disconnect();
      throw databaseFailure(error, 'preparing the sink', this.#place);
    }
  }

  begin(): void {
    this.#hash = createHash('sha256');
    this.#encoded.reset();
    this.#values = [];
    this.#signs = [];
    this.#bytes = 0;
  }

  write(rows: ColumnBatch): void {
    const { schema, key } = this.#context.shape;
    forEachRow(rows, (row, weight) => {
      invariant(weight === 1 || key.length > 0, 'a sink without a key takes appended rows only');
      this.#encoded.byte(weight > 0 ? PLUS : MINUS);
      this.#encoder.encode(rows, row, this.#encoded);
      schema.forEach((field, index) => {
        const column = rows.columns[index];
        invariant(column !== undefined, 'a column per field');
        const value = readSqlValue(column, row, field.type);
        if (value === null && !field.nullable)
          throw connectorError('ESQL8436', { column: field.name }, { place: this.#place });
        this.#values.push(value);
        this.#bytes += VALUE_BYTES + (typeof value === 'string' || value instanceof Uint8Array ? value.length : 0);
      });
      this.#signs.push(weight);
    });
    if (this.#encoded.length > HASH_BYTES) this.#hashEncoded();
  }

  get buffered_bytes(): number {
    return this.#bytes + this.#encoded.length;
  }

  async commit(commit: SinkCommit): Promise<SinkOutcome> {
    this.#hashEncoded();
    const batch: SinkBatch = { ...commit, digest: this.#hash.copy().digest('hex') };
    for (let attempt = 1; ; attempt++) {
      try {
        const outcome = await this.#apply(batch);
        this.begin();
        return outcome;
      } catch (error) {
        if (!(error instanceof SqliteError)) {
          this.#rollback();
          throw error;
        }
        const resolved = await this.#resolve(batch, error);
        if (resolved === 'applied') {
          this.begin();
          return resolved;
        }
        if (resolved === 'refused' || attempt === ATTEMPTS_MAX)
          throw databaseFailure(error, 'writing a batch', this.#place);
      }
    }
  }

  close(): Promise<void> {
    this.#disconnect();
    return Promise.resolve();
  }

  get #place(): string {
    return this.#options.path;
  }

  async #connect(): Promise<SqliteConnection> {
    const { env } = this.#context;
    try {
      if (this.#options.create === 'if_missing') await makeFolderDurably(env.disk, parentPath(this.#path));
      const connection = await env.sqlite.open(this.#path, { busyTimeout_ms: BUSY_TIMEOUT_MS });
      this.#connection = connection;
      refuseOldVersion(connection, this.#place);
      connection.prepare('PRAGMA journal_mode = WAL').all([]);
      connection.execute('PRAGMA synchronous = FULL');
      connection.execute('PRAGMA fullfsync = ON');
      connection.execute('PRAGMA foreign_keys = ON');
      return connection;
    } catch (error) {
      this.#disconnect();
      if (error instanceof DiskError) {
        throw connectorError(
          'ESQL8432',
          { code: error.code },
          { place: this.#place, cause: error, hint: 'Check the folder.' },
        );
      }
      throw openFailure(error, this.#place);
    }
  }

  #disconnect(): void {
    const connection = this.#connection;
    this.#connection = null;
    this.#statements = null;
    try {
      connection?.close();
    } catch {
      // A connection that can't be closed is given up: nothing of an open transaction has effect.
    }
  }

  #rollback(): void {
    try {
      this.#connection?.execute('ROLLBACK');
    } catch {
      // Without a transaction there is nothing to roll back; with a broken connection SQLite does it at the next
      // opening.
    }
  }

  #hashEncoded(): void {
    this.#hash.update(this.#encoded.view());
    this.#encoded.reset();
  }

  async #apply(batch: SinkBatch): Promise<SinkOutcome> {
    const connection = this.#connection;
    invariant(connection !== null && this.#statements !== null, 'the sink is open');
    const { shape } = this.#context;
    connection.execute('BEGIN IMMEDIATE');
    const progress = readProgress(connection, shape, this.#place);
    if (progress === null) {
      throw connectorError(
        'ESQL8444',
        { why: 'the row of this sink is missing' },
        { place: this.#place, hint: RESTORE },
      );
    }
    if (decideCommit(progress, batch, this.#place) === 'duplicate') {
      connection.execute('ROLLBACK');
      return 'duplicate';
    }
    if (progress.batch === 0 && !this.#options.shared) refuseOtherOwners(connection, this.#target, this.#place);
    const width = shape.schema.length;
    this.#signs.forEach((sign, row) => {
      const values = this.#values.slice(row * width, (row + 1) * width);
      if (sign > 0) this.#statements?.put(values);
      else this.#statements?.remove(values);
    });
    writeProgress(connection, shape, batch);
    await connection.commit();
    return 'applied';
  }

  /**
   * After a failure: nothing is known of a transaction whose COMMIT failed, so the progress is read again on a fresh
   * connection.
   * `retry`: it has not happened and may be tried again.
   */
  async #resolve(batch: SinkBatch, error: SqliteError): Promise<'applied' | 'retry' | 'refused'> {
    this.#disconnect();
    const again = await this.#connect();
    this.#statements = prepareRows(again, this.#target);
    const progress = readProgress(again, this.#context.shape, this.#place);
    if (progress !== null && progress.batch === batch.batch && progress.epoch === batch.epoch) {
      if (progress.digest === batch.digest && progress.intentHash === batch.intentHash) return 'applied';
    }
    return isTransient(error) ? 'retry' : 'refused';
  }
}

const PLUS = 43;
const MINUS = 45;
const RESTORE =
  'Restore the database from a copy that fits the checkpoint, or start with an empty sink and a new checkpoint folder.';

function refuseOldVersion(connection: SqliteConnection, place: string): void {
  const [version] = connection.prepare('SELECT sqlite_version()').all([])[0] ?? [];
  const found = String(version).split('.').map(Number);
  const needed = VERSION_MIN.join('.');
  for (const [index, part] of VERSION_MIN.entries()) {
    const other = found[index] ?? 0;
    if (other > part) return;
    if (other < part)
      throw connectorError('ESQL8435', { found: String(version), needed }, { place, hint: 'Install esql again.' });
  }
}
