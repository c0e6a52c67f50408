/** `+ - * / %` and the sign: numbers by widening, times and intervals by functions of the catalogue (PostgreSQL). */
import type { BinaryOperator } from '../../grammar/ast.js';
import type { Span } from '../../grammar/diagnostics/source.js';
import type { ArithmeticOperator, Expression } from '../../plan/expression.js';
import { resolveCall } from '../../plan/functions/resolve.js';
import { DOUBLE, INTERVAL_MICROSECOND, typeToText, VARCHAR, type SqlType, type TypeKind } from '../../plan/types.js';
import { typeDiagnostic } from '../messages/types.js';
import { call, castTo, isUntypedNull, isUntypedText, literal } from './build.js';
import { describeType, textLiteralAs } from './coercion.js';
import type { ExpressionContext } from './context.js';
import { decimalOperandType, decimalResult } from './decimal-types.js';

export type ArithmeticSign = '+' | '-' | '*' | '/' | '%';

const operators: Readonly<Record<ArithmeticSign, ArithmeticOperator>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '%': 'modulo',
};

export function isArithmeticSign(operator: BinaryOperator): operator is ArithmeticSign {
  return Object.hasOwn(operators, operator);
}

const NUMBERS: readonly TypeKind[] = ['int', 'bigint', 'decimal', 'double'];

/** Functions by `left sign right`; the first name whose signature fits is taken. */
const timeFunctions: readonly {
  readonly sign: ArithmeticSign;
  readonly left: TypeKind;
  readonly right: TypeKind;
  readonly name: string;
  /** The operands stand the other way round in the call. */
  readonly swapped?: true;
}[] = [
  ...(['timestamp', 'timestamptz'] as const).flatMap((left) => [
    { sign: '+', left, right: 'interval', name: 'TIMESTAMP_ADD_INTERVAL' } as const,
    { sign: '+', left: 'interval', right: left, name: 'TIMESTAMP_ADD_INTERVAL', swapped: true } as const,
    { sign: '-', left, right: 'interval', name: 'TIMESTAMP_SUBTRACT_INTERVAL' } as const,
    ...(['date', 'timestamp', 'timestamptz'] as const).map(
      (right) => ({ sign: '-', left, right, name: 'TIMESTAMP_SUBTRACT' }) as const,
    ),
  ]),
  { sign: '-', left: 'date', right: 'timestamp', name: 'TIMESTAMP_SUBTRACT' },
  { sign: '-', left: 'date', right: 'timestamptz', name: 'TIMESTAMP_SUBTRACT' },
  { sign: '+', left: 'date', right: 'interval', name: 'DATE_ADD_INTERVAL' },
  { sign: '+', left: 'interval', right: 'date', name: 'DATE_ADD_INTERVAL', swapped: true },
  { sign: '-', left: 'date', right: 'interval', name: 'DATE_SUBTRACT_INTERVAL' },
  ...(['int', 'bigint'] as const).flatMap((number) => [
    { sign: '+', left: 'date', right: number, name: 'DATE_ADD_DAYS' } as const,
    { sign: '+', left: number, right: 'date', name: 'DATE_ADD_DAYS', swapped: true } as const,
    { sign: '-', left: 'date', right: number, name: 'DATE_SUBTRACT_DAYS' } as const,
  ]),
  { sign: '-', left: 'date', right: 'date', name: 'DATE_SUBTRACT' },
  { sign: '+', left: 'date', right: 'time', name: 'DATE_ADD_TIME' },
  { sign: '+', left: 'time', right: 'date', name: 'DATE_ADD_TIME', swapped: true },
  { sign: '+', left: 'time', right: 'interval', name: 'TIME_ADD_INTERVAL' },
  { sign: '+', left: 'interval', right: 'time', name: 'TIME_ADD_INTERVAL', swapped: true },
  { sign: '-', left: 'time', right: 'interval', name: 'TIME_SUBTRACT_INTERVAL' },
  { sign: '-', left: 'time', right: 'time', name: 'TIME_SUBTRACT' },
  { sign: '+', left: 'interval', right: 'interval', name: 'INTERVAL_ADD' },
  { sign: '-', left: 'interval', right: 'interval', name: 'INTERVAL_SUBTRACT' },
  ...NUMBERS.flatMap((number) => [
    { sign: '*', left: 'interval', right: number, name: 'INTERVAL_MULTIPLY' } as const,
    { sign: '*', left: number, right: 'interval', name: 'INTERVAL_MULTIPLY', swapped: true } as const,
    { sign: '/', left: 'interval', right: number, name: 'INTERVAL_DIVIDE' } as const,
  ]),
];

export function arithmetic(
  sign: ArithmeticSign,
  leftOperand: { readonly expression: Expression; readonly span: Span },
  rightOperand: { readonly expression: Expression; readonly span: Span },
  span: Span,
  context: ExpressionContext,
): Expression | undefined {
  const left = adapt(leftOperand.expression, rightOperand.expression, leftOperand.span, context);
  const right = adapt(rightOperand.expression, leftOperand.expression, rightOperand.span, context);
  if (left === undefined || right === undefined) return undefined;
  if (NUMBERS.includes(left.type.kind) && NUMBERS.includes(right.type.kind)) return ofNumbers(sign, left, right);
  const found = ofTimes(sign, left, right);
  if (found === undefined) reportOperands(sign, left, right, span, context);
  return found;
}

/** A NULL or a string of the text takes its type from the other side: a number's own, an interval beside a time. */
function adapt(operand: Expression, other: Expression, span: Span, context: ExpressionContext): Expression | undefined {
  const type: SqlType =
    other.type.kind === 'timestamp' || other.type.kind === 'timestamptz' ? INTERVAL_MICROSECOND : other.type;
  if (isUntypedNull(operand)) return literal(null, isUntypedNull(other) ? { kind: 'int' } : type);
  if (isUntypedText(operand) && !isUntypedText(other) && type.kind !== 'varchar' && !isUntypedNull(other)) {
    return textLiteralAs(operand.value, type, span, context.sink);
  }
  return operand;
}

function ofNumbers(sign: ArithmeticSign, left: Expression, right: Expression): Expression {
  const operator = operators[sign];
  const nullable = left.nullable || right.nullable;
  const rank = Math.max(NUMBERS.indexOf(left.type.kind), NUMBERS.indexOf(right.type.kind));
  const kind = NUMBERS[rank] ?? 'double';
  if (kind === 'decimal') {
    const leftType = decimalOperandType(left);
    const rightType = decimalOperandType(right);
    if (leftType !== undefined && rightType !== undefined) {
      return {
        kind: 'arithmetic',
        operator,
        left: castTo(left, leftType),
        right: castTo(right, rightType),
        type: decimalResult(operator, leftType, rightType),
        nullable,
      };
    }
  }
  const type: SqlType = kind === 'int' ? { kind: 'int' } : kind === 'bigint' ? { kind: 'bigint' } : DOUBLE;
  return { kind: 'arithmetic', operator, left: castTo(left, type), right: castTo(right, type), type, nullable };
}

function ofTimes(sign: ArithmeticSign, left: Expression, right: Expression): Expression | undefined {
  const found = timeFunctions.find(
    (entry) => entry.sign === sign && entry.left === left.type.kind && entry.right === right.type.kind,
  );
  if (found === undefined) return undefined;
  const operands = found.swapped === true ? [right, left] : [left, right];
  const resolved = resolveCall(
    found.name,
    operands.map((operand) => operand.type),
  );
  return resolved.kind === 'resolved' ? call(resolved, operands) : undefined;
}

function reportOperands(
  sign: ArithmeticSign,
  left: Expression,
  right: Expression,
  span: Span,
  context: ExpressionContext,
): void {
  const hasText = left.type.kind === VARCHAR.kind || right.type.kind === VARCHAR.kind;
  context.sink.report(
    typeDiagnostic(
      'ESQL3001',
      { operator: sign, found: `${describeType(left)} and ${describeType(right)}` },
      {
        span,
        hint: hasText ? (sign === '+' ? 'Texts are joined with `||`.' : 'CAST makes a number of text.') : undefined,
      },
    ),
  );
}

export function negate(operand: Expression, span: Span, context: ExpressionContext): Expression | undefined {
  if (isUntypedNull(operand)) return literal(null, { kind: 'int' });
  if (operand.kind === 'literal' && typeof operand.value === 'string' && NUMBERS.includes(operand.type.kind)) {
    return negativeLiteral(operand.value, operand.type);
  }
  if (NUMBERS.includes(operand.type.kind)) {
    return { kind: 'negate', operand, type: operand.type, nullable: operand.nullable };
  }
  if (operand.type.kind === 'interval') {
    const resolved = resolveCall('INTERVAL_NEGATE', [operand.type]);
    if (resolved.kind === 'resolved') return call(resolved, [operand]);
  }
  context.sink.report(typeDiagnostic('ESQL3001', { operator: '-', found: typeToText(operand.type) }, { span }));
  return undefined;
}

/** `-9223372036854775808` is a BIGINT although its digits alone are none. */
function negativeLiteral(text: string, type: SqlType): Expression {
  const isZero = /^[0.]*$/u.test(text) && type.kind !== 'double';
  const negated = text.startsWith('-') ? text.slice(1) : isZero ? text : `-${text}`;
  if (type.kind === 'decimal' && type.scale === 0 && negated === '-9223372036854775808') {
    return literal(negated, { kind: 'bigint' });
  }
  if (type.kind === 'bigint' && negated === '-2147483648') return literal(negated, { kind: 'int' });
  return literal(negated, type);
}
