/** Jobs that find their store damaged, foreign or from another version: refused or survived, each with its code. */
import { describe, expect, it } from 'vitest';
import { compile } from '../../../compiler/compile.js';
import { SourceFile } from '../../../grammar/diagnostics/source.js';
import type { Plan } from '../../../plan/plan.js';
import { showCheckpoint } from '../../../runtime/checkpoint/inspect.js';
import { decodeManifest, type Manifest } from '../../../runtime/checkpoint/manifest.js';
import { checkpointName, CHECKPOINTS } from '../../../runtime/checkpoint/paths.js';
import { claimEpoch } from '../../../runtime/driver/epoch.js';
import { DEFAULT_POISON_LIMITS } from '../../../runtime/driver/job.js';
import { PoisonBreaker } from '../../../runtime/driver/poison.js';
import { DiskError } from '../../../runtime/env.js';
import { run, type RunEvent } from '../../../runtime/run.js';
import { storeFailure } from '../../../runtime/storage/disk-failures.js';
import { MemoryStore } from '../../../runtime/storage/memory.js';
import { openStore } from '../../../runtime/storage/open.js';
import { seal, unseal } from '../../../runtime/wal/sealed.js';
import { World } from '../../simulation/world.js';

const QUERY = `CREATE SOURCE ticks (n BIGINT METADATA FROM 'row_number') WITH (connector = 'generate', rows = 100000);
CREATE SINK nowhere WITH (connector = 'blackhole');
CREATE STREAM s AS SELECT n % 3 AS k, COUNT(*) AS c FROM ticks GROUP BY n % 3
WITH CHECKPOINT 1us INTO nowhere KEY k;`;

function planOfQuery(): Plan {
  const { plan, diagnostics } = compile({ source: new SourceFile('q.esql', QUERY), include: () => undefined });
  if (plan === undefined) throw new Error(diagnostics.map((diagnostic) => diagnostic.label).join());
  return plan;
}

const plan = planOfQuery();

/** A job in a simulated world that was stopped after a few batches. */
async function stoppedJob() {
  const world = new World(1);
  const { env } = world.spawn(null);
  const location = { checkpointUri: 'file:/c', workingDirectory: '/', queryId: 'q', batchBytes_max: 4096 };
  const start = async (stopAfter: number): Promise<readonly RunEvent[]> => {
    const stop = new AbortController();
    const events: RunEvent[] = [];
    let batches = 0;
    const event = (found: RunEvent): void => {
      events.push(found);
      if (found.kind === 'batch' && (batches += 1) === stopAfter) stop.abort();
    };
    await run(plan, env, { ...location, signal: stop.signal, observer: { event }, reserve_bytes: 0 });
    return events;
  };
  await start(3);
  const store = openStore(env, { uri: 'file:/c', workingDirectory: '/', queryId: 'q', lowSpace: () => undefined });
  const names = (await store.list(CHECKPOINTS)).map((object) => object.name);
  const newest = names.at(-1) ?? '';
  const replace = async (name: string, text: string): Promise<void> => {
    await store.remove(name);
    await store.publish(name, [Buffer.from(text)]);
  };
  return { env, start, store, newest, replace };
}

const LIMITS = { bytes_max: 1e8, depth_max: 50 };

/** The manifest's text with members replaced and a checksum that holds. */
function forged(bytes: Uint8Array | null, members: Readonly<Record<string, unknown>>, version = 1): string {
  const opened = unseal('esql-checkpoint', bytes ?? new Uint8Array(0), LIMITS);
  if (!opened.ok) throw new Error(opened.why);
  const body = { ...(opened.value.body as Record<string, never>), ...members } as Record<string, never>;
  return seal('esql-checkpoint', version, body).text;
}

describe('the newest checkpoint', () => {
  it.each([
    ['ESQL8105', { minReaderVersion: 9 }, 9],
    ['ESQL8107', { queryId: 'other' }, 1],
    ['ESQL8109', { state: [] }, 1],
  ])('is refused with %s', async (code, members, version) => {
    const job = await stoppedJob();
    await job.replace(job.newest, forged(await job.store.read(job.newest), members, version));
    await expect(job.start(1)).rejects.toThrow(code);
  });

  it('is passed over with ESQL8110 when it is damaged, and shown as ESQL8106', async () => {
    const job = await stoppedJob();
    await job.replace(job.newest, 'x');
    const shown = showCheckpoint(
      job.env,
      { uri: 'file:/c', workingDirectory: '/' },
      'q',
      Number(job.newest.slice(-20)),
    );
    await expect(shown).rejects.toThrow('ESQL8106');
    const recovered = (await job.start(1)).find((event) => event.kind === 'recovered');
    expect(recovered?.warnings.map((warning) => warning.code)).toEqual(['ESQL8110']);
    expect((await job.store.list('corrupt')).length).toBe(1);
  });

  it('that does not exist is ESQL8009', async () => {
    const { env } = await stoppedJob();
    const location = { uri: 'file:/c', workingDirectory: '/' };
    await expect(showCheckpoint(env, location, 'q', 999)).rejects.toThrow('ESQL8009');
  });

  it('with a plan that nobody can read is refused with ESQL8304', async () => {
    const job = await stoppedJob();
    const members = { plan: '{}\n', planFingerprint: 'f'.repeat(64) };
    await job.replace(job.newest, forged(await job.store.read(job.newest), members));
    await expect(job.start(1)).rejects.toThrow('ESQL8304');
  });

  it('that somebody wrote with another outcome is ESQL8202', async () => {
    /** Another driver's checkpoint is always there first, with another position. */
    class Contested extends MemoryStore {
      override async publish(name: string, parts: readonly Uint8Array[]): Promise<'created' | 'exists'> {
        const manifest: Manifest | null = manifestOf(Buffer.concat(parts));
        if (manifest !== null && manifest.batch > 0) {
          const other = forged(Buffer.concat(parts), { intentHash: '0'.repeat(64) });
          await super.publish(checkpointName(manifest.batch), [Buffer.from(other)]);
        }
        return super.publish(name, parts);
      }
    }
    const { env } = new World(1).spawn(null);
    const options = { checkpointUri: 'memory:', workingDirectory: '/', store: new Contested(env.clock) };
    await expect(run(plan, env, options)).rejects.toThrow('ESQL8202');
  });
});

function manifestOf(bytes: Uint8Array): Manifest | null {
  const decoded = decodeManifest(bytes);
  return decoded.ok ? decoded.value.manifest : null;
}

describe('smaller refusals', () => {
  it('ESQL8204: every epoch is taken by somebody else', async () => {
    class Crowded extends MemoryStore {
      override publish(): Promise<'exists'> {
        return Promise.resolve('exists');
      }
    }
    const { env } = new World(1).spawn(null);
    const clock = { ...env.clock, now_us: () => 0n, sleep: () => Promise.resolve() };
    const claim = claimEpoch(new Crowded(clock), clock, env.random, { queryId: 'q', planFingerprint: 'f'.repeat(64) });
    await expect(claim).rejects.toThrow('ESQL8204');
  });

  it('ESQL8205: many bad records within the window, none of them old', () => {
    const breaker = new PoisonBreaker(DEFAULT_POISON_LIMITS);
    const minute_us = DEFAULT_POISON_LIMITS.window_us;
    breaker.check('s', 0n, 900, 1000);
    breaker.check('s', minute_us, 900, 1000);
    breaker.check('t', minute_us + 1n, 900, 1000);
    breaker.check('s', minute_us + 2n, 0, 1_000_000);
    expect(() => {
      breaker.check('s', minute_us + 3n, 60_000, 60_000);
    }).toThrow('ESQL8205');
  });

  it.each([
    ['EIO', 'ESQL8005'],
    ['EACCES', 'ESQL8006'],
    ['EROFS', 'ESQL8006'],
    ['ENOSPC', 'ESQL8004'],
  ])('%s of the disk is %s', (system, code) => {
    expect(storeFailure(new DiskError(system, '/c/x', 'sync'), 'writing')).toMatchObject({ diagnostic: { code } });
    const other = new Error('not the disk');
    expect(storeFailure(other, 'writing')).toBe(other);
  });
});
