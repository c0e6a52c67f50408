import { describe, expect, it } from 'vitest';
import type { LateOperator } from '../../../plan/plan.js';
import { BIGINT, INTERVAL_MICROSECOND, TIMESTAMP, type Schema } from '../../../plan/types.js';
import type { Value } from '../../../plan/values.js';
import { WATERMARK_END, WATERMARK_NONE } from '../../../runtime/operators/operator.js';
import { openWindows } from '../../../runtime/operators/windows.js';
import { field, rowsOf, shape, sourceOperator, watermarkOperator, windowOperator } from '../../support/plan-builder.js';
import { OperatorHarness, batchContext, batchOf } from '../../support/operator-harness.js';

const SCHEMA: Schema = [field('id', BIGINT), field('ts', TIMESTAMP, true)];
const source = sourceOperator('src', SCHEMA);

function rows(...times: (bigint | null)[]): Value[][] {
  return times.map((time, i) => [BigInt(i), time]);
}

function values(harness: OperatorHarness): (readonly Value[])[] {
  return harness.out.map((row) => row.values);
}

describe('windows', () => {
  it('round towards the past, before 1970 too', () => {
    const window = { size_us: 10n, slide_us: 5n, offset_us: 2n };
    expect(openWindows(-1n, window, WATERMARK_NONE)).toEqual({ starts: [-8n, -3n], isLate: false });
    expect(openWindows(-3n, window, WATERMARK_NONE).starts).toEqual([-8n, -3n]);
    expect(openWindows(-4n, window, 2n)).toEqual({ starts: [], isLate: true });
    expect(openWindows(1n, window, 2n)).toEqual({ starts: [-3n], isLate: true });
  });
});

describe('watermark', () => {
  const operator = watermarkOperator(source, 'wm', 1, { delay_us: 3n });
  const run = (
    harness: OperatorHarness,
    facts: Parameters<typeof batchContext>[1],
    ...parts: [number, ...(bigint | null)[]][]
  ): bigint =>
    harness.run(
      batchContext(1, facts),
      parts.map(([partition, ...times]) => batchOf(SCHEMA, rows(...times), { partition })),
      WATERMARK_NONE,
    ).watermark_us;

  it('is the minimum over partitions that are not idle, and never goes back', () => {
    const harness = new OperatorHarness(operator, [source.output]);
    expect(run(harness, { src: {} })).toBe(WATERMARK_NONE);
    expect(run(harness, { src: {} }, [0, 20n, null, 10n], [1, 12n])).toBe(9n);
    expect(run(harness, { src: { idlePartitions: [1] } })).toBe(17n);
    expect(run(harness, { src: {} }, [1, 13n])).toBe(17n);
    expect(run(harness, { src: { advanceTo_us: 30n } })).toBe(30n);
    const restored = new OperatorHarness(operator, [source.output]);
    restored.runtime.state?.load(harness.dump());
    expect(restored.dump()).toEqual(harness.dump());
    expect(run(restored, { src: {} }, [0, 40n], [1, 50n])).toBe(37n);
    expect(run(restored, { src: { ended: true } })).toBe(WATERMARK_END);
  });
});

describe('window', () => {
  it('repeats a row for its open windows, in row order, and counts what is late', () => {
    const operator = windowOperator(source, 'w', 1, { size_us: 10n, slide_us: 5n, offset_us: 0n });
    const harness = new OperatorHarness(operator, [source.output]);
    harness.run(batchContext(1), [], 10n);
    harness.run(batchContext(2), [batchOf(SCHEMA, rows(12n, 3n, 7n, null))], 10n);
    expect(values(harness)).toEqual([
      [0n, 12n, 5n, 15n],
      [0n, 12n, 10n, 20n],
      [2n, 7n, 5n, 15n],
    ]);
    expect(harness.runtime.counters).toMatchObject({ rowsIn: 4, rowsOut: 3, late: 3 });
  });

  it('adds two columns to tumbling rows without copying the others', () => {
    const operator = windowOperator(source, 'w', 1, { size_us: 10n, slide_us: 10n, offset_us: 0n });
    const harness = new OperatorHarness(operator, [source.output]);
    const batch = batchOf(SCHEMA, rows(12n, -3n, 7n));
    harness.run(batchContext(1), [batch], WATERMARK_NONE);
    expect(values(harness).map((row) => row[2])).toEqual([10n, -10n, 0n]);
    expect(harness.batches[0]?.columns[0]).toBe(batch.columns[0]);
  });
});

describe('late', () => {
  it('passes rows that are late for at least one window once, with their lateness', () => {
    const operator: LateOperator = {
      v: 1,
      op: 'late',
      id: 'late',
      inputs: [rowsOf('wm')],
      output: shape([...SCHEMA, field('lateness', INTERVAL_MICROSECOND, true)]),
      column: 1,
      windows: [
        { size_us: 10n, slide_us: 5n, offset_us: 0n },
        { size_us: 20n, slide_us: 20n, offset_us: 0n },
      ],
    };
    const harness = new OperatorHarness(operator, [source.output]);
    harness.run(batchContext(1), [batchOf(SCHEMA, rows(1n))], 10n);
    expect(values(harness)).toEqual([]);
    harness.run(batchContext(2), [batchOf(SCHEMA, rows(3n, 12n, 7n, 9n, null))], 10n);
    expect(values(harness)).toEqual([
      [0n, 3n, 7n],
      [2n, 7n, 3n],
      [3n, 9n, 1n],
      [4n, null, null],
    ]);
    expect(harness.runtime.counters).toMatchObject({ rowsIn: 5, rowsOut: 4, filtered: 1 });
  });
});
