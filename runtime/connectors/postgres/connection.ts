/** From the sink's options to how the database is reached. */
import type { OptionsOf } from '../../../plan/connectors/index.js';
import { Secret } from '../../../plan/connectors/secret.js';
import type { Env } from '../../env.js';
import type { PostgresLogin, PostgresOptions } from '../../remote/postgres.js';
import { authorityOf, DATABASE_TIMES, notDescribed } from '../database/reach.js';
import { parseConnectionString, type ConnectionParts } from './connection-string.js';

export type PostgresSinkOptions = OptionsOf<'postgres', 'sink'>;

const PORT = 5432;
const NOTHING: ConnectionParts = {
  server: null,
  port: null,
  database: null,
  user: null,
  password: null,
  encrypt: null,
};

/** Rejects with ESQL8669. The connection string fills what the other options leave open. */
export async function postgresOptions(
  env: Env,
  options: PostgresSinkOptions,
  workingDirectory: string,
): Promise<PostgresOptions> {
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
    encrypt: options.encrypt ?? given.encrypt ?? !isThisMachine(server),
    authority: await authorityOf(env, options.ca_file, workingDirectory),
    ...DATABASE_TIMES,
  };
}

/** A loopback address or a Unix socket: nobody is in between. */
function isThisMachine(server: string): boolean {
  return server.startsWith('/') || server === 'localhost' || server === '::1' || /^127(?:\.\d+){3}$/u.test(server);
}

function parsed(connection: Secret): ConnectionParts {
  const found = parseConnectionString(connection.reveal());
  if (!found.ok) throw notDescribed(`in the connection string: ${found.why}`);
  return found.parts;
}

function loginOf(options: PostgresSinkOptions, given: ConnectionParts): PostgresLogin {
  const user = options.user ?? given.user;
  if (user === null) throw notDescribed('there is no `user`');
  if (options.authentication === 'entra') return { kind: 'entra', user, clientId: options.client_id };
  const password = options.password ?? (given.password === null ? null : new Secret('connection', given.password));
  return { kind: 'password', user, password };
}
