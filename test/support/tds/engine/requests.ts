/** What a client asks for in one message: a batch, calls, a transaction, rows in bulk. */
import { type Call, type TransactionRequest } from '../request.js';
import { type TableValue } from '../table-value.js';
import { type ParameterDefinition, type Statement } from './ast.js';
import { type CallArgument, callNamed, type CallResult, parseParameters, runText } from './calls.js';
import { SqlError } from './errors.js';
import { BatchEnded, Executor } from './execute.js';
import { Frame } from './frame.js';
import { insertRows } from './modify.js';
import { parseBatch } from './parse-statement.js';
import { hostWith } from './query.js';
import { type Session } from './session.js';
import { type Sink } from './sink.js';
import * as sql from './sql-type.js';
import { type Table } from './storage.js';

interface Prepared {
  readonly text: string;
  readonly definitions: readonly ParameterDefinition[];
}

interface PendingBulk {
  readonly table: Table;
  readonly columns: readonly number[];
}

export class Requests {
  readonly #session: Session;
  readonly #prepared = new Map<bigint, Prepared>();
  #handleNext = 1n;
  #bulk: PendingBulk | null = null;

  constructor(session: Session) {
    this.#session = session;
  }

  /** A batch of statements. Throws Cancelled. */
  async batch(text: string, sink: Sink): Promise<void> {
    await this.#reported(sink, 'statement', async () => {
      const statements = parseBatch(text);
      const [only] = statements;
      if (only?.kind === 'insert-bulk') {
        this.#startBulk(only);
        return;
      }
      await new Executor(this.#session, this.#batchFrame(), sink, 0).run(statements);
    });
  }

  /** Variables end with the batch, tables named `#…` stay. */
  #batchFrame(): Frame {
    return new Frame(this.#session.root, '', false);
  }

  /** Errors that nobody caught are reported; a doomed transaction doesn't outlive its request. */
  async #reported(sink: Sink, kind: 'statement' | 'procedure', run: () => Promise<void>): Promise<void> {
    const session = this.#session;
    session.begin();
    let hasFailed = false;
    try {
      await run();
    } catch (error) {
      if (error instanceof SqlError) {
        sink.message(error);
        if (session.options.xactAbort && error.severity > 10) session.rollback(sink);
      } else if (!(error instanceof BatchEnded)) {
        throw error;
      }
      hasFailed = true;
    }
    if (session.transaction?.isDoomed === true) {
      sink.message(
        new SqlError(
          3998,
          'Uncommittable transaction is detected at the end of the batch. The transaction is rolled back.',
        ),
      );
      session.rollback(sink);
      hasFailed = true;
    }
    if (hasFailed || kind === 'procedure') sink.done(kind, null, hasFailed);
  }

  #startBulk(statement: Extract<Statement, { kind: 'insert-bulk' }>): void {
    const session = this.#session;
    const table = session.findTable(session.root, statement.name);
    if (table === null) throw new SqlError(208, `Invalid object name '${statement.name.parts.join('.')}'.`);
    const columns = statement.columns.map((name) => table.columnAt(name));
    if (columns.includes(-1)) throw new SqlError(207, `Invalid column name in the bulk load of '${table.name}'.`);
    this.#bulk = { table, columns };
  }

  /** The rows of the INSERT BULK before. */
  async bulkLoad(value: Omit<TableValue, 'typeName'>, sink: Sink): Promise<void> {
    const bulk = this.#bulk;
    this.#bulk = null;
    await this.#reported(sink, 'statement', async () => {
      if (bulk === null)
        throw new SqlError(
          4002,
          'The incoming tabular data stream (TDS) protocol stream is incorrect. Bulk load data was expected but not sent.',
          16,
        );
      const source = { types: value.columns.map(({ type }) => type), rows: value.rows };
      const frame = this.#batchFrame();
      const { count } = await this.#session.atomic(frame, true, (host) =>
        insertRows(hostWith(host, []), bulk.table, bulk.columns, source, null),
      );
      sink.done('statement', BigInt(count), false, 'bulk-insert');
    });
  }

  /** A call by name or number. Throws Cancelled. */
  async call(call: Call, sink: Sink): Promise<void> {
    await this.#reported(sink, 'procedure', async () => {
      const frame = new Frame(this.#session.root, '', true);
      const executor = new Executor(this.#session, frame, sink, 0);
      const args = call.parameters.map(({ name, type, value, isDefault, isOutput, table }): CallArgument => ({
        name: name === '' ? null : name.toLowerCase(),
        type,
        value,
        isDefault,
        isOutput,
        rows: table === null ? null : { types: table.columns.map((column) => column.type), rows: table.rows },
        table: null,
      }));
      const result = await this.#dispatch(executor, call, args, sink);
      sink.returnStatus(result.status);
      for (const { name, variable, argument } of result.outputs) {
        sink.returnValue(argument, name, variable.type, variable.value);
      }
    });
  }

  async #dispatch(
    executor: Executor,
    { procedure }: Call,
    args: readonly CallArgument[],
    sink: Sink,
  ): Promise<CallResult> {
    const [first, second, third, ...rest] = args;
    switch (procedure.replace(/^sys\./iu, '').toLowerCase()) {
      case 'sp_prepare': {
        // Handle, parameters, text.
        sink.returnValue(0, '@handle', sql.INT, this.#prepare(second, third));
        return { status: 0n, outputs: [] };
      }
      case 'sp_prepexec': {
        const handle = this.#prepare(second, third);
        sink.returnValue(0, '@handle', sql.INT, handle);
        return this.#run(executor, handle, rest, 3);
      }
      case 'sp_execute':
        return this.#run(executor, (first?.value ?? 0n) as bigint, args.slice(1), 1);
      case 'sp_unprepare':
        if (!this.#prepared.delete((first?.value ?? 0n) as bigint)) throw noHandle(first?.value as bigint);
        return { status: 0n, outputs: [] };
      default:
        return callNamed(executor, partsOf(procedure), args);
    }
  }

  #prepare(parameters: CallArgument | undefined, text: CallArgument | undefined): bigint {
    const definitions = parseParameters((parameters?.value ?? '') as string);
    const source = (text?.value ?? '') as string;
    // A text that can't be read fails when it is prepared.
    parseBatch(
      source,
      definitions.map(({ name }) => name),
    );
    const handle = this.#handleNext;
    this.#handleNext += 1n;
    this.#prepared.set(handle, { text: source, definitions });
    return handle;
  }

  #run(executor: Executor, handle: bigint, args: readonly CallArgument[], firstArgument: number): Promise<CallResult> {
    const prepared = this.#prepared.get(handle);
    if (prepared === undefined) throw noHandle(handle);
    return runText(executor, prepared.text, prepared.definitions, args, firstArgument);
  }

  /** BEGIN, COMMIT and the like as messages of their own. */
  async transaction(request: TransactionRequest, sink: Sink): Promise<void> {
    const session = this.#session;
    await this.#reported(sink, 'statement', async () => {
      const fault = await session.hooks.statement();
      if (fault !== null) throw fault;
      switch (request.kind) {
        case 'begin':
          setIsolation(session, request.isolation);
          session.beginTransaction(sink);
          break;
        case 'commit':
          await session.commit(sink);
          if (request.andBegin) session.beginTransaction(sink);
          break;
        case 'rollback': {
          const mark = session.transaction?.savepoints.get(request.name.toLowerCase());
          if (session.transaction === null) {
            throw new SqlError(3903, 'The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.');
          }
          if (mark === undefined) session.rollback(sink);
          else session.transaction.undoTo(mark);
          if (request.andBegin) session.beginTransaction(sink);
          break;
        }
        case 'save':
          session.transaction?.savepoints.set(request.name.toLowerCase(), session.transaction.mark());
      }
      sink.done('statement', null, false);
    });
  }

  reset(): void {
    this.#prepared.clear();
    this.#bulk = null;
  }
}

const noHandle = (handle: bigint | undefined): SqlError =>
  new SqlError(8179, `Could not find prepared statement with handle ${handle ?? 0n}.`);

const partsOf = (procedure: string): readonly string[] =>
  [...procedure.matchAll(/\[((?:[^\]]|\]\])*)\]|([^.[\]]+)/gu)].map(
    ([, quoted, plain]) => quoted?.replaceAll(']]', ']') ?? plain ?? '',
  );

const ISOLATIONS = ['READ UNCOMMITTED', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE', 'SNAPSHOT'] as const;

/** 0 leaves it as it is. */
function setIsolation(session: Session, number: number): void {
  const isolation = ISOLATIONS[number - 1];
  if (isolation !== undefined) session.options.isolation = isolation;
}
