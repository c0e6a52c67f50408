/**
 * Writes the code cache of dist/cli/esql.cjs: runs `esql check` over the queries of the repository in this process, and
 * saves what V8 has compiled by then, which is what a start needs. scripts/build.mjs starts it as a process.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const bundle = `${root}dist/cli/esql.cjs`;
const queries = readdirSync('queries').filter((name) => name.endsWith('.esql'));
process.argv = [process.execPath, `${root}dist/cli/main.js`, 'check', ...queries.map((name) => `queries/${name}`)];
const script = new Script(readFileSync(bundle, 'latin1'), { filename: bundle });
process.on('exit', (code) => {
  if (code === 0) writeFileSync(`${bundle}.cache`, script.createCachedData());
});
script.runInThisContext()(createRequire(bundle));
