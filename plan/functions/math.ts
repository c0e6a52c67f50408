/** Numbers. DOUBLE results that are out of range are errors of the record, as in PostgreSQL. */
import { floorDivide } from '../floor-divide.js';
import { roundHalfEven } from '../casts.js';
import { compareValues } from '../compare.js';
import { checkPrecision, divideRounded, powerOfTen, rescale } from '../decimal.js';
import { BIGINT, decimal, DOUBLE, INT, PRECISION_MAX, type SqlType } from '../types.js';
import type { Value } from '../values.js';
import { called, fail, sameAs, strict } from './declare.js';
import type { FunctionOverload, ScalarFunction } from './function.js';
import { doubleFunctions } from './math-double.js';

const INT_MIN = -(2 ** 31);
const BIGINT_MIN = -(2n ** 63n);

export function scaleOf(type: SqlType | undefined): number {
  return type?.kind === 'decimal' ? type.scale : 0;
}

/** DECIMAL without its fraction; one digit more, because rounding may carry. */
function wholePart(types: readonly SqlType[]): SqlType {
  const type = types[0];
  return type?.kind === 'decimal' ? decimal(Math.min(PRECISION_MAX, type.precision - type.scale + 1), 0) : DOUBLE;
}

/** One digit more than the argument, same scale. */
function oneDigitMore(types: readonly SqlType[]): SqlType {
  const type = types[0];
  return type?.kind === 'decimal' ? decimal(Math.min(PRECISION_MAX, type.precision + 1), type.scale) : DOUBLE;
}

function commonDecimal(types: readonly SqlType[]): SqlType {
  const [left, right] = types;
  if (left?.kind !== 'decimal' || right?.kind !== 'decimal') return DOUBLE;
  const scale = Math.max(left.scale, right.scale);
  const whole = Math.max(left.precision - left.scale, right.precision - right.scale);
  return decimal(Math.min(PRECISION_MAX, whole + scale), scale);
}

/** Whole numbers stay as they are; `onDecimal` works on the unscaled value and its scale. */
function roundingOverloads(
  onDecimal: (unscaled: bigint, scale: number) => bigint,
  onDouble: (x: number) => number,
): readonly FunctionOverload[] {
  return [
    strict(['int'], INT, ([x]) => x),
    strict(['bigint'], BIGINT, ([x]) => x),
    strict(['decimal'], wholePart, ([x], types) => {
      const result = onDecimal(x, scaleOf(types.argumentTypes[0]));
      return types.result.kind === 'decimal' ? checkPrecision(result, types.result.precision) : result;
    }),
    strict(['double'], DOUBLE, ([x]) => onDouble(x)),
  ];
}

const DOUBLE_DIGITS_MAX = 100;

/** Rounded half away from zero at a power of ten; the digits are those of the exact value of the DOUBLE. */
function roundDoubleAt(x: number, digits: bigint): number {
  if (!Number.isFinite(x) || digits > BigInt(DOUBLE_DIGITS_MAX)) return x;
  if (digits < -308n) return 0;
  const places = Number(digits);
  if (places < 0) {
    const unit = 10 ** -places;
    return Math.sign(x) * Math.round(Math.abs(x) / unit) * unit;
  }
  return Math.abs(x) >= 1e21 ? x : Number(x.toFixed(places));
}

function atDigits(
  unscaled: bigint,
  scale: number,
  digits: bigint,
  divide: (dividend: bigint, divisor: bigint) => bigint,
): bigint {
  if (digits >= BigInt(scale)) return unscaled;
  const dropped = BigInt(scale) - digits;
  if (dropped > 77n) return 0n;
  const unit = powerOfTen(Number(dropped));
  return divide(unscaled, unit) * unit;
}

function wholeAtDigits(divide: (dividend: bigint, divisor: bigint) => bigint): FunctionOverload {
  return strict(['bigint', 'bigint'], BIGINT, ([x, digits]) => {
    const result = atDigits(x, 0, digits, divide);
    return BigInt.asIntN(64, result) === result ? result : fail('overflow', 'the rounded number is beyond BIGINT');
  });
}

function decimalAtDigits(divide: (dividend: bigint, divisor: bigint) => bigint): FunctionOverload {
  return strict(['decimal', 'bigint'], oneDigitMore, ([x, digits], types) => {
    const result = atDigits(x, scaleOf(types.argumentTypes[0]), digits, divide);
    return types.result.kind === 'decimal' ? checkPrecision(result, types.result.precision) : result;
  });
}

function extreme(values: readonly Value[], wanted: 1 | -1): Value {
  let best: Value = null;
  for (const value of values) {
    if (value !== null && (best === null || compareValues(value, best) * wanted > 0)) best = value;
  }
  return best;
}

const byZero = (): never => fail('division_by_zero', 'MOD by zero');
const truncate = (dividend: bigint, divisor: bigint): bigint => dividend / divisor;

export const mathFunctions: readonly ScalarFunction[] = [
  {
    name: 'ABS',
    aliases: [],
    category: 'math',
    doc: 'The number without its sign.',
    example: { sql: 'ABS(-3)', result: '3' },
    spark: { template: 'abs($1)' },
    overloads: [
      strict(['int'], INT, ([x]) => (x === INT_MIN ? fail('overflow', 'ABS is beyond INT') : Math.abs(x))),
      strict(['bigint'], BIGINT, ([x]) =>
        x === BIGINT_MIN ? fail('overflow', 'ABS is beyond BIGINT') : x < 0n ? -x : x,
      ),
      strict(['decimal'], sameAs(0), ([x]) => (x < 0n ? -x : x)),
      strict(['double'], DOUBLE, ([x]) => Math.abs(x)),
    ],
  },
  {
    name: 'CEIL',
    aliases: ['CEILING'],
    category: 'math',
    doc: 'The smallest whole number that is not less than the argument.',
    example: { sql: 'CEIL(1.2)', result: '2' },
    spark: { template: 'ceil($1)' },
    overloads: roundingOverloads((x, scale) => -floorDivide(-x, powerOfTen(scale)), Math.ceil),
  },
  {
    name: 'FLOOR',
    aliases: [],
    category: 'math',
    doc: 'The largest whole number that is not greater than the argument.',
    example: { sql: 'FLOOR(-1.2)', result: '-2' },
    spark: { template: 'floor($1)' },
    overloads: roundingOverloads((x, scale) => floorDivide(x, powerOfTen(scale)), Math.floor),
  },
  {
    name: 'ROUND',
    aliases: [],
    category: 'math',
    doc:
      'Rounded to a whole number, or to that many digits after the point (before it, if negative). Halves go away from zero; ' +
      'ROUND(DOUBLE) alone takes halves to the even neighbour.',
    example: { sql: 'ROUND(2.345, 2)', result: '2.350' },
    spark: { template: 'round($@)' },
    overloads: [
      ...roundingOverloads((x, scale) => rescale(x, scale, 0), roundHalfEven),
      wholeAtDigits(divideRounded),
      decimalAtDigits(divideRounded),
      strict(['double', 'bigint'], DOUBLE, ([x, digits]) => roundDoubleAt(x, digits)),
    ],
  },
  {
    name: 'TRUNC',
    aliases: ['TRUNCATE'],
    category: 'math',
    doc: 'Cut towards zero to a whole number, or to that many digits after the point (before it, if negative).',
    example: { sql: 'TRUNC(-2.789, 1)', result: '-2.700' },
    spark: { unsupported: 'Spark’s trunc is for dates' },
    overloads: [
      ...roundingOverloads((x, scale) => x / powerOfTen(scale), Math.trunc),
      wholeAtDigits(truncate),
      decimalAtDigits(truncate),
    ],
  },
  {
    name: 'SIGN',
    aliases: [],
    category: 'math',
    doc: '-1, 0 or 1.',
    example: { sql: 'SIGN(-8.4)', result: '-1' },
    spark: { template: 'sign($1)' },
    overloads: [
      strict(['int'], INT, ([x]) => Math.sign(x)),
      strict(['bigint'], INT, ([x]) => (x < 0n ? -1 : x > 0n ? 1 : 0)),
      strict(['decimal'], INT, ([x]) => (x < 0n ? -1 : x > 0n ? 1 : 0)),
      strict(['double'], DOUBLE, ([x]) => Math.sign(x)),
    ],
  },
  {
    name: 'MOD',
    aliases: [],
    category: 'math',
    doc: 'The remainder of a division; it has the sign of the dividend.',
    example: { sql: 'MOD(-7, 3)', result: '-1' },
    spark: { template: 'mod($1, $2)' },
    overloads: [
      strict(['int', 'int'], INT, ([a, b]) => (b === 0 ? byZero() : (a % b) + 0)),
      strict(['bigint', 'bigint'], BIGINT, ([a, b]) => (b === 0n ? byZero() : a % b)),
      strict(['decimal', 'decimal'], commonDecimal, ([a, b], types) => {
        if (b === 0n) return byZero();
        const scale = scaleOf(types.result);
        const [left, right] = types.argumentTypes;
        return rescale(a, scaleOf(left), scale) % rescale(b, scaleOf(right), scale);
      }),
      strict(['double', 'double'], DOUBLE, ([a, b]) => (b === 0 ? byZero() : a % b)),
    ],
  },
  ...doubleFunctions,
  {
    name: 'GREATEST',
    aliases: [],
    category: 'math',
    doc: 'The largest argument. NULLs do not count; NULL only if all are.',
    example: { sql: 'GREATEST(1, 3, NULL, 2)', result: '3' },
    spark: { template: 'greatest($@)' },
    overloads: [
      called(['any', { sameAs: 0 }], sameAs(0), (values) => extreme(values, 1), {
        variadic: true,
        mayReturnNull: true,
      }),
    ],
  },
  {
    name: 'LEAST',
    aliases: [],
    category: 'math',
    doc: 'The smallest argument. NULLs do not count; NULL only if all are.',
    example: { sql: 'LEAST(1, 3, NULL, 2)', result: '1' },
    spark: { template: 'least($@)' },
    overloads: [
      called(['any', { sameAs: 0 }], sameAs(0), (values) => extreme(values, -1), {
        variadic: true,
        mayReturnNull: true,
      }),
    ],
  },
];
