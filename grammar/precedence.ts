/**
 * How strongly operators bind, as in PostgreSQL, from the loosest: OR, AND, NOT, IS, comparison, BETWEEN/IN/LIKE, other
 * operators (`||`, `->`, `~`), `+ -`, `* / %`, AT TIME ZONE, signs. The tree builder and the formatter share it.
 */
import type { BinaryOperator } from './ast.js';

const OR = 1;
const AND = 2;
export const NOT = 3;
export const IS = 4;
export const COMPARISON = 5;
export const MATCH = 6;
export const OTHER = 7;
const SUM = 8;
const PRODUCT = 9;
export const ZONE = 10;
export const SIGN = 11;
export const PRIMARY = 12;

export const binaryPrecedence: Readonly<Record<BinaryOperator, number>> = {
  OR,
  AND,
  '=': COMPARISON,
  '<>': COMPARISON,
  '<': COMPARISON,
  '<=': COMPARISON,
  '>': COMPARISON,
  '>=': COMPARISON,
  '~': OTHER,
  '~*': OTHER,
  '!~': OTHER,
  '!~*': OTHER,
  '||': OTHER,
  '->': OTHER,
  '->>': OTHER,
  '+': SUM,
  '-': SUM,
  '*': PRODUCT,
  '/': PRODUCT,
  '%': PRODUCT,
};
