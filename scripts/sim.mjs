/**
 * Crash schedules by the million: `npm run sim -- --schedules 1000000 [--seed FIRST] [--scenario model] [--shards
 * CORES]`, or one of them again: `npm run sim -- --seed N [--scenario model]`. Every shard is a process with seeds of
 * its own.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    schedules: { type: 'string' },
    seed: { type: 'string', default: '0' },
    scenario: { type: 'string', default: 'model' },
    shards: { type: 'string', default: String(availableParallelism()) },
  },
});

const first = count('seed', values.seed);
const schedules = values.schedules === undefined ? 1 : count('schedules', values.schedules);
const shards = Math.max(1, Math.min(count('shards', values.shards), schedules));
const perShard = Math.ceil(schedules / shards);

const codes = await Promise.all(
  Array.from({ length: shards }, (_, shard) => {
    const seed = first + shard * perShard;
    return run(seed, Math.min(perShard, first + schedules - seed));
  }),
);
process.stdout.write(`${schedules} schedules of the ${values.scenario} job from seed ${first}: ${verdict(codes)}\n`);
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;

function count(name, text) {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  process.stderr.write(`--${name}: expected a whole number, found ${text}\n`);
  process.exit(2);
}

function verdict(ended) {
  return ended.every((code) => code === 0) ? 'no violation' : 'violations; the seeds are above';
}

function run(seed, wanted) {
  if (wanted <= 0) return Promise.resolve(0);
  return new Promise((resolve) => {
    const child = spawn('npx', ['vitest', 'run', 'test/simulation/sampled.test.ts', '--maxWorkers=1'], {
      stdio: 'inherit',
      env: { ...process.env, SIM_SEED: String(seed), SIM_SCHEDULES: String(wanted), SIM_SCENARIO: values.scenario },
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
