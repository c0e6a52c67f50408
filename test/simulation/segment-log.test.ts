/**
 * The log alone, with power losses that keep any part of what was not synced: it must open again, with what it said.
 */
import { expect, it } from 'vitest';
import { SegmentLog } from '../../runtime/wal/segment-log.js';
import { World, type Process } from './world.js';

const FOLDER = '/log';
const OPTIONS = { epoch: 1, segmentBytes_max: 30, head: () => Buffer.from('head') };
const SEEDS = 8;

/** Records that are durable, and the first one that is still wanted, as the writer was told. */
interface Told {
  appended: number;
  wanted: number;
}

async function write(process: Process, told: Told): Promise<void> {
  const log = await SegmentLog.open(process.env.disk, FOLDER, OPTIONS, () => undefined);
  for (let record = 0; record < 6; record += 1) {
    await log.append(Buffer.from(`record ${String(record)}`));
    told.appended = record + 1;
  }
  told.wanted = 5;
  await log.trim(log.end.segment);
  await log.close();
}

async function crash(step: number, seed: number): Promise<{ readonly reached: boolean; readonly found: string[] }> {
  const world = new World(seed);
  const told: Told = { appended: 0, wanted: 0 };
  world.disk.makeDirectory(FOLDER);
  world.settle('all');
  const process = world.spawn({ step, mode: 'before' });
  await Promise.race([write(process, told), process.stopped]);
  world.bury(process);
  world.settle('part');
  const found: string[] = [];
  await SegmentLog.open(world.spawn(null).env.disk, FOLDER, OPTIONS, ({ payload }) => found.push(payload.toString()));
  for (let record = told.wanted; record < told.appended; record += 1)
    expect(found, `step ${String(step)}, seed ${String(seed)}`).toContain(`record ${String(record)}`);
  world.dispose();
  return { reached: process.faultHit, found };
}

it('opens after a power loss at any step, trimming included, and has what was durable', async () => {
  let step = 0;
  for (let reached = true; reached; step += 1)
    for (let seed = 0; seed < SEEDS; seed += 1) ({ reached } = await crash(step, seed));
  expect(step).toBeGreaterThan(30);
});
