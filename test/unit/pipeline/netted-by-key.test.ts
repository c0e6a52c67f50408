import { describe, expect, it } from 'vitest';
import type { AggregateCall, Operator, SinkOperator } from '../../../plan/plan.js';
import type { Expression } from '../../../plan/expression.js';
import { BIGINT, BOOLEAN, type Schema } from '../../../plan/types.js';
import { PlanGraph } from '../../../runtime/pipeline/graph.js';
import {
  aggregateOperator,
  columnAt,
  field,
  filterOperator,
  planOf,
  projectOperator,
  sinkOperator,
  sourceOperator,
  unionOperator,
} from '../../support/plan-builder.js';

const SCHEMA: Schema = [field('a', BIGINT), field('b', BIGINT), field('c', BIGINT)];
const count: AggregateCall = {
  function: 'count',
  argument: null,
  distinct: false,
  filter: null,
  field: field('n', BIGINT),
};
const source = sourceOperator('src', SCHEMA);
const totals = aggregateOperator(source, 'agg', { group: [0, 1], aggregates: [count] });

function isNetted(operators: readonly Operator[], key: readonly string[]): boolean {
  const sink: SinkOperator = sinkOperator(operators.at(-1)!, 'sink', { key });
  return new PlanGraph(planOf([...operators, sink])).isNettedByKey(sink);
}

function isPositive(schema: Schema, column: number): Expression {
  const right: Expression = { kind: 'literal', value: '0', type: BIGINT, nullable: false };
  return {
    kind: 'comparison',
    operator: 'gt',
    left: columnAt(schema, column),
    right,
    type: BOOLEAN,
    nullable: false,
  };
}

describe('keys that an aggregate has netted', () => {
  it('are its groups, in any order', () => {
    expect(isNetted([source, totals], ['a', 'b'])).toBe(true);
    expect(isNetted([source, totals], ['b', 'a'])).toBe(true);
  });

  it('are not a part of its groups, nor more than they are', () => {
    expect(isNetted([source, totals], ['a'])).toBe(false);
    expect(isNetted([source, totals], ['a', 'b', 'n'])).toBe(false);
    expect(isNetted([source, totals], ['a', 'n'])).toBe(false);
  });

  it('are found through filters and renamed columns, not through computed ones', () => {
    const { schema } = totals.output;
    const kept = filterOperator(totals, 'kept', isPositive(schema, 2));
    const renamed = projectOperator(
      kept,
      'renamed',
      ['x', 'y', 'z'],
      [2, 1, 0].map((i) => columnAt(schema, i)),
    );
    expect(isNetted([source, totals, kept, renamed], ['z', 'y'])).toBe(true);
    expect(isNetted([source, totals, kept, renamed], ['x', 'y'])).toBe(false);
    const computed = projectOperator(kept, 'computed', ['a', 'b'], [columnAt(schema, 0), isPositive(schema, 1)]);
    expect(isNetted([source, totals, kept, computed], ['a', 'b'])).toBe(false);
  });

  it('are not those of rows that no aggregate, or more than one, has seen', () => {
    expect(isNetted([source], ['a', 'b'])).toBe(false);
    const union = unionOperator([totals, totals], 'union');
    expect(isNetted([source, totals, union], ['a', 'b'])).toBe(false);
  });
});
