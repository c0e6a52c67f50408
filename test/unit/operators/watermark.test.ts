/** The watermark of a source with partitions: the slowest that is not idle decides, and one without rows is slowest. */
import { expect, test } from 'vitest';
import type { WatermarkOperator } from '../../../plan/plan.js';
import { TIMESTAMP } from '../../../plan/types.js';
import type { BuildContext } from '../../../runtime/operators/build-context.js';
import { WATERMARK_NONE, type SourceFacts } from '../../../runtime/operators/operator.js';
import { WatermarkRuntime } from '../../../runtime/operators/watermark.js';
import { batchContext, batchOf } from '../../support/operator-harness.js';

const SCHEMA = [{ name: 'ts', type: TIMESTAMP, nullable: false }];
// Only what the operator reads.
const operator = { id: 'w', op: 'watermark', source: 's', column: 0, delay_us: 5n } as unknown as WatermarkOperator;

function started(): WatermarkRuntime {
  // Of the whole context a watermark uses this alone.
  const context: unknown = { emit: () => () => undefined };
  return new WatermarkRuntime(operator, context as BuildContext);
}

function batch(
  of: WatermarkRuntime,
  facts: Partial<SourceFacts>,
  ...rows: readonly (readonly [number, bigint])[]
): bigint {
  of.begin(batchContext(1, { s: facts }));
  for (const [partition, ts] of rows) of.push(0, batchOf(SCHEMA, [[ts]], { partition }));
  return of.finish();
}

test('a partition that has not delivered yet holds it until it is idle', () => {
  const watermark = started();
  expect(batch(watermark, { openPartitions: [0, 1] }, [0, 100n])).toBe(WATERMARK_NONE);
  expect(batch(watermark, { openPartitions: [0, 1] }, [0, 200n])).toBe(WATERMARK_NONE);
  expect(batch(watermark, { openPartitions: [0, 1], idlePartitions: [1] }, [0, 300n])).toBe(295n);
  // It comes back, later than the watermark: that never moves back.
  expect(batch(watermark, { openPartitions: [0, 1] }, [1, 50n])).toBe(295n);
  expect(batch(watermark, { openPartitions: [0, 1] }, [0, 900n], [1, 400n])).toBe(395n);
});

test('a partition that has ended without rows does not hold it', () => {
  expect(batch(started(), { openPartitions: [0] }, [0, 100n])).toBe(95n);
});

test('a wall clock moves it past silent partitions', () => {
  expect(batch(started(), { openPartitions: [0, 1], advanceTo_us: 70n }, [0, 100n])).toBe(70n);
});
