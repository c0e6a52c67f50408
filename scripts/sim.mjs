/**
 * Crash schedules by the million: `npm run sim -- --schedules 1000000 [--seed FIRST] [--scenario model] [--shards
 * CORES]`, or one of them again, step by step: `npm run sim -- --scenario model --seed N`. Every shard is a process;
 * seeds are given out in order, so what ran before an interruption is known.
 */
import { build } from 'esbuild';
import { fork, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const SEEDS_AT_ONCE = 200;
const PROGRESS_MS = 10_000;
/** Nothing is so slow: seeds without an answer by then hang. */
const ANSWER_MS = 600_000;
const FAILURES_MAX = 20;

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const { values } = parseArgs({
  options: {
    schedules: { type: 'string' },
    seed: { type: 'string', default: '0' },
    scenario: { type: 'string', default: 'model' },
    shards: { type: 'string', default: String(availableParallelism()) },
  },
});
const first = count('seed', values.seed);

const folder = await mkdtemp('node_modules/.sim-');
const worker = `${folder}/main.mjs`;
await build({
  entryPoints: ['test/simulation/main.ts'],
  outfile: worker,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'warning',
});
try {
  if (values.schedules === undefined) {
    const { status } = spawnSync(process.execPath, [worker, values.scenario, String(first)], { stdio: 'inherit' });
    process.exitCode = status ?? 1;
  } else {
    process.exitCode = (await runAll(count('schedules', values.schedules), count('shards', values.shards))) ? 0 : 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function count(name, text) {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  process.stderr.write(`--${name}: expected a whole number, found ${text}\n`);
  process.exit(2);
}

/** Whether there was no violation. */
async function runAll(schedules, shards) {
  const state = { next: first, end: first + schedules, ran: 0, refused: 0, failures: 0, stopped: false };
  const started = performance.now();
  const stop = () => {
    state.stopped = true;
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const ticker = setInterval(() => {
    if (state.ran === 0) return;
    const perSecond = state.ran / ((performance.now() - started) / 1000);
    const minutes = Math.ceil((schedules - state.ran) / perSecond / 60);
    process.stderr.write(`${state.ran} of ${schedules} schedules, ${perSecond.toFixed(0)}/s, ${minutes} min left\n`);
  }, PROGRESS_MS);
  await Promise.all(Array.from({ length: Math.max(1, shards) }, () => shard(state)));
  clearInterval(ticker);
  const result = state.failures === 0 ? 'no violation' : `${state.failures} violations; the seeds are above`;
  process.stdout.write(
    `${state.ran} schedules of the ${values.scenario} job from seed ${first}, ${state.refused} rightly refused: ${result}\n`,
  );
  return state.failures === 0;
}

/** One process, until no seeds are left or too many failed. */
function shard(state) {
  return new Promise((resolve) => {
    // In a group of its own, an interruption of the terminal lets it finish the seeds it has.
    const child = fork(worker, [values.scenario], { detached: true });
    let current = null;
    let patience = null;
    const give = () => {
      clearTimeout(patience);
      if (state.stopped || state.failures >= FAILURES_MAX || state.next >= state.end) return child.kill('SIGKILL');
      current = { from: state.next, count: Math.min(SEEDS_AT_ONCE, state.end - state.next) };
      state.next += current.count;
      child.send(current);
      patience = setTimeout(() => {
        state.failures += 1;
        process.stdout.write(`seeds ${current.from} to ${current.from + current.count - 1}: no answer\n`);
        child.kill('SIGKILL');
      }, ANSWER_MS);
      return undefined;
    };
    child.on('message', (message) => {
      if (message !== 'ready') note(state, message);
      current = null;
      give();
    });
    child.on('exit', (code) => {
      clearTimeout(patience);
      if (code !== null && (current !== null || code !== 0)) {
        state.failures += 1;
        process.stdout.write(
          `a worker ended with ${code}${current === null ? '' : `, at seeds from ${current.from}`}\n`,
        );
      }
      resolve();
    });
  });
}

function note(state, { ran, refused, failures }) {
  state.ran += ran;
  state.refused += refused;
  state.failures += failures.length;
  for (const { seed, violations } of failures) {
    process.stdout.write(
      `seed ${seed}: ${violations.join('; ')}\n  again: npm run sim -- --scenario ${values.scenario} --seed ${seed}\n`,
    );
  }
}
