/**
 * Result types of decimal arithmetic: SQL Server's rules ("Precision, scale, and length"), which Spark and Flink share.
 *
 * | operation | precision                              | scale               |
 * |-----------|----------------------------------------|---------------------|
 * | a + b, -  | max(s1, s2) + max(p1-s1, p2-s2) + 1    | max(s1, s2)         |
 * | a * b     | p1 + p2 + 1                            | s1 + s2             |
 * | a / b     | p1 - s1 + s2 + max(6, s1 + p2 + 1)     | max(6, s1 + p2 + 1) |
 * | a % b     | min(p1-s1, p2-s2) + max(s1, s2)        | max(s1, s2)         |
 *
 * Beyond 38 digits the digits before the point are kept and the scale gives way, but not below 6 (or what it was).
 */
import type { ArithmeticOperator, Expression } from '../../plan/expression.js';
import { decimal, PRECISION_MAX, type SqlType } from '../../plan/types.js';
import { asDecimal } from '../../plan/widening.js';

export type DecimalType = SqlType & { readonly kind: 'decimal' };

const SCALE_KEPT = 6;

export function decimalResult(operator: ArithmeticOperator, left: DecimalType, right: DecimalType): SqlType {
  const scale = Math.max(left.scale, right.scale);
  const leftWhole = left.precision - left.scale;
  const rightWhole = right.precision - right.scale;
  switch (operator) {
    case 'add':
    case 'subtract':
      return capped(Math.max(leftWhole, rightWhole) + scale + 1, scale);
    case 'multiply':
      return capped(left.precision + right.precision + 1, left.scale + right.scale);
    case 'divide': {
      const quotientScale = Math.max(SCALE_KEPT, left.scale + right.precision + 1);
      return capped(leftWhole + right.scale + quotientScale, quotientScale);
    }
    case 'modulo':
      return capped(Math.max(1, Math.min(leftWhole, rightWhole) + scale), scale);
  }
}

function capped(precision: number, scale: number): SqlType {
  if (precision <= PRECISION_MAX) return decimal(precision, scale);
  const whole = precision - scale;
  const scaleLeft = Math.max(PRECISION_MAX - whole, Math.min(scale, SCALE_KEPT));
  return decimal(PRECISION_MAX, scaleLeft);
}

/**
 * The decimal type of an operand. A whole number in the text takes only the digits it has: `price * 2` stays narrow.
 */
export function decimalOperandType(operand: Expression): DecimalType | undefined {
  if (operand.kind === 'literal' && (operand.type.kind === 'int' || operand.type.kind === 'bigint')) {
    const digits = typeof operand.value === 'string' ? operand.value.replace('-', '').length : 1;
    return { kind: 'decimal', precision: digits, scale: 0 };
  }
  return asDecimal(operand.type);
}
