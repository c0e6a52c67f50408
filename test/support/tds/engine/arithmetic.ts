/** Types and values of operators: the rules for precision and scale, and what overflows. */
import { type Operator } from './ast.js';
import { convert, rescale } from './convert.js';
import { mergeCollations } from './compare.js';
import * as errors from './errors.js';
import { SqlError } from './errors.js';
import * as sql from './sql-type.js';
import { familyOf, type SqlType, type SqlValue } from './sql-type.js';

const PRECISION_MAX = 38;

/** The type that two operands meet in (comparison, CASE, UNION). */
export function unify(left: SqlType, right: SqlType): SqlType {
  if (left.name === right.name && left.length === right.length && left.scale === right.scale) {
    if (left.precision === right.precision && left.collation === right.collation) return left;
  }
  const [low, high] = sql.precedenceOf(left) <= sql.precedenceOf(right) ? [left, right] : [right, left];
  if (sql.isString(low) && sql.isString(high)) return unifyStrings(low, high);
  if (sql.isBinary(low) && sql.isBinary(high)) return sql.varbinary(longer(low.length, high.length));
  if (high.name === 'decimal' && sql.isExact(low)) {
    const [a, b] = [sql.asDecimal(low), high];
    const scale = Math.max(a.scale, b.scale);
    return capped(Math.max(a.precision - a.scale, b.precision - b.scale) + scale, scale);
  }
  if (low.name === high.name) return low.scale > high.scale ? low : high;
  return high;
}

const longer = (a: number, b: number): number => (a === -1 || b === -1 ? -1 : Math.max(a, b));

function unifyStrings(low: SqlType, high: SqlType): SqlType {
  const length = longer(low.length, high.length);
  const collation = mergeCollations(low.collation, high.collation);
  const isFixed = sql.isFixedLength(low) && sql.isFixedLength(high) && low.length === high.length;
  if (isFixed) return { ...high, collation };
  const isUnicode = sql.isUnicode(low) || sql.isUnicode(high);
  return isUnicode ? sql.nvarchar(length > 4000 ? -1 : length, collation) : sql.varchar(length, collation);
}

/** Keeps the digits before the point where not all fit. */
function capped(precision: number, scale: number): SqlType {
  if (precision <= PRECISION_MAX) return sql.decimal(precision, scale);
  const whole = precision - scale;
  const kept = Math.max(Math.min(scale, PRECISION_MAX - whole), Math.min(scale, 6));
  return sql.decimal(PRECISION_MAX, kept);
}

/** The type of an arithmetic expression. Throws SqlError 402 or 8117. */
export function arithmeticType(operator: Operator, left: SqlType, right: SqlType): SqlType {
  if (operator === '+' && sql.isString(left) && sql.isString(right)) return concatenated(left, right);
  if (operator === '+' && sql.isBinary(left) && sql.isBinary(right)) {
    return sql.varbinary(left.length === -1 || right.length === -1 ? -1 : Math.min(8000, left.length + right.length));
  }
  const high = sql.precedenceOf(left) >= sql.precedenceOf(right) ? left : right;
  const isBitwise = operator === '&' || operator === '|' || operator === '^';
  const isNumber = sql.isExact(high) || familyOf(high) === 'float';
  if (!isNumber || high.name === 'bit' || (isBitwise && !sql.isInteger(high))) {
    if (isBitwise && high.name === 'bit') return high;
    throw new SqlError(8117, `Operand data type ${high.name} is invalid for ${OPERATION_NAMES[operator]} operator.`);
  }
  if (high.name !== 'decimal') return high;
  const a = sql.isExact(left) ? sql.asDecimal(left) : high;
  const b = sql.isExact(right) ? sql.asDecimal(right) : high;
  return decimalType(operator, a, b);
}

const OPERATION_NAMES: Readonly<Record<Operator, string>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '%': 'modulo',
  '&': "'&'",
  '|': "'|'",
  '^': "'^'",
};

function decimalType(operator: Operator, a: SqlType, b: SqlType): SqlType {
  const scale = Math.max(a.scale, b.scale);
  const [wholeA, wholeB] = [a.precision - a.scale, b.precision - b.scale];
  switch (operator) {
    case '*':
      return capped(a.precision + b.precision + 1, a.scale + b.scale);
    case '/': {
      const quotient = Math.max(6, a.scale + b.precision + 1);
      return capped(wholeA + b.scale + quotient, quotient);
    }
    case '%':
      return capped(Math.min(wholeA, wholeB) + scale, scale);
    case '+':
    case '-':
    case '&':
    case '|':
    case '^':
      return capped(Math.max(wholeA, wholeB) + scale + 1, scale);
  }
}

function concatenated(left: SqlType, right: SqlType): SqlType {
  const isUnicode = sql.isUnicode(left) || sql.isUnicode(right);
  const collation = mergeCollations(left.collation, right.collation);
  const isMax = left.length === -1 || right.length === -1;
  const length = isMax ? -1 : Math.min(isUnicode ? 4000 : 8000, left.length + right.length);
  return isUnicode ? sql.nvarchar(length, collation) : sql.varchar(length, collation);
}

/** The value of an arithmetic expression, of the type that `arithmeticType` says. */
export function arithmetic(
  operator: Operator,
  left: SqlValue,
  leftType: SqlType,
  right: SqlValue,
  rightType: SqlType,
  type: SqlType,
): SqlValue {
  if (left === null || right === null) return null;
  const family = familyOf(type);
  if (family === 'string') {
    const text = `${convert(left, leftType, type) as string}${convert(right, rightType, type) as string}`;
    return type.length === -1 ? text : text.slice(0, type.length);
  }
  if (family === 'binary') return Buffer.concat([left as Uint8Array, right as Uint8Array]);
  if (family === 'float') {
    return floats(operator, convert(left, leftType, type) as number, convert(right, rightType, type) as number);
  }
  if (family === 'integer') {
    const [a, b] = [convert(left, leftType, type) as bigint, convert(right, rightType, type) as bigint];
    return integers(operator, a, b, type);
  }
  const a = exactOperand(left, leftType, type);
  const b = exactOperand(right, rightType, type);
  const value = decimals(operator, a.value, a.scale, b.value, b.scale, type.scale);
  if (!sql.fitsInteger(value, type)) throw errors.overflow(type.name === 'decimal' ? 'numeric' : type.name);
  return value;
}

function exactOperand(
  value: SqlValue,
  from: SqlType,
  type: SqlType,
): { readonly value: bigint; readonly scale: number } {
  if (sql.isInteger(from)) return { value: value as bigint, scale: 0 };
  if (sql.isExact(from)) return { value: value as bigint, scale: from.scale };
  return { value: convert(value, from, type) as bigint, scale: type.scale };
}

function floats(operator: Operator, a: number, b: number): number {
  if ((operator === '/' || operator === '%') && b === 0) throw errors.divideByZero();
  const value =
    operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : operator === '/' ? a / b : a % b;
  if (!Number.isFinite(value)) throw errors.overflow('float');
  return value;
}

function integers(operator: Operator, a: bigint, b: bigint, type: SqlType): bigint {
  if ((operator === '/' || operator === '%') && b === 0n) throw errors.divideByZero();
  const value = INTEGER_OPERATIONS[operator](a, b);
  if (!sql.fitsInteger(value, type)) throw errors.overflow(type.name);
  return value;
}

const INTEGER_OPERATIONS: Readonly<Record<Operator, (a: bigint, b: bigint) => bigint>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
};

function decimals(operator: Operator, a: bigint, aScale: number, b: bigint, bScale: number, scale: number): bigint {
  if (operator === '*') return rescale(a * b, aScale + bScale, scale);
  if (operator === '/' || operator === '%') {
    if (b === 0n) throw errors.divideByZero();
    if (operator === '/') return (a * 10n ** BigInt(scale + bScale)) / (b * 10n ** BigInt(aScale));
  }
  const common = Math.max(aScale, bScale);
  const [x, y] = [rescale(a, aScale, common), rescale(b, bScale, common)];
  return rescale(INTEGER_OPERATIONS[operator](x, y), common, scale);
}
