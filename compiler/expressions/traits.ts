/** What the optimiser asks of an expression. */
import { castKind } from '../../plan/casts.js';
import { operandsOf, type Expression } from '../../plan/expression.js';

/** Whether no row can make it fail: no arithmetic that overflows, no cast that may not fit, no function. */
export function isTotal(expression: Expression): boolean {
  switch (expression.kind) {
    case 'arithmetic':
    case 'negate':
    case 'call':
      return false;
    case 'cast': {
      const fits = expression.mode === 'try' || castKind(expression.operand.type, expression.type) === 'implicit';
      // A wider DECIMAL to DOUBLE rounds, DATE to TIMESTAMP may leave its range.
      const isRange = expression.operand.type.kind === 'date';
      return fits && !isRange && isTotal(expression.operand);
    }
    case 'column':
    case 'literal':
    case 'batch_value':
    case 'comparison':
    case 'logical':
    case 'not':
    case 'is_null':
    case 'case':
    case 'coalesce':
    case 'in':
      return operandsOf(expression).every(isTotal);
  }
}

/** RANDOM() and UUID() anywhere in it: it may be moved, but not evaluated in two places. */
export function isUnrepeatable(expression: Expression): boolean {
  if (expression.kind === 'batch_value') return expression.value !== 'now';
  return operandsOf(expression).some(isUnrepeatable);
}

/** Costs nothing to evaluate twice. */
export function isCheap(expression: Expression): boolean {
  return expression.kind === 'column' || expression.kind === 'literal';
}

/** Columns it reads, each as often as it stands there. */
export function columnsRead(expression: Expression): readonly number[] {
  if (expression.kind === 'column') return [expression.index];
  return operandsOf(expression).flatMap(columnsRead);
}
