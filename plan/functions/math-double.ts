/** Roots, powers, logarithms and trigonometry, all on DOUBLE. */
import { DOUBLE } from '../types.js';
import { fail, strict } from './declare.js';
import type { ScalarFunction } from './function.js';

/** A result that left the range of DOUBLE although the arguments were in it. */
function inRange(result: number, ...argumentsOfCall: readonly number[]): number {
  if (Number.isFinite(result) || argumentsOfCall.some((x) => !Number.isFinite(x))) return result;
  return fail('overflow', 'the result is beyond DOUBLE');
}

function outOfDomain(name: string, x: number): never {
  return fail('invalid_argument', `${name} is not defined for ${x}`);
}

interface DoubleFunction {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly doc: string;
  readonly sql: string;
  readonly result: string;
  readonly evaluate: (x: number) => number;
  /** False where the function has no value; NaN always goes through. */
  readonly domain?: (x: number) => boolean;
}

const finite = (x: number): boolean => Number.isFinite(x);
const positive = (x: number): boolean => x > 0;
const withinOne = (x: number): boolean => x >= -1 && x <= 1;

const unary: readonly DoubleFunction[] = [
  { name: 'SQRT', doc: 'Square root.', sql: 'SQRT(16)', result: '4.0', evaluate: Math.sqrt, domain: (x) => x >= 0 },
  { name: 'CBRT', doc: 'Cube root.', sql: 'CBRT(-27)', result: '-3.0', evaluate: Math.cbrt },
  { name: 'EXP', doc: 'e to the power of the argument.', sql: 'EXP(0)', result: '1.0', evaluate: Math.exp },
  { name: 'LN', doc: 'Natural logarithm.', sql: 'LN(1)', result: '0.0', evaluate: Math.log, domain: positive },
  {
    name: 'LOG10',
    doc: 'Logarithm to base 10.',
    sql: 'LOG10(1000)',
    result: '3.0',
    evaluate: Math.log10,
    domain: positive,
  },
  { name: 'LOG2', doc: 'Logarithm to base 2.', sql: 'LOG2(8)', result: '3.0', evaluate: Math.log2, domain: positive },
  {
    name: 'SIN',
    doc: 'Sine of an angle in radians.',
    sql: 'SIN(0)',
    result: '0.0',
    evaluate: Math.sin,
    domain: finite,
  },
  {
    name: 'COS',
    doc: 'Cosine of an angle in radians.',
    sql: 'COS(0)',
    result: '1.0',
    evaluate: Math.cos,
    domain: finite,
  },
  {
    name: 'TAN',
    doc: 'Tangent of an angle in radians.',
    sql: 'TAN(0)',
    result: '0.0',
    evaluate: Math.tan,
    domain: finite,
  },
  {
    name: 'COT',
    doc: 'Cotangent of an angle in radians.',
    sql: 'ROUND(COT(0.5), 6)',
    result: '1.830488',
    evaluate: (x) => 1 / Math.tan(x),
    domain: (x) => finite(x) && x !== 0,
  },
  { name: 'ASIN', doc: 'Inverse sine.', sql: 'ASIN(0)', result: '0.0', evaluate: Math.asin, domain: withinOne },
  { name: 'ACOS', doc: 'Inverse cosine.', sql: 'ACOS(1)', result: '0.0', evaluate: Math.acos, domain: withinOne },
  { name: 'ATAN', doc: 'Inverse tangent.', sql: 'ATAN(0)', result: '0.0', evaluate: Math.atan },
  { name: 'SINH', doc: 'Hyperbolic sine.', sql: 'SINH(0)', result: '0.0', evaluate: Math.sinh },
  { name: 'COSH', doc: 'Hyperbolic cosine.', sql: 'COSH(0)', result: '1.0', evaluate: Math.cosh },
  { name: 'TANH', doc: 'Hyperbolic tangent.', sql: 'TANH(0)', result: '0.0', evaluate: Math.tanh },
  {
    name: 'DEGREES',
    doc: 'Radians to degrees.',
    sql: 'DEGREES(PI())',
    result: '180.0',
    evaluate: (x) => x * (180 / Math.PI),
  },
  {
    name: 'RADIANS',
    doc: 'Degrees to radians.',
    sql: 'RADIANS(180)',
    result: '3.141592653589793',
    evaluate: (x) => x * (Math.PI / 180),
  },
];

function unaryFunction(entry: DoubleFunction): ScalarFunction {
  const { evaluate, domain } = entry;
  return {
    name: entry.name,
    aliases: entry.aliases ?? [],
    category: 'math',
    doc: entry.doc,
    example: { sql: entry.sql, result: entry.result },
    spark: { template: `${entry.name.toLowerCase()}($1)` },
    overloads: [
      strict(['double'], DOUBLE, ([x]) => {
        if (domain !== undefined && !Number.isNaN(x) && !domain(x)) return outOfDomain(entry.name, x);
        return inRange(evaluate(x), x);
      }),
    ],
  };
}

function power(base: number, exponent: number): number {
  if (base === 0 && exponent < 0) return fail('invalid_argument', 'zero to a negative power is not defined');
  if (base < 0 && Number.isFinite(base) && Number.isFinite(exponent) && !Number.isInteger(exponent)) {
    return fail('invalid_argument', 'a negative number to a fractional power is not defined');
  }
  // PostgreSQL: 1 to any power is 1, even NaN and infinity; JavaScript says NaN.
  if (base === 1) return 1;
  return inRange(base ** exponent, base, exponent);
}

function logarithm(base: number, x: number): number {
  if (base <= 0 || base === 1) return outOfDomain('LOG to this base', base);
  if (x <= 0) return outOfDomain('LOG', x);
  if (base === 10) return Math.log10(x);
  if (base === 2) return Math.log2(x);
  return Math.log(x) / Math.log(base);
}

export const doubleFunctions: readonly ScalarFunction[] = [
  {
    name: 'POWER',
    aliases: ['POW'],
    category: 'math',
    doc: 'The first argument to the power of the second.',
    example: { sql: 'POWER(2, 10)', result: '1024.0' },
    spark: { template: 'power($1, $2)' },
    overloads: [strict(['double', 'double'], DOUBLE, ([base, exponent]) => power(base, exponent))],
  },
  ...unary.map(unaryFunction),
  {
    name: 'LOG',
    aliases: [],
    category: 'math',
    doc: 'Logarithm to base 10, or with two arguments to the base of the first.',
    example: { sql: 'LOG(2, 8)', result: '3.0' },
    spark: { unsupported: 'Spark’s log with one argument is the natural one' },
    overloads: [
      strict(['double'], DOUBLE, ([x]) => logarithm(10, x)),
      strict(['double', 'double'], DOUBLE, ([base, x]) => logarithm(base, x)),
    ],
  },
  {
    name: 'ATAN2',
    aliases: [],
    category: 'math',
    doc: 'Angle of the point (second argument, first argument) in radians.',
    example: { sql: 'ATAN2(0, 1)', result: '0.0' },
    spark: { template: 'atan2($1, $2)' },
    overloads: [strict(['double', 'double'], DOUBLE, ([y, x]) => Math.atan2(y, x))],
  },
  {
    name: 'PI',
    aliases: [],
    category: 'math',
    doc: 'The number π.',
    example: { sql: 'PI()', result: '3.141592653589793' },
    spark: { template: 'pi()' },
    overloads: [strict([], DOUBLE, () => Math.PI)],
  },
];
