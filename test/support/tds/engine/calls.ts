/** Calls: procedures of the database, and texts run with parameters (sp_executesql and its kin). */
import { type ParameterDefinition, type Statement } from './ast.js';
import { convert } from './convert.js';
import { type Procedure } from './database.js';
import { qualified } from './define.js';
import { countMismatch, missingProcedure, SqlError } from './errors.js';
import { Executor, type Flow } from './execute.js';
import { Frame, type Variable } from './frame.js';
import { insertRows } from './modify.js';
import { ParameterListParser } from './parse-parameters.js';
import { parseBatch } from './parse-statement.js';
import { hostWith } from './query.js';
import { type Session } from './session.js';
import { type Sink } from './sink.js';
import * as sql from './sql-type.js';
import { type SqlType, type SqlValue } from './sql-type.js';
import { type Table, type Values } from './storage.js';
import { tableFrom } from './tables.js';

/** An argument, of T-SQL or of the wire. */
export interface CallArgument {
  readonly name: string | null;
  readonly type: SqlType;
  readonly value: SqlValue;
  /** The parameter's own default applies. */
  readonly isDefault: boolean;
  readonly isOutput: boolean;
  readonly rows: { readonly types: readonly SqlType[]; readonly rows: readonly Values[] } | null;
  readonly table: Table | null;
}

export interface CallResult {
  readonly status: bigint;
  readonly outputs: readonly { readonly name: string; readonly variable: Variable; readonly argument: number }[];
}

const NESTING_MAX = 32;

/** EXEC of T-SQL. */
export async function callProcedure(
  executor: Executor,
  statement: Extract<Statement, { kind: 'execute' }>,
): Promise<void> {
  const { frame, sink } = executor;
  const args = statement.args.map(({ name, value, isOutput }): CallArgument => {
    const tableName = value?.kind === 'variable' ? value.name : '';
    const table = frame.tableVariables.get(tableName) ?? null;
    const plain = value === null || table !== null ? { value: null, type: sql.INT } : executor.value(value);
    return { name, ...plain, isDefault: value === null, isOutput, rows: null, table };
  });
  const result = await callNamed(executor, statement.procedure.parts, args);
  if (statement.result !== null) {
    const variable = frame.variable(statement.result);
    variable.value = convert(result.status, sql.INT, variable.type);
  }
  for (const { variable, argument } of result.outputs) {
    const target = statement.args[argument]!.value;
    if (target?.kind !== 'variable') continue;
    const outer = frame.variable(target.name);
    outer.value = convert(variable.value, variable.type, outer.type);
  }
  if (!frame.isNested) {
    sink.returnStatus(result.status);
    sink.done('procedure', null, false);
  }
}

/** A procedure by its name: those of the system first. Throws SqlError 2812 and those of arguments. */
export async function callNamed(
  executor: Executor,
  parts: readonly string[],
  args: readonly CallArgument[],
): Promise<CallResult> {
  const name = parts.at(-1)!;
  const lower = name.toLowerCase();
  if (lower === 'sp_executesql') return executeText(executor, args);
  if (lower === 'sp_reset_connection') {
    executor.session.reset(executor.sink);
    return { status: 0n, outputs: [] };
  }
  const { schema } = qualified({ parts });
  const procedure = executor.session.database.procedures.find(schema, name);
  if (procedure === undefined) throw missingProcedure(parts.join('.'));
  return runProcedure(executor, procedure, args);
}

async function runProcedure(
  executor: Executor,
  procedure: Procedure,
  args: readonly CallArgument[],
): Promise<CallResult> {
  const { session, sink } = executor;
  const frame = new Frame(executor.frame, procedure.name);
  if (frame.depth > NESTING_MAX) {
    throw new SqlError(217, 'Maximum stored procedure, function, trigger, or view nesting level exceeded (limit 32).');
  }
  const outputs = bindArguments(session, frame, procedure.definition.parameters, args, procedure.name);
  const before = session.transactionCount;
  const flow = await scoped(session, () =>
    new Executor(session, frame, sink, executor.tries).run(procedure.definition.body),
  );
  if (session.transactionCount !== before) {
    const mismatch = countMismatch(before, session.transactionCount);
    if (executor.tries > 0) throw mismatch;
    mismatch.procedure = procedure.name;
    sink.message(mismatch);
  }
  return { status: statusOf(flow), outputs };
}

const statusOf = (flow: Flow): bigint => (typeof flow === 'object' ? flow.status : 0n);

/** Options that a procedure sets end with it. */
async function scoped<T>(session: Session, run: () => Promise<T>): Promise<T> {
  const before = { ...session.options };
  try {
    return await run();
  } finally {
    session.options = before;
  }
}

/** sp_executesql @text, @parameters, … */
export async function executeText(executor: Executor, args: readonly CallArgument[]): Promise<CallResult> {
  const [text, declarations, ...rest] = args;
  if (text === undefined || (text.value !== null && !sql.isString(text.type))) {
    throw new SqlError(214, "Procedure expects parameter '@statement' of type 'ntext/nchar/nvarchar'.", 16, 2);
  }
  const definitions = parseParameters((declarations?.value ?? '') as string);
  return runText(executor, (text.value ?? '') as string, definitions, rest, 2);
}

export function parseParameters(text: string): readonly ParameterDefinition[] {
  return new ParameterListParser(text, []).parameters();
}

export async function runText(
  executor: Executor,
  text: string,
  definitions: readonly ParameterDefinition[],
  args: readonly CallArgument[],
  firstArgument: number,
): Promise<CallResult> {
  const frame = new Frame(executor.frame, '');
  const outputs = bindArguments(executor.session, frame, definitions, args, 'sp_executesql');
  const flow = await callText(executor, text, frame);
  const status = typeof flow === 'object' ? flow.status : 0n;
  return { status, outputs: outputs.map((output) => ({ ...output, argument: output.argument + firstArgument })) };
}

/** A text as a batch of its own, in a frame that may hold parameters. */
export async function callText(executor: Executor, text: string, frame: Frame): Promise<Flow> {
  const statements = parseBatch(text, [...frame.variables.keys(), ...frame.tableVariables.keys()]);
  return scoped(executor.session, () =>
    new Executor(executor.session, frame, executor.sink, executor.tries).run(statements),
  );
}

function bindArguments(
  session: Session,
  frame: Frame,
  definitions: readonly ParameterDefinition[],
  args: readonly CallArgument[],
  procedure: string,
): CallResult['outputs'] {
  const outputs: { name: string; variable: Variable; argument: number }[] = [];
  if (args.length > definitions.length) {
    throw new SqlError(8144, `Procedure or function ${procedure} has too many arguments specified.`, 16, 2);
  }
  const unknown = args.find(
    ({ name }) => name !== null && name !== '' && !definitions.some((definition) => definition.name === name),
  );
  if (unknown !== undefined)
    throw new SqlError(8145, `${unknown.name!} is not a parameter for procedure ${procedure}.`, 16, 2);
  definitions.forEach((definition, position) => {
    const named = args.findIndex(({ name }) => name === definition.name);
    const positional = args[position];
    const at = named !== -1 ? named : positional !== undefined && (positional.name ?? '') === '' ? position : -1;
    const argument = args[at];
    const { schema, name } = definition.type;
    const tableType = session.database.types.find(schema === '' ? 'dbo' : schema, name);
    if (tableType !== undefined) {
      const resolve = (type: ParameterDefinition['type']): SqlType => session.resolveType(type, true);
      const table =
        argument?.table ?? tableFrom(session.database, 'dbo', definition.name, 'type', tableType.definition, resolve);
      if (argument?.rows !== null && argument?.rows !== undefined) fill(session, frame, table, argument.rows);
      frame.tableVariables.set(definition.name, table);
      return;
    }
    const type = session.resolveType(definition.type, true);
    const variable: Variable = { type, value: argumentValue(session, frame, definition, argument, procedure, type) };
    frame.variables.set(definition.name, variable);
    if (argument?.isOutput === true && definition.isOutput)
      outputs.push({ name: definition.name, variable, argument: at });
  });
  return outputs;
}

function argumentValue(
  session: Session,
  frame: Frame,
  definition: ParameterDefinition,
  argument: CallArgument | undefined,
  procedure: string,
  type: SqlType,
): SqlValue {
  if (argument !== undefined && !argument.isDefault) return convert(argument.value, argument.type, type);
  if (definition.default === null) {
    throw new SqlError(
      201,
      `Procedure or function '${procedure}' expects parameter '${definition.name}', which was not supplied.`,
      16,
      4,
    );
  }
  const { value, type: from } = new Executor(session, frame, NOWHERE, 0).value(definition.default);
  return convert(value, from, type);
}

function fill(session: Session, frame: Frame, table: Table, source: NonNullable<CallArgument['rows']>): void {
  const columns = table.columns.map((_, at) => at).slice(0, Math.max(source.types.length, 0));
  insertRows(hostWith(session.host(frame), []), table, columns, source, null);
}

const nothing = (): void => undefined;
const NOWHERE: Sink = {
  columns: nothing,
  row: nothing,
  message: nothing,
  done: nothing,
  returnStatus: nothing,
  returnValue: nothing,
  transaction: nothing,
};
