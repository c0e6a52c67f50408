/** Expressions without input, which are computed once. */
import { evaluate } from '../../plan/evaluate.js';
import { operandsOf, type Expression } from '../../plan/expression.js';
import { RecordError, type Value } from '../../plan/values.js';

function isConstant(expression: Expression): boolean {
  if (expression.kind === 'column' || expression.kind === 'batch_value') return false;
  return operandsOf(expression).every(isConstant);
}

const noInput = {
  column: (): Value => null,
  batchValue: (): Value => null,
};

/** The value of an expression without input; undefined if it has input or fails, which it then does per row. */
export function constantOf(expression: Expression): { readonly value: Value } | undefined {
  if (!isConstant(expression)) return undefined;
  try {
    return { value: evaluate(expression, noInput) };
  } catch (error) {
    if (error instanceof RecordError) return undefined;
    throw error;
  }
}
