/** From the options to how the database is reached. */
import type { OptionsOf } from '../../../plan/connectors/index.js';
import type { Secret } from '../../../plan/connectors/secret.js';
import type { Env } from '../../env.js';
import type { MssqlLogin, MssqlOptions } from '../../remote/mssql.js';
import { authorityOf, notDescribed, reachOf } from '../database/reach.js';
import { parseConnectionString, type MssqlConnectionParts } from './connection-string.js';

export type MssqlSinkOptions = OptionsOf<'mssql', 'sink'>;
/** What a sink and a table have in common. */
export type MssqlReachOptions = Omit<OptionsOf<'mssql', 'table'>, 'table' | 'refresh'>;

const NOTHING: MssqlConnectionParts = {
  server: null,
  port: null,
  database: null,
  user: null,
  password: null,
  entra: false,
  encrypt: null,
};

const HOW = { parse: parseConnectionString, nothing: NOTHING, port: 1433 };

/** Rejects with ESQL8669. The connection string fills what the other options leave open. */
export async function mssqlOptions(
  env: Env,
  options: MssqlReachOptions,
  workingDirectory: string,
): Promise<MssqlOptions> {
  const { given, user, password, reach } = reachOf(options, HOW);
  return {
    ...reach,
    login: loginOf(options, given, user, password),
    encrypt: options.encrypt && given.encrypt !== false,
    authority: await authorityOf(env, options.ca_file, workingDirectory),
  };
}

function loginOf(
  options: MssqlReachOptions,
  given: MssqlConnectionParts,
  user: string | null,
  password: Secret | null,
): MssqlLogin {
  if (options.authentication === 'entra' || given.entra) return { kind: 'entra', clientId: options.client_id };
  if (user === null || password === null) {
    throw notDescribed("there is no `user` with `password`, and `authentication` is not 'entra'");
  }
  return { kind: 'password', user, password };
}
