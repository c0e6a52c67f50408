/** Errors of the database as diagnostics. What is thrown by anything else passes unchanged. */
import { MssqlError } from '../../remote/mssql.js';
import { connectorError } from '../messages.js';

const DUPLICATE_KEY: ReadonlySet<number> = new Set([2601, 2627]);
/** The object can't be seen or used, or nothing may be created here. */
const PERMISSION: ReadonlySet<number> = new Set([229, 230, 262, 297, 300, 1088, 2760]);
const NO_PROCEDURE = 2812;

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MssqlError && DUPLICATE_KEY.has(error.number);
}

export function databaseFailure(error: unknown, doing: string, place: string): unknown {
  if (!(error instanceof MssqlError)) return error;
  const extras = { place, cause: error };
  const said = error.message;
  switch (error.failure) {
    case 'plain':
      return connectorError(
        'ESQL8662',
        { said },
        { ...extras, hint: 'Let the server encrypt; or write `encrypt = false` where the network is trusted.' },
      );
    case 'certificate':
      return connectorError(
        'ESQL8662',
        { said: `the certificate is not trusted, ${said}` },
        {
          ...extras,
          hint: 'Name the certificate of its authority in `ca_file`, and the server as the certificate does.',
        },
      );
    case 'login':
      return connectorError(
        'ESQL8661',
        { said },
        { ...extras, hint: 'Check the login, and the firewall of the server.' },
      );
    case 'unreachable':
    case 'timeout':
      return unreachable(said, doing, extras);
    case 'server':
      return serverFailure(error, doing, extras);
  }
}

type Extras = { readonly place: string; readonly cause: MssqlError };

function serverFailure(error: MssqlError, doing: string, extras: Extras): Error {
  const said = error.message;
  if (error.passing) return unreachable(said, doing, extras);
  if (isDuplicateKey(error)) {
    return connectorError(
      'ESQL8665',
      { said },
      {
        ...extras,
        facts: ['Nothing of the batch was written.'],
        hint: 'Let nobody else write these keys, and look for a unique index beside the key of the sink.',
      },
    );
  }
  if (PERMISSION.has(error.number)) {
    return connectorError(
      'ESQL8670',
      { said, doing },
      { ...extras, hint: 'Let an administrator run what `esql ddl --sink NAME FILE` prints.' },
    );
  }
  if (error.number === NO_PROCEDURE) {
    return connectorError(
      'ESQL8663',
      { what: 'procedure of the sink' },
      { ...extras, hint: 'Run what `esql ddl --sink NAME FILE` prints.' },
    );
  }
  return connectorError(
    'ESQL8668',
    { said, doing },
    { ...extras, hint: 'Look the number up in the manual of the server.' },
  );
}

function unreachable(said: string, doing: string, extras: Extras): Error {
  return connectorError(
    'ESQL8660',
    { said, doing },
    { ...extras, hint: 'Start the job again when the server is there; nothing is lost.' },
  );
}
