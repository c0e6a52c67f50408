/** The `postgres` sink: the calls that `DatabaseSink` makes, in PostgreSQL's SQL. */
import { invariant } from '../../../grammar/diagnostics/internal-error.js';
import type { PostgresDatabase } from '../../remote/postgres.js';
import type { SinkOutcome } from '../connector.js';
import type { SinkContext } from '../context.js';
import { objectsMissing } from '../database/drift.js';
import type { FailureHints } from '../database/failures.js';
import { registered, type Registered } from '../database/progress.js';
import type { ValueEncoder } from '../database/row-texts.js';
import { DatabaseSink, type SinkDatabase } from '../database/sink.js';
import type { Target } from '../database/target.js';
import { connectorError } from '../messages.js';
import type { SinkBatch } from '../progress.js';
import { postgresOptions, type PostgresSinkOptions } from './connection.js';
import { createStatements, existenceQuery, objectsOf, targetOf, type SinkObjects } from './ddl.js';
import { compareTable } from './drift.js';
import { qualified } from './names.js';
import { encodeValue } from './values.js';

const HINTS: FailureHints = {
  login: 'Check user, password and database, and what pg_hba.conf of the server allows.',
  refused: 'Look the SQLSTATE up in the manual of the server.',
};

/** The first whose unique indexes can take NULL for a value like others. */
const VERSION_MIN = 150_000;

/** One creates at a time: `IF NOT EXISTS` alone fails when two do it at once. Any number nobody else uses does. */
const CREATING = 'SELECT pg_catalog.pg_advisory_xact_lock(866000661);';

export class PostgresSink extends DatabaseSink {
  constructor(context: SinkContext, options: PostgresSinkOptions) {
    const target = targetOf(context.shape, options);
    super(context, target, async () => {
      const reach = await postgresOptions(context.env, options, context.workingDirectory);
      const place = `${options.table} in ${reach.database} on ${reach.server}`;
      return new PostgresSinkDatabase(await context.env.remote.postgres(reach), target, options.create, place);
    });
  }
}

class PostgresSinkDatabase implements SinkDatabase {
  readonly hints = HINTS;
  readonly place: string;
  readonly #database: PostgresDatabase;
  readonly #target: Target;
  readonly #objects: SinkObjects;
  readonly #create: PostgresSinkOptions['create'];

  constructor(database: PostgresDatabase, target: Target, create: PostgresSinkOptions['create'], place: string) {
    this.#database = database;
    this.#target = target;
    this.#objects = objectsOf(target);
    this.#create = create;
    this.place = place;
  }

  async prepare(): Promise<ValueEncoder> {
    const { register, apply, target } = this.#objects;
    const [[hasRegister, hasApply, hasTable, version] = []] = await this.#database.query(
      existenceQuery(this.#objects),
      [],
    );
    this.#refuseOldServer(Number(version));
    const missing = [
      ...(hasRegister === 't' ? [] : [`function ${qualified(register)}`]),
      ...(hasApply === 't' ? [] : [`function ${qualified(apply)}`]),
      ...(hasTable === 't' ? [] : [`table ${qualified(target)}`]),
    ];
    if (missing.length > 0) {
      if (this.#create === 'never') throw objectsMissing(missing, this.place);
      const statements = createStatements(this.#target).map(({ sql }) => sql);
      await this.#database.query([CREATING, ...statements].join('\n'), []);
    }
    const columns = await compareTable(this.#database, this.#target, this.place);
    return (value, index) => {
      const column = columns[index];
      invariant(column !== undefined, 'a column per field');
      return encodeValue(value, column);
    };
  }

  async register(epoch: number): Promise<Registered | null> {
    const { queryId, sinkId } = this.#target.shape;
    const [row] = await this.#database.query(`SELECT * FROM ${qualified(this.#objects.register)}($1, $2, $3, $4, $5)`, [
      queryId,
      sinkId,
      qualified(this.#objects.target),
      String(epoch),
      String(this.#target.shared),
    ]);
    return row === undefined ? null : registered(row, this.place);
  }

  async apply(batch: SinkBatch, rows: string): Promise<SinkOutcome> {
    const { queryId, sinkId } = this.#target.shape;
    const [[applied] = []] = await this.#database.query(
      `SELECT ${qualified(this.#objects.apply)}($1, $2, $3, $4, $5, $6, $7, $8)`,
      [queryId, sinkId, String(batch.epoch), String(batch.batch), batch.digest, batch.intentHash, batch.intent, rows],
    );
    return applied === '1' ? 'applied' : 'duplicate';
  }

  reset(): Promise<void> {
    return this.#database.reset();
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  #refuseOldServer(version: number): void {
    if (version >= VERSION_MIN) return;
    throw connectorError(
      'ESQL8671',
      { expected: 'PostgreSQL 15 or later', found: `version ${Math.floor(version / 10_000)}` },
      { place: this.place, hint: 'Use a newer server.' },
    );
  }
}
