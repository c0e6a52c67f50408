/** Statements run one after the other: control of flow, errors and what they end, transactions, calls. */
import { type Condition, type Expression, type Statement } from './ast.js';
import { Binder, EMPTY_ENV, type ScopeColumn } from './bind.js';
import { convert } from './convert.js';
import { define } from './define.js';
import { endsBatch, rollsBack, Cancelled, SqlError } from './errors.js';
import { Frame } from './frame.js';
import { insert, type Changed, remove, update } from './modify.js';
import { arithmetic } from './arithmetic.js';
import { hostWith, planQuery } from './query.js';
import { callProcedure, callText } from './calls.js';
import { selectInto } from './select-into.js';
import { type Session, type StatementHost } from './session.js';
import { setOption } from './options.js';
import { type Command, RowCollector, type Sink } from './sink.js';
import * as sql from './sql-type.js';
import { type SqlValue } from './sql-type.js';
import { type Values } from './storage.js';
import { tableFrom } from './tables.js';

/** How a statement ended. */
export type Flow = 'next' | 'break' | 'continue' | { readonly status: bigint };

/** The batch is over: its error was reported already. */
export class BatchEnded extends Error {}

const YIELD_EVERY = 64;

export class Executor {
  readonly session: Session;
  readonly frame: Frame;
  readonly sink: Sink;
  /** Inside how many TRY blocks, those of callers included. */
  readonly tries: number;
  #count = 0;

  constructor(session: Session, frame: Frame, sink: Sink, tries: number) {
    this.session = session;
    this.frame = frame;
    this.sink = sink;
    this.tries = tries;
  }

  async run(statements: readonly Statement[]): Promise<Flow> {
    for (const statement of statements) {
      const flow = await this.#guarded(statement);
      if (flow !== 'next') return flow;
    }
    return 'next';
  }

  async #guarded(statement: Statement): Promise<Flow> {
    if (this.session.signal.aborted) throw new Cancelled();
    this.#count += 1;
    if (this.#count % YIELD_EVERY === 0) await new Promise((resolve) => setImmediate(resolve));
    try {
      const flow = await this.#execute(statement);
      if (!KEEPS_ERROR.has(statement.kind)) this.session.errorNumber = 0;
      return flow;
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      return this.#failed(error, statement);
    }
  }

  /** Reports an error, and ends what it ends. */
  #failed(error: SqlError, statement: Statement): Flow {
    const { session } = this;
    if (error.line === 0) {
      error.line = statement.line;
      error.procedure = this.frame.procedure;
    }
    session.errorNumber = error.number;
    const isRaised = statement.kind === 'raiserror';
    const isFatal = rollsBack(error) || (session.options.xactAbort && !isRaised);
    if (this.tries > 0) {
      if (isFatal && session.transaction !== null) session.transaction.isDoomed = true;
      throw error;
    }
    this.sink.message(error);
    if (isFatal) session.rollback(this.sink);
    if (isFatal || endsBatch(error) || statement.kind === 'throw') throw new BatchEnded();
    this.sink.done(this.#doneKind, null, true);
    return 'next';
  }

  get #doneKind(): 'statement' | 'in-procedure' {
    return this.frame.isNested ? 'in-procedure' : 'statement';
  }

  value(expression: Expression): { readonly value: SqlValue; readonly type: sql.SqlType } {
    const bound = new Binder(hostWith(this.session.host(this.frame), []), { sources: [], outer: null }).expression(
      expression,
    );
    return { value: bound.evaluate(EMPTY_ENV), type: bound.type };
  }

  /** A value that may have to wait for rows that its subqueries read. */
  #read(expression: Expression): Promise<{ readonly value: SqlValue; readonly type: sql.SqlType }> {
    return this.session.atomic(this.frame, false, (host) => {
      const bound = new Binder(hostWith(host, []), { sources: [], outer: null }).expression(expression);
      return { value: bound.evaluate(EMPTY_ENV), type: bound.type };
    });
  }

  #test(condition: Condition): Promise<boolean> {
    return this.session.atomic(this.frame, false, (host) => {
      return new Binder(hostWith(host, []), { sources: [], outer: null }).condition(condition)(EMPTY_ENV) === true;
    });
  }

  async #execute(statement: Statement): Promise<Flow> {
    if (isWork(statement)) return this.#work(statement);
    switch (statement.kind) {
      case 'block':
        return this.run(statement.body);
      case 'if':
        if (await this.#test(statement.condition)) return this.run([statement.then]);
        return statement.otherwise === null ? 'next' : this.run([statement.otherwise]);
      case 'while':
        return this.#while(statement.condition, statement.body);
      case 'break':
      case 'continue':
        return statement.kind;
      case 'try':
        return this.#try(statement.body, statement.handler);
      case 'return': {
        if (statement.value === null) return { status: 0n };
        const { value, type } = await this.#read(statement.value);
        return { status: (convert(value, type, sql.INT) ?? 0n) as bigint };
      }
      case 'declare':
      case 'declare-table':
      case 'set':
        return this.#assign(statement);
      case 'set-option':
        setOption(this.session, statement.names, statement.value);
        return 'next';
      case 'throw':
      case 'raiserror':
      case 'print':
        return this.#speak(statement);
      case 'begin-transaction':
      case 'commit':
      case 'rollback':
      case 'save':
        return this.#transaction(statement);
    }
  }

  async #while(condition: Condition, body: Statement): Promise<Flow> {
    while (await this.#test(condition)) {
      const flow = await this.run([body]);
      if (flow === 'break') return 'next';
      if (typeof flow === 'object') return flow;
    }
    return 'next';
  }

  async #try(body: readonly Statement[], handler: readonly Statement[]): Promise<Flow> {
    try {
      return await new Executor(this.session, this.frame, this.sink, this.tries + 1).run(body);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      const before = this.frame.caught;
      this.frame.caught = error;
      try {
        return await this.run(handler);
      } finally {
        this.frame.caught = before;
      }
    }
  }

  async #assign(statement: Extract<Statement, { kind: 'declare' | 'declare-table' | 'set' }>): Promise<Flow> {
    const { session, frame } = this;
    if (statement.kind === 'declare-table') {
      const { name, definition } = statement;
      const table = tableFrom(session.database, 'dbo', name, 'variable', definition, (type) =>
        session.resolveType(type, true),
      );
      frame.tableVariables.set(name, table);
      return 'next';
    }
    if (statement.kind === 'declare') {
      for (const { name, type: written, value: initial } of statement.variables) {
        const type = session.resolveType(written, true);
        const { value, type: from } = initial === null ? { value: null, type } : await this.#read(initial);
        frame.variables.set(name, { type, value: convert(value, from, type) });
      }
      return 'next';
    }
    const variable = frame.variable(statement.name);
    const { value, type } = await this.#read(statement.value);
    if (statement.operator === null) variable.value = convert(value, type, variable.type);
    else variable.value = arithmetic(statement.operator, variable.value, variable.type, value, type, variable.type);
    return 'next';
  }

  async #speak(statement: Extract<Statement, { kind: 'throw' | 'raiserror' | 'print' }>): Promise<Flow> {
    if (statement.kind === 'print') {
      const { value, type } = await this.#read(statement.value);
      const text = convert(value, type, sql.nvarchar(-1)) as string | null;
      this.sink.message(new SqlError(0, text ?? ' ', 0, 1, statement.line));
      return 'next';
    }
    if (statement.kind === 'throw') {
      if (statement.args === null) {
        if (this.frame.caught === null)
          throw new SqlError(
            10704,
            'To rethrow an error, a THROW statement must be used inside a CATCH block. Insert the THROW statement inside a CATCH block, or add error parameters to the THROW statement.',
            15,
          );
        throw this.frame.caught;
      }
      const [number, message, state] = statement.args.map((argument) => this.value(argument));
      const code = Number(convert(number!.value, number!.type, sql.INT));
      if (code < 50_000)
        throw new SqlError(
          35100,
          `Error number ${code} in the THROW statement is outside the valid range. Specify an error number in the valid range of 50000 to 2147483647.`,
        );
      throw new SqlError(
        code,
        convert(message!.value, message!.type, sql.nvarchar(2048)) as string,
        16,
        Number(convert(state!.value, state!.type, sql.INT)),
      );
    }
    const [message, severity, state, ...rest] = statement.args.map((argument) => this.value(argument));
    const level = Number(convert(severity!.value, severity!.type, sql.INT));
    const texts = rest.map(({ value, type }) => (convert(value, type, sql.nvarchar(-1)) as string | null) ?? '(null)');
    const isText = sql.isString(message!.type);
    const text = isText ? (message!.value as string).replace(/%[-+0-9]*[a-z]/giu, () => texts.shift() ?? '') : '';
    const raised = new SqlError(
      isText ? 50_000 : Number(message!.value),
      text,
      level,
      Number(convert(state!.value, state!.type, sql.INT)),
    );
    if (level > 10) throw raised;
    this.sink.message(raised);
    return 'next';
  }

  async #transaction(
    statement: Extract<Statement, { kind: 'begin-transaction' | 'commit' | 'rollback' | 'save' }>,
  ): Promise<Flow> {
    const { session, sink } = this;
    const fault = await session.hooks.statement();
    if (fault !== null) throw fault;
    switch (statement.kind) {
      case 'begin-transaction':
        session.beginTransaction(sink);
        return 'next';
      case 'commit':
        await session.commit(sink);
        return 'next';
      case 'save':
        session.transaction?.savepoints.set(statement.name.toLowerCase(), session.transaction.mark());
        return 'next';
      case 'rollback': {
        if (session.transactionCount === 0)
          throw new SqlError(3903, 'The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.');
        const mark =
          statement.name === null ? undefined : session.transaction!.savepoints.get(statement.name.toLowerCase());
        if (mark === undefined) session.rollback(sink);
        else session.transaction!.undoTo(mark);
        return 'next';
      }
    }
  }

  /** What reads or changes something. */
  async #work(statement: Extract<Statement, { kind: WorkKind }>): Promise<Flow> {
    const { session, frame } = this;
    const fault = await session.hooks.statement();
    if (fault !== null) throw fault;
    if (
      session.options.implicitTransactions &&
      session.transactionCount === 0 &&
      BEGINS_IMPLICITLY.has(statement.kind)
    ) {
      session.beginTransaction(this.sink);
    }
    switch (statement.kind) {
      case 'select':
        return this.#select(statement);
      case 'insert':
        return this.#insert(statement);
      case 'update':
        return this.#changed('update', await session.atomic(frame, true, (host) => update(host, statement)));
      case 'delete':
        return this.#changed('delete', await session.atomic(frame, true, (host) => remove(host, statement)));
      case 'truncate':
        await session.atomic(frame, true, (host) =>
          remove(host, {
            kind: 'delete',
            line: statement.line,
            with: [],
            target: { kind: 'table', name: statement.name, hints: ['TABLOCKX'] },
            from: null,
            where: null,
            output: null,
            top: null,
          }),
        );
        return 'next';
      case 'execute':
        await callProcedure(this, statement);
        return 'next';
      case 'execute-text': {
        const { value, type } = this.value(statement.parts[0]!);
        await callText(this, (convert(value, type, sql.nvarchar(-1)) ?? '') as string, new Frame(frame, ''));
        return 'next';
      }
      case 'wait':
        return this.#wait(this.value(statement.delay).value as string);
      case 'kill':
        session.hooks.kill(statement.spid);
        return 'next';
      case 'use':
        if (statement.database.toLowerCase() === session.database.settings.name.toLowerCase()) return 'next';
        throw new SqlError(
          911,
          `Database '${statement.database}' does not exist. Make sure that the name is entered correctly.`,
        );
      case 'insert-bulk':
        throw new SqlError(4802, 'Bulk loads come alone in a batch.', 16);
      case 'create-schema':
      case 'create-table':
      case 'create-type':
      case 'create-index':
      case 'create-procedure':
      case 'alter-table':
      case 'drop':
        await session.atomic(frame, true, (host) => {
          define({ ...host }, statement);
        });
        return 'next';
    }
  }

  async #select(statement: Extract<Statement, { kind: 'select' }>): Promise<Flow> {
    const { session, frame } = this;
    const { query } = statement;
    if (query.body.kind === 'select' && query.body.into !== null) {
      const { into } = query.body;
      const count = await session.atomic(frame, true, (host) => selectInto(host, query, into));
      return this.#counted('select', BigInt(count));
    }
    const result = await session.atomic(frame, false, (host: StatementHost) => {
      const planned = planQuery(host, query, null, []);
      return { planned, rows: session.options.onlyShapes ? [] : planned.run(EMPTY_ENV) };
    });
    if (result.planned.isAssignment) {
      session.rowCount = BigInt(result.rows.length);
      return 'next';
    }
    this.#rows(result.planned.columns, result.rows);
    return this.#counted('select', BigInt(result.rows.length), true);
  }

  #rows(columns: readonly ScopeColumn[], rows: readonly Values[]): void {
    this.sink.columns(columns);
    for (const row of rows) this.sink.row(row);
  }

  async #insert(statement: Extract<Statement, { kind: 'insert' }>): Promise<Flow> {
    const { session, frame } = this;
    let given: RowCollector | null = null;
    if (statement.source !== null && 'kind' in statement.source) {
      given = new RowCollector(this.sink);
      await new Executor(session, frame, given, this.tries).run([statement.source.statement]);
    }
    const changed = await session.atomic(frame, true, (host) => insert(host, statement, given));
    if (changed.identity !== null) session.identity = changed.identity;
    return this.#changed('insert', changed);
  }

  #changed(command: Command, { count, output }: Changed): Flow {
    if (output !== null) this.#rows(output.columns, output.rows);
    return this.#counted(command, BigInt(count), output !== null);
  }

  #counted(command: Command, count: bigint, hasRows = false): Flow {
    const { session } = this;
    session.rowCount = count;
    const isQuiet = session.options.noCount;
    if (hasRows || !isQuiet) this.sink.done(this.#doneKind, isQuiet ? null : count, false, command);
    return 'next';
  }

  async #wait(text: string): Promise<Flow> {
    const [hours = '0', minutes = '0', seconds = '0'] = text.split(':');
    const delay_ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
    const { signal } = this.session;
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        reject(new Cancelled());
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop);
        resolve();
      }, delay_ms);
      signal.addEventListener('abort', stop, { once: true });
    });
    return 'next';
  }
}

type WorkKind = (typeof WORK)[number];

/** What reads or changes something, and so can meet a fault. */
const WORK = [
  'select',
  'insert',
  'update',
  'delete',
  'truncate',
  'execute',
  'execute-text',
  'wait',
  'kill',
  'use',
  'insert-bulk',
  'create-schema',
  'create-table',
  'create-type',
  'create-index',
  'create-procedure',
  'alter-table',
  'drop',
] as const;

const WORK_KINDS: ReadonlySet<Statement['kind']> = new Set(WORK);

const isWork = (statement: Statement): statement is Extract<Statement, { kind: WorkKind }> =>
  WORK_KINDS.has(statement.kind);

/** Control of flow leaves @@ERROR alone. */
const KEEPS_ERROR = new Set<Statement['kind']>([
  'block',
  'if',
  'while',
  'break',
  'continue',
  'try',
  'return',
  'execute',
]);

const BEGINS_IMPLICITLY = new Set<Statement['kind']>([
  'select',
  'insert',
  'update',
  'delete',
  'truncate',
  'create-table',
  'create-index',
  'create-procedure',
  'alter-table',
  'drop',
]);
