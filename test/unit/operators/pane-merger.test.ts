/** Windows merged by number and windows merged by looking every group up are the same rows in the same order. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BIGINT, TIMESTAMP, VARCHAR, type Schema } from '../../../plan/types.js';
import type { Value } from '../../../plan/values.js';
import { WATERMARK_END } from '../../../runtime/operators/operator.js';
import { GroupDirectory } from '../../../runtime/state/group-directory.js';
import { batchContext, batchOf, OperatorHarness, rowText, type WeightedRow } from '../../support/operator-harness.js';
import { aggregateOperator, field, shape } from '../../support/plan-builder.js';

const SCHEMA: Schema = [
  field('ts', TIMESTAMP),
  field('name', VARCHAR, true),
  field('id', BIGINT, true),
  field('x', BIGINT),
];
const input = shape(SCHEMA);
const SLIDE_us = 10n;

function hop(windowsPerPane: bigint): ReturnType<typeof aggregateOperator> {
  const call = { argument: 3, distinct: false, filter: null };
  return aggregateOperator({ id: 'in', output: input }, 'agg', {
    group: [1, 2, 4, 5],
    aggregates: [
      { ...call, function: 'count', argument: null, field: field('n', BIGINT) },
      { ...call, function: 'sum', field: field('total', BIGINT, true) },
      { ...call, function: 'min', field: field('least', BIGINT, true) },
      { ...call, function: 'max', argument: 1, field: field('last_name', VARCHAR, true) },
      { ...call, function: 'count', distinct: true, field: field('values', BIGINT) },
    ],
    emit: 'final',
    pane: { column: 0, window: { size_us: windowsPerPane * SLIDE_us, slide_us: SLIDE_us, offset_us: 0n } },
    window_start: 4,
    window_end: 5,
  });
}

/** Groups that come, stay for a while and go, NULLs among them, and every seventh row two panes behind its time. */
function rowsOf(pane: number, groups: number): Value[][] {
  return Array.from({ length: groups * 2 }, (_, i) => {
    const group = pane * Math.floor(groups / 2) + ((i * 37) % groups);
    const back_us = i % 7 === 0 ? 2n * SLIDE_us : 0n;
    return [
      BigInt(pane) * SLIDE_us + BigInt(i % 10) - back_us,
      group % 11 === 0 ? null : `name-${group % 1000}`,
      group % 13 === 0 ? null : BigInt(group),
      BigInt((i * 31) % 97) - 40n,
    ];
  });
}

interface Run {
  readonly rows: readonly string[];
  readonly used_bytes: number;
  readonly leftOver_bytes: number;
}

function run(windowsPerPane: bigint, panes: number, groups: number, budget_bytes?: number): Run {
  const harness = new OperatorHarness(hop(windowsPerPane), [input], budget_bytes);
  const out: WeightedRow[] = [];
  let used_bytes = 0;
  for (let pane = 0; pane < panes; pane += 1) {
    const watermark_us = BigInt(pane) * SLIDE_us;
    out.push(...harness.run(batchContext(pane + 1), [batchOf(SCHEMA, rowsOf(pane, groups))], watermark_us).rows);
    used_bytes = Math.max(used_bytes, harness.budget.used_bytes);
  }
  out.push(...harness.run(batchContext(panes + 1), [], WATERMARK_END).rows);
  return { rows: out.map(({ values }) => rowText(values)), used_bytes, leftOver_bytes: harness.budget.used_bytes };
}

describe('merging panes', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('gives the same rows in the same order with numbers and, when memory is short, without', () => {
    const merges = vi.spyOn(GroupDirectory.prototype, 'merge');
    const numbered = run(4n, 12, 300);
    expect(merges).toHaveBeenCalledTimes(17);
    merges.mockClear();
    const plain = run(4n, 12, 300, 2 * numbered.used_bytes);
    expect(merges.mock.calls.length, 'of 17: the first windows, of few panes').toBeLessThan(6);
    expect(numbered.rows.length).toBeGreaterThan(5_000);
    expect(plain.rows).toEqual(numbered.rows);
  });

  it('forgets groups that are gone', () => {
    const kept = vi.spyOn(GroupDirectory.prototype, 'retain');
    const short = run(3n, 12, 400);
    expect(kept.mock.results.some(({ value }) => value === false)).toBe(true);
    const long = run(3n, 40, 400);
    expect(long.used_bytes).toBeLessThan(1.5 * short.used_bytes);
    expect(long.leftOver_bytes).toBeLessThan(20_000);
    kept.mockReturnValue(true);
    expect(run(3n, 40, 400).rows).toEqual(long.rows);
  });

  it('looks groups up where a pane lies in two windows only', () => {
    const merges = vi.spyOn(GroupDirectory.prototype, 'merge');
    expect(run(2n, 6, 50).rows.length).toBeGreaterThan(300);
    expect(merges).not.toHaveBeenCalled();
  });
});
