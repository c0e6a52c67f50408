/** Whether two typed expressions are the same, column names aside. */
import { operandsOf, type Expression } from '../../plan/expression.js';
import { typesEqual } from '../../plan/types.js';

export function expressionsEqual(a: Expression, b: Expression): boolean {
  if (a === b) return true;
  if (!typesEqual(a.type, b.type) || !sameNode(a, b)) return false;
  const left = operandsOf(a);
  const right = operandsOf(b);
  return (
    left.length === right.length &&
    left.every((operand, index) => {
      const other = right[index];
      return other !== undefined && expressionsEqual(operand, other);
    })
  );
}

/** What the node says besides type and operands. */
function sameNode(a: Expression, b: Expression): boolean {
  switch (a.kind) {
    case 'column':
      return b.kind === 'column' && a.index === b.index;
    case 'literal':
      return b.kind === 'literal' && a.value === b.value;
    case 'arithmetic':
      return b.kind === 'arithmetic' && a.operator === b.operator;
    case 'comparison':
      return b.kind === 'comparison' && a.operator === b.operator;
    case 'logical':
      return b.kind === 'logical' && a.operator === b.operator;
    case 'is_null':
      return b.kind === 'is_null' && a.negated === b.negated;
    case 'in':
      return b.kind === 'in' && a.negated === b.negated;
    case 'cast':
      return b.kind === 'cast' && a.mode === b.mode;
    case 'call':
      return b.kind === 'call' && a.function === b.function;
    case 'batch_value':
      return b.kind === 'batch_value' && a.value === b.value && a.site === b.site;
    case 'negate':
    case 'not':
    case 'case':
    case 'coalesce':
      return a.kind === b.kind;
  }
}
