/** Faults of the double: each does what it says and nothing else, and the counters saw it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, exchange, type Question } from '../../support/datalake/exchange.js';
import { type Fault, Gate } from '../../support/datalake/faults.js';
import { type DatalakeDouble, startDatalake } from '../../support/datalake/server.js';

let lake: DatalakeDouble;

beforeEach(async () => {
  lake = await startDatalake();
  await ask({ host: 'blob', method: 'PUT', path: '/lake', query: { restype: 'container' } });
});
afterEach(async () => {
  await lake.close();
});

const ask = (question: Question): Promise<Answer> => exchange(lake, question);
const outcome = async (answer: Promise<Answer>): Promise<string> =>
  answer.then(
    ({ status, headers }) => `${String(status)} ${headers['x-ms-error-code'] ?? ''}`.trim(),
    (error: unknown) => (error as { code?: string }).code ?? 'failed',
  );
const create = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  ask({ host: 'dfs', method: 'PUT', path: `/lake/${path}`, query: { resource: 'file' }, headers });
const append = (
  path: string,
  position: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
  ask({
    host: 'dfs',
    method: 'PATCH',
    path: `/lake/${path}`,
    query: { action: 'append', position: String(position) },
    body: Buffer.from(text),
    headers,
  });
const flush = (path: string, position: number, query: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  ask({
    host: 'dfs',
    method: 'PATCH',
    path: `/lake/${path}`,
    query: { action: 'flush', position: String(position), ...query },
  });
const move = (from: string, to: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  ask({
    host: 'dfs',
    method: 'PUT',
    path: `/lake/${to}`,
    headers: { 'x-ms-rename-source': `/lake/${from}`, ...headers },
  });
const read = async (path: string): Promise<string> => {
  const { status, body } = await ask({ host: 'blob', method: 'GET', path: `/lake/${path}` });
  return status === 200 ? body.toString() : String(status);
};

describe('connections', () => {
  it('a lost response leaves the effect: the retry of a rename finds the source gone', async () => {
    await create('a');
    lake.faults.add({ when: { kind: 'rename' }, fault: { kind: 'lose-response' }, times: 1 });
    const absent = { 'If-None-Match': '*' };
    expect(await outcome(move('a', 'b', absent))).toBe('ECONNRESET');
    expect(await outcome(move('a', 'b', absent))).toBe('404 SourcePathNotFound');
    expect(await read('b')).toBe('');
    expect(lake.counters.of('rename')).toEqual({ calls: 2, refused: 1, cut: 1 });
    expect(lake.faults.injected).toBe(1);
  });

  it('a reset has no effect', async () => {
    lake.faults.add({ when: { kind: 'create-file', path: 'a' }, fault: { kind: 'reset' }, times: 1 });
    expect(await outcome(create('a'))).toBe('ECONNRESET');
    expect(await read('a')).toBe('404');
    expect(await outcome(create('a'))).toBe('201');
  });

  it('an answer breaks off in the middle of its body', async () => {
    await create('a');
    await append('a', 0, '0123456789');
    await flush('a', 10);
    lake.faults.add({ when: { kind: 'read' }, fault: { kind: 'cut-body', bytes: 4 }, times: 1 });
    expect(await outcome(ask({ host: 'blob', method: 'GET', path: '/lake/a' }))).toBe('ECONNRESET');
    expect(await read('a')).toBe('0123456789');
  });

  it('the server dies between append and flush, and comes back with what was flushed', async () => {
    await create('a');
    await append('a', 0, 'kept');
    await flush('a', 4);
    for (const [dropsUncommitted, answer] of [
      [false, '200'],
      [true, '400 InvalidFlushPosition'],
    ] as const) {
      lake.faults.clear();
      lake.faults.add({ when: { kind: 'append' }, fault: { kind: 'kill', dropsUncommitted }, times: 1 });
      const length = (await read('a')).length;
      expect(await outcome(append('a', length, 'lost'))).toBe('ECONNRESET');
      expect(await outcome(flush('a', length + 4))).toBe('ECONNREFUSED');
      await lake.restart();
      expect(await read('a')).toBe('kept'.padEnd(length, 'lost'));
      expect(await outcome(flush('a', length + 4))).toBe(answer);
    }
  });
});

describe('refusals', () => {
  it('come with any code, before or after the effect', async () => {
    lake.faults.add({
      when: { path: 'a' },
      fault: { kind: 'refuse', code: 'OperationTimedOut', when: 'after' },
      times: 1,
    });
    lake.faults.add({ when: { path: 'b' }, fault: { kind: 'refuse', code: 'InternalError' }, times: 1 });
    expect(await outcome(create('a'))).toBe('500 OperationTimedOut');
    expect(await outcome(create('b'))).toBe('500 InternalError');
    expect(await read('a')).toBe('');
    expect(await read('b')).toBe('404');
  });

  it('throttle a burst of calls, with the time to wait', async () => {
    await create('a');
    lake.faults.throttle(2, { kind: ['rename', 'flush'] }, 7);
    const refused = await move('a', 'b');
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '7']);
    expect(await outcome(flush('a', 0))).toBe('503 ServerBusy');
    expect(await outcome(move('a', 'b'))).toBe('201');
  });

  it('skip calls first', async () => {
    lake.faults.add({
      when: { kind: 'create-file' },
      skip: 2,
      times: 1,
      fault: { kind: 'refuse', code: 'TooManyRequests' },
    });
    const outcomes: string[] = [];
    for (const path of ['a', 'b', 'c', 'd']) outcomes.push(await outcome(create(path)));
    expect(outcomes).toEqual(['201', '201', '429 TooManyRequests', '201']);
  });
});

describe('time and leases', () => {
  const ID = '0dd1c0de-0000-4000-8000-000000000001';
  const lease = (action: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    ask({
      host: 'blob',
      method: 'PUT',
      path: '/lake/lock',
      query: { comp: 'lease' },
      headers: { 'x-ms-lease-action': action, 'x-ms-lease-id': ID, ...headers },
    });
  const acquire = (): Promise<Answer> =>
    lease('acquire', { 'x-ms-lease-duration': '15', 'x-ms-proposed-lease-id': ID });

  it('a lease is stolen between two calls: the next write is refused', async () => {
    await create('lock');
    await acquire();
    lake.faults.add({ when: { kind: 'append' }, fault: { kind: 'steal-lease' }, times: 1 });
    expect(await outcome(append('lock', 0, 'x', { 'x-ms-lease-id': ID }))).toBe('412 LeaseIdMismatch');
    expect(await outcome(lease('renew'))).toBe('409 LeaseIdMismatchWithLeaseOperation');
  });

  it('a lease runs out between two calls', async () => {
    await create('lock');
    await acquire();
    lake.faults.add({ when: { kind: 'append' }, fault: { kind: 'expire-lease' }, times: 1 });
    expect(await outcome(append('lock', 0, 'x', { 'x-ms-lease-id': ID }))).toBe('412 LeaseLost');
  });

  it('the window between create and flush is held open: others see an empty file', async () => {
    await create('a');
    await append('a', 0, 'old');
    await flush('a', 3);
    const gate = new Gate();
    lake.faults.add({ when: { kind: 'append' }, fault: { kind: 'hold', gate, when: 'before' }, times: 1 });
    await create('a');
    const held = append('a', 0, 'new');
    await gate.arrived();
    expect(await read('a')).toBe('');
    gate.open();
    expect(await outcome(held)).toBe('202');
    await flush('a', 3);
    expect(await read('a')).toBe('new');
  });

  it('latency delays and changes nothing', async () => {
    lake.faults.add({ fault: { kind: 'delay', duration_ms: 1 }, times: 1 });
    expect(await outcome(create('a'))).toBe('201');
  });
});

describe('by seed', () => {
  it('the same seed and calls give the same faults', async () => {
    const faults: readonly Fault[] = [
      { kind: 'reset' },
      { kind: 'lose-response' },
      { kind: 'refuse', code: 'ServerBusy' },
    ];
    const run = async (seed: number): Promise<readonly string[]> => {
      lake.faults.seed({ seed, share: 0.5, faults, when: { kind: 'create-file' } });
      const outcomes: string[] = [];
      for (let index = 0; index < 24; index++) outcomes.push(await outcome(create(`f${String(index)}`)));
      return outcomes;
    };
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect(await run(2)).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set(['201', 'ECONNRESET', '503 ServerBusy']));
  });
});
