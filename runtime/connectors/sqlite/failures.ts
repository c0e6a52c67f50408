/** What SQLite's errors mean for the person who runs the job. Its messages are not shown: they could hold data. */
import { SqliteError } from '../../env.js';
import { connectorError } from '../messages.js';

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/^SQLITE_(?:BUSY|LOCKED)/u, 'Close the other program that writes to this database, then start the job again.'],
  [/^SQLITE_FULL/u, 'Free space on this disk, then start the job again: it goes on from its last batch.'],
  [/^SQLITE_READONLY/u, 'Give the user that runs the job permission to write the file and its folder.'],
  [/^SQLITE_CANTOPEN/u, 'Check that the path names a file in a folder that may be written to.'],
  [/^SQLITE_(?:CORRUPT|NOTADB)/u, 'Restore the database from a copy, or let the sink write to another file.'],
  [/^SQLITE_CONSTRAINT/u, 'Drop the constraint or trigger of the table that refuses a row.'],
  [/^SQLITE_IOERR/u, 'Check the disk, then start the job again.'],
];

function hintFor(code: string): string {
  return HINTS.find(([pattern]) => pattern.test(code))?.[1] ?? 'Look the code up in the documentation of SQLite.';
}

/** Errors that are not SQLite's pass unchanged. */
export function openFailure(error: unknown, place: string): unknown {
  if (!(error instanceof SqliteError)) return error;
  return connectorError(
    'ESQL8432',
    { code: error.code },
    { place, hint: hintFor(error.code), cause: withoutText(error) },
  );
}

/** `doing` is a phrase such as `writing a batch`. */
export function databaseFailure(error: unknown, doing: string, place: string): unknown {
  if (!(error instanceof SqliteError)) return error;
  return connectorError(
    'ESQL8433',
    { code: error.code, doing },
    { place, hint: hintFor(error.code), cause: withoutText(error) },
  );
}

/** Worth another try: somebody else held the database. */
export function isTransient(error: unknown): boolean {
  return error instanceof SqliteError && /^SQLITE_(?:BUSY|LOCKED)/u.test(error.code);
}

function withoutText(error: SqliteError): SqliteError {
  return new SqliteError(error.code, error.code);
}
