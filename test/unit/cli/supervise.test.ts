import { describe, expect, it } from 'vitest';
import type { Terminal } from '../../../cli/command.js';
import { supervise, type ChildEnd } from '../../../cli/supervise.js';
import { DiagnosticList } from '../../../grammar/diagnostics/diagnostic.js';

const crash: ChildEnd = { code: null, signal: 'SIGKILL', madeProgress: false };
const end = (code: number, madeProgress = false): ChildEnd => ({ code, signal: null, madeProgress });

/** Runs the supervisor over children that end like `ends`, the last one again and again. */
async function supervised(ends: readonly ChildEnd[]) {
  const diagnostics = new DiagnosticList();
  const waits_ms: number[] = [];
  let starts = 0;
  const terminal: Terminal = {
    out: () => undefined,
    err: () => undefined,
    outIsTerminal: false,
    errIsTerminal: false,
    colour: false,
    columns: 80,
    diagnostics,
  };
  const code = await supervise([], terminal, {
    runOnce: () => {
      starts += 1;
      return Promise.resolve(ends[Math.min(starts, ends.length) - 1]!);
    },
    pause: (duration_ms) => {
      waits_ms.push(duration_ms);
      return Promise.resolve();
    },
  });
  return { code, starts, waits_ms, codes: diagnostics.sorted().map((diagnostic) => diagnostic.code) };
}

describe('supervise', () => {
  it.each([0, 1, 2])('passes exit code %i on at once', async (code) => {
    expect(await supervised([end(code)])).toMatchObject({ code, starts: 1, waits_ms: [] });
  });

  it('starts again after a crash and after exit 75', async () => {
    expect(await supervised([crash, end(75), end(0)])).toMatchObject({ code: 0, starts: 3, waits_ms: [500, 1000] });
  });

  it('waits less again after progress', async () => {
    const { waits_ms } = await supervised([crash, crash, end(75, true), crash, end(0)]);
    expect(waits_ms).toEqual([500, 1000, 500, 500]);
  });

  it('gives up after ten starts without a finished batch, with ESQL7012', async () => {
    const { code, starts, codes, waits_ms } = await supervised([crash]);
    expect([code, starts, codes]).toEqual([75, 10, ['ESQL7012']]);
    expect(Math.max(...waits_ms)).toBe(60_000);
  });
});
