/**
 * The reference interpreter: the meaning of every expression, row by row. The compiler folds constants with it,
 * property tests hold the generated loops against it, and the loops hand it the rows they don't take.
 */
import { InternalError } from '../grammar/diagnostics/internal-error.js';
import { evaluateArithmetic, evaluateNegate } from './arithmetic.js';
import { castValue } from './casts.js';
import { compareValues } from './compare.js';
import {
  dispatchExpression,
  type BatchValueExpression,
  type CallExpression,
  type CaseExpression,
  type ColumnExpression,
  type ComparisonOperator,
  type Expression,
  type ExpressionTable,
  type InExpression,
  type LiteralExpression,
  type LogicalExpression,
} from './expression.js';
import { overloadOf } from './functions/resolve.js';
import type { FunctionOverload } from './functions/function.js';
import { literalToValue } from './literals.js';
import { RecordError, type Value } from './values.js';

/** Where columns and the batch's values come from. */
export interface EvaluationContext {
  column(expression: ColumnExpression): Value;
  batchValue(expression: BatchValueExpression): Value;
}

const literals = new WeakMap<LiteralExpression, { readonly value: Value }>();
const overloads = new WeakMap<CallExpression, FunctionOverload>();

/** The value of a literal; kept with the expression, because reading text costs more than the row. */
export function literalValue(expression: LiteralExpression): Value {
  const known = literals.get(expression);
  if (known !== undefined) return known.value;
  const value = literalToValue(expression.value, expression.type);
  if (value === undefined) throw new InternalError(`not a canonical literal: ${String(expression.value)}`);
  literals.set(expression, { value });
  return value;
}

/** The overload of a call; the plan was validated, so there is one. */
export function overloadOfCall(expression: CallExpression): FunctionOverload {
  const known = overloads.get(expression);
  if (known !== undefined) return known;
  const found = overloadOf(
    expression.function,
    expression.arguments.map((argument) => argument.type),
  );
  if (found === undefined) throw new InternalError(`no such call: ${expression.function}`);
  overloads.set(expression, found);
  return found;
}

/** Whether an order fits an operator; `distinct` and `not_distinct` see values that are not NULL here. */
export function orderFits(operator: ComparisonOperator, order: number): boolean {
  switch (operator) {
    case 'eq':
    case 'not_distinct':
      return order === 0;
    case 'ne':
    case 'distinct':
      return order !== 0;
    case 'lt':
      return order < 0;
    case 'le':
      return order <= 0;
    case 'gt':
      return order > 0;
    case 'ge':
      return order >= 0;
  }
}

function evaluateLogical(expression: LogicalExpression, context: EvaluationContext): Value {
  const decisive = expression.operator === 'or';
  let unknown = false;
  for (const operand of expression.operands) {
    const value = evaluate(operand, context);
    if (value === decisive) return decisive;
    if (value === null) unknown = true;
  }
  return unknown ? null : !decisive;
}

function evaluateCase(expression: CaseExpression, context: EvaluationContext): Value {
  for (const branch of expression.branches) {
    if (evaluate(branch.when, context) === true) return evaluate(branch.then, context);
  }
  return evaluate(expression.otherwise, context);
}

/** Members are evaluated from the left up to the first that is equal. */
function evaluateIn(expression: InExpression, context: EvaluationContext): Value {
  const value = evaluate(expression.operand, context);
  if (value === null) return null;
  let unknown = false;
  for (const member of expression.list) {
    const candidate = evaluate(member, context);
    if (candidate === null) unknown = true;
    else if (compareValues(value, candidate) === 0) return !expression.negated;
  }
  return unknown ? null : expression.negated;
}

function evaluateCall(expression: CallExpression, context: EvaluationContext): Value {
  const overload = overloadOfCall(expression);
  const values: Value[] = [];
  let hasNull = false;
  for (const argument of expression.arguments) {
    const value = evaluate(argument, context);
    if (value === null) hasNull = true;
    values.push(value);
  }
  if (hasNull && overload.nulls === 'strict') return null;
  return overload.evaluate(values, {
    argumentTypes: expression.arguments.map((argument) => argument.type),
    result: expression.type,
  });
}

const table: ExpressionTable<EvaluationContext, Value> = {
  column: (expression, context) => context.column(expression),
  literal: (expression) => literalValue(expression),
  arithmetic: (expression, context) => {
    const left = evaluate(expression.left, context);
    const right = evaluate(expression.right, context);
    if (left === null || right === null) return null;
    const types = { left: expression.left.type, right: expression.right.type, result: expression.type };
    return evaluateArithmetic(expression.operator, left, right, types);
  },
  negate: (expression, context) => {
    const value = evaluate(expression.operand, context);
    return value === null ? null : evaluateNegate(value, expression.type);
  },
  comparison: (expression, context) => {
    const left = evaluate(expression.left, context);
    const right = evaluate(expression.right, context);
    if (left !== null && right !== null) return orderFits(expression.operator, compareValues(left, right));
    if (expression.operator === 'distinct') return left !== right;
    if (expression.operator === 'not_distinct') return left === right;
    return null;
  },
  logical: evaluateLogical,
  not: (expression, context) => {
    const value = evaluate(expression.operand, context);
    return value === null ? null : value === false;
  },
  is_null: (expression, context) => (evaluate(expression.operand, context) === null) !== expression.negated,
  case: evaluateCase,
  coalesce: (expression, context) => {
    for (const operand of expression.operands) {
      const value = evaluate(operand, context);
      if (value !== null) return value;
    }
    return null;
  },
  cast: (expression, context) => {
    const value = evaluate(expression.operand, context);
    if (expression.mode === 'strict') return castValue(value, expression.operand.type, expression.type);
    return tryCast(value, expression.operand.type, expression.type);
  },
  in: evaluateIn,
  call: evaluateCall,
  batch_value: (expression, context) => context.batchValue(expression),
};

/** TRY_CAST: NULL where CAST fails. Only the cast's own error counts, not one of its operand. */
export function tryCast(value: Value, from: Expression['type'], to: Expression['type']): Value {
  try {
    return castValue(value, from, to);
  } catch (error) {
    if (error instanceof RecordError) return null;
    throw error;
  }
}

/** The value of an expression; throws `RecordError` for an error of the record. */
export function evaluate(expression: Expression, context: EvaluationContext): Value {
  return dispatchExpression(table, expression, context);
}
