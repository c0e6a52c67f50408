/**
 * SQL Server and Azure SQL as the runtime sees them: texts with parameters and procedure calls, one attempt each. They
 * reject with `MssqlError`.
 */
import type { Secret } from '../../plan/connectors/secret.js';
import { DatabaseError, type DatabaseFailure, type ServerErrorKind } from './database-error.js';

export type MssqlLogin =
  | { readonly kind: 'password'; readonly user: string; readonly password: Secret }
  /** Microsoft Entra: the default chain, or the managed identity `clientId`. */
  | { readonly kind: 'entra'; readonly clientId: string | null };

export interface MssqlOptions {
  readonly server: string;
  readonly port: number;
  readonly database: string;
  readonly login: MssqlLogin;
  /** With it nothing, the login included, is sent before TLS is up and the certificate has been verified. */
  readonly encrypt: boolean;
  /** Certificates to trust, as PEM; null = those of the system. */
  readonly authority: string | null;
  readonly connectTimeout_ms: number;
  readonly requestTimeout_ms: number;
}

/** `text` arrives as NVARCHAR of any length, `integer` as BIGINT. */
export type MssqlParameter =
  { readonly kind: 'text'; readonly value: string } | { readonly kind: 'integer'; readonly value: number };

export type MssqlParameters = Readonly<Record<string, MssqlParameter>>;

/** BIGINT and NUMERIC are better selected as text: the protocol's client loses digits. */
export type MssqlValue = null | boolean | number | string;

/** The rows of the last result. */
export type MssqlRows = readonly (readonly MssqlValue[])[];

export interface MssqlDatabase {
  query(text: string, parameters: MssqlParameters): Promise<MssqlRows>;
  /** One call of a stored procedure, one round trip. `procedure` is quoted as it has to be. */
  call(procedure: string, parameters: MssqlParameters): Promise<MssqlRows>;
  /** Gives up all connections: the next call has a fresh one. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export interface MssqlErrorFacts {
  /** Of the server; 0 = none. */
  readonly number: number;
  readonly severity: number;
  readonly state: number;
}

export class MssqlError extends DatabaseError {
  readonly number: number;
  readonly severity: number;

  /** `said` is for people; it holds no credential and nothing of a row. */
  constructor(failure: DatabaseFailure, said: string, facts: MssqlErrorFacts | null, options?: ErrorOptions) {
    super(
      failure,
      facts === null ? said : `${said} (error ${facts.number}, severity ${facts.severity}, state ${facts.state})`,
      options,
    );
    this.name = 'MssqlError';
    this.number = facts?.number ?? 0;
    this.severity = facts?.severity ?? 0;
  }

  get kind(): ServerErrorKind {
    if (DUPLICATE_KEY.has(this.number)) return 'duplicate';
    if (PERMISSION.has(this.number)) return 'permission';
    if (this.number === NO_PROCEDURE) return 'absent';
    return Object.values<number>(MSSQL_REFUSALS).includes(this.number) ? 'refusal' : 'other';
  }

  protected get passingOnServer(): boolean {
    if (this.number === 0) return false;
    // Numbers that nobody listed are judged by severity: from 17 on it is the server's trouble, not the statement's.
    return PASSING_NUMBERS.has(this.number) || (this.severity >= 17 && !FINAL_NUMBERS.has(this.number));
  }
}

/** Numbers that our procedures throw. */
export const MSSQL_REFUSALS = {
  NOT_REGISTERED: 51000,
  FENCED: 51001,
  NONDETERMINISTIC_REPLAY: 51002,
  BATCH_GAP: 51003,
  OTHER_OWNER: 51004,
} as const;

const DUPLICATE_KEY: ReadonlySet<number> = new Set([2601, 2627]);
/** The object can't be seen or used, or nothing may be created here. */
const PERMISSION: ReadonlySet<number> = new Set([229, 230, 262, 297, 300, 1088, 2760]);
const NO_PROCEDURE = 2812;

/** Entity Framework Core's list, and what failovers and locks add to it (S5). */
const PASSING_NUMBERS: ReadonlySet<number> = new Set([
  20, 64, 121, 233, 1205, 1222, 3960, 4060, 4221, 10053, 10054, 10060, 10928, 10929, 40197, 40501, 40613, 41301, 41302,
  41305, 41325, 41839, 49918, 49919, 49920,
]);

/** High severities that no waiting mends: the log or the disk is full for good by a quota, corruption. */
const FINAL_NUMBERS: ReadonlySet<number> = new Set([823, 824, 825, 40544]);
