/** Constructors of typed expressions. */
import type { CallExpression, Expression, LiteralExpression } from '../../plan/expression.js';
import { callIsNullable, type ResolvedCall } from '../../plan/functions/resolve.js';
import type { LiteralValue } from '../../plan/literals.js';
import { BIGINT, BOOLEAN, decimal, INT, PRECISION_MAX, typesEqual, VARCHAR, type SqlType } from '../../plan/types.js';

export function literal(value: LiteralValue, type: SqlType): LiteralExpression {
  return { kind: 'literal', value, type, nullable: value === null };
}

/** A NULL whose type is not known yet; what stands beside it decides. */
export const UNTYPED_NULL: LiteralExpression = literal(null, VARCHAR);

/** A NULL as it stands in the text (a typed one stands in a CAST until constants are folded). */
export function isUntypedNull(expression: Expression): boolean {
  return expression.kind === 'literal' && expression.value === null;
}

/**
 * A string as it stands in the text: where another type is needed it is read as a literal of that type (PostgreSQL).
 */
export function isUntypedText(expression: Expression): expression is LiteralExpression & { readonly value: string } {
  return expression.kind === 'literal' && expression.type.kind === 'varchar' && typeof expression.value === 'string';
}

/** `expression` as `type`; the caller knows that the cast exists. */
export function castTo(expression: Expression, type: SqlType): Expression {
  if (typesEqual(expression.type, type)) return expression;
  if (isUntypedNull(expression)) return literal(null, type);
  return { kind: 'cast', mode: 'strict', operand: expression, type, nullable: expression.nullable };
}

export function call(resolved: ResolvedCall, operands: readonly Expression[]): CallExpression {
  const converted = operands.map((operand, index) => castTo(operand, resolved.argumentTypes[index] ?? operand.type));
  return {
    kind: 'call',
    function: resolved.function.name,
    arguments: converted,
    type: resolved.type,
    nullable: callIsNullable(
      resolved.overload,
      converted.map((operand) => operand.nullable),
    ),
  };
}

export function not(operand: Expression): Expression {
  return { kind: 'not', operand, type: BOOLEAN, nullable: operand.nullable };
}

/** AND and OR, flattened. */
export function logical(operator: 'and' | 'or', operands: readonly Expression[]): Expression {
  const flat = operands.flatMap((operand) =>
    operand.kind === 'logical' && operand.operator === operator ? operand.operands : [operand],
  );
  const [only] = flat;
  if (only !== undefined && flat.length === 1) return only;
  return {
    kind: 'logical',
    operator,
    operands: flat,
    type: BOOLEAN,
    nullable: flat.some((operand) => operand.nullable),
  };
}

const INT_MAX = 2_147_483_647n;
const BIGINT_MAX = 9_223_372_036_854_775_807n;

/** The smallest of INT, BIGINT and DECIMAL that holds the number; undefined beyond 38 digits. */
export function integerLiteral(digits: string): LiteralExpression | undefined {
  const value = BigInt(digits);
  const magnitude = value < 0n ? -value : value;
  if (magnitude <= INT_MAX || value === -INT_MAX - 1n) return literal(String(value), INT);
  if (magnitude <= BIGINT_MAX || value === -BIGINT_MAX - 1n) return literal(String(value), BIGINT);
  const precision = String(magnitude).length;
  return precision <= PRECISION_MAX ? literal(String(value), decimal(precision, 0)) : undefined;
}
