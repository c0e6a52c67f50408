/** Sums beyond the range of their type stop the job; sums that come back into it do not. */
import { describe, expect, it } from 'vitest';
import { BIGINT, type Schema } from '../../../plan/types.js';
import { WATERMARK_NONE } from '../../../runtime/operators/operator.js';
import { batchContext, batchOf, OperatorHarness } from '../../support/operator-harness.js';
import { aggregateOperator, field, shape } from '../../support/plan-builder.js';

const SCHEMA: Schema = [field('k', BIGINT), field('x', BIGINT)];
const MAX = 2n ** 63n - 1n;
const input = shape(SCHEMA);
const sum = aggregateOperator({ id: 'in', output: input }, 'agg', {
  group: [0],
  aggregates: [{ function: 'sum', argument: 1, distinct: false, filter: null, field: field('total', BIGINT, true) }],
});

function totals(...values: readonly bigint[]): void {
  const rows = values.map((value) => [1n, value]);
  new OperatorHarness(sum, [input]).run(batchContext(1), [batchOf(SCHEMA, rows)], WATERMARK_NONE);
}

describe('SUM of BIGINT', () => {
  it('takes the largest and the smallest value', () => {
    expect(() => {
      totals(MAX - 1n, 1n);
      totals(-MAX, -1n);
    }).not.toThrow();
  });

  it('stops the job beyond them, and names the column', () => {
    expect(() => {
      totals(MAX, 1n);
    }).toThrow(/ESQL8551.*total/u);
    expect(() => {
      totals(-MAX, -1n, -1n);
    }).toThrow('ESQL8551');
  });

  it('is asked at the end of the batch only', () => {
    expect(() => {
      totals(MAX, MAX, -MAX);
    }).not.toThrow();
  });
});
