/** `npm run kill-loop -- --kills 2000 [--seed 7]`: the test that kills the real process, as often as asked. */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
process.stdout.write(`${values.kills} kills, seed ${values.seed}\n`);
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', 'test/kill', '-t', 'kill -9'],
  {
    stdio: 'inherit',
    env: { ...process.env, KILLS: values.kills, SEED: values.seed },
  },
);
process.exitCode = status ?? 1;
