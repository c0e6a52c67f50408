/** How an aggregate is run: what bounds its tables, and where each of its group columns comes from. */
import { invariant } from '../../grammar/diagnostics/internal-error.js';
import type { AggregateOperator, WindowSpec } from '../../plan/plan.js';
import type { Schema } from '../../plan/types.js';
import type { GroupColumn } from './change-writer.js';

/**
 * `all`: one table for ever. `value`: one per value of the window_end column. `window`: one per window of the time
 * column; a row goes into each of its windows. `pane`: one per stretch of time that shares its windows, merged when a
 * window closes.
 */
export type Partitioning =
  | { readonly kind: 'all' }
  | { readonly kind: 'value'; readonly column: number }
  | { readonly kind: 'window' | 'pane'; readonly column: number; readonly window: WindowSpec };

export interface AggregatePlan {
  readonly partitioning: Partitioning;
  readonly keyColumns: readonly number[];
  readonly groups: readonly GroupColumn[];
}

/**
 * Whether the merged window assignment has to be undone: the groups outlive the windows, or an aggregate looks at the
 * window's bounds, which rows of a pane don't have.
 */
export function needsWindowRows(operator: AggregateOperator, input: Schema): boolean {
  if (operator.pane === null) return false;
  const readsBounds = operator.aggregates.some(
    ({ argument, filter }) => (argument ?? -1) >= input.length || (filter ?? -1) >= input.length,
  );
  return operator.window_end === null || readsBounds;
}

export function planAggregate(operator: AggregateOperator, input: Schema): AggregatePlan {
  const { pane, group } = operator;
  const keyColumns: number[] = [];
  const isBound = (column: number): GroupColumn | null => {
    if (pane !== null && column === input.length) return { kind: 'window_start' };
    if (pane !== null && column === input.length + 1) return { kind: 'window_end' };
    return pane === null && column === operator.window_end ? { kind: 'window_end' } : null;
  };
  const groups = group.map((column): GroupColumn => {
    const bound = isBound(column);
    if (bound !== null) return bound;
    keyColumns.push(column);
    return { kind: 'key', key: keyColumns.length - 1 };
  });
  return { partitioning: partitioningOf(operator), keyColumns, groups };
}

function partitioningOf(operator: AggregateOperator): Partitioning {
  const { pane, window_end, emit } = operator;
  if (pane !== null) {
    const { column, window } = pane;
    const merges = emit === 'final' && window.size_us !== window.slide_us;
    return { kind: merges ? 'pane' : 'window', column, window };
  }
  if (window_end !== null) return { kind: 'value', column: window_end };
  invariant(emit === 'changes', `aggregate ${operator.id} waits for windows that it doesn't have`);
  return { kind: 'all' };
}
