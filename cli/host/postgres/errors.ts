/** Errors of pg as `PostgresError`. Texts of the server stand in messages only where they hold no data. */
import { PostgresError } from '../../../runtime/remote/postgres.js';
import { certificateReason, errorChain } from '../error-chain.js';

/** What pg takes over from the server's message. */
interface ServerError {
  readonly code?: unknown;
  readonly severity?: unknown;
  readonly message: string;
  readonly schema?: unknown;
  readonly table?: unknown;
  readonly column?: unknown;
  readonly constraint?: unknown;
}

const STATE = /^[0-9A-Z]{5}$/u;
/**
 * Classes of SQLSTATE whose texts name objects, rights and settings, and never values of rows: connection, unsupported,
 * read-only, login, catalogue and schema names, rollback, access rules, resources, limits, states, operator, system.
 */
const PLAIN_TEXTS: ReadonlySet<string> = new Set([
  '08',
  '0A',
  '25',
  '28',
  '3D',
  '3F',
  '40',
  '42',
  '53',
  '54',
  '55',
  '57',
  '58',
]);
const SAID_LENGTH_MAX = 300;
/** Wrong user, wrong password, no such database. */
const LOGIN_STATES: ReadonlySet<string> = new Set(['28000', '28P01', '3D000']);
const INSUFFICIENT_PRIVILEGE = '42501';
const QUERY_CANCELLED = '57014';
const OUR_REFUSAL = /^ZE/u;

/** `connecting`: no statement was sent yet. */
export function postgresError(error: unknown, connecting: boolean): unknown {
  if (error instanceof PostgresError || !(error instanceof Error)) return error;
  const server: ServerError = error;
  const cause = { cause: error };
  if (typeof server.code === 'string' && STATE.test(server.code) && typeof server.severity === 'string') {
    return serverError(server, server.code, connecting, cause);
  }
  const { message } = error;
  if (message === 'The server does not support SSL connections') {
    return new PostgresError('plain', 'the server does not encrypt', null, cause);
  }
  if (message.startsWith('SASL')) return new PostgresError('login', message.slice(0, SAID_LENGTH_MAX), null, cause);
  if (message === 'Query read timeout') return new PostgresError('timeout', 'no answer in time', null, cause);
  if (/^timeout expired|^Connection terminated|^Client |establishing an SSL connection/u.test(message)) {
    return new PostgresError('unreachable', `the connection failed, ${message}`, null, cause);
  }
  const chain = errorChain(error);
  const certificate = certificateReason(chain);
  if (certificate !== null) return new PostgresError('certificate', certificate, null, cause);
  const code = chain.map((each) => each.code).find((each) => typeof each === 'string' && /^E[A-Z]+$/u.test(each));
  if (typeof code === 'string') {
    return new PostgresError('unreachable', `the connection failed, ${code}`, null, cause);
  }
  return error;
}

function serverError(error: ServerError, state: string, connecting: boolean, cause: ErrorOptions): PostgresError {
  const said = saidOf(error, state);
  if (LOGIN_STATES.has(state) || (connecting && state === INSUFFICIENT_PRIVILEGE)) {
    return new PostgresError('login', said, state, cause);
  }
  return new PostgresError(state === QUERY_CANCELLED ? 'timeout' : 'server', said, state, cause);
}

function saidOf(error: ServerError, state: string): string {
  if (PLAIN_TEXTS.has(state.slice(0, 2)) || OUR_REFUSAL.test(state)) return error.message.slice(0, SAID_LENGTH_MAX);
  const named = (['constraint', 'column', 'table'] as const).flatMap((part) => {
    const name = error[part];
    return typeof name === 'string' ? [`${part} ${name}`] : [];
  });
  return ['the server refuses', ...named].join(', ');
}
