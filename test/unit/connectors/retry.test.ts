/** Back-off from the job's own clock: how long, how often, and when not. */
import { expect, it } from 'vitest';
import { FAILOVER_RETRIES, withRetries } from '../../../runtime/connectors/retry.js';

function fixture(byte: number) {
  const delays_ms: number[] = [];
  const total = (): number => delays_ms.reduce((sum, each) => sum + each, 0);
  const clock = {
    now_us: () => 0n,
    monotonic_ms: total,
    sleep: (duration_ms: number) => {
      delays_ms.push(duration_ms);
      return Promise.resolve();
    },
  };
  const random = { bytes: (count: number) => new Uint8Array(count).fill(byte) };
  return { env: { clock, random }, delays_ms, total };
}

const fails = (): Promise<never> => Promise.reject(new Error('busy'));

it.each([0, 255])(
  'is patient for more than five minutes, with delays between a half and the whole (%i)',
  async (byte) => {
    const { env, delays_ms, total } = fixture(byte);
    await expect(withRetries(env, FAILOVER_RETRIES, () => true, new AbortController().signal, fails)).rejects.toThrow(
      'busy',
    );
    expect(total()).toBeGreaterThan(5 * 60_000);
    expect(total()).toBeLessThanOrEqual(6 * 60_000);
    const part = byte === 0 ? 0.5 : 1;
    expect(delays_ms.slice(0, 9)).toEqual(
      [250, 500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000].map((ceiling_ms) => ceiling_ms * part),
    );
  },
);

it('stops at once for what does not pass, and when it is told to', async () => {
  const { env, delays_ms } = fixture(0);
  await expect(withRetries(env, FAILOVER_RETRIES, () => false, new AbortController().signal, fails)).rejects.toThrow(
    'busy',
  );
  await expect(withRetries(env, FAILOVER_RETRIES, () => true, AbortSignal.abort(), fails)).rejects.toThrow('busy');
  expect(delays_ms).toEqual([]);
});

it('gives what an attempt gives', async () => {
  const { env, delays_ms } = fixture(0);
  let attempts = 0;
  const third = (): Promise<number> => {
    attempts += 1;
    return attempts < 3 ? fails() : Promise.resolve(attempts);
  };
  expect(await withRetries(env, FAILOVER_RETRIES, () => true, new AbortController().signal, third)).toBe(3);
  expect(delays_ms).toHaveLength(2);
});
