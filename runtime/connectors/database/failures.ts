/** Errors of a database as diagnostics. What is thrown by anything else passes unchanged. */
import { DatabaseError } from '../../remote/database-error.js';
import { connectorError } from '../messages.js';

/** Next steps that depend on the database. */
export interface FailureHints {
  readonly login: string;
  readonly refused: string;
}

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof DatabaseError && error.kind === 'duplicate';
}

export function databaseFailure(error: unknown, doing: string, place: string, hints: FailureHints): unknown {
  if (!(error instanceof DatabaseError)) return error;
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
      return connectorError('ESQL8661', { said }, { ...extras, hint: hints.login });
    case 'unreachable':
    case 'timeout':
      return unreachable(said, doing, extras);
    case 'server':
      return error.passing ? unreachable(said, doing, extras) : serverFailure(error, doing, extras, hints);
  }
}

type Extras = { readonly place: string; readonly cause: DatabaseError };

function serverFailure(error: DatabaseError, doing: string, extras: Extras, hints: FailureHints): Error {
  const said = error.message;
  switch (error.kind) {
    case 'duplicate':
      return connectorError(
        'ESQL8665',
        { said },
        {
          ...extras,
          facts: ['Nothing of the batch was written.'],
          hint: 'Let nobody else write these keys, and look for a unique index beside the key of the sink.',
        },
      );
    case 'permission':
      return connectorError(
        'ESQL8670',
        { said, doing },
        { ...extras, hint: 'Let an administrator run what `esql ddl --sink NAME FILE` prints.' },
      );
    case 'absent':
      return connectorError(
        'ESQL8663',
        { what: 'procedure of the sink' },
        { ...extras, hint: 'Run what `esql ddl --sink NAME FILE` prints.' },
      );
    case 'refusal':
    case 'other':
      return connectorError('ESQL8668', { said, doing }, { ...extras, hint: hints.refused });
  }
}

function unreachable(said: string, doing: string, extras: Extras): Error {
  return connectorError(
    'ESQL8660',
    { said, doing },
    { ...extras, hint: 'Start the job again when the server is there; nothing is lost.' },
  );
}
