/** From the options to how the database is reached. */
import type { OptionsOf } from '../../../plan/connectors/index.js';
import { Secret } from '../../../plan/connectors/secret.js';
import type { Env } from '../../env.js';
import type { MssqlLogin, MssqlOptions } from '../../remote/mssql.js';
import { authorityOf, DATABASE_TIMES, notDescribed } from '../database/reach.js';
import { parseConnectionString, type ConnectionParts } from './connection-string.js';

export type MssqlSinkOptions = OptionsOf<'mssql', 'sink'>;
/** What a sink and a table have in common. */
export type MssqlReachOptions = Omit<OptionsOf<'mssql', 'table'>, 'table' | 'refresh'>;

const PORT = 1433;

const NOTHING: ConnectionParts = {
  server: null,
  port: null,
  database: null,
  user: null,
  password: null,
  entra: false,
  encrypt: null,
};

/** Rejects with ESQL8669. The connection string fills what the other options leave open. */
export async function mssqlOptions(
  env: Env,
  options: MssqlReachOptions,
  workingDirectory: string,
): Promise<MssqlOptions> {
  const given = options.connection === null ? NOTHING : parsed(options.connection);
  const server = options.server ?? given.server;
  const database = options.database ?? given.database;
  if (server === null) throw notDescribed('there is no server');
  if (database === null) throw notDescribed('there is no database');
  return {
    server,
    port: options.port ?? given.port ?? PORT,
    database,
    login: loginOf(options, given),
    encrypt: options.encrypt && given.encrypt !== false,
    authority: await authorityOf(env, options.ca_file, workingDirectory),
    ...DATABASE_TIMES,
  };
}

function parsed(connection: Secret): ConnectionParts {
  const found = parseConnectionString(connection.reveal());
  if (!found.ok) throw notDescribed(`in the connection string: ${found.why}`);
  return found.parts;
}

function loginOf(options: MssqlReachOptions, given: ConnectionParts): MssqlLogin {
  if (options.authentication === 'entra' || given.entra) return { kind: 'entra', clientId: options.client_id };
  const user = options.user ?? given.user;
  const password = options.password ?? (given.password === null ? null : new Secret('connection', given.password));
  if (user === null || password === null) {
    throw notDescribed("there is no `user` with `password`, and `authentication` is not 'entra'");
  }
  return { kind: 'password', user, password };
}
