/**
 * One worker of scripts/sim.mjs: `main.mjs JOB` runs the seeds it is sent, `main.mjs JOB SEED` one of them, and prints
 * the schedule, every step and what was violated.
 */
import process from 'node:process';
import { cleanRun, explore, range, sampledFaults } from './explore.js';
import { runSchedule } from './scenario.js';
import { samplingOf } from './scenarios.js';

interface Seeds {
  readonly from: number;
  readonly count: number;
}

const [name = 'model', only] = process.argv.slice(2);
const { scenario, rotShare } = samplingOf(name);
const clean = await cleanRun(scenario);

if (only === undefined) {
  process.on('message', (seeds: Seeds) => {
    void work(seeds);
  });
  process.send?.('ready');
} else {
  const schedule = sampledFaults(Number(only), clean.steps, rotShare);
  const report = await runSchedule(scenario, schedule, clean.content);
  const ending =
    report.violations.length > 0 ? report.violations : [report.refused ? 'refused rightly' : 'no violation'];
  process.stdout.write(`${[JSON.stringify(schedule, null, 2), ...report.trace, ...ending].join('\n')}\n`);
  process.exitCode = report.violations.length > 0 ? 1 : 0;
}

async function work({ from, count }: Seeds): Promise<void> {
  function* schedules() {
    for (const seed of range(from, count)) yield sampledFaults(seed, clean.steps, rotShare);
  }
  const { schedules: ran, refused, failures } = await explore(scenario, schedules(), clean.content);
  const seeds = failures.map(({ schedule, violations }) => ({ seed: schedule.seed, violations }));
  process.send?.({ from, ran, refused, failures: seeds });
}
