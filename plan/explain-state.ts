/** EXPLAIN STATE: what each operator keeps, per what, and until when. */
import type { Operator, OperatorId, Plan, StateBound } from './plan.js';
import { textTable } from './text-layout.js';

const growthText: Readonly<Record<StateBound['growth'], string>> = {
  constant: 'constant',
  windows: 'open windows',
  keys: 'number of keys',
};

/** A table of the operators that keep state; `streamName` limits it to those the stream reads. */
export function explainState(plan: Plan, streamName?: string): string {
  const wanted = streamName === undefined ? null : operatorsOf(plan, streamName);
  const rows = plan.operators.flatMap((operator) => {
    if (wanted !== null && !wanted.has(operator.id)) return [];
    const bound = stateOf(operator);
    return bound === null ? [] : [[operator.id, bound.keeps, bound.per, growthText[bound.growth], bound.until]];
  });
  if (rows.length === 0) return 'Nothing is kept.\n';
  return textTable(['operator', 'keeps', 'per', 'grows with', 'until'], rows);
}

/** What an operator keeps between batches, or null for nothing. */
export function stateOf(operator: Operator): StateBound | null {
  switch (operator.op) {
    case 'aggregate':
      return operator.state;
    case 'source':
      return { growth: 'constant', keeps: 'the position read up to', per: 'partition', until: 'the job is removed' };
    case 'table':
      return {
        growth: 'constant',
        keeps: 'all rows of the table, and an index of them per join',
        per: 'table',
        until: Object.hasOwn(operator.options, 'refresh') ? 'the table is loaded again' : 'the job is removed',
      };
    case 'watermark':
      return { growth: 'constant', keeps: 'the largest event time', per: 'partition', until: 'the job is removed' };
    case 'sink':
      return { growth: 'constant', keeps: 'progress, in the target', per: 'sink', until: 'the job is removed' };
    case 'filter':
    case 'project':
    case 'window':
    case 'late':
    case 'lookup':
    case 'union':
      return null;
  }
}

function operatorsOf(plan: Plan, streamName: string): ReadonlySet<OperatorId> {
  const byId = new Map(plan.operators.map((operator) => [operator.id, operator]));
  const found = new Set<OperatorId>();
  const stream = plan.streams.find((candidate) => candidate.name === streamName);
  const waiting = stream === undefined ? [] : [stream.operator, ...stream.sinks];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...(byId.get(id)?.inputs ?? []).map((input) => input.from));
  }
  return found;
}
