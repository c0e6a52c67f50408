/** Rebuilding typed expressions. */
import type { ColumnExpression, Expression } from '../../plan/expression.js';

/** The same node over other operands; the very same object if none changed. */
export function mapOperands(expression: Expression, map: (operand: Expression) => Expression): Expression {
  switch (expression.kind) {
    case 'column':
    case 'literal':
    case 'batch_value':
      return expression;
    case 'arithmetic':
    case 'comparison': {
      const left = map(expression.left);
      const right = map(expression.right);
      return left === expression.left && right === expression.right ? expression : { ...expression, left, right };
    }
    case 'negate':
    case 'not':
    case 'is_null':
    case 'cast': {
      const operand = map(expression.operand);
      return operand === expression.operand ? expression : { ...expression, operand };
    }
    case 'logical':
    case 'coalesce': {
      const operands = mapList(expression.operands, map);
      return operands === expression.operands ? expression : { ...expression, operands };
    }
    case 'case': {
      const whens = expression.branches.map((branch) => map(branch.when));
      const thens = expression.branches.map((branch) => map(branch.then));
      const otherwise = map(expression.otherwise);
      const same =
        otherwise === expression.otherwise &&
        expression.branches.every((branch, index) => branch.when === whens[index] && branch.then === thens[index]);
      if (same) return expression;
      const branches = expression.branches.map((branch, index) => ({
        when: whens[index] ?? branch.when,
        then: thens[index] ?? branch.then,
      }));
      return { ...expression, branches, otherwise };
    }
    case 'in': {
      const operand = map(expression.operand);
      const list = mapList(expression.list, map);
      return operand === expression.operand && list === expression.list ? expression : { ...expression, operand, list };
    }
    case 'call': {
      const mapped = mapList(expression.arguments, map);
      return mapped === expression.arguments ? expression : { ...expression, arguments: mapped };
    }
  }
}

function mapList(list: readonly Expression[], map: (operand: Expression) => Expression): readonly Expression[] {
  const mapped = list.map(map);
  return mapped.every((operand, index) => operand === list[index]) ? list : mapped;
}

/** Every column replaced. */
export function mapColumns(expression: Expression, map: (column: ColumnExpression) => Expression): Expression {
  if (expression.kind === 'column') return map(expression);
  return mapOperands(expression, (operand) => mapColumns(operand, map));
}
