/** PostgreSQL as the runtime sees it: one attempt of a statement with parameters. Rejects with `PostgresError`. */
import type { Secret } from '../../plan/connectors/secret.js';
import { DatabaseError, type DatabaseFailure, type ServerErrorKind } from './database-error.js';

export type PostgresLogin =
  /** Null: the server asks for none (`peer`, `trust`). */
  | { readonly kind: 'password'; readonly user: string; readonly password: Secret | null }
  /** Microsoft Entra: the default chain, or the managed identity `clientId`; its token is the password. */
  | { readonly kind: 'entra'; readonly user: string; readonly clientId: string | null };

export interface PostgresOptions {
  /** Name or address, or the folder of a Unix socket. */
  readonly server: string;
  readonly port: number;
  readonly database: string;
  readonly login: PostgresLogin;
  /** With it nothing, the login included, is sent before TLS is up and certificate and name have been verified. */
  readonly encrypt: boolean;
  /** Certificates to trust, as PEM; null = those of the system. */
  readonly authority: string | null;
  readonly connectTimeout_ms: number;
  /** The server gives up after it; this side a little later. */
  readonly requestTimeout_ms: number;
}

/** Every value as PostgreSQL writes it: no client in between that loses digits. */
export type PostgresRows = readonly (readonly (string | null)[])[];

export interface PostgresDatabase {
  /** One statement, or several without parameters (one transaction then). The rows of the last one. */
  query(text: string, parameters: readonly (string | null)[]): Promise<PostgresRows>;
  /** Gives the connection up: the next call has a fresh one. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export class PostgresError extends DatabaseError {
  /** SQLSTATE; null = none of the server. */
  readonly state: string | null;

  /** `said` is for people; it holds no credential and nothing of a row. */
  constructor(failure: DatabaseFailure, said: string, state: string | null, options?: ErrorOptions) {
    super(failure, state === null ? said : `${said} (SQLSTATE ${state})`, options);
    this.name = 'PostgresError';
    this.state = state;
  }

  get kind(): ServerErrorKind {
    if (this.state === null) return 'other';
    if (this.state === UNIQUE_VIOLATION) return 'duplicate';
    if (this.state === INSUFFICIENT_PRIVILEGE) return 'permission';
    if (ABSENT.has(this.state)) return 'absent';
    return Object.values<string>(POSTGRES_REFUSALS).includes(this.state) ? 'refusal' : 'other';
  }

  protected get passingOnServer(): boolean {
    if (this.state === null) return false;
    return PASSING_CLASSES.has(this.state.slice(0, 2)) || PASSING_STATES.has(this.state);
  }
}

/** States that our functions raise; a class of its own, as the standard leaves them to implementations. */
export const POSTGRES_REFUSALS = {
  NOT_REGISTERED: 'ZE000',
  FENCED: 'ZE001',
  NONDETERMINISTIC_REPLAY: 'ZE002',
  BATCH_GAP: 'ZE003',
  OTHER_OWNER: 'ZE004',
} as const;

const UNIQUE_VIOLATION = '23505';
const INSUFFICIENT_PRIVILEGE = '42501';
/** No such function, no such schema. */
const ABSENT: ReadonlySet<string> = new Set(['42883', '3F000']);

/** Connection exceptions. */
const PASSING_CLASSES: ReadonlySet<string> = new Set(['08']);
/**
 * Serialisation and deadlocks; a lock that is not to be had; shut down, crashed, starting up, database dropped while in
 * use; too many connections, out of memory; a server that became a replica by a failover (read-only transaction).
 */
const PASSING_STATES: ReadonlySet<string> = new Set([
  '40001',
  '40003',
  '40P01',
  '55P03',
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  '53200',
  '53300',
  '53400',
  '25006',
]);
