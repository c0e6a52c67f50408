/** The meaning of + - * / % on numbers: what the interpreter computes and generated loops must equal. */
import { divideRounded, checkPrecision, powerOfTen, rescale } from './decimal.js';
import { InternalError } from '../grammar/diagnostics/internal-error.js';
import type { ArithmeticOperator } from './expression.js';
import { typeToText, type SqlType } from './types.js';
import { RecordError, type Value } from './values.js';

type DecimalType = SqlType & { readonly kind: 'decimal' };

function divisionByZero(): never {
  throw new RecordError('division_by_zero', 'division by zero');
}

function overflow(type: SqlType): never {
  throw new RecordError('overflow', `the result is beyond ${typeToText(type)}`);
}

/** Operands are not NULL and of the types of an `ArithmeticExpression`; throws `RecordError`. */
export function evaluateArithmetic(
  operator: ArithmeticOperator,
  left: Value,
  right: Value,
  types: { readonly left: SqlType; readonly right: SqlType; readonly result: SqlType },
): Value {
  const { result } = types;
  switch (result.kind) {
    case 'int':
      return intArithmetic(operator, left as number, right as number, result);
    case 'bigint':
      return bigintArithmetic(operator, left as bigint, right as bigint, result);
    case 'double':
      return doubleArithmetic(operator, left as number, right as number, result);
    case 'decimal':
      if (types.left.kind === 'decimal' && types.right.kind === 'decimal') {
        return decimalArithmetic(operator, left as bigint, right as bigint, types.left, types.right, result);
      }
      break;
    case 'boolean':
    case 'varchar':
    case 'varbinary':
    case 'json':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'interval':
      break;
  }
  throw new InternalError(`no arithmetic on ${typeToText(types.left)} and ${typeToText(types.right)}`);
}

function intArithmetic(operator: ArithmeticOperator, a: number, b: number, type: SqlType): number {
  if (b === 0 && (operator === 'divide' || operator === 'modulo')) divisionByZero();
  let result: number;
  switch (operator) {
    case 'add':
      result = a + b;
      break;
    case 'subtract':
      result = a - b;
      break;
    case 'multiply':
      result = a * b;
      break;
    case 'divide':
      result = Math.trunc(a / b);
      break;
    case 'modulo':
      result = a % b;
      break;
  }
  return result === (result | 0) ? result | 0 : overflow(type);
}

function bigintArithmetic(operator: ArithmeticOperator, a: bigint, b: bigint, type: SqlType): bigint {
  if (b === 0n && (operator === 'divide' || operator === 'modulo')) divisionByZero();
  let result: bigint;
  switch (operator) {
    case 'add':
      result = a + b;
      break;
    case 'subtract':
      result = a - b;
      break;
    case 'multiply':
      result = a * b;
      break;
    case 'divide':
      result = a / b;
      break;
    case 'modulo':
      result = a % b;
      break;
  }
  return BigInt.asIntN(64, result) === result ? result : overflow(type);
}

/** A result that is infinite although both operands are finite is an overflow; 0/0 and x/0 are divisions by zero. */
function doubleArithmetic(operator: ArithmeticOperator, a: number, b: number, type: SqlType): number {
  let result: number;
  switch (operator) {
    case 'add':
      result = a + b;
      break;
    case 'subtract':
      result = a - b;
      break;
    case 'multiply':
      result = a * b;
      break;
    case 'divide':
      result = b === 0 && !Number.isNaN(a) ? divisionByZero() : a / b;
      break;
    case 'modulo':
      result = b === 0 && !Number.isNaN(a) ? divisionByZero() : a % b;
      break;
  }
  if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b)) overflow(type);
  return result;
}

function decimalArithmetic(
  operator: ArithmeticOperator,
  a: bigint,
  b: bigint,
  left: DecimalType,
  right: DecimalType,
  result: DecimalType,
): bigint {
  const common = Math.max(left.scale, right.scale);
  const alignedLeft = a * powerOfTen(common - left.scale);
  const alignedRight = b * powerOfTen(common - right.scale);
  let value: bigint;
  switch (operator) {
    case 'add':
      value = rescale(alignedLeft + alignedRight, common, result.scale);
      break;
    case 'subtract':
      value = rescale(alignedLeft - alignedRight, common, result.scale);
      break;
    case 'multiply':
      value = rescale(a * b, left.scale + right.scale, result.scale);
      break;
    case 'divide':
      value = divideDecimals(a, b, result.scale + right.scale - left.scale);
      break;
    case 'modulo':
      value = b === 0n ? divisionByZero() : rescale(alignedLeft % alignedRight, common, result.scale);
      break;
  }
  return checkPrecision(value, result.precision);
}

/** `a × 10^shift / b`, rounded half away from zero. */
export function divideDecimals(a: bigint, b: bigint, shift: number): bigint {
  if (b === 0n) divisionByZero();
  return shift >= 0 ? divideRounded(a * powerOfTen(shift), b) : divideRounded(a, b * powerOfTen(-shift));
}

export function evaluateNegate(value: Value, type: SqlType): Value {
  switch (type.kind) {
    case 'int':
      return value === -(2 ** 31) ? overflow(type) : 0 - (value as number);
    case 'double':
      return -(value as number);
    case 'bigint':
    case 'interval':
      return value === -(2n ** 63n) ? overflow(type) : -(value as bigint);
    case 'decimal':
      return -(value as bigint);
    case 'boolean':
    case 'varchar':
    case 'varbinary':
    case 'json':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      throw new InternalError(`no minus before ${typeToText(type)}`);
  }
}
