/** An error of a database server or of the way to it, whichever server it is. */

/**
 * `unreachable`: no connection, or it broke. `timeout`: no answer in time; says nothing about the outcome (S10).
 * `login`: the credential is refused. `plain`: the server doesn't encrypt. `certificate`: its certificate is not
 * trusted. `server`: an error of the server with its number or state.
 */
export type DatabaseFailure = 'unreachable' | 'timeout' | 'login' | 'plain' | 'certificate' | 'server';

/**
 * What an error of the server is about. `duplicate`: a row with the same key or unique value is there. `permission`: an
 * object can't be seen or used, or nothing may be created here. `absent`: there is no such procedure. `refusal`: a
 * procedure of ours says no. `other`: anything else.
 */
export type ServerErrorKind = 'duplicate' | 'permission' | 'absent' | 'refusal' | 'other';

export abstract class DatabaseError extends Error {
  readonly failure: DatabaseFailure;

  /** `said` is for people; it holds no credential and nothing of a row. */
  protected constructor(failure: DatabaseFailure, said: string, options?: ErrorOptions) {
    super(said, options);
    this.failure = failure;
  }

  /** The same call on a fresh connection may succeed a little later. */
  get passing(): boolean {
    if (this.failure === 'unreachable' || this.failure === 'timeout') return true;
    return this.failure === 'server' && this.passingOnServer;
  }

  abstract get kind(): ServerErrorKind;
  protected abstract get passingOnServer(): boolean;
}
