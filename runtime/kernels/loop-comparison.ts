/** Comparisons in generated loops. Text and bytes compare on the heap: nothing is decoded. */
import type { ComparisonExpression, ComparisonOperator } from '../../plan/expression.js';
import type { SqlType } from '../../plan/types.js';
import { eitherNull, formOf, plain, type Emitted, type LoopCode } from './loop-code.js';

type PlainOperator = Exclude<ComparisonOperator, 'distinct' | 'not_distinct'>;

const SYMBOLS: Readonly<Record<PlainOperator, string>> = {
  eq: '===',
  ne: '!==',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
};

/** The test for two values that are not NULL. */
export function comparisonTest(
  code: LoopCode,
  operator: PlainOperator,
  left: Emitted,
  right: Emitted,
  type: SqlType,
): string {
  if (formOf(type) === 'bytes') return bytesTest(code, operator, left, right, type);
  const [a, b] = [left.code ?? '0', right.code ?? '0'];
  if (type.kind === 'double') return doubleTest(operator, a, b);
  if (type.kind === 'boolean' && operator !== 'eq' && operator !== 'ne') {
    return `((${a} ? 1 : 0) ${SYMBOLS[operator]} (${b} ? 1 : 0))`;
  }
  return `(${a} ${SYMBOLS[operator]} ${b})`;
}

/** NaN equals itself and is greater than everything else. */
function doubleTest(operator: PlainOperator, a: string, b: string): string {
  switch (operator) {
    case 'eq':
      return `(${a} === ${b} || (${a} !== ${a} && ${b} !== ${b}))`;
    case 'ne':
      return `(${a} !== ${b} && (${a} === ${a} || ${b} === ${b}))`;
    case 'lt':
      return `(${a} < ${b} || (${b} !== ${b} && ${a} === ${a}))`;
    case 'le':
      return `(${a} <= ${b} || ${b} !== ${b})`;
    case 'gt':
      return `(${a} > ${b} || (${a} !== ${a} && ${b} === ${b}))`;
    case 'ge':
      return `(${a} >= ${b} || ${a} !== ${a})`;
  }
}

function bytesTest(code: LoopCode, operator: PlainOperator, left: Emitted, right: Emitted, type: SqlType): string {
  if (left.slice !== null && right.slice !== null) {
    const [a, b] = [left.slice, right.slice];
    const operands = `${a.heap}, ${a.start}, ${a.length}, ${b.heap}, ${b.start}, ${b.length}`;
    if (operator === 'eq') return `(${a.length} === ${b.length} && H.equalBytes(${operands}))`;
    if (operator === 'ne') return `(${a.length} !== ${b.length} || !H.equalBytes(${operands}))`;
    return `(H.compareSlices(${operands}) ${SYMBOLS[operator]} 0)`;
  }
  const [a, b] = [code.plainCode(left, type), code.plainCode(right, type)];
  if (type.kind === 'varbinary') return `(H.compareBytes(${a}, ${b}) ${SYMBOLS[operator]} 0)`;
  if (operator === 'eq' || operator === 'ne') return `(${a} ${SYMBOLS[operator]} ${b})`;
  return `(H.compareText(${a}, ${b}) ${SYMBOLS[operator]} 0)`;
}

export function emitComparison(expression: ComparisonExpression, code: LoopCode): Emitted {
  const left = code.emit(expression.left);
  const right = code.emit(expression.right);
  const type = expression.left.type;
  const { operator } = expression;
  const isNull = eitherNull(left.isNull, right.isNull);
  if (operator !== 'distinct' && operator !== 'not_distinct') {
    // The test is pure and total: under a NULL its value is of no account, and computing it is cheaper than a branch.
    if (formOf(type) !== 'bytes' || isNull === null) {
      const test = code.constant('v', comparisonTest(code, operator, left, right, type));
      return { isNull: isNull === null ? null : code.constant('n', isNull), code: test, slice: null };
    }
    const unknown = code.constant('n', isNull);
    const test = code.constant('v', `!${unknown} && ${comparisonTest(code, operator, left, right, type)}`);
    return { isNull: unknown, code: test, slice: null };
  }
  const wanted = operator === 'not_distinct';
  const test = comparisonTest(code, wanted ? 'eq' : 'ne', left, right, type);
  if (isNull === null) return plain(code.constant('v', test));
  const [a, b] = [left.isNull ?? 'false', right.isNull ?? 'false'];
  const bothOrNeither = `(${a}) ${wanted ? '===' : '!=='} (${b})`;
  return plain(code.constant('v', `(${isNull}) ? ${bothOrNeither} : ${test}`));
}
