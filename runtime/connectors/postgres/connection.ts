/** From the sink's options to how the database is reached. */
import type { OptionsOf } from '../../../plan/connectors/index.js';
import type { Secret } from '../../../plan/connectors/secret.js';
import type { Env } from '../../env.js';
import type { PostgresLogin, PostgresOptions } from '../../remote/postgres.js';
import { authorityOf, notDescribed, reachOf, type ConnectionParts } from '../database/reach.js';
import { parseConnectionString } from './connection-string.js';

export type PostgresSinkOptions = OptionsOf<'postgres', 'sink'>;

const NOTHING: ConnectionParts = {
  server: null,
  port: null,
  database: null,
  user: null,
  password: null,
  encrypt: null,
};

const HOW = { parse: parseConnectionString, nothing: NOTHING, port: 5432 };

/** Rejects with ESQL8669. The connection string fills what the other options leave open. */
export async function postgresOptions(
  env: Env,
  options: PostgresSinkOptions,
  workingDirectory: string,
): Promise<PostgresOptions> {
  const { given, user, password, reach } = reachOf(options, HOW);
  return {
    ...reach,
    login: loginOf(options, user, password),
    encrypt: options.encrypt ?? given.encrypt ?? !isThisMachine(reach.server),
    authority: await authorityOf(env, options.ca_file, workingDirectory),
  };
}

/** A loopback address or a Unix socket: nobody is in between. */
function isThisMachine(server: string): boolean {
  return server.startsWith('/') || server === 'localhost' || server === '::1' || /^127(?:\.\d+){3}$/u.test(server);
}

function loginOf(options: PostgresSinkOptions, user: string | null, password: Secret | null): PostgresLogin {
  if (user === null) throw notDescribed('there is no `user`');
  if (options.authentication === 'entra') return { kind: 'entra', user, clientId: options.client_id };
  return { kind: 'password', user, password };
}
