/** Rare paths of the accumulators: the text heap is compacted, sums run beyond 64 and 128 bits and come back. */
import { describe, expect, it } from 'vitest';
import { BIGINT, VARCHAR, decimal, type Schema, type SqlType } from '../../../plan/types.js';
import type { AggregateCall } from '../../../plan/plan.js';
import type { Value } from '../../../plan/values.js';
import type { StateSection } from '../../../runtime/operators/operator.js';
import { WATERMARK_NONE } from '../../../runtime/operators/operator.js';
import { batchContext, batchOf, OperatorHarness, stored, type WeightedRow } from '../../support/operator-harness.js';
import { aggregateOperator, field, shape } from '../../support/plan-builder.js';

function harness(type: SqlType, calls: readonly AggregateCall['function'][], result: SqlType, weighted = false) {
  const schema: Schema = [field('k', BIGINT), field('x', type)];
  const input = shape(schema, { changelog: weighted ? 'changes' : 'append' });
  const operator = aggregateOperator({ id: 'in', output: input }, 'agg', {
    group: [0],
    aggregates: calls.map((name, i) => ({
      function: name,
      argument: 1,
      distinct: false,
      filter: null,
      field: field(`r${i}`, result, true),
    })),
  });
  let batch = 0;
  const make = (): OperatorHarness => new OperatorHarness(operator, [input]);
  let engine = make();
  return {
    run(rows: readonly (readonly Value[])[], weights: readonly number[] | null = null): readonly WeightedRow[] {
      batch += 1;
      const made = batchOf(schema, rows, { weights: weights === null ? null : Int32Array.from(weights) });
      return engine.run(batchContext(batch), [made], WATERMARK_NONE).rows;
    },
    dump: (): readonly StateSection[] => engine.dump(),
    restart(): void {
      const sections = stored(engine.dump());
      engine = make();
      engine.runtime.state!.load(sections);
    },
  };
}

function bytesOf(sections: readonly StateSection[]): number {
  return sections.flatMap(({ parts }) => parts).reduce((sum, part) => sum + part.length, 0);
}

function newest(rows: readonly WeightedRow[]): (readonly Value[])[] {
  return rows.filter(({ weight }) => weight > 0).map(({ values }) => values);
}

describe('text in MIN and MAX', () => {
  const GROUPS = 40;
  const LENGTH = 500;
  /** Text that grows from batch to batch: every batch leaves the maxima before it behind. */
  const text = (group: number, batch: number): string =>
    `${String(batch).padStart(4, '0')} ${String(group)} ${'x'.repeat(LENGTH - group)}`;
  const rows = (batch: number): Value[][] =>
    Array.from({ length: GROUPS }, (_, group) => [BigInt(group), text(group, batch)]);

  it.each([false, true])('is compacted and every value stays with its group; restart in between: %s', (restarts) => {
    const engine = harness(VARCHAR, ['max', 'min'], VARCHAR);
    for (let batch = 1; batch <= 30; batch += 1) {
      const out = engine.run(rows(batch));
      const content = (of: number): Value[][] =>
        Array.from({ length: GROUPS }, (_, g) => [BigInt(g), text(g, of), text(g, 1)]);
      expect(newest(out)).toEqual(content(batch));
      // The old rows are read from where compaction has moved them.
      const old = out.filter(({ weight }) => weight < 0).map(({ values }) => values);
      expect(old).toEqual(batch === 1 ? [] : content(batch - 1));
      if (restarts && batch % 4 === 0) engine.restart();
    }
    // 30 batches wrote 600 kB of maxima; what is dead is less than the 64 KiB that are not worth a pass, or the living.
    expect(bytesOf(engine.dump())).toBeLessThan(64 * 1024 + 4 * GROUPS * (LENGTH + 20));
  });
});

describe('wide sums', () => {
  const BIG = 2n ** 63n - 1n;
  const WIDE = 10n ** 38n - 1n;

  it('of BIGINT beyond 64 bits are exact, in both directions and after a restart', () => {
    const engine = harness(BIGINT, ['sum'], decimal(38, 0));
    const many = (value: bigint, count: number): Value[][] => Array.from({ length: count }, () => [1n, value]);
    expect(newest(engine.run(many(BIG, 1000)))).toEqual([[1n, 1000n * BIG]]);
    engine.restart();
    expect(newest(engine.run(many(-BIG - 1n, 3000)))).toEqual([[1n, 1000n * BIG - 3000n * (BIG + 1n)]]);
    expect(newest(engine.run(many(BIG, 2000)))).toEqual([[1n, -3000n]]);
  });

  it('of weighted BIGINT beyond 64 bits are taken back exactly', () => {
    const engine = harness(BIGINT, ['sum'], decimal(38, 0), true);
    const first = [[1n, BIG] as const, [1n, -BIG - 1n] as const, [1n, 5n] as const];
    expect(newest(engine.run(first, [700, 3, 1]))).toEqual([[1n, 700n * BIG - 3n * (BIG + 1n) + 5n]]);
    engine.restart();
    expect(newest(engine.run([[1n, BIG]], [-700]))).toEqual([[1n, -3n * (BIG + 1n) + 5n]]);
    expect(newest(engine.run([[1n, -BIG - 1n]], [-3]))).toEqual([[1n, 5n]]);
  });

  it.each([false, true])('of DECIMAL(38) come back from beyond 128 bits; weighted: %s', (weighted) => {
    const engine = harness(decimal(38, 0), ['sum'], decimal(38, 0), weighted);
    const rows = (values: readonly bigint[]): Value[][] => values.map((value) => [1n, value]);
    const ones = (count: number) => (weighted ? Array.from({ length: count }, () => 1) : null);
    // 4 × (10^38 - 1) is more than 2^128; within one batch it may be.
    const there = [WIDE, WIDE, WIDE, WIDE, -WIDE, -WIDE, -WIDE, 7n - WIDE];
    expect(newest(engine.run(rows(there), ones(8)))).toEqual([[1n, 7n]]);
    engine.restart();
    const below = [-WIDE, -WIDE, -WIDE, -WIDE, WIDE, WIDE, WIDE, WIDE - 1n];
    expect(newest(engine.run(rows(below), ones(8)))).toEqual([[1n, 6n]]);
    expect(() => engine.run(rows([WIDE, WIDE, WIDE, WIDE]), ones(4))).toThrow(/ESQL8551.*r0/u);
  });

  it('of DECIMAL(38) with weights beyond 128 bits are taken back exactly', () => {
    const engine = harness(decimal(38, 0), ['sum'], decimal(38, 0), true);
    const rows = [[1n, WIDE] as const, [1n, -WIDE] as const, [1n, 42n] as const];
    expect(newest(engine.run(rows, [900, 900, 1]))).toEqual([[1n, 42n]]);
    engine.restart();
    expect(newest(engine.run([rows[0]!, rows[1]!], [-900, -899]))).toEqual([[1n, 42n - WIDE]]);
  });

  it('and groups that lose more rows than they had stop the job', () => {
    const engine = harness(BIGINT, ['sum'], decimal(38, 0), true);
    engine.run([[1n, 5n]], [1]);
    // Within a batch the order doesn't matter.
    engine.run(
      [
        [2n, 5n],
        [2n, 5n],
      ],
      [-1, 1],
    );
    expect(() => engine.run([[1n, 5n]], [-2])).toThrow(/ESQL8503.*-1 rows/su);
  });

  it('MIN and MAX of wide decimals compare the low word without sign', () => {
    const engine = harness(decimal(38, 0), ['min', 'max'], decimal(38, 0));
    const values = [2n ** 64n + 2n ** 63n, 2n ** 64n + 1n, -(2n ** 64n) + 1n, -(2n ** 64n) + 2n ** 63n];
    const all = values.map((value): Value[] => [1n, value]);
    expect(newest(engine.run(all))).toEqual([[1n, values[2], values[0]]]);
    expect(newest(engine.run([...all].reverse()))).toEqual([]);
  });
});
