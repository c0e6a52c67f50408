/**
 * Arithmetic and casts between numbers in generated loops. Whatever is rare (overflow, division by zero, a DECIMAL
 * beyond 64 bits) leaves the loop: the interpreter decides what it means for that row.
 */
import { powerOfTen } from '../../plan/decimal.js';
import type { ArithmeticOperator } from '../../plan/expression.js';
import { PRECISION_MAX_I64, type SqlType } from '../../plan/types.js';
import { US_PER_DAY } from '../../plan/literals.js';
import type { LoopCode } from './loop-code.js';

export const I64_MAX = 2n ** 63n - 1n;
/** A product of doubles below this is below 2^63 even if both factors and the product were rounded. */
const SAFE_PRODUCT = '9.2233720368547e18';

/** An operand: its code, its type, and its value where that is known. */
export interface NumberOperand {
  readonly code: string;
  readonly type: SqlType;
  readonly constant: bigint | undefined;
}

type DecimalType = SqlType & { readonly kind: 'decimal' };

const SYMBOLS: Readonly<Record<ArithmeticOperator, string>> = {
  add: '+',
  subtract: '-',
  multiply: '*',
  divide: '/',
  modulo: '%',
};

/** The double nearest to a 64-bit word, without a call into the runtime. */
export function longToDouble(code: LoopCode, long: string): string {
  code.line(`S64[0] = ${long};`);
  return code.constant('d', 'S32[1] * 4294967296 + (S32[0] >>> 0)');
}

export function intToLong(code: LoopCode, int: string): string {
  const name = code.constant('i', int);
  code.line(`S32[0] = ${name}; S32[1] = ${name} >> 31;`);
  return code.constant('v', 'S64[0]');
}

/** The result's code; undefined where only the general helper can do it. */
export function emitArithmetic(
  code: LoopCode,
  operator: ArithmeticOperator,
  left: NumberOperand,
  right: NumberOperand,
  result: SqlType,
): string | undefined {
  if (result.kind === 'int') return intArithmetic(code, operator, left.code, right.code);
  if (result.kind === 'bigint') return longArithmetic(code, operator, left, right);
  if (result.kind === 'double') return doubleArithmetic(code, operator, left.code, right.code);
  if (result.kind === 'decimal') return decimalArithmetic(code, operator, left, right, result);
  return undefined;
}

function intArithmetic(code: LoopCode, operator: ArithmeticOperator, a: string, b: string): string {
  const divides = operator === 'divide' || operator === 'modulo';
  if (divides) code.bailIf(`${b} === 0`);
  const exact = `${a} ${SYMBOLS[operator]} ${b}`;
  if (operator === 'modulo') return code.constant('v', `(${exact}) | 0`);
  const name = code.constant('v', operator === 'divide' ? `Math.trunc(${exact})` : exact);
  code.bailIf(`${name} !== (${name} | 0)`);
  return code.constant('v', `${name} | 0`);
}

function doubleArithmetic(code: LoopCode, operator: ArithmeticOperator, a: string, b: string): string {
  if (operator === 'divide' || operator === 'modulo') code.bailIf(`${b} === 0`);
  const name = code.constant('v', `${a} ${SYMBOLS[operator]} ${b}`);
  // NaN - NaN and infinity - infinity are not 0: one test for both, and only then the two others.
  code.bailIf(`${name} - ${name} !== 0 && Number.isFinite(${a}) && Number.isFinite(${b})`);
  return name;
}

function longArithmetic(
  code: LoopCode,
  operator: ArithmeticOperator,
  left: NumberOperand,
  right: NumberOperand,
): string {
  const [a, b] = [left.code, right.code];
  switch (operator) {
    case 'add':
    case 'subtract':
      return checkedSum(code, operator, a, b);
    case 'multiply':
      return checkedProduct(code, left, right);
    case 'divide':
      if (right.constant === undefined || right.constant === 0n) code.bailIf(`${b} === ${code.long(0n)}`);
      if (right.constant === undefined || right.constant === -1n) {
        code.bailIf(`${b} === ${code.long(-1n)} && ${a} === ${code.long(-(2n ** 63n))}`);
      }
      return code.constant('v', `BigInt.asIntN(64, ${a} / ${b})`);
    case 'modulo':
      if (right.constant === undefined || right.constant === 0n) code.bailIf(`${b} === ${code.long(0n)}`);
      return code.constant('v', `BigInt.asIntN(64, ${a} % ${b})`);
  }
}

/** Hacker's Delight 2-13: the sum overflowed if its sign differs from the signs of both operands. */
export function checkedSum(code: LoopCode, operator: 'add' | 'subtract', a: string, b: string): string {
  const sum = code.constant('v', `BigInt.asIntN(64, ${a} ${SYMBOLS[operator]} ${b})`);
  const test = operator === 'add' ? `((${a} ^ ${sum}) & (${b} ^ ${sum}))` : `((${a} ^ ${b}) & (${a} ^ ${sum}))`;
  code.bailIf(`${test} < ${code.long(0n)}`);
  return sum;
}

function bailOutside(code: LoopCode, value: string, limit: bigint): void {
  code.bailIf(`${value} > ${code.long(limit)} || ${value} < ${code.long(-limit)}`);
}

function checkedProduct(code: LoopCode, left: NumberOperand, right: NumberOperand): string {
  const constant = right.constant ?? left.constant;
  const other = right.constant === undefined ? right : left;
  if (constant !== undefined) {
    const magnitude = constant < 0n ? -constant : constant;
    if (magnitude > 1n) bailOutside(code, other.code, I64_MAX / magnitude);
    else if (constant === -1n) bailOutside(code, other.code, I64_MAX);
  } else {
    const product = `${longToDouble(code, left.code)} * ${longToDouble(code, right.code)}`;
    const estimate = code.constant('d', product);
    code.bailIf(`!(${estimate} < ${SAFE_PRODUCT} && ${estimate} > -${SAFE_PRODUCT})`);
  }
  return code.constant('v', `BigInt.asIntN(64, ${left.code} * ${right.code})`);
}

/** × 10^digits; `precision` is what the value is known to have at most. */
function scaledUp(code: LoopCode, operand: NumberOperand, digits: number, precision: number): NumberOperand {
  if (digits === 0) return operand;
  const factor = powerOfTen(digits);
  if (operand.constant !== undefined) {
    const constant = operand.constant * factor;
    if (BigInt.asIntN(64, constant) === constant) return { ...operand, constant, code: code.long(constant) };
  }
  if (factor > I64_MAX) {
    code.bailIf(`${operand.code} !== ${code.long(0n)}`);
    return { ...operand, code: code.long(0n), constant: 0n };
  }
  if (precision + digits > PRECISION_MAX_I64) bailOutside(code, operand.code, I64_MAX / factor);
  const scaled = code.constant('v', `BigInt.asIntN(64, ${operand.code} * ${code.long(factor)})`);
  return { ...operand, code: scaled, constant: undefined };
}

/** / 10^digits, rounded half away from zero. */
function scaledDown(code: LoopCode, value: string, digits: number): string | undefined {
  if (digits > PRECISION_MAX_I64) return undefined;
  const factor = powerOfTen(digits);
  const half = factor / 2n;
  bailOutside(code, value, I64_MAX - half);
  const zero = code.long(0n);
  const slot = code.slot();
  code.line(`if (${value} < ${zero}) ${slot} = BigInt.asIntN(64, ${value} - ${code.long(half)});`);
  code.line(`else ${slot} = BigInt.asIntN(64, ${value} + ${code.long(half)});`);
  return code.constant('v', `BigInt.asIntN(64, ${slot} / ${code.long(factor)})`);
}

/**
 * Types beyond 18 digits hold every 64-bit word but for DECIMAL(19) scaled; the interpreter takes what might not fit.
 */
function checkedPrecision(code: LoopCode, value: string, precision: number, known: number): string {
  if (known <= precision || precision > PRECISION_MAX_I64) return value;
  bailOutside(code, value, powerOfTen(precision) - 1n);
  return value;
}

function decimalArithmetic(
  code: LoopCode,
  operator: ArithmeticOperator,
  left: NumberOperand,
  right: NumberOperand,
  result: DecimalType,
): string | undefined {
  if (left.type.kind !== 'decimal' || right.type.kind !== 'decimal') return undefined;
  if (operator === 'divide') return undefined;
  if (operator === 'multiply') return decimalProduct(code, left, right, result);
  const scale = Math.max(left.type.scale, right.type.scale);
  if (scale !== result.scale) return undefined;
  const digitsLeft = left.type.precision + scale - left.type.scale;
  const digitsRight = right.type.precision + scale - right.type.scale;
  const a = scaledUp(code, left, scale - left.type.scale, left.type.precision);
  const b = scaledUp(code, right, scale - right.type.scale, right.type.precision);
  if (operator === 'modulo') {
    if (b.constant === undefined || b.constant === 0n) code.bailIf(`${b.code} === ${code.long(0n)}`);
    const remainder = code.constant('v', `BigInt.asIntN(64, ${a.code} % ${b.code})`);
    return checkedPrecision(code, remainder, result.precision, Math.max(digitsLeft, digitsRight));
  }
  const digits = Math.max(digitsLeft, digitsRight) + 1;
  const sum =
    digits <= PRECISION_MAX_I64 + 1
      ? code.constant('v', `BigInt.asIntN(64, ${a.code} ${SYMBOLS[operator]} ${b.code})`)
      : checkedSum(code, operator, a.code, b.code);
  return checkedPrecision(code, sum, result.precision, digits);
}

function decimalProduct(
  code: LoopCode,
  left: NumberOperand,
  right: NumberOperand,
  result: DecimalType,
): string | undefined {
  if (left.type.kind !== 'decimal' || right.type.kind !== 'decimal') return undefined;
  const scale = left.type.scale + right.type.scale;
  const digits = left.type.precision + right.type.precision;
  if (result.scale > scale) return undefined;
  const product =
    digits <= PRECISION_MAX_I64
      ? code.constant('v', `BigInt.asIntN(64, ${left.code} * ${right.code})`)
      : checkedProduct(code, left, right);
  if (scale === result.scale) return checkedPrecision(code, product, result.precision, digits);
  const rounded = scaledDown(code, product, scale - result.scale);
  return rounded === undefined ? undefined : checkedPrecision(code, rounded, result.precision, PRECISION_MAX_I64 + 1);
}

const INT_LIMITS = { low: -(2n ** 31n), high: 2n ** 31n - 1n };
/** Integers up to here are exact in a DOUBLE, and so is 10^22: their quotient is rounded once. */
const EXACT_DOUBLE = 2n ** 53n;
const EXACT_POWER = 22;

/** The result's code; undefined where only the general helper can do it. */
export function emitNumberCast(code: LoopCode, operand: NumberOperand, to: SqlType): string | undefined {
  const { type: from, code: value } = operand;
  if (to.kind === 'bigint') return castToLong(code, operand);
  if (to.kind === 'int') return castToInt(code, operand);
  if (to.kind === 'decimal') return castToDecimal(code, operand, to);
  if (to.kind === 'double') {
    if (from.kind === 'int') return value;
    if (from.kind === 'bigint') return longToDouble(code, value);
    if (from.kind === 'decimal' && from.scale <= EXACT_POWER) {
      bailOutside(code, value, EXACT_DOUBLE);
      const double = longToDouble(code, value);
      return from.scale === 0 ? double : code.constant('d', `${double} / ${code.double(10 ** from.scale)}`);
    }
    return undefined;
  }
  if (to.kind === 'timestamp' || to.kind === 'timestamptz') {
    if (from.kind === 'timestamp' || from.kind === 'timestamptz') return value;
    if (from.kind !== 'date') return undefined;
    const days = intToLong(code, value);
    bailOutside(code, days, I64_MAX / US_PER_DAY);
    return code.constant('v', `BigInt.asIntN(64, ${days} * ${code.long(US_PER_DAY)})`);
  }
  return undefined;
}

function castToLong(code: LoopCode, operand: NumberOperand): string | undefined {
  const { type: from, code: value } = operand;
  if (from.kind === 'int') return intToLong(code, value);
  if (from.kind === 'decimal') return from.scale === 0 ? value : scaledDown(code, value, from.scale);
  if (from.kind !== 'double') return undefined;
  const rounded = code.constant('d', `H.roundHalfEven(${value})`);
  code.bailIf(`!(${rounded} <= 9007199254740992 && ${rounded} >= -9007199254740992)`);
  const high = code.constant('d', `Math.floor(${rounded} / 4294967296)`);
  code.line(`S32[1] = ${high}; S32[0] = ${rounded} - ${high} * 4294967296;`);
  return code.constant('v', 'S64[0]');
}

function castToInt(code: LoopCode, operand: NumberOperand): string | undefined {
  const { type: from, code: value } = operand;
  if (from.kind === 'double') {
    const rounded = code.constant('d', `H.roundHalfEven(${value})`);
    code.bailIf(`${rounded} !== (${rounded} | 0)`);
    return code.constant('i', `${rounded} | 0`);
  }
  let long: string | undefined;
  if (from.kind === 'bigint') long = value;
  else if (from.kind === 'decimal') long = from.scale === 0 ? value : scaledDown(code, value, from.scale);
  if (long === undefined) return undefined;
  code.bailIf(`${long} > ${code.long(INT_LIMITS.high)} || ${long} < ${code.long(INT_LIMITS.low)}`);
  code.line(`S64[0] = ${long};`);
  return code.constant('i', 'S32[0]');
}

function castToDecimal(code: LoopCode, operand: NumberOperand, to: DecimalType): string | undefined {
  const { type: from } = operand;
  if (from.kind === 'int' || from.kind === 'bigint') {
    const digits = from.kind === 'int' ? 10 : 19;
    const long = from.kind === 'int' ? intToLong(code, operand.code) : operand.code;
    const scaled = scaledUp(code, { ...operand, code: long }, to.scale, digits);
    return checkedPrecision(code, scaled.code, to.precision, digits + to.scale);
  }
  if (from.kind !== 'decimal') return undefined;
  const shift = to.scale - from.scale;
  if (shift >= 0) {
    const scaled = scaledUp(code, operand, shift, from.precision);
    return checkedPrecision(code, scaled.code, to.precision, from.precision + shift);
  }
  const rounded = scaledDown(code, operand.code, -shift);
  return rounded === undefined
    ? undefined
    : checkedPrecision(code, rounded, to.precision, Math.max(1, from.precision + shift + 1));
}
