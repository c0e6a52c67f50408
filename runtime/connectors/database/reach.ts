/** How a database is reached, as far as it is the same for all of them. */
import { DiskError, type Env } from '../../env.js';
import { resolvePath } from '../../paths.js';
import { connectorError } from '../messages.js';

/** A batch that waits for locks is not a failure yet (S7). */
export const DATABASE_TIMES = { connectTimeout_ms: 30_000, requestTimeout_ms: 120_000 } as const;

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
