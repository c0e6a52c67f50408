/** Kernels by interpretation: slow, plain, and the reference for compile.ts. */
import type { Expression } from '../../plan/expression.js';
import { RecordError, type Value } from '../../plan/values.js';
import { selectedCount, type ColumnBatch } from '../columns/batch.js';
import { columnFromValues } from '../columns/write.js';
import type { PredicateKernel, ProjectionKernel, RowFailure } from './kernel.js';
import { RowInterpreter } from './row-interpreter.js';

/** Physical row number `index` of the selected rows. */
function selectedRow(input: ColumnBatch, index: number): number {
  return input.selection === null ? index : input.selection[index]!;
}

/** Calls `visit` per selected row; a `RecordError` becomes a failure of the row. */
function perRow(input: ColumnBatch, visit: (row: number) => void): readonly RowFailure[] {
  const failures: RowFailure[] = [];
  const count = selectedCount(input);
  for (let index = 0; index < count; index += 1) {
    const row = selectedRow(input, index);
    try {
      visit(row);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      failures.push({ row, error });
    }
  }
  return failures;
}

export function interpretProjection(expressions: readonly Expression[]): ProjectionKernel {
  const interpreter = new RowInterpreter();
  return (input, context) => {
    interpreter.enter(input, context);
    const values: Value[][] = expressions.map(() => new Array<Value>(input.rowCount).fill(null));
    const kept: number[] = [];
    const failures = perRow(input, (row) => {
      const results = expressions.map((expression) => interpreter.evaluateAt(expression, row));
      for (const [index, value] of results.entries()) values[index]![row] = value;
      kept.push(row);
    });
    return {
      columns: expressions.map((expression, index) => columnFromValues(expression.type, values[index]!)),
      selection: failures.length === 0 ? input.selection : Int32Array.from(kept),
      failures,
    };
  };
}

export function interpretPredicate(expression: Expression): PredicateKernel {
  const interpreter = new RowInterpreter();
  return (input, context) => {
    interpreter.enter(input, context);
    const kept: number[] = [];
    const failures = perRow(input, (row) => {
      if (interpreter.evaluateAt(expression, row) === true) kept.push(row);
    });
    return { selection: Int32Array.from(kept), failures };
  };
}
