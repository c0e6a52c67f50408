/** Errors as SQL Server numbers, words and weighs them. */

/** An error that the client sees as an ERROR token. */
export class SqlError extends Error {
  readonly number: number;
  readonly severity: number;
  readonly state: number;
  /** Line of the batch or procedure, 1 for the first; 0 while unknown. */
  line: number;
  procedure = '';

  constructor(number: number, message: string, severity = 16, state = 1, line = 0) {
    super(message);
    this.number = number;
    this.severity = severity;
    this.state = state;
    this.line = line;
  }
}

/** The client gave the request up, or the connection is gone. */
export class Cancelled extends Error {}

/** Ends the batch and rolls the transaction back even without XACT_ABORT: failed conversions, deadlocks. */
const ROLLS_BACK = new Set([241, 242, 244, 245, 248, 295, 1205, 8114, 8169, 3960]);

/** Ends the batch, but leaves the transaction as it is. */
const ENDS_BATCH = new Set([208, 207, 2812, 201, 8144, 8145, 8178, 137, 266, 3609]);

export const rollsBack = (error: SqlError): boolean => ROLLS_BACK.has(error.number);
export const endsBatch = (error: SqlError): boolean => ENDS_BATCH.has(error.number) || rollsBack(error);

export const syntaxNear = (text: string, line: number): SqlError =>
  new SqlError(102, `Incorrect syntax near '${text}'.`, 15, 1, line);
export const syntaxNearKeyword = (text: string, line: number): SqlError =>
  new SqlError(156, `Incorrect syntax near the keyword '${text}'.`, 15, 1, line);
export const unclosedQuote = (text: string, line: number): SqlError =>
  new SqlError(105, `Unclosed quotation mark after the character string '${text.slice(0, 60)}'.`, 15, 1, line);
export const undeclared = (name: string, line: number): SqlError =>
  new SqlError(137, `Must declare the scalar variable "${name}".`, 15, 2, line);
export const declaredTwice = (name: string, line: number): SqlError =>
  new SqlError(
    134,
    `The variable name '${name}' has already been declared. Variable names must be unique within a query batch or stored procedure.`,
    15,
    2,
    line,
  );
export const mustBeFirst = (what: string, line: number): SqlError =>
  new SqlError(111, `'${what}' must be the first statement in a query batch.`, 15, 1, line);
export const invalidObject = (name: string): SqlError => new SqlError(208, `Invalid object name '${name}'.`);
export const invalidColumn = (name: string): SqlError => new SqlError(207, `Invalid column name '${name}'.`);
export const ambiguousColumn = (name: string): SqlError => new SqlError(209, `Ambiguous column name '${name}'.`);
export const unboundName = (name: string): SqlError =>
  new SqlError(4104, `The multi-part identifier "${name}" could not be bound.`);
export const missingProcedure = (name: string): SqlError =>
  new SqlError(2812, `Could not find stored procedure '${name}'.`, 16, 62);
export const unknownType = (name: string, line: number): SqlError =>
  new SqlError(2715, `Column, parameter, or variable: Cannot find data type ${name}.`, 16, 6, line);
export const unknownFunction = (name: string): SqlError =>
  new SqlError(195, `'${name}' is not a recognized built-in function name.`, 15, 10);
export const alreadyThere = (name: string): SqlError =>
  new SqlError(2714, `There is already an object named '${name}' in the database.`, 16, 6);
export const cannotFind = (name: string): SqlError =>
  new SqlError(
    1088,
    `Cannot find the object "${name}" because it does not exist or you do not have permissions.`,
    16,
    11,
  );
export const overflow = (type: string): SqlError =>
  new SqlError(8115, `Arithmetic overflow error converting expression to data type ${type}.`, 16, 2);
export const numericOverflow = (from: string, to: string): SqlError =>
  new SqlError(8115, `Arithmetic overflow error converting ${from} to data type ${to}.`, 16, 8);
export const divideByZero = (): SqlError => new SqlError(8134, 'Divide by zero error encountered.');
export const cannotConvert = (from: string, to: string): SqlError =>
  new SqlError(8114, `Error converting data type ${from} to ${to}.`, 16, 5);
export const conversionFailed = (from: string, value: string, to: string): SqlError =>
  new SqlError(245, `Conversion failed when converting the ${from} value '${value}' to data type ${to}.`);
export const badMoment = (): SqlError =>
  new SqlError(241, 'Conversion failed when converting date and/or time from character string.');
export const badUniqueidentifier = (): SqlError =>
  new SqlError(8169, 'Conversion failed when converting from a character string to uniqueidentifier.', 16, 2);
export const noImplicitConversion = (from: string, to: string): SqlError =>
  new SqlError(206, `Operand type clash: ${from} is incompatible with ${to}`, 16, 2);
export const truncated = (table: string, column: string, value: string): SqlError =>
  new SqlError(
    2628,
    `String or binary data would be truncated in table '${table}', column '${column}'. Truncated value: '${value}'.`,
  );
export const nullNotAllowed = (column: string, table: string, what: string): SqlError =>
  new SqlError(
    515,
    `Cannot insert the value NULL into column '${column}', table '${table}'; column does not allow nulls. ${what} fails.`,
    16,
    2,
  );
export const duplicateKey = (constraint: string, kind: string, table: string, key: string): SqlError =>
  new SqlError(
    2627,
    `Violation of ${kind} constraint '${constraint}'. Cannot insert duplicate key in object '${table}'. The duplicate key value is (${key}).`,
    14,
  );
export const duplicateIndexKey = (index: string, table: string, key: string): SqlError =>
  new SqlError(
    2601,
    `Cannot insert duplicate key row in object '${table}' with unique index '${index}'. The duplicate key value is (${key}).`,
    14,
  );
export const deadlocked = (spid: number): SqlError =>
  new SqlError(
    1205,
    `Transaction (Process ID ${spid}) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction.`,
    13,
    51,
  );
export const lockTimedOut = (): SqlError => new SqlError(1222, 'Lock request time out period exceeded.', 16, 51);
export const countMismatch = (before: number, after: number): SqlError =>
  new SqlError(
    266,
    `Transaction count after EXECUTE indicates a mismatching number of BEGIN and COMMIT statements. Previous count = ${before}, current count = ${after}.`,
    16,
    2,
  );
export const doomed = (): SqlError =>
  new SqlError(
    3930,
    'The current transaction cannot be committed and cannot support operations that write to the log file. Roll back the transaction.',
  );
