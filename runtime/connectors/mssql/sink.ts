/** The `mssql` sink: the calls that `DatabaseSink` makes, in T-SQL. */
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type { MssqlDatabase, MssqlParameter } from '../../remote/mssql.js';
import type { SinkOutcome } from '../connector.js';
import type { SinkContext } from '../context.js';
import { objectsMissing } from '../database/drift.js';
import { registered, type Registered } from '../database/progress.js';
import type { ValueEncoder } from '../database/row-texts.js';
import { DatabaseSink, type SinkDatabase } from '../database/sink.js';
import type { SinkBatch } from '../progress.js';
import { mssqlOptions, type MssqlSinkOptions } from './connection.js';
import { createStatements, objectsOf, targetOf, type MssqlTarget, type SinkObjects } from './ddl.js';
import { compareTable } from './drift.js';
import { HINTS } from './hints.js';
import { encodeValue } from './values.js';

const text = (value: string): MssqlParameter => ({ kind: 'text', value });
const integer = (value: number): MssqlParameter => ({ kind: 'integer', value });

export class MssqlSink extends DatabaseSink {
  constructor(context: SinkContext, options: MssqlSinkOptions) {
    const target = targetOf(context.shape, options);
    super(context, target, async () => {
      const reach = await mssqlOptions(context.env, options, context.workingDirectory);
      const place = `${options.table} in ${reach.database} on ${reach.server}`;
      return new MssqlSinkDatabase(await context.env.remote.mssql(reach), target, options.create, place);
    });
  }
}

class MssqlSinkDatabase implements SinkDatabase {
  readonly hints = HINTS;
  readonly place: string;
  readonly #database: MssqlDatabase;
  readonly #target: MssqlTarget;
  readonly #objects: SinkObjects;
  readonly #create: MssqlSinkOptions['create'];

  constructor(database: MssqlDatabase, target: MssqlTarget, create: MssqlSinkOptions['create'], place: string) {
    this.#database = database;
    this.#target = target;
    this.#objects = objectsOf(target);
    this.#create = create;
    this.place = place;
  }

  async prepare(): Promise<ValueEncoder> {
    const { register, apply, target } = this.#objects;
    const [found = []] = await this.#database.query(
      "SELECT OBJECT_ID(@register, N'P'), OBJECT_ID(@apply, N'P'), OBJECT_ID(@target, N'U')",
      { register: text(register), apply: text(apply), target: text(target) },
    );
    const names = [`procedure ${register}`, `procedure ${apply}`, `table ${target}`];
    const missing = names.filter((_, index) => found[index] === null);
    if (missing.length > 0) {
      if (this.#create === 'never') throw objectsMissing(missing, this.place);
      for (const { sql } of createStatements(this.#target)) await this.#database.query(sql, {});
    }
    const limits = await compareTable(this.#database, this.#target, this.place);
    const { schema, key } = this.#target.shape;
    const columns = schema.map((field, index) => ({
      field,
      isKey: key.includes(index),
      limit: limits[index] ?? null,
    }));
    return (value, index) => {
      const column = columns[index];
      invariant(column !== undefined, 'a column per field');
      return encodeValue(value, column);
    };
  }

  async register(epoch: number): Promise<Registered | null> {
    const { queryId, sinkId } = this.#target.shape;
    const [row] = await this.#database.call(this.#objects.register, {
      query_id: text(queryId),
      sink_id: text(sinkId),
      target: text(this.#objects.target),
      epoch: integer(epoch),
      shared: integer(this.#target.shared ? 1 : 0),
    });
    if (row === undefined) return null;
    const found = registered(row, this.place);
    await this.#refuseOpenTransaction(row[7]);
    return found;
  }

  async apply(batch: SinkBatch, rows: string): Promise<SinkOutcome> {
    const { queryId, sinkId } = this.#target.shape;
    const [[applied, open] = []] = await this.#database.call(this.#objects.apply, {
      query_id: text(queryId),
      sink_id: text(sinkId),
      epoch: integer(batch.epoch),
      batch: integer(batch.batch),
      digest: text(batch.digest),
      intent_hash: text(batch.intentHash),
      intent: text(batch.intent),
      rows: text(rows),
    });
    await this.#refuseOpenTransaction(open);
    return applied === 1 ? 'applied' : 'duplicate';
  }

  reset(): Promise<void> {
    return this.#database.reset();
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  /** A pool hands a connection back as it was left: one with an open transaction is not used again. */
  async #refuseOpenTransaction(open: unknown): Promise<void> {
    if (Number(open ?? 0) !== 0) await this.#database.reset();
  }
}
