/** Typed expressions as SQL text, for EXPLAIN. Deterministic, with the fewest parentheses that keep the meaning. */
import type {
  ArithmeticOperator,
  ComparisonOperator,
  Expression,
  ExpressionTable,
  LiteralExpression,
} from './expression.js';
import { dispatchExpression } from './expression.js';
import { typeToText } from './types.js';
import { durationToText } from './units.js';

/** Binding strength, weakest first; an operand that binds weaker than its place gets parentheses. */
const OR = 1;
const AND = 2;
const NOT = 3;
const COMPARISON = 4;
const ADDITIVE = 5;
const MULTIPLICATIVE = 6;
const UNARY = 7;
const ATOM = 8;

interface Piece {
  readonly text: string;
  readonly binds: number;
}

export function expressionToText(expression: Expression): string {
  return piece(expression).text;
}

function piece(expression: Expression): Piece {
  return dispatchExpression(table, expression, undefined);
}

/** The operand's text, in parentheses if it binds weaker than `binds`. */
function operand(expression: Expression, binds: number): string {
  const { text, binds: own } = piece(expression);
  return own < binds ? `(${text})` : text;
}

/** A name as it has to be written: quoted unless it is a plain one. */
export function nameToText(name: string): string {
  return /^[a-z_][a-z0-9_]*$/u.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

function stringToText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function literalToText(literal: LiteralExpression): string {
  const { value, type } = literal;
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  switch (type.kind) {
    case 'int':
    case 'bigint':
    case 'decimal':
    case 'boolean':
      return value;
    case 'double':
      return /^[\d.e+-]+$/u.test(value)
        ? /[.e]/u.test(value)
          ? value
          : `${value}e0`
        : `CAST(${stringToText(value)} AS DOUBLE)`;
    case 'varchar':
      return stringToText(value);
    case 'varbinary':
      return `X'${value}'`;
    case 'json':
    case 'date':
    case 'time':
      return `${typeToText(type)} ${stringToText(value)}`;
    case 'timestamp':
    case 'timestamptz':
      return `${typeToText(type)} ${stringToText(value.replace('T', ' '))}`;
    case 'interval':
      return type.unit === 'month' ? `INTERVAL ${stringToText(value)} MONTH` : intervalToText(value);
  }
}

/** A duration where it can be written as one, which has no sign. */
function intervalToText(value: string): string {
  const text = durationToText(BigInt(value.replace('-', '')));
  return value.startsWith('-') ? `-${text}` : text;
}

const arithmetic: Readonly<Record<ArithmeticOperator, readonly [string, number]>> = {
  add: ['+', ADDITIVE],
  subtract: ['-', ADDITIVE],
  multiply: ['*', MULTIPLICATIVE],
  divide: ['/', MULTIPLICATIVE],
  modulo: ['%', MULTIPLICATIVE],
};

const comparison: Readonly<Record<ComparisonOperator, string>> = {
  eq: '=',
  ne: '<>',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  distinct: 'IS DISTINCT FROM',
  not_distinct: 'IS NOT DISTINCT FROM',
};

const atom = (text: string): Piece => ({ text, binds: ATOM });

const table: ExpressionTable<undefined, Piece> = {
  column: (expression) => atom(nameToText(expression.name)),
  literal: (expression) => {
    const text = literalToText(expression);
    return { text, binds: text.startsWith('-') ? UNARY : ATOM };
  },
  arithmetic(expression) {
    const [sign, binds] = arithmetic[expression.operator];
    return { text: `${operand(expression.left, binds)} ${sign} ${operand(expression.right, binds + 1)}`, binds };
  },
  // Two signs without a parenthesis would begin a comment.
  negate: (expression) => ({ text: `-${operand(expression.operand, ATOM)}`, binds: UNARY }),
  comparison: ({ operator, left, right }) => ({
    text: `${operand(left, COMPARISON + 1)} ${comparison[operator]} ${operand(right, COMPARISON + 1)}`,
    binds: COMPARISON,
  }),
  logical({ operator, operands }) {
    const binds = operator === 'and' ? AND : OR;
    const texts = operands.map((item) => operand(item, binds + 1));
    return { text: texts.join(operator === 'and' ? ' AND ' : ' OR '), binds };
  },
  not: (expression) => ({ text: `NOT ${operand(expression.operand, NOT)}`, binds: NOT }),
  is_null: (expression) => ({
    text: `${operand(expression.operand, COMPARISON + 1)} IS ${expression.negated ? 'NOT ' : ''}NULL`,
    binds: COMPARISON,
  }),
  case(expression) {
    const branches = expression.branches.map(
      ({ when, then }) => `WHEN ${expressionToText(when)} THEN ${expressionToText(then)}`,
    );
    return atom(`CASE ${branches.join(' ')} ELSE ${expressionToText(expression.otherwise)} END`);
  },
  coalesce: (expression) => atom(call('COALESCE', expression.operands)),
  cast: (expression) =>
    atom(
      `${expression.mode === 'try' ? 'TRY_CAST' : 'CAST'}(${expressionToText(expression.operand)} AS ${typeToText(expression.type)})`,
    ),
  in: (expression) => ({
    text: `${operand(expression.operand, COMPARISON + 1)} ${expression.negated ? 'NOT ' : ''}${call('IN ', expression.list)}`,
    binds: COMPARISON,
  }),
  call: (expression) => atom(call(expression.function, expression.arguments)),
  batch_value: (expression) => atom({ now: 'NOW()', random: 'RANDOM()', uuid: 'UUID()' }[expression.value]),
};

function call(name: string, operands: readonly Expression[]): string {
  return `${name}(${operands.map(expressionToText).join(', ')})`;
}
