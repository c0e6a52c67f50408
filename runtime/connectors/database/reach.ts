/** How a database is reached, as far as it is the same for all of them. */
import { Secret } from '../../../plan/connectors/secret.js';
import { DiskError, type Env } from '../../env.js';
import { resolvePath } from '../../paths.js';
import { connectorError } from '../messages.js';

/** A batch that waits for locks is not a failure yet (S7). */
const DATABASE_TIMES = { connectTimeout_ms: 30_000, requestTimeout_ms: 120_000 } as const;

/** What every connection string can say. */
export interface ConnectionParts {
  readonly server: string | null;
  readonly port: number | null;
  readonly database: string | null;
  readonly user: string | null;
  readonly password: string | null;
  readonly encrypt: boolean | null;
}

/** `why` names keywords and never a value. */
export type ParsedConnection<P extends ConnectionParts = ConnectionParts> =
  { readonly ok: true; readonly parts: P } | { readonly ok: false; readonly why: string };

/** What the options of every database say. */
export interface ReachOptions {
  readonly connection: Secret | null;
  readonly server: string | null;
  readonly port: number | null;
  readonly database: string | null;
  readonly user: string | null;
  readonly password: Secret | null;
}

/**
 * The options, with what they leave open filled from the connection string; `nothing` stands for none. Throws
 * ESQL8669.
 */
export function reachOf<P extends ConnectionParts>(
  options: ReachOptions,
  how: { readonly parse: (text: string) => ParsedConnection<P>; readonly nothing: P; readonly port: number },
) {
  const given = options.connection === null ? how.nothing : parsed(how.parse(options.connection.reveal()));
  const server = options.server ?? given.server;
  const database = options.database ?? given.database;
  if (server === null) throw notDescribed('there is no server');
  if (database === null) throw notDescribed('there is no database');
  return {
    given,
    user: options.user ?? given.user,
    password: options.password ?? (given.password === null ? null : new Secret('connection', given.password)),
    reach: {
      server,
      port: options.port ?? given.port ?? how.port,
      database,
      ...DATABASE_TIMES,
    },
  };
}

function parsed<P extends ConnectionParts>(found: ParsedConnection<P>): P {
  if (!found.ok) throw notDescribed(`in the connection string: ${found.why}`);
  return found.parts;
}

/** The certificates of `ca_file`, or null. Rejects with ESQL8669. */
export async function authorityOf(env: Env, path: string | null, workingDirectory: string): Promise<string | null> {
  if (path === null) return null;
  try {
    return new TextDecoder().decode(await env.disk.read(resolvePath(workingDirectory, path)));
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    throw notDescribed(`the file of \`ca_file\` can't be read, ${error.code}`);
  }
}

export function notDescribed(why: string): Error {
  return connectorError('ESQL8669', { why }, { hint: 'Correct the options of the sink.' });
}
