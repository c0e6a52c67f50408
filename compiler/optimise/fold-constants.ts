/**
 * Constant folding: what reads no column is evaluated now, with the reference interpreter. What would fail stays, so
 * that it fails for the rows it is evaluated for and for no others.
 */
import { InternalError } from '../../grammar/diagnostics/internal-error.js';
import { evaluate } from '../../plan/evaluate.js';
import { operandsOf, type Expression } from '../../plan/expression.js';
import { valueToLiteral } from '../../plan/literals.js';
import { RecordError } from '../../plan/values.js';
import { literal } from '../check/build.js';
import { mapOperands } from '../expressions/map.js';
import type { LogicalNode } from '../logical/logical.js';
import { rewriteNodes } from '../logical/rewrite.js';
import type { OptimiserRule } from './rule.js';

export const foldConstants: OptimiserRule = {
  name: 'fold-constants',
  apply: (plan) => rewriteNodes(plan, foldNode),
};

function foldNode(node: LogicalNode): LogicalNode {
  if (node.op === 'filter') {
    const predicate = fold(node.predicate);
    if (predicate.kind === 'literal' && predicate.value === true) return node.input;
    return predicate === node.predicate ? node : { ...node, predicate };
  }
  if (node.op === 'lookup' && node.residual !== null) {
    const residual = fold(node.residual);
    if (residual.kind === 'literal' && residual.value === true) return { ...node, residual: null };
    return residual === node.residual ? node : { ...node, residual };
  }
  if (node.op !== 'project') return node;
  const expressions = node.expressions.map(fold);
  if (expressions.every((expression, index) => expression === node.expressions[index])) return node;
  // A folded NULL or value tells more than the call it came from; the schema keeps what it promised.
  return { ...node, expressions };
}

export function fold(expression: Expression): Expression {
  const folded = withoutNeutral(mapOperands(expression, fold));
  if (folded.kind === 'literal' || !operandsOf(folded).every((operand) => operand.kind === 'literal')) return folded;
  if (folded.kind === 'column' || folded.kind === 'batch_value') return folded;
  try {
    const value = evaluate(folded, noRow);
    // Type and nullability of the whole stay what others were built on.
    return { ...literal(valueToLiteral(value, folded.type), folded.type), nullable: folded.nullable || value === null };
  } catch (error) {
    if (error instanceof RecordError) return folded;
    throw error;
  }
}

/** TRUE says nothing in an AND, FALSE nothing in an OR. */
function withoutNeutral(expression: Expression): Expression {
  if (expression.kind !== 'logical') return expression;
  const neutral = expression.operator === 'and';
  const operands = expression.operands.filter((operand) => operand.kind !== 'literal' || operand.value !== neutral);
  const [only] = operands;
  if (only === undefined) return literal(neutral, expression.type);
  if (operands.length === expression.operands.length) return expression;
  return operands.length === 1 ? only : { ...expression, operands };
}

const noRow = {
  column: (): never => {
    throw new InternalError('a constant reads no column');
  },
  batchValue: (): never => {
    throw new InternalError('a constant reads no batch value');
  },
};
