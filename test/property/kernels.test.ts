import { describe, expect, it } from 'vitest';
import type { Expression } from '../../plan/expression.js';
import { BOOLEAN } from '../../plan/types.js';
import type { Value } from '../../plan/values.js';
import type { ColumnBatch } from '../../runtime/columns/batch.js';
import { readValue } from '../../runtime/columns/read.js';
import { compilePredicate, compileProjection } from '../../runtime/kernels/compile.js';
import { interpretPredicate, interpretProjection } from '../../runtime/kernels/interpret.js';
import type { ProjectionResult, RowFailure } from '../../runtime/kernels/kernel.js';
import type { BatchContext } from '../../runtime/operators/operator.js';
import { Generator, SCHEMA } from '../support/random-expressions.js';

const CASES = 150;
const context: BatchContext = { batch: 1, sources: new Map(), now_us: 1_700_000_000_000_000n, seed: 0x1234_5678_9abcn };

function shown(value: Value): string {
  if (value instanceof Uint8Array) return `X${[...value].join(',')}`;
  return Object.is(value, -0) ? '-0' : `${typeof value} ${String(value)}`;
}

function rowsOf(result: ProjectionResult, batch: ColumnBatch, expressions: readonly Expression[]): string[] {
  const rows = result.selection ?? Int32Array.from({ length: batch.rowCount }, (_, row) => row);
  return [...rows].map(
    (row) => `${row}: ${expressions.map((e, n) => shown(readValue(result.columns[n]!, row, e.type))).join(' | ')}`,
  );
}

function failuresOf(failures: readonly RowFailure[]): string[] {
  return failures.map(({ row, error }) => `${row}: ${error.code} ${error.message}`);
}

function batches(generator: Generator): ColumnBatch[] {
  return [
    generator.batch({ nulls: false, selection: false, rows: 12 }),
    generator.batch({ nulls: true, selection: true, rows: 20 }),
    generator.batch({ nulls: true, selection: false, rows: 12 }),
    generator.batch({ nulls: false, selection: true, rows: 0 }),
    generator.batch({ nulls: false, selection: true, rows: 12 }),
  ];
}

function describeExpressions(expressions: readonly Expression[]): string {
  return expressions.map((expression) => JSON.stringify(expression)).join('\n');
}

describe('generated loops equal the interpreter', () => {
  it('in projections, errors of rows included', () => {
    let failures = 0;
    for (let seed = 1; seed <= CASES; seed += 1) {
      const generator = new Generator(seed);
      const expressions = Array.from({ length: 1 + generator.below(3) }, () =>
        generator.expression(generator.type(), 3),
      );
      const compiled = compileProjection(expressions, SCHEMA);
      const interpreted = interpretProjection(expressions);
      for (const batch of batches(generator)) {
        const found = compiled(batch, context);
        const wanted = interpreted(batch, context);
        const hint = `seed ${seed}: ${describeExpressions(expressions)}`;
        expect(failuresOf(found.failures), hint).toEqual(failuresOf(wanted.failures));
        expect(rowsOf(found, batch, expressions), hint).toEqual(rowsOf(wanted, batch, expressions));
        failures += wanted.failures.length;
      }
    }
    expect(failures).toBeGreaterThan(100);
  });

  it('in predicates', () => {
    let kept = 0;
    for (let seed = 1; seed <= CASES; seed += 1) {
      const generator = new Generator(seed + 1_000_000);
      const predicate = generator.expression(BOOLEAN, 4);
      const compiled = compilePredicate(predicate, SCHEMA);
      const interpreted = interpretPredicate(predicate);
      for (const batch of batches(generator)) {
        const found = compiled(batch, context);
        const wanted = interpreted(batch, context);
        const hint = `seed ${seed}: ${JSON.stringify(predicate)}`;
        expect(failuresOf(found.failures), hint).toEqual(failuresOf(wanted.failures));
        expect([...found.selection], hint).toEqual([...wanted.selection]);
        kept += wanted.selection.length;
      }
    }
    expect(kept).toBeGreaterThan(1_000);
  });
});
