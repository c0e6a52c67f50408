/**
 * The real process, killed at random moments and started again: what it leaves is what an undisturbed run leaves, byte
 * for byte.
 * `npm run kill-loop -- --kills 2000` does it more often; KILLS and SEED say how often and when.
 */
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtCli, runCli, startCli, type BuiltCli, type StartedCli } from '../support/built-cli.js';
import { Generator } from '../support/random-expressions.js';
import { jobContent, jobFolder, WORDS, type JobContent, type JobFolder } from './job.js';

const KILLS = Number(process.env['KILLS'] ?? 50);
const SEED = Number(process.env['SEED'] ?? 1);
/** Per kill a start, some batches, and sometimes a whole run. */
const TIMEOUT_MS = 120_000 + KILLS * 5000;

let cli: BuiltCli;
let undisturbed: JobContent;
let duration_ms: number;

beforeAll(async () => {
  cli = await builtCli();
  const folder = jobFolder('0s');
  try {
    const started_ms = performance.now();
    const end = await runCli(cli, WORDS, { cwd: folder.path });
    duration_ms = performance.now() - started_ms;
    expect(end).toMatchObject({ code: 0, signal: null });
    undisturbed = jobContent(folder.path);
    expect(undisturbed.table.length).toBeGreaterThan(100);
    expect(undisturbed.files.length).toBeGreaterThan(20);
  } finally {
    folder.remove();
  }
});
afterAll(() => {
  cli.remove();
});

test(
  `kill -9, ${String(KILLS)} times`,
  async () => {
    const random = new Generator(SEED);
    let kills = 0;
    while (kills < KILLS) kills += await killUntilFinished(random, KILLS - kills);
  },
  TIMEOUT_MS,
);

/** One job from its beginning to its end, with at most so many kills; says how many there were. */
async function killUntilFinished(random: Generator, kills_max: number): Promise<number> {
  const folder = jobFolder('0s');
  const moments: number[] = [];
  try {
    for (;;) {
      const started = startCli(cli, WORDS, { cwd: folder.path });
      const isLast = moments.length >= kills_max;
      const moment_ms = Math.floor((random.below(1000) / 1000) * duration_ms);
      const timer = isLast ? null : killAfter(started, moment_ms);
      const end = await started.end;
      timer?.abort();
      if (end.signal === 'SIGKILL') {
        moments.push(moment_ms);
        continue;
      }
      const place = `seed ${String(SEED)}, killed after ${moments.join(', ')} ms: ${end.err}`;
      expect(end.code, place).toBe(0);
      expect(jobContent(folder.path), place).toEqual(undisturbed);
      return moments.length;
    }
  } finally {
    folder.remove();
  }
}

function killAfter({ process: child }: StartedCli, moment_ms: number): AbortController {
  const abort = new AbortController();
  setTimeout(moment_ms, undefined, { signal: abort.signal }).then(
    () => child.kill('SIGKILL'),
    () => undefined,
  );
  return abort;
}

describe('a job at an easy pace', () => {
  let folder: JobFolder;
  let running: StartedCli;

  /** Slow enough to be met in its middle. */
  async function start(words: readonly string[]): Promise<void> {
    folder = jobFolder('40ms');
    running = startCli(cli, words, { cwd: folder.path });
    await waitFor(() => jobContent(folder.path).files.length > 2);
  }

  afterAll(() => {
    folder.remove();
  });

  test('SIGTERM: finishes its batch, exit 0, and nothing has to be done again', async () => {
    await start(WORDS);
    running.process.kill('SIGTERM');
    const end = await running.end;
    expect(end).toMatchObject({ code: 0, signal: null });
    expect(end.err).toContain('Stopped.');
    expect(jobContent(folder.path)).not.toEqual(undisturbed);
    const again = await runCli(cli, WORDS, { cwd: folder.path });
    expect(again.code).toBe(0);
    expect(again.err).toMatch(/Resuming after batch \d+ \(epoch 2\)\.\n/u);
    expect(jobContent(folder.path)).toEqual(undisturbed);
    folder.remove();
  });

  test('a second driver is refused with exit 75, and the first goes on', async () => {
    await start(WORDS);
    const second = await runCli(cli, WORDS, { cwd: folder.path });
    expect(second.code).toBe(75);
    expect(second.err).toContain('ESQL8003');
    expect(await running.end).toMatchObject({ code: 0, signal: null });
    expect(jobContent(folder.path)).toEqual(undisturbed);
    folder.remove();
  });

  // Finding the child needs /proc.
  test.runIf(process.platform === 'linux')('--supervise starts a killed job again', async () => {
    await start([...WORDS, '--supervise']);
    const child = Number(
      readFileSync(`/proc/${String(running.pid)}/task/${String(running.pid)}/children`, 'utf8').trim(),
    );
    expect(child).toBeGreaterThan(1);
    process.kill(child, 'SIGKILL');
    const end = await running.end;
    expect(end).toMatchObject({ code: 0, signal: null });
    expect(end.err).toContain('signal SIGKILL');
    expect(jobContent(folder.path)).toEqual(undisturbed);
  });
});

async function waitFor(condition: () => boolean): Promise<void> {
  for (;;) {
    try {
      if (condition()) return;
    } catch {
      // The database is there, its table is not yet.
    }
    await setTimeout(10);
  }
}
