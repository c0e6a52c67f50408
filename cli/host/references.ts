/**
 * `env('NAME')` is an environment variable. `secret('NAME')` is the variable `ESQL_SECRET_NAME`, or the file `NAME` in
 * the folder that `ESQL_SECRETS` names (as container platforms mount them), without its final line break.
 */
import { join } from 'node:path';
import type { Disk, References } from '../../runtime/env.js';

export function nodeReferences(environment: Readonly<Record<string, string | undefined>>, disk: Disk): References {
  return {
    environment: (name) => environment[name],
    async secret(name) {
      const direct = environment[`ESQL_SECRET_${name}`];
      if (direct !== undefined) return direct;
      const folder = environment['ESQL_SECRETS'];
      if (folder === undefined || !/^[A-Za-z0-9_.-]+$/u.test(name) || name.startsWith('.')) return undefined;
      const path = join(folder, name);
      if ((await disk.status(path))?.kind !== 'file') return undefined;
      return new TextDecoder().decode(await disk.read(path)).replace(/\r?\n$/u, '');
    },
  };
}
